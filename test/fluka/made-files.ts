/** Files of FLUKA's estimators as fast-check makes them, and small ones by hand: written by our own writer. */

import fc from 'fast-check'
import { firstRecordOfRun } from '#engines/fluka/output/first-record-of-run.ts'
import type { EstimatorFile } from '#engines/fluka/output/fluka-file.ts'
import { isomerListLength } from '#engines/fluka/output/isomer-index.ts'
import { greatestA, type ResnucleiDetector, type ResnucleiFile } from '#engines/fluka/output/resnuclei.ts'
import type { UsrbdxFile } from '#engines/fluka/output/usrbdx.ts'
import type { UsrbinFile } from '#engines/fluka/output/usrbin.ts'
import type { UsrtrackFile } from '#engines/fluka/output/usrtrack.ts'

/** First record of a made run. */
export const madeFirst = (primaries = 1000, decay = false) =>
  firstRecordOfRun({ title: 'made for a test', began: new Date('2026-11-05T08:09:10Z'), primaries, decay })

const float = (min: number, max: number) => fc.float({ min: Math.fround(min), max: Math.fround(max), noNaN: true })
const name = fc.stringMatching(/^[A-Z][A-Za-z0-9_]{0,9}$/)
const first = fc
  .record({
    primaries: fc.integer({ min: 1, max: 2_000_000_000 }),
    title: fc.stringMatching(/^[A-Za-z0-9 .]{0,70}[a-z]$/),
  })
  .map(({ primaries, title }) => firstRecordOfRun({ title, began: new Date(0), primaries }))
const values = (length: number) =>
  fc
    .array(fc.oneof(fc.constant(0), float(0, 1e20)), { minLength: length, maxLength: length })
    .map(Float32Array.from.bind(Float32Array))

/** A raw file of RESNUCLEi; without isomers, with a list of any length, or with the list that FLUKA has for the mass. */
export const resnucleiFile: fc.Arbitrary<ResnucleiFile> = fc
  .record({
    first,
    decay: fc.boolean(),
    isomers: fc.constantFrom('none', 'some', 'empty'),
    detectors: fc.array(fc.record({ name, Z: fc.integer({ min: 1, max: 12 }), M: fc.integer({ min: 6, max: 12 }) }), {
      minLength: 1,
      maxLength: 3,
    }),
  })
  .chain(({ first, decay, isomers, detectors }) =>
    fc
      .tuple(
        ...detectors.map(({ name, Z, M }, i) =>
          fc
            .record({
              values: values(Z * M),
              isomers: isomers === 'none' ? fc.constant(null) : values(isomers === 'some' ? 17 + i : 0),
              cooling: float(0, 1e9),
              region: fc.integer({ min: -1, max: 10_000 }),
              volume: float(0, 1e6),
            })
            .map(
              (made): ResnucleiDetector => ({
                header: {
                  NRN: i + 1,
                  TIURSN: name,
                  ITURSN: 3,
                  NRURSN: made.region,
                  VURSNC: made.volume,
                  IMRHGH: M,
                  IZRHGH: Z,
                  K: -5,
                },
                coolingTime: decay ? made.cooling : null,
                values: withoutNegativeNeutrons(made.values, Z),
                isomers: made.isomers,
                statistics: null,
              }),
            ),
        ),
      )
      .map(
        (made): ResnucleiFile => ({
          estimator: 'RESNUCLEi',
          file: 'made',
          first: decay ? { ...first, NCASE: -Math.max(1, first.NCASE!) } : first,
          merged: false,
          irradiation: decay ? [{ intensity: Math.fround(1.25e15), end: 432_000 }] : null,
          detectors: made,
        }),
      ),
  )

/** Places for less than no neutrons are empty, as in every real file. */
function withoutNegativeNeutrons(made: Float32Array, Z: number): Float32Array {
  return made.map((value, place) => ((place % Z) + 1 + Math.floor(place / Z) + 1 - 5 < 0 ? 0 : value))
}

const axis = fc.record({
  low: float(-100, 0),
  high: float(0, 100),
  bins: fc.integer({ min: 1, max: 6 }),
  width: float(0, 10),
})

export const usrbinFile: fc.Arbitrary<UsrbinFile> = fc
  .record({ first, x: axis, y: axis, z: axis, kind: fc.constantFrom(0, 1, 2, 3, 7, 10, 11, 12), name })
  .chain(({ first, x, y, z, kind, name }) =>
    values(x.bins * y.bins * z.bins).map(
      (made): UsrbinFile => ({
        estimator: 'USRBIN',
        file: 'made',
        first,
        merged: false,
        detectors: [
          {
            header: {
              NB: 1,
              TITUSB: name,
              ITUSBN: kind,
              IDUSBN: 208,
              x,
              y,
              z,
              LNTZER: false,
              BKUSBN: 0,
              B2USBN: 0,
              TCUSBN: Math.fround(1e30),
            },
            values: made,
            errors: null,
          },
        ],
      }),
    ),
  )

