/** What FLUKA cannot be told, and what a reader of its numbers must know, in words and by parameter. */

import type { EngineRemark } from '#engines/engine/engine.ts'
import type { Setup } from '#simulation/document.ts'
import { routinesDigest, routinesOf } from '#simulation/routines.ts'
import { scoredThings } from '#simulation/scored-axes.ts'
import { scoringOf } from '#simulation/scoring.ts'
import { checkedDeck } from './check/checked-deck.ts'
import { dividedFaces } from './compose/scored-faces.ts'
import { WOBBLED_ROUTINE } from './compose/source-routine.ts'
import { MAX_COOLING_TIMES } from './compose/yield-units.ts'
import { problemText } from './deck/deck-problem.ts'
import { choicesOf, notAllowed } from './input.ts'
import { type OwnDeckFacts, triedOwnDeck } from './own-deck.ts'
import type { FlukaSite } from './site.ts'

/** FLUKA numbers what is in a file from 1; detectors of one file are bounded by its own table. */
export const MOST_TARGET_LAYERS = 200
/** Below it protons make no residual nuclei worth a run (Coulomb barrier of light nuclei). */
const LOWEST_ENERGY_MEV = 1

const refusal = (code: string, path: string, message: string): EngineRemark => ({
  code,
  severity: 'refusal',
  path,
  message,
})
const note = (code: string, path: string, message: string): EngineRemark => ({ code, severity: 'note', path, message })

/** All refusals, or all notes with the deck's own findings as refusals. */
export function remarksOn(setup: Setup, site: FlukaSite): readonly EngineRemark[] {
  const refusals = [...refusalsOf(setup), ...standInRefusals(setup, site), ...routineRefusals(setup, site)]
  return refusals.length > 0
    ? refusals
    : [...deckRemarks(setup, site), ...standInNotes(setup, site), ...routineNotes(setup, site)]
}

/** What only the stand-in cannot do: the built-in model follows the protons of the beam, and nothing that they make. */
function standInRefusals(setup: Setup, { standIn }: FlukaSite): readonly EngineRemark[] {
  if (!standIn) return []
  const { meshes, spectra } = scoringOf(setup)
  const cannot = (path: string, name: string, what: string): EngineRemark =>
    refusal(
      'FLUKA_STAND_IN_SCORING',
      path,
      `The stand-in for FLUKA follows the protons of the beam only: it scores deposited energy and their fluence, and not ${what}, which ${name} asks for. Leave it out.`,
    )
  return [
    ...meshes.flatMap(({ name, quantity }, index) =>
      quantity === 'neutron-fluence' || quantity === 'all-fluence'
        ? [
            cannot(
              `setup.scoring.meshes.${index}.quantity`,
              name,
              quantity === 'neutron-fluence' ? 'neutrons' : 'all particles',
            ),
          ]
        : [],
    ),
    ...spectra.flatMap(({ name, particle }, index) =>
      particle === 'proton' ? [] : [cannot(`setup.scoring.spectra.${index}.particle`, name, `${particle}s`)],
    ),
  ]
}

/** How the stand-in comes to what it scores. */
const standInNotes = (setup: Setup, { standIn }: FlukaSite): readonly EngineRemark[] =>
  standIn && scoredThings(setup).length > 0
    ? [
        note(
          'FLUKA_STAND_IN_TRACKS',
          'setup.scoring',
          'Meshes and spectra of the stand-in are those of the beam alone: straight tracks with the slowing-down, straggling and reactions of the built-in model, and the heat of fissions where they happen. Secondary particles and scattering to the side are not in them.',
        ),
      ]
    : []

const ROUTINES_PATH = 'setup.engine.template.routines'

/** Routines that the site does not allow, or could not compile. */
function routineRefusals(setup: Setup, { userRoutines, label, program }: FlukaSite): readonly EngineRemark[] {
  const files = routinesOf(setup)
  if (files.length === 0) return []
  if (userRoutines !== true) {
    return [refusal('FLUKA_ROUTINES_NOT_ALLOWED', ROUTINES_PATH, notAllowed(files, `this site's ${label}`))]
  }
  const tools = program?.workshop?.tools
  return typeof tools === 'string' ? [refusal('FLUKA_ROUTINE_TOOLS_MISSING', ROUTINES_PATH, tools)] : []
}

