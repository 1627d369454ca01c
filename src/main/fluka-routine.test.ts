import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { WOBBLED_ROUTINE } from '#engines/fluka/compose/source-routine.ts'
import type { FlukaSite } from '#engines/fluka/site.ts'
import { routineFindings } from './fluka-routine.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'isolario-routine-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function siteWith(executable: string, standIn = false): FlukaSite {
  const routines = new Map([[WOBBLED_ROUTINE.name, executable]])
  return {
    flavour: 'infn',
    version: '2024.1.3',
    label: 'FLUKA 2024.1.3 (INFN)',
    standIn,
    routines: new Set(routines.keys()),
    program: { program: '/nowhere/rfluka', args: [], environment: {}, routines },
  }
}

it('the executable is known by its digest, and must hold the routine', () => {
  const file = path.join(folder, 'wobbled')
  writeFileSync(file, Buffer.from(`\0\x7fELF...${WOBBLED_ROUTINE.mark}\0...`, 'latin1'))
  const [found] = routineFindings(siteWith(file))
  expect(found?.state).toBe('ok')
  expect(found?.sentence).toMatch(/SHA-256 [0-9a-f]{64}\); unproven/)
  writeFileSync(file, 'another program')
  expect(routineFindings(siteWith(file))).toMatchObject([
    { state: 'bad', sentence: expect.stringContaining('does not hold') },
  ])
  expect(routineFindings(siteWith(path.join(folder, 'nothing')))).toMatchObject([{ state: 'bad' }])
  expect(routineFindings(siteWith('/nowhere', true))).toEqual([])
  expect(routineFindings({ ...siteWith('/nowhere'), program: null })).toEqual([])
})
