/**
 * From a simulation's setup to a deck and its manifest. The same setup gives the same deck, letter by letter; only seed,
 * primaries and title are a run's own.
 *
 * The order is that of decks people write: title, defaults, beam, geometry, materials, physics, scoring, seed, start.
 * Source of the working set for residual nuclei: fluka.md 2.2 and target-and-beam.md 7.1.
 */

import type { Setup } from '#simulation/document.ts'
import { biasingCards } from '../deck/biasing-cards.ts'
import { type Card, card } from '../deck/card.ts'
import { comments, type Deck, type DeckNode, title } from '../deck/deck.ts'
import type { Flavour } from '../flavour.ts'
import { beamCards } from './beam-cards.ts'
import { type DecayRequest, decayCards } from './decay-cards.ts'
import { beamReach, deckBeam } from './deck-beam.ts'
import { deckMaterials } from './deck-materials.ts'
import { geometryNode } from './geometry-node.ts'
import type { DeckManifest } from './manifest.ts'
import { assignmentCards, materialCards } from './material-cards.ts'
import { physicsCards } from './physics-cards.ts'
import { scoredFaces } from './scored-faces.ts'
import { plannedUnits, scoringCards } from './scoring-cards.ts'
import { WOBBLED_ROUTINE } from './source-routine.ts'
import { type StackGeometry, stackGeometry } from './stack-geometry.ts'

/** What belongs to one run of a deck, not to the setup. */
export interface DeckRun {
  /** RANDOMIZ WHAT(2): 1 to 900,000,000. */
  readonly seed: number
  readonly primaries: number
}

/** What a user asked of FLUKA itself. */
export interface DeckChoices {
  readonly flavour: Flavour
  /** Follows ions through matter (IONTRANS) instead of leaving them where they are born. */
  readonly transportIons: boolean
  /** Interactions are this much more frequent and weigh so much less (LAM-BIAS); 1: as in nature. */
  readonly interactionBias: number
  /** Decay in the engine itself; `null`: build-up and decay are evaluated afterwards, on the result. */
  readonly decay: DecayRequest | null
}

export interface DeckNote {
  /** Path of the parameter, `setup.target.layers.1.material`. */
  readonly path: string
  readonly message: string
}

export interface ComposedDeck {
  readonly deck: Deck
  readonly manifest: DeckManifest
  /** The stack that the geometry describes, for checks. */
  readonly stack: StackGeometry
  /** What FLUKA is not told exactly as it was asked. */
  readonly notes: readonly DeckNote[]
}

/**
 * @param setup from a checked document, and one that this engine does not refuse (scope.ts).
 * @param name of the simulation, for the title line.
 */
export function composeDeck(setup: Setup, choices: DeckChoices, run: DeckRun, name: string): ComposedDeck {
  const stack = stackGeometry(setup.target.layers, beamReach(setup.beam.shape), scoredFaces(setup))
  const materials = deckMaterials(setup.target)
  const beam = deckBeam(setup.beam)
  const units = plannedUnits(setup, stack, choices.decay)
  const titleNode = title(name)
  const nodes: DeckNode[] = [
    titleNode,
    card('DEFAULTS', [], 'PRECISIO'),
    ...comments('Beam: energies in GeV, lengths in cm'),
    ...beamCards(beam, stack.beamStartCm),
    geometryNode(stack),
    ...comments('Materials: one compound for each material and density of the stack'),
    ...materialCards(materials),
    ...assignmentCards(stack, materials),
    ...comments('Physics: fragments by evaporation, light clusters by coalescence'),
    ...physicsCards(choices, targetMaterials(setup, materials)),
    ...(choices.decay ? decayCards(choices.decay, units) : []),
    ...comments('Scoring'),
    ...scoringCards(units),
    ...runCards(run),
  ]
  const deck: Deck = { nodes }
  return {
    deck,
    stack,
    notes: materials.notes,
    manifest: {
      flavour: choices.flavour,
      title: titleNode.text,
      units,
      biased: biasingCards(deck).length > 0,
      routine: beam.profile.kind === 'routine' ? WOBBLED_ROUTINE.name : null,
    },
  }
}

/** Names of the materials in which residual nuclei are scored. */
function targetMaterials(setup: Setup, { compounds, ofLayer }: ReturnType<typeof deckMaterials>): readonly string[] {
  const names = setup.target.layers.flatMap(({ role }, index) =>
    role === 'target' ? [compounds[ofLayer[index]!]!.name] : [],
  )
  return [...new Set(names)]
}

const runCards = ({ seed, primaries }: DeckRun): readonly Card[] => [
  card('RANDOMIZ', [1, seed]),
  card('START', [primaries]),
  card('STOP'),
]