/** What a reader of numbers that foreign code had a hand in must know. */
function routineNotes(setup: Setup, { standIn }: FlukaSite): readonly EngineRemark[] {
  const files = routinesOf(setup)
  const digest = routinesDigest(files)
  if (digest === null) return []
  const names = files.map(({ name }) => name).join(', ')
  return [
    note(
      'FLUKA_USER_ROUTINES',
      ROUTINES_PATH,
      `The template brings user routines (${names}; SHA-256 ${digest}): code of its author, compiled by the site and linked with FLUKA. Isolario does not look into it; what it changes no check sees.`,
    ),
    ...(standIn
      ? [
          note(
            'FLUKA_STAND_IN_ROUTINES',
            ROUTINES_PATH,
            `STAND-IN: the stand-in does not run the user routines (${names}). It compiles those that need nothing of FLUKA, and its numbers are those without any.`,
          ),
        ]
      : []),
  ]
}

/** What makes a run of FLUKA impossible, by parameter, before a deck is composed. */
export function refusalsOf(setup: Setup): readonly EngineRemark[] {
  const { engine, beam, target } = setup
  if (engine.id !== 'fluka') {
    return [
      refusal('FLUKA_OTHER_ENGINE', 'setup.engine.id', `The setup asks for the engine ${engine.id}, not for FLUKA.`),
    ]
  }
  const found: EngineRemark[] = []
  const targets = target.layers.filter(({ role }) => role === 'target')
  if ((beam.particle as string) !== 'proton') {
    found.push(
      refusal(
        'FLUKA_PARTICLE',
        'setup.beam.particle',
        `The decks written here have beams of protons, not of ${beam.particle}.`,
      ),
    )
  }
  if (beam.energyMeV < LOWEST_ENERGY_MEV) {
    found.push(
      refusal(
        'FLUKA_ENERGY',
        'setup.beam.energyMeV',
        `FLUKA follows protons from ${LOWEST_ENERGY_MEV} MeV; the beam has ${beam.energyMeV} MeV.`,
      ),
    )
  }
  if (targets.length === 0) {
    found.push(
      refusal(
        'FLUKA_NO_TARGET_LAYER',
        'setup.target.layers',
        'No layer has the role "target", so there is nothing to score. Give the role "target" to the layers whose products are wanted.',
      ),
    )
  }
  if (targets.length > MOST_TARGET_LAYERS) {
    found.push(
      refusal(
        'FLUKA_TOO_MANY_LAYERS',
        'setup.target.layers',
        `The target has ${targets.length} layers; decks score up to ${MOST_TARGET_LAYERS}.`,
      ),
    )
  }
  if (engine.template === null && beam.shape.kind === 'wobbled' && beam.energySpreadMeV > 0) {
    found.push(
      refusal(
        'FLUKA_WOBBLED_SPREAD',
        'setup.beam.energySpreadMeV',
        'Particles of the wobbled beam start in a source routine, which gives all of them the energy of the beam. Set the spread to 0, or take a Gaussian or flat beam.',
      ),
    )
  }
  if (engine.template === null) {
    for (const { spectrum, name, layer, next } of dividedFaces(setup)) {
      found.push(
        refusal(
          'FLUKA_FACE_DIVIDED',
          `setup.scoring.spectra.${spectrum}.layer`,
          `The spectrum ${name} counts at the back of ${layer}, which ${next} touches and does not cover: FLUKA counts between two regions, and there are two behind this face. Leave a gap between the layers, or make ${next} as wide.`,
        ),
      )
    }
  }
  if (engine.decayInEngine) {
    found.push(
      refusal(
        'FLUKA_DECAY_IN_ENGINE',
        'setup.engine.decayInEngine',
        `Irradiation and cooling are evaluated on the stored result, for any time and without a new run; decay within FLUKA (up to ${MAX_COOLING_TIMES} cooling times) is written into decks for download only. Choose no.`,
      ),
    )
  }
  return found
}

/** What looking at the deck that would run found: what is told otherwise than asked, and what would make it wrong. */
function deckRemarks(setup: Setup, site: FlukaSite): readonly EngineRemark[] {
  const template = setup.engine.id === 'fluka' ? setup.engine.template : null
  const run = { seed: 1, primaries: 1 }
  const title = 'check'
  const written = checkedDeck(setup, choicesOf(setup, site), run, title)
  if (template !== null) {
    const own = triedOwnDeck(template, { ...run, title, point: 0, setup }, written.manifest)
    const path = 'setup.engine.template.text'
    if (!own.ok) {
      return own.problems.map(({ message }) => refusal(own.code, path, `The template "${template.name}": ${message}`))
    }
    return [...wobbledRemarks(own.manifest.routine, site, path), ...notesOf(setup, own.says)]
  }
  return [
    ...written.findings
      .filter(({ severity }) => severity === 'error')
      .map((problem) =>
        refusal(
          `FLUKA_${problem.code}`,
          'setup',
          `The deck of this setup does not pass its checks: ${problemText(problem)}`,
        ),
      ),
    ...wobbledRemarks(written.manifest.routine, site, 'setup.beam.shape.kind'),
    ...written.notes.map(({ path, message }) => note('FLUKA_TOLD_OTHERWISE', path, message)),
    ...notesOf(setup, null),
  ]
}

