import { describe, expect, it } from 'vitest'
import { documentSchema, type Setup } from '#simulation/document.ts'
import { presetById } from '#simulation/presets.ts'
import { WOBBLED_ROUTINE } from './compose/source-routine.ts'
import { remarksAnywhere } from './remarks-anywhere.ts'
import { remarksOn } from './scope.ts'
import type { FlukaSite } from './site.ts'

const site = (...routines: string[]): FlukaSite => ({
  flavour: 'infn',
  version: '2024.1.3',
  label: 'FLUKA 2024.1.3 (INFN)',
  standIn: false,
  routines: new Set(routines),
  program: null,
})

const spes = presetById('spes-uc4')!.document.setup
const setupOf = (more: object): Setup =>
  documentSchema.parse({ isolario: 1, setup: { ...spes, engine: { id: 'fluka' }, ...more } }).setup
const refusals = (setup: Setup, at = site()) =>
  remarksOn(setup, at)
    .filter(({ severity }) => severity === 'refusal')
    .map(({ code, path }) => [code, path])
const wobbled = (more: object = {}) => ({
  beam: { energyMeV: 40, shape: { kind: 'wobbled', sigmaMm: 7, wobbleRadiusMm: 11 }, ...more },
})

describe('what FLUKA cannot be told', () => {
  it('is nothing of the SPES target', () => {
    expect(refusals(setupOf({}))).toEqual([])
  })

  it('is a wobbled beam where the site has not compiled its routine, or with a spread of energy', () => {
    expect(refusals(setupOf(wobbled()))).toEqual([['FLUKA_ROUTINE_MISSING', 'setup.beam.shape.kind']])
    const compiled = site(WOBBLED_ROUTINE.name)
    expect(refusals(setupOf(wobbled()), compiled)).toEqual([])
    const notes = remarksOn(setupOf(wobbled()), compiled).filter(({ code }) => code === 'FLUKA_ROUTINE')
    expect(notes[0]?.message).toContain(WOBBLED_ROUTINE.sha256)
    expect(refusals(setupOf(wobbled({ energySpreadMeV: 0.1 })), compiled)).toEqual([
      ['FLUKA_WOBBLED_SPREAD', 'setup.beam.energySpreadMeV'],
    ])
  })

  it('is a spectrum at a face that a narrower layer divides', () => {
    const layer = { role: 'target', material: 'UC4', densityGramPerCm3: 4, thicknessMm: 2 }
    const layers = [
      { ...layer, name: 'a', diameterMm: 40 },
      { ...layer, name: 'b', diameterMm: 30 },
    ]
    const spectra = [
      { name: 'fine', estimator: 'current', layer: 'b' },
      { name: 'bad', estimator: 'current', layer: 'a' },
    ]
    const setup = setupOf({ target: { layers }, scoring: { meshes: [], spectra } })
    expect(refusals(setup)).toEqual([['FLUKA_FACE_DIVIDED', 'setup.scoring.spectra.1.layer']])
  })

  it('is known where no FLUKA is, of a simulation for any engine', () => {
    const said = (setup: Setup) => remarksAnywhere(setup).map(({ severity, code }) => `${severity} ${code}`)
    expect(said(spes)).toEqual(said(setupOf({})))
    expect(said(spes)).toContain('note FLUKA_WEIGHTS')
    expect(said(spes).filter((one) => one.startsWith('refusal'))).toEqual([])
    const asked = { ...spes, engine: setupOf({ engine: { id: 'fluka', decayInEngine: true } }).engine }
    expect(said(asked)).toEqual(['refusal FLUKA_DECAY_IN_ENGINE'])
    // A routine that a site can compile is told as a note.
    expect(said({ ...spes, ...setupOf(wobbled()) })).toContain('note FLUKA_ROUTINE')
  })

  it('says of which materials FLUKA must find the neutron data by name', () => {
    const layers = spes.target.layers.map((layer) => (layer.role === 'target' ? { ...layer, material: 'LaC2' } : layer))
    const notes = remarksOn(setupOf({ target: { ...spes.target, layers } }), site())
    expect(notes.map(({ message }) => message).join('\n')).toMatch(/neutron data of LANTHANU in LaC2 by its name,/)
  })
})
