import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { WOBBLED_ROUTINE } from '#engines/fluka/compose/source-routine.ts'
import type { FlukaSite, RoutineWorkshop } from '#engines/fluka/site.ts'
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
  const first = (site: FlukaSite) => routineFindings(site)[0]
  expect(first(siteWith(file))).toMatchObject({ state: 'bad', sentence: expect.stringContaining('does not hold') })
  expect(first(siteWith(path.join(folder, 'nothing')))).toMatchObject({ state: 'bad' })
  const onlyNotAllowed = [{ name: 'FLUKA, user routines', sentence: expect.stringMatching(/^not allowed/) }]
  expect(routineFindings(siteWith('/nowhere', true))).toMatchObject(onlyNotAllowed)
  expect(routineFindings({ ...siteWith('/nowhere'), program: null })).toMatchObject(onlyNotAllowed)
})

it('says what compiles user routines, what is missing, and that nobody could try it with FLUKA', () => {
  const site = (workshop: RoutineWorkshop): FlukaSite => {
    const plain = siteWith('/nowhere')
    return { ...plain, userRoutines: true, program: { ...plain.program!, routines: new Map(), workshop } }
  }
  const tools = { compile: ['/opt/fluka/flutil/fff'], link: ['/opt/fluka/flutil/ldpm3qmd'], environment: {} }
  const wobbled = { name: 'isolario_source.f', text: 'x' }
  const [allowed, spot] = routineFindings(site({ tools, wobbled }))
  expect(allowed?.sentence).toMatch(/^allowed: \/opt\/fluka\/flutil\/fff and .*ldpm3qmd.*unproven/)
  expect(spot).toMatchObject({ state: 'ok', sentence: expect.stringMatching(/usermvax\/source\.f.*unproven/) })
  expect(
    routineFindings(site({ tools: 'User routines cannot be compiled.', wobbled: 'It is not there.' })),
  ).toMatchObject([
    { state: 'bad', sentence: 'allowed, but user routines cannot be compiled.' },
    { state: 'missing', sentence: 'It is not there.' },
  ])
  expect(routineFindings({ ...site({ tools, wobbled }), program: null })).toMatchObject([
    { state: 'ok', sentence: expect.stringContaining('workers elsewhere') },
  ])
})
