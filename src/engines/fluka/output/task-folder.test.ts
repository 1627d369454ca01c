import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { madeResnuclei } from '#test/fluka/made-files.ts'
import { describeWith, FLUKA_SAMPLES } from '#test/needs.ts'
import { readFlukaFile } from './read-file.ts'
import { readTaskFolder, unitOfFile } from './task-folder.ts'
import { writeFlukaFile } from './write-file.ts'

describe('the folder of a run', () => {
  const file = (fe: number, primaries = 1000) =>
    writeFlukaFile(madeResnuclei((values) => values.fill(fe, 300), primaries))

  const folder = (files: Record<string, Uint8Array>) =>
    readTaskFolder(Object.keys(files), (name) => readFlukaFile(files[name]!, name))

  it('holds files by unit, beside others that are left alone', () => {
    const { runs, problems } = folder({
      'spes001_fort.41': file(2),
      'spes001_fort.25': file(1),
      'spes001.out': new Uint8Array(3),
      ranspes002: new Uint8Array(3),
    })
    expect(problems).toEqual([])
    expect(runs.map(({ run, units }) => [run, [...units.keys()]])).toEqual([['spes001', [25, 41]]])
    expect(unitOfFile('spes001_fort.41')).toEqual({ run: 'spes001', unit: 41 })
    expect(unitOfFile('spes001.out')).toBeNull()
  })

  it('tells all problems at once: damaged files, and files of another run', () => {
    const { problems } = folder({
      'a001_fort.25': file(1).subarray(0, 500),
      'a001_fort.26': file(1),
      'a001_fort.27': file(1, 999),
      'a001_fort.28': new Uint8Array(0),
    })
    expect(problems.map(({ code, place }) => [place.file, code])).toEqual([
      ['a001_fort.25', 'FLUKA_FILE_CUT'],
      ['a001_fort.28', 'FLUKA_FILE_EMPTY'],
      ['a001_fort.27', 'FLUKA_HEADER_INVALID'],
    ])
  })
})

describeWith(FLUKA_SAMPLES, 'the folder of five runs of FLUKA 4-3.1', (samples) => {
  it('is read whole', () => {
    const folder = path.join(samples, 'tepc-fluka4-3.1')
    const { runs, problems } = readTaskFolder(readdirSync(folder), (name) =>
      readFlukaFile(new Uint8Array(readFileSync(path.join(folder, name))), name),
    )
    expect(problems).toEqual([])
    expect(runs.map(({ run }) => run)).toEqual([1, 2, 3, 4, 5].map((i) => `fwt_tepc_0${i}001`))
    for (const { units } of runs) {
      expect([...units].map(([unit, { estimator }]) => `${unit} ${estimator}`)).toEqual([
        '17 DETECT',
        '41 USRBDX',
        '43 USRBIN',
        '44 USRBIN',
      ])
    }
  })
})
