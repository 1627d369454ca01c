import { describe, expect, it } from 'vitest'
import { fakeContext } from '#test/cli/fake-context.ts'
import { runCli } from './program.ts'

const DECK = `TITLE
Ten discs of carbide
DEFAULTS                                                              PRECISIO
BEAM           -0.04                           3.4       0.0       -1.PROTON
#include geometry.inc
MATERIAL         92.               19.05                          238.U238
MATERIAL                              4.                              UC4
COMPOUND          1.      U238        4.    CARBON                    UC4
ASSIGNMA    BLCKHOLE       OUT
ASSIGNMA         UC4      DISC
PHYSICS           3.                                                  EVAPORAT
RADDECAY          1.
IRRPROFI    432000. 1.2483E15
DCYTIMES          0.     3600.
RESNUCLE          3.      -25.       96.       64.      DISC        1.D01YIELD
RESNUCLE          3.      -26.       96.       64.      DISC        1.D01ACT2
DCYSCORE          2.                       D01ACT2                    RESNUCLE
#if SHORT
START           10.
#else
START         1000.
#endif
STOP
`
const GEOMETRY = `GEOBEGIN                                                              COMBNAME
    0    0
SPH out 0 0 0 100
RCC disc 0 0 0 0 0 .08 2
END
OUT 5 +out -disc
DISC 5 +disc
END
GEOEND
`

function context() {
  const files: Record<string, string> = { 'a.inp': DECK, 'parts/geometry.inc': GEOMETRY }
  return fakeContext({
    readText: async (file) => {
      const text = files[file]
      if (text === undefined) throw new Error('no such file')
      return text
    },
  })
}

describe('isolario fluka template', () => {
  const deck = 'TITLE\nx\nRANDOMIZ          1.       88.\nSTART         1000.\nSTOP\n'
  const made = 'TITLE\nx\nRANDOMIZ          1.{{ seed | field }}\nSTART     {{ primaries | field }}\nSTOP\n'
  const files = (texts: Record<string, string>) => fakeContext({ readText: async (file) => texts[file] ?? '' })

  it('makes a template of a deck', async () => {
    const one = files({ 'a.inp': deck })
    expect(await runCli(one, ['fluka', 'template', 'a.inp'])).toBe(0)
    expect(one.printed.out).toBe(made)
    expect(one.printed.err).toContain('line 3: Every task has a seed of its own.')
  })

  it('looks at a template and names what is missing', async () => {
    const one = files({ 't.liquid': made.replace('seed', 'sed') })
    expect(await runCli(one, ['fluka', 'template', 't.liquid', '--check'])).toBe(2)
    expect(one.printed.err).toContain(
      't.liquid is not ready to run:\n  template: line 3, column 24: There is no variable "sed".',
    )
    const bare = files({ 't.liquid': made })
    expect(await runCli(bare, ['fluka', 'template', 't.liquid', '--check', '--json'])).toBe(0)
    const codes = JSON.parse(bare.printed.out).problems.map((problem: { message: string }) =>
      problem.message.slice(0, 22),
    )
    expect(codes).toEqual(['There is no BEAM card.', 'There is no GEOBEGIN c', 'There is no ASSIGNMA c'])
  })

  it('shows how two templates differ, and which variables there are', async () => {
    const one = files({ before: made, after: made.replace('x', 'y') })
    expect(await runCli(one, ['fluka', 'template', 'after', '--against', 'before'])).toBe(0)
    expect(one.printed.out.split('\n').slice(0, 3)).toEqual([' TITLE', '-x', '+y'])
    const names = files({})
    expect(await runCli(names, ['fluka', 'template'])).toBe(0)
    expect(names.printed.out).toMatch(/\{\{ beamEnergyGeV \}\} +GeV +Kinetic energy/u)
  })
})

describe('isolario fluka inspect', () => {
  it('prints what the deck says and what is wrong with it', async () => {
    const one = context()
    expect(await runCli(one, ['fluka', 'inspect', 'a.inp', '--include', 'parts/geometry.inc'])).toBe(0)
    const text = one.printed.out
    expect(text).toContain('a.inp: Ten discs of carbide\n18 cards, 2 bodies, 2 regions\n')
    expect(text).toContain('  either line of FLUKA: nothing in the deck belongs to one of them only\n')
    expect(text).toContain('  Protons, 40 MeV kinetic energy (276.879 MeV/c momentum).\n')
    expect(text).toContain('  The spot is a flat disc of 3.4 cm radius.\n')
    expect(text).toContain('primaries: 1000\n  seed: not a number in RANDOMIZ, or no RANDOMIZ\n')
    expect(text).toMatch(/UC4 +4 +deck +by atoms: U238 1, CARBON 4\n/u)
    expect(text).toMatch(/2 {2}DISC {4}UC4\n/u)
    expect(text).toMatch(/25 {2}binary {2}RESNUCLE {2}D01YIELD {2}per primary {2}residual nuclei in DISC\n/u)
    expect(text).toMatch(/26 {2}binary {2}RESNUCLE {2}D01ACT2 {3}3600 s {7}residual nuclei in DISC\n/u)
    expect(text).toContain('irradiation: 432000 s at 1.2483e+15 primaries/s\n')
    expect(text).toContain('Problems\n  no RANDOMIZ card. Without it every task takes the same random numbers')
  })

  it('gives the same as JSON, with names defined from outside', async () => {
    const one = context()
    expect(await runCli(one, ['fluka', 'inspect', 'a.inp', '--define', 'SHORT', '--json'])).toBe(0)
    const deck = JSON.parse(one.printed.out)
    expect(deck).toMatchObject({
      file: 'a.inp',
      title: 'Ten discs of carbide',
      primaries: 10,
      beam: { kineticEnergyGeV: 0.04 },
    })
    expect(deck.problems[0]).toMatchObject({ code: 'INCLUDE_MISSING', severity: 'error', place: { line: 5 } })
  })

  it('says that a file cannot be read', async () => {
    const one = context()
    expect(await runCli(one, ['fluka', 'inspect', 'b.inp'])).toBe(2)
    expect(one.printed.err).toContain('b.inp cannot be read: no such file.')
  })
})
