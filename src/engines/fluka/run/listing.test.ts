import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { describeWith, FLUKA_SAMPLES } from '#test/needs.ts'
import { readListing } from './listing.ts'
import { progressReader } from './progress.ts'
import { sameState, stateOfFile, stateOfListingLine, stateText } from './random-state.ts'

describeWith(FLUKA_SAMPLES, 'listings of FLUKA 4-3.1', (samples) => {
  const read = (name: string) => readFileSync(path.join(samples, 'tepc-fluka4-3.1', name), 'latin1')

  it.each([
    ['01', 10, 237],
    ['02', 11, 227],
  ])('run %s tells version, totals, energies and its end', (run, seed) => {
    const listing = readListing(read(`fwt_tepc_${run}001.out`))
    expect(listing).toMatchObject({
      version: { version: '4-3.1', by: 'CERN' },
      accepted: true,
      ready: true,
      allHandled: true,
      ended: true,
      totals: { primaries: 60_000, weight: 60_000 },
      progress: { done: 60_000, left: 0 },
      state: { seed },
    })
    expect(listing.stars).toBeGreaterThan(200)
    const { availableGev, parts, missingGev } = listing.energy!
    expect(availableGev).toBe(0.02)
    const sum = parts.reduce((total, part) => total + part.promptGev + part.decayGev, 0)
    expect(parts).toHaveLength(9)
    // Printed to five digits.
    expect(sum + missingGev).toBeCloseTo(availableGev, 5)
    expect(missingGev / availableGev).toBeLessThan(0.002)
  })

  it('its last state is that of the file for the next cycle, and no other', () => {
    for (const run of ['01', '02']) {
      const { state } = readListing(read(`fwt_tepc_${run}001.out`))
      expect(sameState(state!, stateOfFile(read(`ranfwt_tepc_${run}002`))!)).toBe(true)
      expect(sameState(state!, stateOfFile(read(`ranfwt_tepc_${run}001`))!)).toBe(false)
    }
  })

  it('progress is told line by line up to the primaries asked for, from listing and error file', () => {
    for (const file of ['fwt_tepc_01001.out', 'fwt_tepc_01001.err']) {
      const next = progressReader(60_000)
      const told = read(file)
        .split('\n')
        .flatMap((line) => next(line) ?? [])
      expect(told[0]).toBe(1)
      expect(told.at(-1)).toBe(60_000)
      expect(told).toEqual([...told].sort((a, b) => a - b))
      expect(told.length).toBeGreaterThan(100)
    }
  })

  it('cut anywhere before its last page it has no end', () => {
    const text = read('fwt_tepc_01001.out')
    for (const part of [0.02, 0.3, 0.7, 0.9, 0.98]) {
      expect(readListing(text.slice(0, Math.floor(text.length * part))).ended).toBe(false)
    }
  })
})

describe('lines of a listing', () => {
  it('of another job tell no progress', () => {
    const next = progressReader(1000)
    expect(
      next(' NEXT SEEDS:       0       0       0       0       0       0       A    3039       0       0'),
    ).toBeUndefined()
    expect(
      next(
        '          1                 59999                 59999             0.0000000E+00         1.0000000E+30                 0',
      ),
    ).toBeUndefined()
    // Six numbers elsewhere are no progress either.
    expect(
      next(
        '        500                   500                   500             0.0000000E+00         1.0000000E+30                 0',
      ),
    ).toBeUndefined()
  })

  it('of the generator are read in columns, as FLUKA writes them without blanks between full fields', () => {
    const state = stateOfListingLine(
      ' NEXT SEEDS:3B7233BE       1       0       0       0       0112A880    3039       0       0',
    )
    expect(state).toEqual({ calls: [0x3b7233be, 1], seed: 0x112a880 })
    expect(stateText(state!)).toBe('3B7233BE 1 112A880')
    expect(stateOfFile('3B7233BE       1 112A880    3039B66B0656\n')).toEqual(state)
    expect(stateOfListingLine('a line')).toBeUndefined()
    expect(stateOfFile('not a state')).toBeUndefined()
  })

  it.each([
    ['   FLUKA Version 4-4.1        by CERN   DATE:  1/ 2/25    TIME:  1:02:03', { version: '4-4.1', by: 'CERN' }],
    ['  FLUKA2011   Version 2x.8', { version: '2011', by: null }],
    ['  FLUKA 2024.1.3', { version: '2024.1.3', by: null }],
  ])('of the banner: %s', (line, version) => {
    expect(readListing(line).version).toEqual(version)
  })
})
