/**
 * What this model can say and what it cannot, in words. A refusal keeps a job from being accepted; a note travels with
 * the result.
 */

import type { EngineRemark } from '#engines/engine/engine.ts'
import { elementSymbol } from '#nuclides/elements.ts'
import { nuclideOfZai } from '#nuclides/nuclide.ts'
import type { Setup } from '#simulation/document.ts'
import { scoringOf } from '#simulation/scoring.ts'
import { beamEnergies, fractionAbove } from './beam-spectrum.ts'
import { fissileElementOf } from './fission-cross-section.ts'
import { HEAVIEST_ELEMENT, type ReadLayer } from './input.ts'
import { fissionsOf, type Production } from './production.ts'
import { hasOwnStoppingFit } from './stopping.ts'

/** Beam energies with yields, MeV. Between the first two the classes are raised. */
export const LOWEST_ENERGY_MEV = 5
export const LOWEST_FITTED_ENERGY_MEV = 12
export const HIGHEST_ENERGY_MEV = 100
/** Largest energy spread with yields, as a fraction of the energy (one standard deviation). */
export const LARGEST_SPREAD = 0.2
/** A part of the beam beyond the highest energy is worth a note, and a class, from here on. */
export const NOTABLE_FRACTION_ABOVE = 0.01
/** Fractions of the beam that pass beside the target are worth a note from here on. */
const NOTABLE_MISSED_FRACTION = 1e-4

const LAYERS = 'setup.target.layers'
const ENERGY = 'setup.beam.energyMeV'
const SPREAD = 'setup.beam.energySpreadMeV'

const refusal = (code: string, path: string, message: string): EngineRemark => ({
  code,
  severity: 'refusal',
  path,
  message,
})
const note = (code: string, path: string, message: string): EngineRemark => ({ code, severity: 'note', path, message })

const percent = (fraction: number): string => `${Number((100 * fraction).toPrecision(2))} %`

/** Names of layers in a sentence; long stacks are cut. */
function named(names: readonly string[]): string {
  return names.length <= 4 ? names.join(', ') : `${names.slice(0, 3).join(', ')} and ${names.length - 3} more`
}

const isFissile = (layer: ReadLayer): boolean =>
  layer.composition.some((component) => fissileElementOf(component.z) !== undefined)

/** What stops even ranges and heat from being computed. */
export function inputRefusals(layers: readonly ReadLayer[]): readonly EngineRemark[] {
  return layers.flatMap(({ layer, composition }, index) => {
    const heavy = composition.filter((component) => component.z > HEAVIEST_ELEMENT)
    if (heavy.length === 0) return []
    return refusal(
      'BUILTIN_ELEMENT_UNKNOWN',
      `${LAYERS}.${index}.material`,
      `Layer ${layer.name} contains ${heavy.map(({ z }) => elementSymbol(z)).join(', ')}; the built-in model knows elements up to uranium. Take another material or another engine.`,
    )
  })
}

/**
 * What stops yields from being computed; ranges, exit energy and heat are given all the same.
 *
 * @param produced - The production integral of the setup.
 */
