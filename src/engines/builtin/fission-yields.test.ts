import { describe, expect, it } from 'vitest'
import type { FissileElement } from './fission-cross-section.ts'
import {
  chargeOfCell,
  fissionYields,
  massOfCell,
  YIELD_A_MAX,
  YIELD_A_MIN,
  YIELD_Z_MAX,
  YIELD_Z_MIN,
  yieldCell,
} from './fission-yields.ts'

/** Vectors of the specification, section 11, % per fission; they must be met to 1 %. */
const INDEPENDENT: Record<number, Record<string, [number, number, number]>> = {
  20: {
    '80Zn': [30, 80, 0.002281],
    '81Ga': [31, 81, 0.01837],
    '90Kr': [36, 90, 1.095],
    '91Rb': [37, 91, 1.498],
    '94Rb': [37, 94, 0.8029],
    '132Sn': [50, 132, 0.2121],
    '138Cs': [55, 138, 1.508],
    '142Cs': [55, 142, 0.9415],
  },
  40: {
    '80Zn': [30, 80, 0.003366],
    '81Ga': [31, 81, 0.02417],
    '90Kr': [36, 90, 1.024],
    '91Rb': [37, 91, 1.4],
    '94Rb': [37, 94, 0.6838],
    '132Sn': [50, 132, 0.06639],
    '138Cs': [55, 138, 1.667],
    '142Cs': [55, 142, 0.3546],
  },
  60: {
    '80Zn': [30, 80, 0.004993],
    '81Ga': [31, 81, 0.03178],
    '90Kr': [36, 90, 0.9417],
    '91Rb': [37, 91, 1.324],
    '94Rb': [37, 94, 0.565],
    '132Sn': [50, 132, 0.01993],
    '138Cs': [55, 138, 1.397],
    '142Cs': [55, 142, 0.1404],
  },
  200: {
    '87Rb': [37, 87, 0.3814],
    '107Ag': [47, 107, 0.05764],
    '120Sn': [50, 120, 0.7179],
    '132Sn': [50, 132, 0.02467],
    '131Cs': [55, 131, 0.2482],
    '141Cs': [55, 141, 0.2856],
  },
  1000: {
    '87Rb': [37, 87, 0.7703],
    '107Ag': [47, 107, 0.3485],
    '120Sn': [50, 120, 0.8368],
    '132Sn': [50, 132, 0.02659],
    '131Cs': [55, 131, 0.3731],
    '141Cs': [55, 141, 0.1894],
  },
}

const CUMULATIVE: Record<number, Record<string, [number, number, number]>> = {
  20: {
    '99Mo': [42, 99, 5.061],
    '111Ag': [47, 111, 1.697],
    '131I': [53, 131, 3.885],
    '132Te': [52, 132, 3.409],
    '140Ba': [56, 140, 3.965],
  },
  40: {
    '99Mo': [42, 99, 4.088],
    '111Ag': [47, 111, 2.51],
    '131I': [53, 131, 3.666],
    '132Te': [52, 132, 2.386],
    '140Ba': [56, 140, 2.932],
  },
  60: {
    '99Mo': [42, 99, 3.695],
    '111Ag': [47, 111, 2.992],
    '131I': [53, 131, 3.339],
    '132Te': [52, 132, 1.498],
    '140Ba': [56, 140, 2.024],
  },
}

