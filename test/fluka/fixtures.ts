/** The files of testdata/fluka, as values: invented numbers in the layouts of FLUKA. */

import { mergeFlukaFiles } from '#engines/fluka/merge/merge-files.ts'
import { firstRecordOfRun } from '#engines/fluka/output/first-record-of-run.ts'
import type { EstimatorFile } from '#engines/fluka/output/fluka-file.ts'
import { isomerListLength, placeOfIsomer } from '#engines/fluka/output/isomer-index.ts'
import { matrixPlace } from '#engines/fluka/output/residual-nuclei.ts'
import { greatestA, type ResnucleiFile } from '#engines/fluka/output/resnuclei.ts'
import type { UsrbdxFile } from '#engines/fluka/output/usrbdx.ts'
import type { UsrbinFile } from '#engines/fluka/output/usrbin.ts'
import type { UsrtrackFile } from '#engines/fluka/output/usrtrack.ts'

const SHAPE = { IZRHGH: 34, IMRHGH: 17, K: -5 }
const GROUPS = { ends: Float32Array.of(0.02, 0.001, 1e-6, 2e-13, 1e-14) }

const firstOf = (run: number, decay = false) =>
  firstRecordOfRun({
    title: 'invented numbers, not of FLUKA',
    began: new Date(Date.UTC(2026, 10, 5, 8, 9, run)),
    primaries: 1000 * run,
    decay,
  })

/** Every file, with the name it has in testdata/fluka. */
export function fixtures(): { readonly name: string; readonly file: EstimatorFile }[] {
  const runs = [1, 2, 3]
  const made = {
    yields: runs.map((run) => resnuclei(run, 'isomers')),
    old: runs.map((run) => resnuclei(run, 'none')),
    decay: runs.map((run) => resnuclei(run, 'decay')),
    mesh: runs.map(usrbin),
    boundary: runs.map(usrbdx),
    track: runs.map(usrtrack),
  }
  return Object.entries(made).flatMap(([name, files]) => [
    { name: `${name}001`, file: files[0]! },
    { name: `${name}-sum`, file: mergeFlukaFiles(files, 'sum') },
  ])
}

function resnuclei(run: number, kind: 'isomers' | 'none' | 'decay'): ResnucleiFile {
  const decay = kind === 'decay'
  const length = isomerListLength(greatestA(SHAPE))!
  return {
    estimator: 'RESNUCLEi',
    file: 'made',
    first: firstOf(run, decay),
    merged: false,
    irradiation: decay ? [{ intensity: Math.fround(1.25e15), end: 432_000 }] : null,
    detectors: ['DISC01', 'TOTALYIELD'].map((name, i) => {
      const values = new Float32Array(SHAPE.IZRHGH * SHAPE.IMRHGH)
      const isomers = kind === 'none' ? null : new Float32Array(length)
      const put = (Z: number, A: number, value: number) => {
        values[matrixPlace(SHAPE, Z, A)!] = value * (i + 1)
      }
      put(1, 1, 0.5 * run)
      put(26, 56, 2 ** -10 / run)
      put(27, 58, run === 2 ? 2 ** -12 : 0)
      put(34, 79, 3 * 2 ** -14)
      isomers?.set([run * 2 ** -13], placeOfIsomer(greatestA(SHAPE), length, { Z: 27, A: 58, m: 1 })!)
      return {
        header: { NRN: i + 1, TIURSN: name, ITURSN: 3, NRURSN: i === 0 ? 4 : -1, VURSNC: 1, ...SHAPE },
        coolingTime: decay ? 3600 : null,
        values,
        isomers,
        statistics: null,
      }
    }),
  }
}

function usrbin(run: number): UsrbinFile {
  const axis = (low: number, high: number, bins: number) => ({
    low,
    high,
    bins,
    width: Math.fround((high - low) / bins),
  })
  const common = { IDUSBN: 208, LNTZER: false, BKUSBN: 0, B2USBN: 0, TCUSBN: Math.fround(1e30) }
  const none = { low: 0, high: 0, bins: 1, width: 1 }
  const mesh = { x: axis(-2, 2, 4), y: axis(-1, 1, 2), z: axis(0, 3, 3) }
  const regions = { x: { low: 2, high: 6, bins: 5, width: 1 }, y: none, z: none }
  return {
    estimator: 'USRBIN',
    file: 'made',
    first: firstOf(run),
    merged: false,
    detectors: [
      {
        header: { NB: 1, TITUSB: 'EDEPMESH', ITUSBN: 10, ...common, ...mesh },
        values: Float32Array.from({ length: 24 }, (_, i) => (i % 3 === 0 ? 0 : i / run)),
        errors: null,
      },
      {
        header: { NB: 2, TITUSB: 'EDEPREGION', ITUSBN: 12, ...common, ...regions },
        values: Float32Array.from({ length: 5 }, (_, i) => (i + 1) * run),
        errors: null,
      },
    ],
  }
}

function usrbdx(run: number): UsrbdxFile {
  return {
    estimator: 'USRBDX',
    file: 'made',
    first: firstOf(run),
    merged: false,
    detectors: [
      {
        header: {
          NX: 1,
          TITUSX: 'OUT',
          ITUSBX: -1,
          IDUSBX: 8,
          NR1USX: 3,
          NR2USX: 4,
          AUSBDX: 2,
          LWUSBX: false,
          LFUSBX: true,
          LLNUSX: true,
          EBXLOW: GROUPS.ends[0]!,
          EBXHGH: 1,
          NEBXBN: 3,
          DEBXBN: Math.fround(3.684),
          ABXLOW: 0,
          ABXHGH: Math.fround(2 * Math.PI),
          NABXBN: 2,
          DABXBN: Math.fround(Math.PI),
        },
        groups: GROUPS,
        values: Float32Array.from({ length: 14 }, (_, i) => (i === 5 ? 0 : (i + run) / 8)),
        statistics: null,
      },
    ],
  }
}

function usrtrack(run: number): UsrtrackFile {
  return {
    estimator: 'USRTRACK',
    file: 'made',
    first: firstOf(run),
    merged: false,
    detectors: [
      {
        header: {
          NT: 1,
          TITUTC: 'FLUENCE',
          ITUSTC: 1,
          IDUSTC: 1,
          NRUSTC: 3,
          VUSRTC: 1,
          LLNUTC: false,
          ETCLOW: 0,
          ETCHGH: Math.fround(0.04),
          NETCBN: 8,
          DETCBN: Math.fround(0.005),
        },
        groups: null,
        values: Float32Array.from({ length: 8 }, (_, i) => (i * run) / 16),
        statistics: null,
      },
    ],
  }
}
