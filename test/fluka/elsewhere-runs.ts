/** Raw files of a run elsewhere, of the layers of a preset: invented numbers in the layout of FLUKA. */

import { firstRecordOfRun } from '#engines/fluka/output/first-record-of-run.ts'
import { matrixPlace } from '#engines/fluka/output/residual-nuclei.ts'
import { writeFlukaFile } from '#engines/fluka/output/write-file.ts'

const SHAPE = { IZRHGH: 95, IMRHGH: 60, K: -5 }

/** @param run from 1: when it began, and what its numbers are */
export function elsewhereRun(run: number, detectors: readonly string[], primaries = 1000): Uint8Array {
  return writeFlukaFile({
    estimator: 'RESNUCLEi',
    file: 'made',
    first: firstRecordOfRun({
      title: 'invented numbers, not of FLUKA',
      began: new Date(Date.UTC(2026, 10, 5, 8, 9, run)),
      primaries,
    }),
    merged: false,
    irradiation: null,
    detectors: detectors.map((name, index) => {
      const values = new Float32Array(SHAPE.IZRHGH * SHAPE.IMRHGH)
      const put = (Z: number, A: number, value: number) => {
        values[matrixPlace(SHAPE, Z, A)!] = value
      }
      // Silver-111 and what feeds it, and some that stand alone.
      put(47, 111, 0.001 * (run + index + 1))
      put(46, 111, 0.002 * (run + 1))
      for (let Z = 30; Z < 60; Z++) put(Z, Math.round(2.35 * Z), 0.0005 * (((run * Z) % 7) + 1))
      return {
        header: { NRN: index + 1, TIURSN: name, ITURSN: 3, NRURSN: index + 3, VURSNC: 1, ...SHAPE },
        coolingTime: null,
        values,
        isomers: null,
        statistics: null,
      }
    }),
  })
}