export function yieldRefusals(
  setup: Setup,
  layers: readonly ReadLayer[],
  produced: Production,
): readonly EngineRemark[] {
  const { energyMeV, particle } = setup.beam
  const targets = layers.filter(({ layer }) => layer.role === 'target')
  const found: EngineRemark[] = []
  if ((particle as string) !== 'proton') {
    found.push(
      refusal(
        'BUILTIN_PARTICLE',
        'setup.beam.particle',
        `The built-in model knows protons, not ${particle}. Take another engine.`,
      ),
    )
  }
  if (targets.length === 0) {
    found.push(
      refusal(
        'BUILTIN_NO_TARGET_LAYER',
        LAYERS,
        'No layer has the role "target", so there is nothing to score. Give the role "target" to the layers whose products are wanted.',
      ),
    )
  } else if (!targets.some(isFissile)) {
    found.push(
      refusal(
        'BUILTIN_TARGET_NOT_FISSILE',
        LAYERS,
        `No target layer contains uranium or thorium (${named([...new Set(targets.map(({ layer }) => layer.material))])}). The built-in model computes the products of fission only; for this target it gives range, exit energy and heat. Take another engine for its yields.`,
      ),
    )
  }
  if (energyMeV > HIGHEST_ENERGY_MEV) {
    found.push(
      refusal(
        'BUILTIN_ENERGY_ABOVE_SCOPE',
        ENERGY,
        `The beam has ${energyMeV} MeV; the built-in model computes yields from ${LOWEST_FITTED_ENERGY_MEV} to ${HIGHEST_ENERGY_MEV} MeV, because above it secondary particles make a good part of the products. It gives range, exit energy and heat of slowing down. Lower the energy or take another engine.`,
      ),
    )
  }
  if (energyMeV < LOWEST_ENERGY_MEV) {
    found.push(
      refusal(
        'BUILTIN_ENERGY_BELOW_SCOPE',
        ENERGY,
        `The beam has ${energyMeV} MeV; below ${LOWEST_ENERGY_MEV} MeV protons make no fission. Raise the energy: the built-in model is fitted from ${LOWEST_FITTED_ENERGY_MEV} to ${HIGHEST_ENERGY_MEV} MeV.`,
      ),
    )
  }
  const { energySpreadMeV } = setup.beam
  if (energySpreadMeV > LARGEST_SPREAD * energyMeV) {
    const most = Number((LARGEST_SPREAD * energyMeV).toPrecision(3))
    found.push(
      refusal(
        'BUILTIN_SPREAD_TOO_WIDE',
        SPREAD,
        `The energy spread is ${energySpreadMeV} MeV, ${percent(energySpreadMeV / energyMeV)} of ${energyMeV} MeV; the built-in model computes yields up to ${percent(LARGEST_SPREAD)}, here ${most} MeV, because a normal distribution that wide reaches energies that no beam has. It gives range, exit energy and heat, for the part above zero. Lower the spread, or compute energies one by one with a scan of the energy.`,
      ),
    )
  }
  if (found.length === 0) {
    const fissions = produced.layers
      .filter(({ layer }) => layer.role === 'target')
      .reduce((sum, layer) => sum + fissionsOf(layer), 0)
    if (!(fissions > 0)) {
      found.push(
        refusal(
          'BUILTIN_NO_FISSION',
          LAYERS,
          `No proton reaches uranium or thorium with enough energy for fission: ${whyNoFission(produced)} Make what stands before the target thinner, raise the energy or change the beam spot.`,
        ),
      )
    }
  }
  return found
}

function whyNoFission(produced: Production): string {
  if (produced.missed > 0.999999) {
    const last = produced.layers.findLast((layer) => layer.stopping > 0.5)
    return last ? `they stop in ${last.layer.name}.` : 'the beam passes beside all target layers.'
  }
  return 'they arrive below the threshold.'
}

/** What a reader of the result must know. */
export function notesOf(setup: Setup, layers: readonly ReadLayer[], produced: Production): readonly EngineRemark[] {
  const targets = layers.filter(({ layer }) => layer.role === 'target')
  const fissile = targets.filter(isFissile)
  return [
    ...scoringNotes(layers, targets, fissile),
    ...distributionNotes(setup),
    ...isotopeNotes(layers, fissile),
    ...beamNotes(setup, produced),
    ...stoppingNotes(layers),
  ]
}

function scoringNotes(
  layers: readonly ReadLayer[],
  targets: readonly ReadLayer[],
  fissile: readonly ReadLayer[],
): EngineRemark[] {
  const found = [
    note(
      'BUILTIN_FISSION_PRODUCTS_ONLY',
      LAYERS,
      'Only products of fission by beam protons are scored. Products of capture, (p,xn) and other reactions without fission, and those of carbon and other light elements, are not scored; their absence is no upper limit.',
    ),
    note(
      'BUILTIN_FRAGMENTS_INDEPENDENT',
      'setup.engine.id',
      'The two fragments of a fission are drawn independently of each other: correlations between fission partners are not modelled.',
    ),
    note(
      'BUILTIN_NEUTRONS_NOT_FOLLOWED',
      'setup.engine.id',
      'Fission by secondary neutrons is not included: 1 to 2 % of the fissions in thin discs, up to 5 % in a compact target of 100 g.',
    ),
  ]
  const barren = targets.filter((layer) => !isFissile(layer)).map(({ layer }) => layer.name)
  if (barren.length > 0 && fissile.length > 0) {
    found.push(
      note(
        'BUILTIN_LAYER_WITHOUT_FISSION',
        LAYERS,
        `Target layers without uranium or thorium have no scored products: ${named(barren)}.`,
      ),
    )
  }
  const elsewhere = layers.filter((layer) => layer.layer.role !== 'target' && isFissile(layer))
  if (elsewhere.length > 0) {
    found.push(
      note(
        'BUILTIN_FISSION_OUTSIDE_TARGET',
        LAYERS,
        `${named(elsewhere.map(({ layer }) => layer.name))}: reactions and fissions in windows and dumps are neither counted nor scored; they are not part of any region.`,
      ),
    )
  }
  return found
}

/**
 * A note and no refusal: the nuclides of the result are as right with a mesh in the document as without it, and the same
 * document is sent to engines that do score meshes. The result says that they are missing; it shows no empty ones.
 */
