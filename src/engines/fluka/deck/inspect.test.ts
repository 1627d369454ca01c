import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { describeWith, FLUKA_SAMPLES } from '#test/needs.ts'
import { card } from './card.ts'
import { COMMANDS, cardHelp } from './card-help.ts'
import { guessFlavour } from './guess-flavour.ts'
import { inspectDeck } from './inspect.ts'
import { beamSummary } from './inspect-beam.ts'
import { deckName, KNOWN_MATERIALS } from './names.ts'
import { readDeck } from './read-deck.ts'

describeWith(FLUKA_SAMPLES, 'decks of others in a summary', (folder) => {
  const inspect = (name: string) => inspectDeck(readDeck(readFileSync(path.join(folder, name), 'utf8')))

  it('a target with activation: beam, layers, detectors by file, cooling times', () => {
    const deck = inspect('ucn-2020-09/ucn.inp')
    expect(deck.beam?.words).toEqual([
      'Protons, 480 MeV kinetic energy (1.06355 GeV/c momentum).',
      'The spot is in x Gaussian, 0.88 cm FWHM (sigma 0.373702 cm); in y Gaussian, 2.5 cm FWHM (sigma 1.06165 cm).',
      'It starts at (99.7564, -6.9756, 0) cm with direction cosines x -0.99756, y 0.069756.',
    ])
    // The farm replaces MYSEED before FLUKA reads it, so there is no number here.
    expect([deck.seed, deck.primaries, deck.defaults]).toEqual([null, 25000, 'PRECISIO'])
    expect(deck.decay.irradiation.length).toBe(8)
    expect(deck.decay.irradiation[6]).toEqual({ seconds: 7200, perSecond: 1.5604e13 })
    expect(deck.decay.coolingSeconds).toEqual([0, 86400, 604800, 2419200, 4838400, 31536000, 3.1536e8, 6.3072e8, 3600])
    // As the merged files of the run: twelve detectors in unit 23, six in unit 25 after 28 days.
    const [yields, activities] = [23, 25].map((unit) => deck.units.find((one) => one.unit === unit))
    expect([yields?.detectors.length, yields?.classes]).toEqual([12, ['RESNUCLE']])
    expect(activities?.detectors.length).toBe(6)
    const target = deck.scorers.find((one) => one.name === 'TargetAct')
    expect(target).toEqual({
      class: 'RESNUCLE',
      name: 'TargetAct',
      unit: 25,
      form: 'binary',
      coolingTimes: [4],
      words: 'residual nuclei in Target',
    })
    expect(deck.regions.filter((region) => region.material === null)).toEqual([])
    expect(deck.regions.find((region) => region.name === 'Target')?.material).toBe('TUNGSTEN')
    expect(deck.missing).toEqual([])
  })

  it('materials and regions by number as well as by name', () => {
    const named = inspect('decks/pymchelper_example.inp')
    const fixed = inspect('decks/pymchelper_exfixed.inp')
    expect(fixed.regions.map((region) => region.material)).toEqual(['BLCKHOLE', 'VACUUM', 'BERYLLIU', 'BERYLLIU'])
    expect(named.regions.map((region) => region.material)).toEqual(fixed.regions.map((region) => region.material))
    expect(fixed.scorers.map((one) => [one.class, one.name, one.unit])).toEqual(
      named.scorers.map((one) => [one.class, one.name, one.unit]),
    )
    expect(named.beam?.stated).toBe('momentum')
    // sqrt(50^2 + m^2) - m
    expect(named.beam?.kineticEnergyGeV).toBeCloseTo(Math.sqrt(2500 + 0.93827208816 ** 2) - 0.93827208816, 10)
    expect(fixed.scorers[0]?.words).toBe('by region, in the listing: deposited energy, primaries')
  })

  it('which line of FLUKA a deck is for, with reasons, or that it does not tell', () => {
    const guess = (name: string) => inspect(name).flavour.flavour
    expect(guess('decks/muons_XeLS.inp')).toBe('infn')
    expect(guess('decks/XPRcolli.inp')).toBe('infn')
    expect(guess('decks/MOLLER-hallA_water_activity.inp')).toBe('infn')
    expect(guess('decks/bragg_peak.inp')).toBe(null)
    expect(inspect('decks/XPRcolli.inp').flavour.reasons[0]?.reason).toMatch(/LOW-PWXS as FLUKA \(INFN\).*line 86/)
  })
})

