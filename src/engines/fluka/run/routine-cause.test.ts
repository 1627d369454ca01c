import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ProgramEnding } from '#engines/engine/engine.ts'
import { COMPILE_FAILED, LINK_FAILED } from './routine-build.ts'
import { compilerErrors, routineCause } from './routine-cause.ts'

const ending = (exitCode: number, stdoutTail: string, stderrTail = '', more: Partial<ProgramEnding> = {}) => ({
  exitCode,
  signal: null,
  killedFor: null,
  stoppedFor: null,
  limits: { timeSeconds: 600, memoryMebibytes: 1024 },
  stdoutTail,
  stderrTail,
  files: new Map(),
  ...more,
})
const cause = (...given: Parameters<typeof ending>) => routineCause(ending(...given), 'FLUKA 4-4.1 (CERN)')

/** As gfortran 12 says it, with a warning before. */
const NEW = `source.f:3:9:

    3 |       Y = X
      |         1
Warning: Possible change of value in conversion at (1) [-Wconversion]
source.f:7:12:

    7 |       X = = 1
      |            1
Error: Invalid character in name at (1)
./lib.inc:2:6:

    2 |       FOO
      |      1
Error: Unclassifiable statement at (1)
`
/** As gfortran 4 says it. */
const OLD = `mgdraw.f:12.9:

      X = = 1
         1
Error: Syntax error in expression at (1)
`

describe('what a compiler said', () => {
  it('is found with file, line, source and words', () => {
    expect(compilerErrors(NEW)).toEqual([
      { file: 'source.f', line: 7, words: 'Invalid character in name at (1)', source: 'X = = 1' },
      { file: 'lib.inc', line: 2, words: 'Unclassifiable statement at (1)', source: 'FOO' },
    ])
    expect(compilerErrors(OLD)).toMatchObject([{ file: 'mgdraw.f', line: 12, source: 'X = = 1' }])
    expect(compilerErrors('source.f:1: Error: odd')).toMatchObject([{ file: 'source.f', line: 1, words: 'odd' }])
    expect(compilerErrors('')).toEqual([])
  })

  it('becomes a sentence that is not worth another try', () => {
    const failure = cause(COMPILE_FAILED, 'isolario: compiling source.f\n', NEW)
    expect(failure).toMatchObject({ code: 'FLUKA_ROUTINE_NOT_COMPILED', retriable: false })
    expect(failure.message).toMatch(
      /^FLUKA 4-4\.1 \(CERN\) did not compile the user routines: source\.f, line 7 \("X = = 1"\): "Invalid character in name at \(1\)", and 1 more error\. /,
    )
    const odd = cause(COMPILE_FAILED, 'isolario: compiling a.f\nisolario: compiling b.f\n', 'f951 is not pleased\n')
    expect(odd.message).toMatch(/routines: b\.f: "f951 is not pleased"/)
    const late = cause(0, '', '', { exitCode: null, signal: 'SIGKILL', killedFor: 'time' })
    expect(late).toMatchObject({
      code: 'FLUKA_ROUTINE_NOT_COMPILED',
      message: expect.stringMatching(/longer than 600 s/),
    })
  })

  it('tells a linker and a missing tool apart', () => {
    const undefinedName =
      "/usr/bin/ld: source.o: in function `source_':\nsource.f:(.text+0x1b): undefined reference to `myhelp_'\n"
    const link = cause(
      LINK_FAILED,
      'isolario: linking\n',
      `${undefinedName}collect2: error: ld returned 1 exit status\n`,
    )
    expect(link).toMatchObject({ code: 'FLUKA_ROUTINE_NOT_LINKED', retriable: false })
    expect(link.message).toMatch(/nothing defines MYHELP, which they call/)
    const twice =
      "b.o: In function `source_':\nb.f:(.text+0x0): multiple definition of `source_'; a.o:a.f: first defined\n"
    expect(cause(LINK_FAILED, '', twice).message).toMatch(/SOURCE is defined twice/)
    expect(cause(COMPILE_FAILED, '', '/opt/fluka/bin/fff: 12: gfortran: not found\n')).toMatchObject({
      code: 'FLUKA_ROUTINE_TOOLS_MISSING',
      retriable: true,
    })
  })

  it('is a sentence whatever was said', () => {
    const tail = fc.oneof(
      fc.string({ maxLength: 500, unit: 'binary' }),
      fc.constantFrom(NEW, OLD, `${'gfortran'.repeat(8000)}\n`, `source.f:1:1:\n${'x'.repeat(60_000)}`),
    )
    fc.assert(
      fc.property(fc.constantFrom(0, 1, COMPILE_FAILED, LINK_FAILED, 127), tail, tail, (code, out, err) => {
        const { message, code: told } = cause(code, out, err)
        expect(told).toMatch(/^FLUKA_ROUTINE_/)
        expect(message.length).toBeLessThan(1000)
        expect(message).toMatch(/\.$/)
      }),
      { numRuns: 300 },
    )
  })
})
