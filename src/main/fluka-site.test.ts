import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WOBBLED_ROUTINE } from '#engines/fluka/compose/source-routine.ts'
import { engineVersion } from '#engines/fluka/site.ts'
import { flukaFindings } from './doctor.ts'
import { findFluka, flukaEnvironment, routinesEnvironment } from './fluka-site.ts'
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

  it('allows user routines where it is told to, and finds what compiles them', () => {
    const folder = installation('fluka4-4.3', 'bin/rfluka')
    expect(siteOf({ ISOLARIO_FLUKA: folder })).toMatchObject({ userRoutines: false })
    expect(siteOf({ ISOLARIO_FLUKA: folder }).program!.workshop).toBeUndefined()
    const allowed = { ISOLARIO_FLUKA: folder, ISOLARIO_FLUKA_ROUTINES: 'yes' }
    const bare = siteOf(allowed)
    expect(bare.userRoutines).toBe(true)
    expect(bare.routines.size).toBe(0)
    expect(bare.program!.workshop).toMatchObject({
      tools: expect.stringMatching(
        /bin\/fff, FLUKA's compiler script and a linker script \(.*ldpmqmd or .*lfluka\) are not/,
      ),
      wobbled: expect.stringMatching(/src\/user\/source\.f or .*source_newgen\.f/),
    })
    for (const tool of ['fff', 'lfluka']) writeFileSync(path.join(folder, 'bin', tool), '#!/bin/sh\n', { mode: 0o755 })
    mkdirSync(path.join(folder, 'src', 'user'), { recursive: true })
    const source = path.join(folder, 'src', 'user', 'source.f')
    writeFileSync(source, 'no routine')
    const tools = { compile: [path.join(folder, 'bin/fff')], link: [path.join(folder, 'bin/lfluka')] }
    const wrong = siteOf(allowed)
    expect(wrong.program!.workshop).toMatchObject({ tools, wobbled: expect.stringMatching(/is not FLUKA's source/) })
    expect(wrong.routines.size).toBe(0)
    writeFileSync(
      source,
      [
        '      SUBROUTINE SOURCE ( NOMORE )',
        "      INCLUDE 'flkstk.inc'",
        '      XFLK   (NPFLKA) = XBEAM',
        '      YFLK   (NPFLKA) = YBEAM',
        '      END',
        '',
      ].join('\n'),
    )
    const whole = siteOf(allowed)
    expect(whole.program!.workshop!.wobbled).toMatchObject({
      name: 'isolario_source.f',
      text: expect.stringContaining('CALL ISOWOB'),
    })
    expect([...whole.routines]).toEqual([WOBBLED_ROUTINE.name])
    // The linker with the models of ions comes first, as the manual has it.
    writeFileSync(path.join(folder, 'bin', 'ldpmqmd'), '#!/bin/sh\n', { mode: 0o755 })
    expect(siteOf(allowed).program!.workshop!.tools).toMatchObject({ link: [path.join(folder, 'bin/ldpmqmd')] })
  })

  it('takes yes or no for user routines; workers elsewhere look for themselves', () => {
    const elsewhere = { ISOLARIO_FLUKA_VERSION: 'cern 4-4.1' }
    expect(reasons({ ...elsewhere, ISOLARIO_FLUKA_ROUTINES: 'maybe' })).toMatch(/takes yes or no, not "maybe"/)
    expect(siteOf({ ...elsewhere, ISOLARIO_FLUKA_ROUTINES: 'no' })).toMatchObject({ userRoutines: false })
    const site = siteOf({ ...elsewhere, ISOLARIO_FLUKA_ROUTINES: 'yes' })
    expect(site).toMatchObject({ userRoutines: true, program: null, routines: new Set([WOBBLED_ROUTINE.name]) })
    expect(routinesEnvironment({ ISOLARIO_FLUKA_ROUTINES: 'yes' })).toEqual({ ISOLARIO_FLUKA_ROUTINES: 'yes' })
    expect(routinesEnvironment({})).toEqual({})
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
      { state: 'ok', sentence: expect.stringMatching(/^not allowed/) },
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
