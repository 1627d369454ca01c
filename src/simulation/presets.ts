/**
 * Ready-made simulations: the defaults of the form, the examples, the starting points of links.
 *
 * A preset that was published keeps its content for ever (a test holds its digest); a better one gets a new name.
 */

import { type BeamShape, DOCUMENT_VERSION, documentSchema, type Layer, type SimulationDocument } from './document.ts'
import { type CentredLayer, layersFromCentres } from './geometry.ts'

export interface Preset {
  /** Name in links and files: `spes-uc4`. */
  readonly id: string
  readonly title: string
  readonly description: string
  readonly document: SimulationDocument
}

/** What the form shows when nothing else is asked for. */
export const DEFAULT_PRESET = 'spes-uc4'

/** Centres of the seven discs of the SPES target along the beam, mm (INFN Geant4 release program; target-and-beam 1.1). */
const SPES_DISC_CENTRES_MM = [-66.82, -50.52, -33.22, -15.92, 9.38, 35.68, 54.98]

const GRAPHITE = { material: 'graphite', densityGramPerCm3: 1.9, diameterMm: 45 } as const

/**
 * The SPES stack: window, seven discs of 0.8 mm, three dumps.
 * @param windowCentreMm the window stands 10 mm before the first disc in SPES, at -100 mm in the reference run.
 */
function spesLayers(
  material: string,
  windowCentreMm: number,
  dumpCentresMm: readonly [number, number, number],
): readonly Layer[] {
  const disc = { role: 'target', material, densityGramPerCm3: 4, thicknessMm: 0.8, diameterMm: 40 } as const
  const dumpThicknessMm = [0.8, 0.8, 1]
  const centred: readonly CentredLayer[] = [
    { name: 'window', role: 'window', ...GRAPHITE, thicknessMm: 0.2, centreMm: windowCentreMm },
    ...SPES_DISC_CENTRES_MM.map((centreMm, index) => ({ name: `disc${index + 1}`, ...disc, centreMm })),
    ...dumpCentresMm.map((centreMm, index) => ({
      name: `dump${index + 1}`,
      role: 'dump' as const,
      ...GRAPHITE,
      thicknessMm: dumpThicknessMm[index]!,
      centreMm,
    })),
  ]
  const stack = layersFromCentres(centred)
  if (!stack.ok) throw new Error(stack.problems[0]!.message)
  return stack.layers
}

const SPES_WINDOW_MM = -76.82
const SPES_DUMPS_MM = [68.28, 75.08, 83.88] as const
/** Places of window and dumps in the reference run (Geant4 11.4.0, seven discs, 238U only). */
const REFERENCE_WINDOW_MM = -100
const REFERENCE_DUMPS_MM = [75, 85, 95] as const

const flat: BeamShape = { kind: 'flat', radiusMm: 17 }
const wobbled: BeamShape = { kind: 'wobbled', sigmaMm: 7, wobbleRadiusMm: 11 }

function preset(id: string, title: string, description: string, setup: unknown, more: object = {}): Preset {
  return {
    id,
    title,
    description,
    document: documentSchema.parse({ isolario: DOCUMENT_VERSION, name: title, setup, ...more }),
  }
}

let built: readonly Preset[] | undefined

/** All presets, the default first. */
export function presets(): readonly Preset[] {
  built ??= [
    preset(
      'spes-uc4',
      'SPES UC4 target, 40 MeV protons',
      'Seven UC4 discs of natural uranium, flat beam of 17 mm radius, 200 uA.',
      { beam: { energyMeV: 40, shape: flat }, target: { layers: spesLayers('UC4', SPES_WINDOW_MM, SPES_DUMPS_MM) } },
    ),
    preset(
      'spes-uc4-wobbled',
      'SPES UC4 target, wobbled beam',
      'The same target with a Gaussian spot of 7 mm wobbled on 11 mm: 14.8 % of the protons miss the discs.',
      { beam: { energyMeV: 40, shape: wobbled }, target: { layers: spesLayers('UC4', SPES_WINDOW_MM, SPES_DUMPS_MM) } },
    ),
    preset(
      'reference-u238',
      'Reference geometry, 238U only',
      'Geometry and isotopes of the Geant4 reference run: UC4 of 238U alone, window and dumps in other places.',
      {
        beam: { energyMeV: 40, shape: flat },
        target: { layers: spesLayers('UC4-238', REFERENCE_WINDOW_MM, REFERENCE_DUMPS_MM) },
      },
    ),
    preset(
      'thin-uc4',
      'Thin UC4 foil, 25 MeV protons',
      'One foil of 10 um: the energy hardly changes in it, as in measurements of isotopic yields.',
      {
        beam: { energyMeV: 25, shape: { kind: 'pencil' } },
        target: {
          layers: [{ name: 'foil', material: 'UC4', densityGramPerCm3: 4, thicknessMm: 0.01, diameterMm: 20 }],
        },
      },
      { operation: { currentMicroampere: 1 } },
    ),
    preset(
      'thorium-carbide',
      'Thorium carbide target, 40 MeV protons',
      'The SPES stack with discs of thorium carbide and graphite, Th:C = 1:4, of the same density.',
      { beam: { energyMeV: 40, shape: flat }, target: { layers: spesLayers('ThC4', SPES_WINDOW_MM, SPES_DUMPS_MM) } },
    ),
  ]
  return built
}

/** A preset by its name, or `undefined`. */
export const presetById = (id: string): Preset | undefined => presets().find((one) => one.id === id)