function distributionNotes(setup: Setup): EngineRemark[] {
  const { meshes, spectra } = scoringOf(setup)
  const names = [...meshes, ...spectra].map(({ name }) => name)
  if (names.length === 0) return []
  return [
    note(
      'BUILTIN_NO_DISTRIBUTIONS',
      'setup.scoring',
      `The built-in model follows no particle through space, so it scores no meshes and no spectra: ${named(names)} will not be in the result. The heat of slowing down is given layer by layer. For maps and spectra take an engine that transports particles.`,
    ),
  ]
}

function isotopeNotes(layers: readonly ReadLayer[], fissile: readonly ReadLayer[]): EngineRemark[] {
  const found: EngineRemark[] = []
  let light = 0
  let otherThorium = 0
  let thorium = false
  let path = ''
  for (const one of fissile) {
    const sums = new Map<number, number>()
    for (const { zai, atomFraction } of one.material.isotopes) {
      const { z } = nuclideOfZai(zai)
      sums.set(z, (sums.get(z) ?? 0) + atomFraction)
    }
    for (const { zai, atomFraction } of one.material.isotopes) {
      const { z, a } = nuclideOfZai(zai)
      const share = atomFraction / sums.get(z)!
      if (z === 90) thorium = true
      if (z === 92 && a !== 238 && share > light) {
        light = share
        path = `${LAYERS}.${layers.indexOf(one)}.material`
      }
      if (z === 90 && a !== 232 && share > otherThorium) otherThorium = share
    }
  }
  if (light > 0) {
    const heavy = light > 0.05 ? ' This is far from the data behind the model: expect more than the stated error.' : ''
    found.push(
      note(
        'BUILTIN_URANIUM_AS_238U',
        path,
        `235U and the other isotopes of uranium are treated as 238U (up to ${percent(light)} of the uranium here).${heavy}`,
      ),
    )
  }
  if (thorium) {
    const others = otherThorium > 0 ? ` All isotopes of thorium are treated as 232Th.` : ''
    found.push(
      note(
        'BUILTIN_THORIUM',
        LAYERS,
        `Thorium: the fission cross section is known to 12 % below 30 MeV and 10 to 25 % above, and of the yields only the symmetric share was fitted.${others}`,
      ),
    )
  }
  return found
}

function beamNotes(setup: Setup, produced: Production): EngineRemark[] {
  const found: EngineRemark[] = []
  if (setup.beam.energyMeV < LOWEST_FITTED_ENERGY_MEV) {
    found.push(
      note(
        'BUILTIN_ENERGY_BELOW_FIT',
        ENERGY,
        `The model is fitted from ${LOWEST_FITTED_ENERGY_MEV} MeV on; at ${setup.beam.energyMeV} MeV every error class is one step worse.`,
      ),
    )
  }
  const energies = beamEnergies(setup.beam.energyMeV, setup.beam.energySpreadMeV)
  const above = fractionAbove(energies, HIGHEST_ENERGY_MEV)
  if (setup.beam.energyMeV <= HIGHEST_ENERGY_MEV && above > NOTABLE_FRACTION_ABOVE) {
    found.push(
      note(
        'BUILTIN_SPREAD_ABOVE_SCOPE',
        SPREAD,
        `About ${Math.round(100 * above)} % of the beam has more than ${HIGHEST_ENERGY_MEV} MeV. Its fissions are counted, though above it secondary particles, which are not followed, make a good part of the products; every error class is one step worse.`,
      ),
    )
  }
  if (produced.missed > NOTABLE_MISSED_FRACTION) {
    found.push(
      note(
        'BUILTIN_BEAM_MISSES',
        'setup.beam.shape',
        `${percent(produced.missed)} of the beam meets no target layer. Numbers are per proton of the whole beam.`,
      ),
    )
  }
  const reached = (name: string): boolean => produced.layers.some((one) => one.layer.name === name && one.entering > 0)
  const dry = produced.layers.filter(({ layer }) => layer.role === 'target' && !reached(layer.name))
  const last = produced.layers.findLast((layer) => layer.stopping > 0)
  if (dry.length > 0 && last) {
    found.push(
      note(
        'BUILTIN_BEAM_STOPS',
        LAYERS,
        `The protons stop in ${last.layer.name}; no proton reaches ${named(dry.map(({ layer }) => layer.name))}.`,
      ),
    )
  }
  return found
}

function stoppingNotes(layers: readonly ReadLayer[]): EngineRemark[] {
  const interpolated = new Set<number>()
  for (const { composition } of layers) {
    for (const { z } of composition) if (z <= HEAVIEST_ELEMENT && !hasOwnStoppingFit(z)) interpolated.add(z)
  }
  if (interpolated.size === 0) return []
  const names = [...interpolated].sort((a, b) => a - b).map(elementSymbol)
  return [
    note(
      'BUILTIN_STOPPING_INTERPOLATED',
      LAYERS,
      `Stopping power of ${named(names)}: corrections to Bethe's formula are interpolated between neighbouring elements, with the element's own mean excitation energy (error below 1 %).`,
    ),
  ]
}