/** @param path of the parameter that asks for the routine: the shape of the beam, or the text of a template with SOURCE */
function wobbledRemarks(routine: string | null, site: FlukaSite, path: string): readonly EngineRemark[] {
  if (routine === null) return []
  const isOwn = path !== 'setup.beam.shape.kind'
  return [
    ...(site.routines.has(routine)
      ? []
      : [
          refusal(
            'FLUKA_ROUTINE_MISSING',
            path,
            isOwn
              ? `The template has a SOURCE card, which needs the source routine ${routine}, compiled at the site (docs/fluka.md, "The wobbled beam"). Take the card out, or compile it.`
              : `This beam shape needs the source routine ${routine}, compiled at the site (docs/fluka.md, "The wobbled beam"). Take a Gaussian or flat beam, or compile it.`,
          ),
        ]),
    note(
      'FLUKA_ROUTINE',
      path,
      `Where particles start is drawn by the source routine ${routine} (SHA-256 of its text ${WOBBLED_ROUTINE.sha256}), compiled at the site; each run's listing must name it.`,
    ),
  ]
}

/** @param own what the deck of a template says; `null` where the parameters make the deck */
function notesOf({ engine }: Setup, own: OwnDeckFacts | null): readonly EngineRemark[] {
  if (engine.id !== 'fluka') return []
  return [
    note(
      'FLUKA_ISOMERS',
      'setup.engine.id',
      'The row of a nuclide holds its ground state. FLUKA counts isomers in a list of its own whose order is not told in its files; for tables as wide as these no name could be given to them, and they are summed apart.',
    ),
    note(
      'FLUKA_WEIGHTS',
      'setup.engine.id',
      'FLUKA gives no moments within a run: each task is one batch, and statistical errors come from the spread of batches. Scores have weights, so no upper limit is stated where nothing was seen.',
    ),
    ...((own?.movesIons ?? engine.transportIons)
      ? []
      : [
          note(
            'FLUKA_IONS_AT_BIRTH',
            own ? 'setup.engine.template.text' : 'setup.engine.transportIons',
            'Residual nuclei are counted in the layer where they are born; those that would leave a thin layer are not moved.',
          ),
        ]),
    ...(engine.template === null
      ? []
      : [
          note(
            'FLUKA_OWN_DECK',
            'setup.engine.template',
            `The deck is made from the template "${engine.template.name}", version ${engine.template.version}. Of the parameters only what its text uses was told to FLUKA.`,
          ),
        ]),
    ...(own ? ownNotes(own, engine.interactionBias) : biasNotes(engine.interactionBias)),
  ]
}

const biasNotes = (bias: number): readonly EngineRemark[] =>
  bias === 1
    ? []
    : [
        note(
          'FLUKA_INTERACTIONS_BIASED',
          'setup.engine.interactionBias',
          `Inelastic interactions of protons in the target are ${bias} times as frequent as in nature and weigh so much less.`,
        ),
      ]

/** What the cards of a template do, where the parameters would say something else or nothing. */
function ownNotes({ biasing, decaying, unscored }: OwnDeckFacts, bias: number): readonly EngineRemark[] {
  const notes: EngineRemark[] = []
  if (biasing.length > 0) {
    notes.push(
      note(
        'FLUKA_OWN_DECK_BIASED',
        'setup.engine.template.text',
        `The template biases with ${biasing.join(', ')}: scores hold the weights that these cards give${bias === 1 ? '' : `, whatever the interaction bias of the parameters (${bias}) says`}.`,
      ),
    )
  } else if (bias !== 1) {
    notes.push(
      note(
        'FLUKA_OWN_DECK_UNBIASED',
        'setup.engine.interactionBias',
        `An interaction bias of ${bias} is asked for; the template has no card that biases, so interactions are as frequent as in nature.`,
      ),
    )
  }
  if (decaying.length > 0) {
    notes.push(
      note(
        'FLUKA_OWN_DECK_DECAYS',
        'setup.engine.template.text',
        `The template lets nuclei decay during the run, each at a random time (${decaying.join(', ')}). Whether FLUKA then counts daughters among the residual nuclei could not be tried; Isolario takes all of them for made by the beam.`,
      ),
    )
  }
  if (unscored.length > 0) {
    notes.push(
      note(
        'FLUKA_OWN_DECK_SCORES',
        'setup.scoring',
        `The template does not score ${unscored.join(', ')} as the parameters ask: the file of such a detector must hold the same cards as in the deck that is written from them. There will be no result for ${unscored.length === 1 ? 'it' : 'them'}.`,
      ),
    )
  }
  return notes
}
