/** From the setup a user describes to the stack the model sees. */

import { atomicMassOf } from '#nuclides/masses.ts'
import { nuclideOfZai } from '#nuclides/nuclide.ts'
import type { Layer, Setup, Target } from '#simulation/document.ts'
import { type ResolvedMaterial, resolveMaterial } from '#simulation/materials.ts'
import type { MassComponent } from './stopping.ts'
import type { StackLayer, TargetStack } from './target-stack.ts'

/** Elements this model has numbers for. */
export const HEAVIEST_ELEMENT = 92

/** A layer with what the model knows and does not know of its material. */
export interface ReadLayer {
  readonly layer: Layer
  readonly material: ResolvedMaterial
  readonly composition: readonly MassComponent[]
}

/**
 * Elements of a material with their molar masses: the mean over the isotopes present, so that enrichment counts.
 * Atomic masses: AME2020.
 */
function compositionOf(material: ResolvedMaterial): readonly MassComponent[] {
  const grams = new Map<number, number>()
  const moles = new Map<number, number>()
  for (const { zai, massFraction } of material.isotopes) {
    const { z, a } = nuclideOfZai(zai)
    const mass: number = atomicMassOf(z, a)?.mass ?? a
    grams.set(z, (grams.get(z) ?? 0) + massFraction)
    moles.set(z, (moles.get(z) ?? 0) + massFraction / mass)
  }
  const total = [...grams.values()].reduce((sum, part) => sum + part, 0)
  return [...grams].map(([z, part]) => ({ z, massFraction: part / total, molarMass: part / moles.get(z)! }))
}

/** Resolves the layers of a target; a material used by several layers is resolved once. */
export function readLayers(target: Target): readonly ReadLayer[] {
  const known = new Map<string, { material: ResolvedMaterial; composition: readonly MassComponent[] }>()
  return target.layers.map((layer) => {
    let read = known.get(layer.material)
    if (!read) {
      const material = resolveMaterial(target, layer)
      read = { material, composition: compositionOf(material) }
      known.set(layer.material, read)
    }
    return { layer, ...read }
  })
}

/**
 * @throws MaterialError when the document was not checked before.
 */
export function stackOf(setup: Setup, layers: readonly ReadLayer[] = readLayers(setup.target)): TargetStack {
  const { energyMeV, energySpreadMeV, shape } = setup.beam
  return {
    beam: { energyMeV, energySpreadMeV, shape },
    layers: layers.map(
      ({ layer, composition }): StackLayer => ({
        name: layer.name,
        role: layer.role,
        composition,
        densityGramPerCm3: layer.densityGramPerCm3,
        thicknessMm: layer.thicknessMm,
        radiusMm: layer.diameterMm / 2,
      }),
    ),
  }
}
