/** The digest of a setup: equal digests mean that statistics may be added together (physics conventions 1). */

import { sha256 } from '@noble/hashes/sha2.js'
import { canonicalJson } from './canonical-json.ts'
import type { BeamShape, Setup } from './document.ts'
import type { EngineChoice } from './engine-choice.ts'
import { resolveMaterial } from './materials.ts'
import { sortedRoutines } from './routines.ts'
import { type ScoredThing, scoredThings } from './scored-axes.ts'

/** Changes whenever the meaning of a setup in the digest changes, so that old and new statistics do not mix. */
const DIGEST_FORM = 'isolario-setup/1'

/** Isotope fractions are compared to this many digits: beyond it stands only the rounding of sums. */
const FRACTION_DIGITS = 12

/**
 * SHA-256 of what a setup means, 64 hexadecimal digits.
 *
 * Materials enter as their isotopes, so that a mixture `U:1, C:4` and the library's UC4 are the same setup, and a
 * changed library is another one. Names of mixtures, mixtures that no layer uses and the gap before the first layer say
 * nothing and are left out. Meshes and spectra enter as what they cover, defaults filled in; routine files
 * in the order of their names. Names of layers stay: results are kept under them.
 * @throws MaterialError when the setup was not checked before.
 */
export function setupDigest(setup: Setup): string {
  return hexadecimal(sha256(asciiBytes(canonicalJson(meaningOf(setup)))))
}

/** What the digest is taken of; exported for people who ask why two digests differ. */
export function meaningOf(setup: Setup): unknown {
  const { beam, target, engine } = setup
  const scored = scoredThings(setup)
  return {
    form: DIGEST_FORM,
    beam: { ...beam, shape: shapeMeaning(beam.shape) },
    layers: target.layers.map((layer, index) => ({
      name: layer.name,
      role: layer.role,
      densityGramPerCm3: layer.densityGramPerCm3,
      thicknessMm: layer.thicknessMm,
      diameterMm: layer.diameterMm,
      gapMm: index === 0 ? 0 : layer.gapMm,
      isotopes: resolveMaterial(target, layer).isotopes.map(({ zai, atomFraction }) => [
        zai,
        Number(atomFraction.toPrecision(FRACTION_DIGITS)),
      ]),
    })),
    // Absent as long as nothing is asked for: a setup without it means what it meant before there was scoring.
    ...(scored.length > 0 ? { scoring: scored.map(scoredMeaning) } : {}),
    engine: engineMeaning(engine),
  }
}

/** The order of routine files says nothing, and an empty list of them is none. */
function engineMeaning(engine: EngineChoice): EngineChoice {
  if (engine.id !== 'fluka' || engine.template?.routines === undefined) return engine
  const { routines, ...template } = engine.template
  if (routines.length === 0) return { ...engine, template }
  return { ...engine, template: { ...template, routines: [...sortedRoutines(routines)] } }
}

/** The ends of an axis and their number of bins say it all; edges between them are rounded. */
const scoredMeaning = ({ axes, extent: _, ...thing }: ScoredThing) => ({
  ...thing,
  axes: axes.map(({ name, scale, edges }) => [name, scale, edges[0], edges.at(-1), edges.length - 1]),
})

/** A spot that is wobbled on a circle of radius 0 is a Gaussian spot. */
function shapeMeaning(shape: BeamShape): BeamShape {
  if (shape.kind !== 'wobbled' || shape.wobbleRadiusMm !== 0) return shape
  return { kind: 'gaussian', sigmaXMm: shape.sigmaMm, sigmaYMm: shape.sigmaMm }
}

/** Canonical JSON is ASCII by construction, so that no text encoder of the host is needed. */
function asciiBytes(text: string): Uint8Array {
  return Uint8Array.from(text, (sign) => sign.charCodeAt(0))
}

const hexadecimal = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
