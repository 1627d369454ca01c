/** From a setup to the text of a deck that has been read back and checked: the door through which every deck of ours goes. */

import { nuclideOfZai } from '#nuclides/nuclide.ts'
import type { Setup } from '#simulation/document.ts'
import { resolveMaterial } from '#simulation/materials.ts'
import { composeDeck, type DeckChoices, type DeckNote, type DeckRun } from '../compose/compose-deck.ts'
import type { DeckManifest } from '../compose/manifest.ts'
import { withoutDividedFaces } from '../compose/scored-faces.ts'
import { readDeck } from '../deck/read-deck.ts'
import { writeDeck } from '../deck/write-deck.ts'
import { checkComposedDeck } from './check-deck.ts'
import type { DeckFinding } from './deck-finding.ts'
import type { HeaviestNucleus } from './residual-nuclei.ts'

export interface CheckedDeck {
  readonly text: string
  readonly manifest: DeckManifest
  readonly notes: readonly DeckNote[]
  /** Empty for a deck that says what was asked. */
  readonly findings: readonly DeckFinding[]
}

/** @throws MaterialError when the document was not checked before. */
export function checkedDeck(setup: Setup, choices: DeckChoices, run: DeckRun, name: string): CheckedDeck {
  // Without a template such a setup is refused before (scope.ts).
  const isOwn = setup.engine.id === 'fluka' && setup.engine.template !== null
  const composed = composeDeck(isOwn ? withoutDividedFaces(setup) : setup, choices, run, name)
  const written = writeDeck(composed.deck)
  const read = readDeck(written.text)
  const findings = [...read.problems, ...checkComposedDeck(composed, written, read.deck, heaviestOf(setup))]
  return { text: written.text, manifest: composed.manifest, notes: composed.notes, findings }
}

/** Largest charge number, and largest N - Z, of what the target layers are made of. */
function heaviestOf({ target }: Setup): HeaviestNucleus {
  const layers = target.layers.filter(({ role }) => role === 'target')
  // Layers of one material have the same nuclides: each material is looked up once.
  const materials = new Map(layers.map((layer) => [layer.material, layer]))
  let heaviest: HeaviestNucleus = { z: 0, excess: 0 }
  for (const layer of materials.values()) {
    for (const { zai } of resolveMaterial(target, layer).isotopes) {
      const { z, a } = nuclideOfZai(zai)
      heaviest = { z: Math.max(heaviest.z, z), excess: Math.max(heaviest.excess, a - 2 * z) }
    }
  }
  return heaviest
}
