/**
 * FLUKA's files: reading what runs write, against pymchelper in the same run where it is installed, and merging a job.
 * pymchelper reads RESNUCLEi by a module of flair, whose licence is not commercial: it runs here as a program of its own.
 */

import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import path from 'node:path'
import { FlukaMerge } from '#engines/fluka/merge/merge-files.ts'
import type { EstimatorFile } from '#engines/fluka/output/fluka-file.ts'
import { readFlukaFile } from '#engines/fluka/output/read-file.ts'
import { matrixPlace } from '#engines/fluka/output/residual-nuclei.ts'
import type { ResnucleiFile } from '#engines/fluka/output/resnuclei.ts'
import { writeFlukaFile } from '#engines/fluka/output/write-file.ts'
import { openBytes } from '#main/file-bytes.ts'
import { madeFirst } from '#test/fluka/made-files.ts'
import { type Benchmark, type Measurement, median, times } from './measurement.ts'

const TASKS = 1000
/** `total` and seven discs. */
const DETECTORS = 8
const NUCLIDES = 100
/** The file of a task is small: it is read so many times. */
const REPEATS = 100
const MATRIX = { IZRHGH: 96, IMRHGH: 64, K: -5 }

/** Where `python3 -m venv` and `pip install pymchelper==2.9.6` have put it. */
const PYTHON = path.join(
  process.env['XDG_CACHE_HOME'] || path.join(homedir(), '.cache'),
  'isolario/pymchelper-2.9.6/bin/python',
)

async function run(): Promise<readonly Measurement[]> {
  const folder = mkdtempSync(path.join(tmpdir(), 'isolario-bench-fluka-'))
  try {
    return [...(await reading(folder)), await merging()]
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function reading(folder: string): Promise<Measurement[]> {
  const yields = path.join(folder, 'bench001_fort.25')
  const mesh = path.join(folder, 'bench001_fort.41')
  const yieldsBytes = writeFlukaFile(resnuclei(0, DETECTORS))
  const meshBytes = writeFlukaFile(usrbin(500, 500, 100))
  writeFileSync(yields, yieldsBytes)
  writeFileSync(mesh, meshBytes)
  const rate = async (file: string, bytes: number, repeats: number) => {
    const taken = await times(7, () => {
      for (let i = 0; i < repeats; i++) {
        const source = openBytes(file)
        readFlukaFile(source, file)
        source.close()
      }
    })
    return (repeats * bytes) / 1e3 / median(taken)
  }
  const yieldRate = await rate(yields, yieldsBytes.length, REPEATS)
  const meshRate = await rate(mesh, meshBytes.length, 1)
  const measurements: Measurement[] = [
    {
      name: 'read RESNUCLEi',
      value: yieldRate,
      unit: 'MB/s',
      budget: { limit: 200, kind: 'at least' },
      how: `${REPEATS} times a file of ${(yieldsBytes.length / 1e6).toFixed(1)} MB from disk, ${DETECTORS} matrices of 96 x 64, every value checked`,
    },
    {
      name: 'read USRBIN',
      value: meshRate,
      unit: 'MB/s',
      budget: { limit: 500, kind: 'at least' },
      how: `${(meshBytes.length / 1e6).toFixed(0)} MB from disk, 500 x 500 x 100 bins, every value checked`,
    },
  ]
  if (!existsSync(PYTHON)) {
    console.log(`fluka-output: pymchelper is not compared, there is no ${PYTHON}.`)
    return measurements
  }
  for (const [name, file, bytes, own, repeats] of [
    ['RESNUCLEi', yields, yieldsBytes.length, yieldRate, REPEATS],
    ['USRBIN', mesh, meshBytes.length, meshRate, 1],
  ] as const) {
    const seconds = Number(execFileSync(PYTHON, ['-c', PYMCHELPER, name, file, `${repeats}`], { encoding: 'utf8' }))
    const theirs = (repeats * bytes) / 1e6 / seconds
    const how = `the same file; ours is ${(own / theirs).toFixed(1)} times as fast`
    measurements.push({ name: `read ${name} by pymchelper 2.9.6`, value: theirs, unit: 'MB/s', how })
  }
  return measurements
}

/** The reader of binary files that pymchelper uses, on one file; median of seven. */
const PYMCHELPER = `
import sys, time, statistics, numpy
from pymchelper.flair import Data
kind, name, repeats = sys.argv[1], sys.argv[2], int(sys.argv[3])
taken = []
for _ in range(7):
    began = time.perf_counter()
    for _ in range(repeats):
        data = Data.Resnuclei(name) if kind == 'RESNUCLEi' else Data.Usrbin(name)
        for i in range(len(data.detector)):
            numpy.array(Data.unpackArray(data.readData(i)))
    taken.append(time.perf_counter() - began)
print(statistics.median(taken))
`

async function merging(): Promise<Measurement> {
  const files = Array.from({ length: TASKS }, (_, i) => resnuclei(i, DETECTORS))
  const taken = median(
    await times(5, () => {
      const merge = new FlukaMerge()
      for (const file of files) merge.add(file)
      merge.finish('sum')
    }),
  )
  return {
    name: 'merge tasks of RESNUCLEi',
    value: taken,
    unit: 'ms',
    budget: { limit: 300, kind: 'at most' },
    how: `${TASKS} tasks x ${NUCLIDES} nuclides x 7 discs and their total, matrices of 96 x 64, with errors and sums`,
  }
}

function resnuclei(seed: number, detectors: number): ResnucleiFile {
  let state = seed + 1
  const random = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
  return {
    estimator: 'RESNUCLEi',
    file: `task ${seed}`,
    first: madeFirst(100_000),
    merged: false,
    irradiation: null,
    detectors: Array.from({ length: detectors }, (_, i) => {
      const values = new Float32Array(MATRIX.IZRHGH * MATRIX.IMRHGH)
      for (let n = 0; n < NUCLIDES; n++) values[matrixPlace(MATRIX, 30 + (n % 35), 75 + n)!] = random() * 1e-3
      return {
        header: { NRN: i + 1, TIURSN: `DISC${i}`, ITURSN: 3, NRURSN: i + 2, VURSNC: 1, ...MATRIX },
        coolingTime: null,
        values,
        // pymchelper breaks off at a list of isomers at the end of a file.
        isomers: null,
        statistics: null,
      }
    }),
  }
}

function usrbin(x: number, y: number, z: number): EstimatorFile {
  const axis = (bins: number) => ({ low: -1, high: 1, bins, width: Math.fround(2 / bins) })
  const values = new Float32Array(x * y * z)
  for (let i = 0; i < values.length; i++) values[i] = 1 / (1 + (i % 977))
  return {
    estimator: 'USRBIN',
    file: 'mesh',
    first: madeFirst(100_000),
    merged: false,
    detectors: [
      {
        header: {
          NB: 1,
          TITUSB: 'ENERGY',
          ITUSBN: 10,
          IDUSBN: 208,
          x: axis(x),
          y: axis(y),
          z: axis(z),
          LNTZER: false,
          BKUSBN: 0,
          B2USBN: 0,
          TCUSBN: Math.fround(1e30),
        },
        values,
        errors: null,
      },
    ],
  }
}

export const benchmark: Benchmark = { name: 'fluka-output', run }