const groups = fc
  .uniqueArray(float(1e-14, 2e-2), { minLength: 2, maxLength: 12 })
  .map((ends) => ({ ends: Float32Array.from(ends).sort().reverse() }))

export const usrbdxFile: fc.Arbitrary<UsrbdxFile> = fc
  .record({
    first,
    name,
    groups: fc.option(groups),
    bins: fc.integer({ min: 1, max: 8 }),
    angles: fc.integer({ min: 1, max: 4 }),
    kind: fc.constantFrom(1, -1),
  })
  .chain(({ first, name, groups, bins, angles, kind }) =>
    values((bins + (groups === null ? 0 : groups.ends.length - 1)) * angles).map(
      (made): UsrbdxFile => ({
        estimator: 'USRBDX',
        file: 'made',
        first,
        merged: false,
        detectors: [
          {
            header: {
              NX: 1,
              TITUSX: name,
              ITUSBX: kind,
              IDUSBX: 8,
              NR1USX: 3,
              NR2USX: 4,
              AUSBDX: 2,
              LWUSBX: false,
              LFUSBX: true,
              LLNUSX: groups !== null,
              EBXLOW: groups === null ? Math.fround(0.01) : groups.ends[0]!,
              EBXHGH: 1,
              NEBXBN: bins,
              DEBXBN: kind < 0 ? Math.fround(1.5) : Math.fround(0.1),
              ABXLOW: 0,
              ABXHGH: Math.fround(2 * Math.PI),
              NABXBN: angles,
              DABXBN: Math.fround((2 * Math.PI) / angles),
            },
            groups,
            values: made,
            statistics: null,
          },
        ],
      }),
    ),
  )

export const usrtrackFile: fc.Arbitrary<UsrtrackFile> = fc
  .record({
    first,
    name,
    groups: fc.option(groups),
    bins: fc.integer({ min: 1, max: 20 }),
    kind: fc.constantFrom(1, -1),
  })
  .chain(({ first, name, groups, bins, kind }) =>
    values(bins + (groups === null ? 0 : groups.ends.length - 1)).map(
      (made): UsrtrackFile => ({
        estimator: 'USRTRACK',
        file: 'made',
        first,
        merged: false,
        detectors: [
          {
            header: {
              NT: 1,
              TITUTC: name,
              ITUSTC: kind,
              IDUSTC: 8,
              NRUSTC: 3,
              VUSRTC: 1,
              LLNUTC: groups !== null,
              ETCLOW: groups === null ? Math.fround(0.01) : groups.ends[0]!,
              ETCHGH: 1,
              NETCBN: bins,
              DETCBN: kind < 0 ? Math.fround(1.5) : Math.fround(0.1),
            },
            groups,
            values: made,
            statistics: null,
          },
        ],
      }),
    ),
  )

/** Any raw file. */
export const rawFile: fc.Arbitrary<EstimatorFile> = fc.oneof(resnucleiFile, usrbinFile, usrbdxFile, usrtrackFile)

/** A raw file of RESNUCLEi up to Z = 34, M = 17, whose list of isomers is one that FLUKA is known to have. */
export function madeResnuclei(
  fill: (values: Float32Array, isomers: Float32Array) => void,
  primaries = 1000,
): ResnucleiFile {
  const header = { NRN: 1, TIURSN: 'DISC01', ITURSN: 3, NRURSN: 4, VURSNC: 1, IMRHGH: 17, IZRHGH: 34, K: -5 }
  const made = new Float32Array(header.IMRHGH * header.IZRHGH)
  const isomers = new Float32Array(isomerListLength(greatestA(header))!)
  fill(made, isomers)
  return {
    estimator: 'RESNUCLEi',
    file: `made of ${primaries}`,
    first: madeFirst(primaries),
    merged: false,
    irradiation: null,
    detectors: [{ header, coolingTime: null, values: made, isomers, statistics: null }],
  }
}

/** A made file as decay data, with the primaries of its run. */
export function resnucleiFileOf(
  file: ResnucleiFile,
  { decay, primaries }: { decay: boolean; primaries: number },
): ResnucleiFile {
  if (!decay) return { ...file, first: madeFirst(primaries) }
  return {
    ...file,
    first: madeFirst(primaries, true),
    irradiation: [{ intensity: Math.fround(1.25e15), end: 432_000 }],
    detectors: file.detectors.map((detector) => ({ ...detector, coolingTime: 3600 })),
  }
}
