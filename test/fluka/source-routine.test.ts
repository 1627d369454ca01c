/**
 * The routine of the wobbled beam: our Fortran, compiled and run with a generator of this test's; and our call, put into
 * templates that have the lines of FLUKA's routine that matter and nothing else of it.
 */

import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { RoutineError, WOBBLED_ROUTINE, withWobble } from '#engines/fluka/compose/source-routine.ts'
import { ROUTINE_MARK, WOBBLE_FORTRAN } from '#engines/fluka/compose/wobble-fortran.ts'
import { as, type Millimetres } from '#quantities/units.ts'
import { fractionOutside } from '#simulation/beam-spot.ts'
import { describeWith, GFORTRAN } from '../needs.ts'

const STACK = (include: (name: string) => string, more = ''): string =>
  [
    '      SUBROUTINE SOURCE ( NOMORE )',
    `      INCLUDE '${include('DBLPRC')}'`,
    `      INCLUDE '${include('FLKSTK')}'`,
    `      INCLUDE '${include('SOURCM')}'`,
    '*     XFLK   (NPFLKA) = XBEAM + SOMETHING',
    '      XFLK   (NPFLKA) = XBEAM',
    '      YFLK   (NPFLKA) = YBEAM',
    `      ZFLK   (NPFLKA) = ZBEAM${more}`,
    '      RETURN',
    '      END',
    '',
  ].join('\n')
const INFN = STACK((name) => `(${name})`)
const CERN = STACK((name) => `${name.toLowerCase()}.inc`)
const NEWGEN = [
  "      include 'source_library.inc'",
  '      subroutine SOURCE ( nomore )',
  '*      coordinate_x = ...',
  '      ! coordinate_x = 1.0D0',
  '         call set_primary()',
  '      end',
  '',
].join('\n')

const code = (work: () => unknown): string => {
  try {
    work()
  } catch (error) {
    if (error instanceof RoutineError) return error.code
    throw error
  }
  return 'no error'
}

