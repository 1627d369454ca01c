import { describe, expect, it } from 'vitest'
import type { ProgramEnding } from '#engines/engine/engine.ts'
import { presetById } from '#simulation/presets.ts'
import { checkedDeck } from '../check/checked-deck.ts'
import { causeOf } from './cause.ts'

const choices = { flavour: 'cern4', transportIons: false, interactionBias: 1, decay: null } as const
const { text: DECK } = checkedDeck(presetById('spes-uc4')!.document.setup, choices, { seed: 7, primaries: 100 }, 'test')

const ending = (changes: Partial<ProgramEnding>, files: Record<string, string> = {}): ProgramEnding => ({
  exitCode: 1,
  signal: null,
  killedFor: null,
  stoppedFor: null,
  limits: { timeSeconds: 600, memoryMebibytes: 2048 },
  stdoutTail: '',
  stderrTail: '',
  ...changes,
  files: new Map([
    ['isolario.inp', DECK],
    ...Object.entries(files).map(([name, text]) => [`fluka_77/${name}`, text] as const),
  ]),
})
const accepted =
  ' === End of the output associated with the input ===\n Total time used for initialization:  0.5     s\n'
const done = (count: number) =>
  ` NEXT SEEDS:       0       0       0       0       0       0       7    3039       0       0\n ${count}  ${100 - count}  ${100 - count}  1.0000000E-02  1.0000000E+30  3\n`
const failed = (changes: Partial<ProgramEnding>, files?: Record<string, string>) =>
  causeOf(ending(changes, files), 'FLUKA 4-4.1')