const CHAINS: [FissileElement, number, Record<number, number>][] = [
  [
    'U',
    20,
    {
      80: 0.3368,
      90: 2.929,
      100: 4.838,
      111: 1.698,
      118: 1.617,
      125: 1.9,
      132: 4.362,
      140: 4.146,
      147: 1.659,
      156: 0.08939,
    },
  ],
  [
    'U',
    40,
    {
      80: 0.4492,
      90: 2.828,
      100: 3.95,
      111: 2.512,
      118: 2.526,
      125: 2.641,
      132: 3.988,
      140: 3.412,
      147: 1.272,
      156: 0.09125,
    },
  ],
  [
    'U',
    60,
    {
      80: 0.6235,
      90: 2.768,
      100: 3.632,
      111: 2.997,
      118: 2.999,
      125: 2.957,
      132: 3.737,
      140: 2.792,
      147: 1.126,
      156: 0.1157,
    },
  ],
  ['Th', 40, { 80: 1.069, 90: 3.043, 95: 3.187, 111: 3.515, 118: 3.384, 132: 3.18, 140: 2.436 }],
]

const TOTALS: Record<number, number> = { 20: 200, 40: 200, 60: 199.993, 200: 199.958, 1000: 199.593 }

function upTo(yields: Float64Array, zLast: number, a: number): number {
  let sum = 0
  for (let z = YIELD_Z_MIN; z <= zLast; z++) sum += yields[yieldCell(z, a)]!
  return sum
}

describe('fission yields: vectors of the specification to 1 %', () => {
  for (const [energy, nuclides] of Object.entries(INDEPENDENT)) {
    it(`independent, 238U at ${energy} MeV`, () => {
      const yields = fissionYields('U', Number(energy))
      for (const [name, [z, a, value]] of Object.entries(nuclides)) {
        expect(Math.abs(yields[yieldCell(z, a)]! / value - 1), name).toBeLessThan(0.01)
      }
    })
  }
  for (const [energy, nuclides] of Object.entries(CUMULATIVE)) {
    it(`cumulative, 238U at ${energy} MeV`, () => {
      const yields = fissionYields('U', Number(energy))
      for (const [name, [z, a, value]] of Object.entries(nuclides)) {
        expect(Math.abs(upTo(yields, z, a) / value - 1), name).toBeLessThan(0.01)
      }
    })
  }
  for (const [element, energy, chains] of CHAINS) {
    it(`chain sums, ${element} at ${energy} MeV`, () => {
      const yields = fissionYields(element, energy)
      for (const [a, value] of Object.entries(chains)) {
        expect(Math.abs(upTo(yields, YIELD_Z_MAX, Number(a)) / value - 1), `A = ${a}`).toBeLessThan(0.01)
      }
    })
  }
  for (const [energy, total] of Object.entries(TOTALS)) {
    it(`sum of all yields, 238U at ${energy} MeV`, () => {
      const sum = fissionYields('U', Number(energy)).reduce((a, b) => a + b, 0)
      expect(Math.abs(sum - total)).toBeLessThan(0.001)
      expect(sum).toBeLessThanOrEqual(200 + 1e-9)
    })
  }
})

describe('fission yields: the grid', () => {
  it('numbers its cells and finds them back', () => {
    for (let z = YIELD_Z_MIN; z <= YIELD_Z_MAX; z++) {
      for (let a = YIELD_A_MIN; a <= YIELD_A_MAX; a++) {
        const cell = yieldCell(z, a)
        expect(chargeOfCell(cell)).toBe(z)
        expect(massOfCell(cell)).toBe(a)
      }
    }
  })

  it('is finite, not negative and smooth in energy, from threshold to 1.4 GeV', () => {
    for (const element of ['U', 'Th'] as const) {
      let before: Float64Array | undefined
      for (let energy = 5; energy <= 100; energy += 1) {
        const yields = fissionYields(element, energy)
        expect(yields.every((value) => value >= 0 && Number.isFinite(value))).toBe(true)
        if (before && energy > 12) {
          const jump = upTo(yields, YIELD_Z_MAX, 111) / upTo(before, YIELD_Z_MAX, 111)
          expect(Math.abs(jump - 1), `${element} ${energy} MeV`).toBeLessThan(0.1)
        }
        before = yields
      }
    }
    expect(fissionYields('U', 1400).every((value) => value >= 0 && Number.isFinite(value))).toBe(true)
  })
})