describe('the call in the routine of a site', () => {
  it('comes behind the lines that set the start, and our subroutine at the end', () => {
    for (const [template, flavour, kind] of [
      [INFN, 'infn', 'infn'],
      [CERN, 'cern4', 'cern4'],
      [CERN.replaceAll('\n', '\r\n'), 'cern4', 'cern4'],
    ] as const) {
      const made = withWobble(template, flavour)
      const lines = made.text.split('\n')
      expect(made.kind).toBe(kind)
      expect(lines[made.callLine - 4]).toMatch(/YFLK .* = YBEAM/)
      expect(lines.slice(made.callLine - 2, made.callLine).join('')).toMatch(/CALL ISOWOB \( WHASOU \(1\)/)
      expect(lines[made.callLine]).toMatch(/ZFLK .* = ZBEAM/)
      expect(made.text.endsWith(WOBBLE_FORTRAN)).toBe(true)
      // Nothing of the template is lost, and nothing else is added.
      const theirs = template.replaceAll('\r', '').split('\n').slice(0, -1)
      const rest = [...lines.slice(0, made.callLine - 3), ...lines.slice(made.callLine)].join('\n')
      expect(rest).toBe(`${theirs.join('\n')}\n${WOBBLE_FORTRAN}`)
    }
    const newgen = withWobble(NEWGEN, 'cern4')
    expect(newgen.kind).toBe('cern4-newgen')
    expect(newgen.text.split('\n')[newgen.callLine]).toMatch(/call set_primary/)
  })

  it('keeps every line of ours within the 72 columns of Fortran', () => {
    for (const line of WOBBLE_FORTRAN.split('\n')) expect(line.length).toBeLessThanOrEqual(72)
    for (const line of withWobble(NEWGEN, 'cern4').text.split('\n')) expect(line.length).toBeLessThanOrEqual(72)
  })

  it('is refused, with the reason, where the text is not the routine that FLUKA came with', () => {
    expect(code(() => withWobble('', 'infn'))).toBe('ROUTINE_NOT_A_TEMPLATE')
    expect(code(() => withWobble('      SUBROUTINE MGDRAW ( ICODE, MREG )\n', 'infn'))).toBe('ROUTINE_NOT_A_TEMPLATE')
    expect(code(() => withWobble(INFN, 'cern4'))).toBe('ROUTINE_OTHER_FLAVOUR')
    expect(code(() => withWobble(NEWGEN, 'infn'))).toBe('ROUTINE_OTHER_FLAVOUR')
    expect(code(() => withWobble(withWobble(INFN, 'infn').text, 'infn'))).toBe('ROUTINE_TEMPLATE_CHANGED')
    expect(code(() => withWobble(INFN.replace('= YBEAM', '= 0.5D0'), 'infn'))).toBe('ROUTINE_ANCHOR_MISSING')
    expect(code(() => withWobble(INFN.replace('      YFLK   (NPFLKA) = YBEAM\n', ''), 'infn'))).toBe(
      'ROUTINE_ANCHOR_MISSING',
    )
    const twice = STACK((name) => `(${name})`, '\n      XFLK (NPFLKA) = 1.0D0')
    expect(code(() => withWobble(twice, 'infn'))).toBe('ROUTINE_TEMPLATE_CHANGED')
    const set = NEWGEN.replace('*      coordinate_x = ...', '      momentum_energy = 10.0D0')
    expect(code(() => withWobble(set, 'cern4'))).toBe('ROUTINE_TEMPLATE_CHANGED')
    expect(code(() => withWobble(NEWGEN.replace('call set_primary()', 'continue'), 'cern4'))).toBe(
      'ROUTINE_ANCHOR_MISSING',
    )
  })

  it('has a name that stands for one text', () => {
    expect(createHash('sha256').update(WOBBLE_FORTRAN).digest('hex')).toBe(WOBBLED_ROUTINE.sha256)
    expect(WOBBLE_FORTRAN).toContain(`Name and version: ${WOBBLED_ROUTINE.name}\n`)
    expect(ROUTINE_MARK.endsWith(` ${WOBBLED_ROUTINE.name}`)).toBe(true)
  })
})

/** Calls the routine; FLRNDM is the generator of Park and Miller (CACM 31, 1192, 1988), in exact arithmetic. */
const DRIVER = `
      PROGRAM DRIVER
      IMPLICIT NONE
      INTEGER N, I, MISSED
      PARAMETER ( N = 1000000 )
      DOUBLE PRECISION X, Y, SX, SY, SXX, SYY, SXY, R2, SR4
      SX = 0.0D0
      SY = 0.0D0
      SXX = 0.0D0
      SYY = 0.0D0
      SXY = 0.0D0
      SR4 = 0.0D0
      MISSED = 0
      OPEN ( UNIT = 11, FILE = 'listing' )
      DO 10 I = 1, N
         X = 0.25D0
         Y = -0.5D0
         CALL ISOWOB ( 0.7D0, 1.1D0, X, Y )
         X = X - 0.25D0
         Y = Y + 0.5D0
         R2 = X * X + Y * Y
         IF ( R2 .GT. 4.0D0 ) MISSED = MISSED + 1
         SX = SX + X
         SY = SY + Y
         SXX = SXX + X * X
         SYY = SYY + Y * Y
         SXY = SXY + X * Y
         SR4 = SR4 + R2 * R2
   10 CONTINUE
      WRITE ( *, * ) N, MISSED, SX, SY, SXX, SYY, SXY, SR4
      END
      DOUBLE PRECISION FUNCTION FLRNDM ( DUMMY )
      IMPLICIT NONE
      DOUBLE PRECISION DUMMY, STATE
      SAVE STATE
      DATA STATE / 20261127.0D0 /
      STATE = MOD ( 16807.0D0 * STATE, 2147483647.0D0 )
      FLRNDM = STATE / 2147483647.0D0
      RETURN
      END
`

describeWith(GFORTRAN, 'the routine, compiled', (gfortran) => {
  it('makes the spot of physics conventions 3', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'isolario-wobble-'))
    try {
      writeFileSync(path.join(folder, 'all.f'), `${WOBBLE_FORTRAN}${DRIVER.slice(1)}`)
      execFileSync(
        gfortran,
        ['-std=legacy', '-Wall', '-Werror', '-O1', '-Wno-unused-dummy-argument', '-o', 'all', 'all.f'],
        {
          cwd: folder,
          stdio: 'pipe',
        },
      )
      const printed = execFileSync(path.join(folder, 'all'), { cwd: folder, encoding: 'utf8' })
      const [n, missed, sx, sy, sxx, syy, sxy, sr4] = printed.trim().split(/\s+/).map(Number) as number[] &
        Record<0 | 1 | 2 | 3 | 4 | 5 | 6 | 7, number>
      expect(n).toBe(1_000_000)
      // Each within four standard deviations of what theory says; the generator is fixed, so the figures are too.
      const outside = fractionOutside({ kind: 'wobbled', sigmaMm: 7, wobbleRadiusMm: 11 }, as<Millimetres>(20))
      expect(outside).toBeCloseTo(0.1482, 4)
      expect(Math.abs(missed / n - outside)).toBeLessThan(4 * Math.sqrt((outside * (1 - outside)) / n))
      // Variance of x: sigma^2 + R^2/2. Mean of r^4: R^4 + 8 R^2 s^2 + 8 s^4 (moments of Rice's distribution).
      const variance = 0.7 ** 2 + 1.1 ** 2 / 2
      expect(Math.abs(sx / n)).toBeLessThan(4 * Math.sqrt(variance / n))
      expect(Math.abs(sy / n)).toBeLessThan(4 * Math.sqrt(variance / n))
      expect(sxx / n).toBeCloseTo(variance, 2)
      expect(syy / n).toBeCloseTo(variance, 2)
      expect(sxy / n).toBeCloseTo(0, 2)
      expect(sr4 / n / (1.1 ** 4 + 8 * 1.1 ** 2 * 0.7 ** 2 + 8 * 0.7 ** 4)).toBeCloseTo(1, 2)
      // By this `isolario doctor` knows an executable.
      expect(readFileSync(path.join(folder, 'all')).includes(WOBBLED_ROUTINE.name)).toBe(true)
      // Said once, however often it is called.
      expect(readFileSync(path.join(folder, 'listing'), 'latin1').trim()).toBe(ROUTINE_MARK)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
})