describe('why a run failed', () => {
  it.each([
    [
      'its time was over',
      'FLUKA_OUT_OF_TIME',
      false,
      /limit of 600 s.*killed gives no result/,
      { killedFor: 'time', exitCode: null, signal: 'SIGKILL' },
      {},
    ],
    [
      'memory',
      'FLUKA_OUT_OF_MEMORY',
      false,
      /2048 MiB/,
      { killedFor: 'memory', exitCode: null, signal: 'SIGKILL' },
      {},
    ],
    [
      'it was killed by somebody',
      'FLUKA_KILLED',
      true,
      /killed from outside/,
      { exitCode: null, signal: 'SIGKILL' },
      { 'isolario001.out': accepted + done(40) },
    ],
    [
      'it is not there',
      'FLUKA_NOT_FOUND',
      true,
      /could not be started: "spawn .*ENOENT"/,
      { exitCode: null, stderrTail: 'spawn /opt/fluka/bin/rfluka ENOENT\n' },
      {},
    ],
    [
      'it is not there for the shell',
      'FLUKA_NOT_FOUND',
      true,
      /rfluka: not found/,
      { exitCode: 127, stderrTail: 'sh: 1: /opt/rfluka: not found\n' },
      {},
    ],
    [
      'FLUPRO',
      'FLUKA_NO_FLUPRO',
      false,
      /needs the variable FLUPRO/,
      { exitCode: 1, stdoutTail: 'ERROR: FLUPRO environment variable not set\n' },
      {},
    ],
    [
      'an old executable',
      'FLUKA_EXECUTABLE_OLD',
      false,
      /older than/,
      { exitCode: 3, stdoutTail: 'The executable is older than libflukahp.a\n' },
      {},
    ],
    [
      'no executable',
      'FLUKA_EXECUTABLE_MISSING',
      false,
      /missing/,
      { exitCode: 4, stdoutTail: 'executable flukahp not found\n' },
      {},
    ],
    [
      'no licence',
      'FLUKA_NO_LICENCE',
      false,
      /may not be used .*licence has expired/,
      {},
      { 'isolario001.log': 'The FLUKA licence has expired on 1 Jan.\n' },
    ],
    [
      'missing data',
      'FLUKA_DATA_MISSING',
      true,
      /Cannot open file .*neuxsc.bin/,
      {},
      { 'isolario001.out': ' Cannot open file /opt/fluka/data/neuxsc.bin\n' },
    ],
    [
      'a full disk',
      'FLUKA_DISK_FULL',
      true,
      /No space left on device/,
      {},
      { 'isolario001.log': 'write: No space left on device\n', 'isolario001.out': accepted },
    ],
    [
      'an abort with a reason',
      'FLUKA_ABORTED',
      false,
      /stopped by itself after 40 primaries: TOO MANY SECONDARIES \(EVEVAP\)/,
      {},
      {
        'isolario001.out': `${accepted}${done(40)} Abort called from EVEVAP reason TOO MANY SECONDARIES Run stopped!\n`,
      },
    ],
    [
      'an abort without one',
      'FLUKA_ABORTED',
      false,
      /gave no reason/,
      {},
      { 'isolario001.out': accepted, 'isolario001.log': 'STOP FLUKA ABORTED\n' },
    ],
    [
      'a crash',
      'FLUKA_CRASHED',
      false,
      /broke after 40 primaries: "Program received signal SIGSEGV/,
      { exitCode: 139 },
      {
        'isolario001.out': accepted + done(40),
        'isolario001.log': 'Program received signal SIGSEGV: Segmentation fault - invalid memory reference.\n',
      },
    ],
    [
      'no sign at all',
      'FLUKA_ENDED_BADLY',
      false,
      /exit code 9 after 40 primaries.*last words: "something odd"/,
      { exitCode: 9 },
      { 'isolario001.out': accepted + done(40), 'isolario001.log': 'something odd\n' },
    ],
  ] as const)('%s', (_, code, retriable, words, changes, files) => {
    const failure = failed(changes, files)
    expect(failure).toMatchObject({ code, retriable })
    expect(failure.message).toMatch(words)
    expect(failure.message).toContain('FLUKA 4-4.1')
  })

  it('a lost particle is told with region and position', () => {
    const lost = ' GEOERR: particle lost in region DISC3 at x,y,z: 1.25 -0.5 3.0E+00\n'
    const failure = failed({}, { 'isolario001.out': accepted + done(40), 'isolario001.err': lost })
    expect(failure.code).toBe('FLUKA_GEOMETRY')
    expect(failure.message).toMatch(/region DISC3 at x, y, z = 1\.25, -0\.5, 3\.0E\+00 cm/)
  })

  it('a card that names what is not there is told by number, command and name', () => {
    const line = DECK.split('\n').find((one) => one.startsWith('ASSIGNMA') && !one.includes('BLCKHOLE'))!
    const region = line.slice(20, 30).trim()
    const material = line.slice(10, 20).trim()
    const wrong = DECK.replace(line, line.replace(region.padStart(10), 'DISC8'.padStart(10)))
    expect(wrong).not.toBe(DECK)
    const listing = [
      ' ***** Next control card *****   BEAM      -0.04        0.000       0.000       0.000       0.000       0.000     PROTON',
      ` ***** Next control card *****   ASSIGNMA  ${material}    DISC8       0.000       0.000       0.000       0.000`,
      ' Abort called from ASSMAT reason UNKNOWN REGION NAME Run stopped!',
    ].join('\n')
    const failure = causeOf(
      {
        ...ending({}, { 'isolario001.out': listing }),
        files: new Map([
          ['isolario.inp', wrong],
          ['fluka_1/isolario001.out', listing],
        ]),
      },
      'FLUKA 4-4.1',
    )
    expect(failure).toMatchObject({ code: 'FLUKA_CARD_WRONG', retriable: false })
    expect(failure.message).toMatch(/card \d+ ASSIGNMA: .*region DISC8.*does not exist/i)
    expect(failure.message).toContain('UNKNOWN REGION NAME (ASSMAT)')
  })

  it('words about a card that is none are told with the last card that was taken', () => {
    const listing =
      ' ***** Next control card *****   PHYSICS     3.000       0.000       0.000       0.000       0.000       0.000     EVAPORAT\n Next control card is wrong\n'
    expect(failed({}, { 'isolario001.out': listing }).message).toMatch(
      /at card \d+ PHYSICS \(line \d+: "PHYSICS .*EVAPORAT"\): "Next control card is wrong"/,
    )
  })
})