describe('a summary', () => {
  it('says which line of FLUKA LOW-PWXS is written for', () => {
    const of = (...whats: (number | string | null)[]) => guessFlavour([card('LOW-PWXS', whats)]).flavour
    expect(of(-1)).toBe('cern4')
    expect(of(null, 'graphite', 296, 'CARBON')).toBe('cern4')
    expect(of(1, null, null, 3, '@LASTMAT')).toBe('infn')
    const both = guessFlavour([card('LOW-PWXS', [-1]), card('PHYSICS', [1], 'ISOMERS')])
    expect([both.flavour, both.reasons.length]).toEqual([null, 2])
  })

  it('tells a disc, a spread and a divergence of the beam', () => {
    const beam = beamSummary([
      card('BEAM', [-0.04, -0.001, 10000, 1.7, 0, -1], 'PROTON'),
      card('BEAMPOS', [0, 0, -5], 'NEGATIVE'),
    ])
    expect(beam?.spot).toEqual({ shape: 'ring', inner: 0, outer: 1.7 })
    // sqrt(40^2 + 2 x 40 x 938.272) MeV/c.
    expect((beam?.momentumGeV ?? 0) * 1000).toBeCloseTo(276.879, 3)
    expect(beam?.words).toEqual([
      'Protons, 40 MeV kinetic energy (276.879 MeV/c momentum).',
      'The spot is a flat disc of 1.7 cm radius.',
      'It starts at (0, 0, -5) cm towards negative z.',
      'Spread of momentum: Gaussian, 0.001 GeV/c FWHM (sigma 0.000424661 GeV/c).',
      'It goes in all directions.',
    ])
    expect(beamSummary([card('BEAM', [-0.4], 'HEAVYION'), card('HI-PROPE', [6, 12])])?.words[0]).toBe(
      'Ions of Z = 6, A = 12, 400 MeV kinetic energy per nuclear mass unit.',
    )
    expect(beamSummary([])).toBe(null)
  })

  it('names the cards that are missing, with the reason, and those that stand twice', () => {
    const bare = inspectDeck({ deck: { nodes: [card('START', [10]), card('START', [20])] }, problems: [] })
    expect(bare.missing.map((one) => one.command)).toEqual(['BEAM', 'GEOBEGIN', 'ASSIGNMA', 'RANDOMIZ'])
    expect(bare.missing.every((one) => one.reason.length > 20)).toBe(true)
    expect(bare.repeated).toEqual(['START'])
    expect([bare.primaries, bare.seed]).toEqual([20, null])
    expect(inspectDeck({ deck: { nodes: [card('START'), card('RANDOMIZ')] }, problems: [] })).toMatchObject({
      primaries: 5000,
      seed: 54217137,
    })
  })
})

describe('help of cards', () => {
  it('exists for each known command, with six fields for each line where fields are described', () => {
    for (const command of COMMANDS) {
      const help = cardHelp(command)
      expect(help?.purpose, command).toMatch(/\.$/u)
      for (const field of help?.whats ?? []) expect(field.meaning, command).not.toBe('')
    }
    expect(cardHelp('RESNUCLE')?.whats.length).toBe(6)
    expect(cardHelp('USRBIN')?.whats.length).toBe(12)
    expect(cardHelp('NOTACARD')).toBe(undefined)
  })

  it('depends on the text field and on the line of FLUKA where they decide', () => {
    expect(cardHelp('PHYSICS', 'EVAPORAT')?.whats[0]?.meaning).toContain('heavy fragments')
    expect(cardHelp('PHYSICS', 'ISOMERS', 'cern4')?.flavourNote).toContain('FLUKA (INFN) only')
    expect(cardHelp('LOW-PWXS', '', 'cern4')?.whats[1]?.meaning).toContain('bound form')
    expect(cardHelp('LOW-PWXS', '', 'infn')?.whats[0]?.meaning).toBe('1: on')
  })
})

describe('names', () => {
  it('of people become names of a deck, each its own', () => {
    const taken = new Set<string>()
    const named = ['Graphite window', 'Graphite wall', '2nd disc', 'é µ', '', 'END', 'or'].map((text) => {
      const name = deckName(text, taken)
      taken.add(name)
      return name
    })
    expect(named).toEqual(['Graphite', 'Graphit2', 'X2nddisc', 'e', 'X', 'END2', 'or2'])
    expect(deckName('D01YIELD', new Set(), 10)).toBe('D01YIELD')
  })

  it('25 elements are numbered', () => {
    expect([...KNOWN_MATERIALS.values()].filter((one) => one.number !== null).length).toBe(25)
    expect(KNOWN_MATERIALS.get('TANTALUM')?.number).toBe(18)
    expect(KNOWN_MATERIALS.get('NICKEL')?.number).toBe(25)
  })
})
