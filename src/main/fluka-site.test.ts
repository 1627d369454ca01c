import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WOBBLED_ROUTINE } from '#engines/fluka/compose/source-routine.ts'
import { engineVersion } from '#engines/fluka/site.ts'
import { flukaFindings } from './doctor.ts'
import { findFluka, flukaEnvironment } from './fluka-site.ts'
import { STAND_IN_MODULE } from './module-addresses.ts'

let root = ''
beforeAll(() => {
  root = mkdtempSync(path.join(tmpdir(), 'isolario-fluka-'))
})
afterAll(() => rmSync(root, { recursive: true, force: true }))

/** A folder that looks like an installation; its script runs the stand-in, which has no FLUKA in it. */
function installation(name: string, script: string, changes: { data?: boolean; executable?: boolean } = {}): string {
  const folder = path.join(root, name)
  const file = path.join(folder, script)
  mkdirSync(path.dirname(file), { recursive: true })
  writeFileSync(file, `#!/bin/sh\nexec "${process.execPath}" "${STAND_IN_MODULE}" "$@"\n`)
  chmodSync(file, changes.executable === false ? 0o644 : 0o755)
  if (changes.data !== false) {
    mkdirSync(path.join(folder, 'data'))
    writeFileSync(path.join(folder, 'data', 'neuxsc.bin'), '')
  }
  return folder
}

const siteOf = (variables: NodeJS.ProcessEnv) => {
  const found = findFluka(variables)
  if (found.kind !== 'site') throw new Error(JSON.stringify(found))
  return found.site
}
const reasons = (variables: NodeJS.ProcessEnv) => {
  const found = findFluka(variables)
  return found.kind === 'wrong' ? found.reasons.join(' ') : found.kind
}

describe('FLUKA of an installation', () => {
  it('is none where no variable asks for it', () => {
    expect(findFluka({})).toEqual({ kind: 'none' })
  })

  it('is found in the folders of both lines, with the version of the folder', () => {
    const cern = siteOf({ ISOLARIO_FLUKA: installation('fluka4-4.1', 'bin/rfluka') })
    expect(cern).toMatchObject({ flavour: 'cern4', version: '4-4.1', label: 'FLUKA 4-4.1 (CERN)', standIn: false })
    expect(cern.program!.program).toMatch(/fluka4-4\.1\/bin\/rfluka$/)
    expect(engineVersion(cern)).toBe('1.0+cern.4-4.1')
    const infn = siteOf({ ISOLARIO_FLUKA: installation('fluka2024.1', 'flutil/rfluka') })
    expect(infn).toMatchObject({ flavour: 'infn', version: '2024.1' })
    expect(infn.program!.environment.FLUPRO).toMatch(/fluka2024\.1$/)
  })

  it('is named by a variable where its folder tells nothing, or where it is elsewhere', () => {
    const folder = installation('opt', 'bin/rfluka')
    expect(reasons({ ISOLARIO_FLUKA: folder })).toMatch(/set ISOLARIO_FLUKA_VERSION, as "cern 4-4.1"/)
    expect(siteOf({ ISOLARIO_FLUKA: folder, ISOLARIO_FLUKA_VERSION: 'cern 4-3.1' }).version).toBe('4-3.1')
    const elsewhere = siteOf({ ISOLARIO_FLUKA_VERSION: 'infn 2024.1.3' })
    expect(elsewhere).toMatchObject({ flavour: 'infn', version: '2024.1.3', program: null })
  })

  it('says all that is missing at once', () => {
    expect(reasons({ ISOLARIO_FLUKA: path.join(root, 'nowhere'), ISOLARIO_FLUKA_VERSION: '4-4.1' })).toMatch(
      /takes a flavour \(cern or infn\) and a version.*nowhere, which does not exist/,
    )
    const bare = installation('fluka4-4.0', 'bin/rfluka', { data: false, executable: false })
    expect(reasons({ ISOLARIO_FLUKA: bare, ISOLARIO_FLUKA_WOBBLED: '/no/such/exe' })).toMatch(
      /may not be executed.*no data files.*not an executable/,
    )
    expect(reasons({ ISOLARIO_FLUKA: root, ISOLARIO_FLUKA_VERSION: 'cern 4-4.1' })).toMatch(/has no bin\/rfluka/)
  })

  it('has the routine of the wobbled beam where its executable is named', () => {
    const folder = installation('fluka4-4.2', 'bin/rfluka')
    const wobbled = path.join(folder, 'bin', 'rfluka')
    expect(siteOf({ ISOLARIO_FLUKA: folder }).routines.size).toBe(0)
    expect(
      siteOf({ ISOLARIO_FLUKA: folder, ISOLARIO_FLUKA_WOBBLED: wobbled }).program!.routines.get(WOBBLED_ROUTINE.name),
    ).toBe(wobbled)
  })

  it('hands to workers what leads to it, and nothing else', () => {
    const variables = { ISOLARIO_FLUKA: 'stand-in', ISOLARIO_FLUKA_STAND_IN_FAILS: 'cut', ISOLARIO_TOKEN: 'secret' }
    expect(flukaEnvironment(variables)).toEqual({ ISOLARIO_FLUKA: 'stand-in', ISOLARIO_FLUKA_STAND_IN_FAILS: 'cut' })
  })
})

describe('what the doctor says of FLUKA', () => {
  it('that it is not set up, or elsewhere, or an imitation', async () => {
    expect(await flukaFindings({})).toMatchObject([
      { state: 'missing', sentence: expect.stringContaining('ISOLARIO_FLUKA') },
    ])
    expect(await flukaFindings({ ISOLARIO_FLUKA: 'stand-in' })).toMatchObject([
      { state: 'ok', sentence: expect.stringMatching(/STAND-IN.*not FLUKA's/) },
    ])
    const [elsewhere] = await flukaFindings({ ISOLARIO_FLUKA_VERSION: 'cern 4-4.1' })
    expect(elsewhere).toMatchObject({ state: 'ok', sentence: expect.stringContaining('for workers elsewhere') })
  })

  it('what it really is, found out by running it on a deck that asks for nothing', async () => {
    const [finding] = await flukaFindings({ ISOLARIO_FLUKA: installation('fluka4-9.9', 'bin/rfluka') })
    expect(finding).toMatchObject({
      state: 'bad',
      sentence: expect.stringMatching(
        /is version 4-STAND-IN, not 4-9\.9: set ISOLARIO_FLUKA_VERSION to "cern 4-STAND-IN"/,
      ),
    })
    const folder = path.join(root, 'fluka4-9.9')
    const [right] = await flukaFindings({ ISOLARIO_FLUKA: folder, ISOLARIO_FLUKA_VERSION: 'cern 4-STAND-IN' })
    expect(right).toMatchObject({ state: 'ok', sentence: expect.stringMatching(/runs: .*bin\/rfluka/) })
  }, 240_000)
})
