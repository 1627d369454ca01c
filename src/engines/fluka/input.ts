/** From a task to the files and the command of a run. */

import { EngineOutputError, type EngineTask, type ProgramInput } from '#engines/engine/engine.ts'
import type { Setup } from '#simulation/document.ts'
import { checkedDeck } from './check/checked-deck.ts'
import type { DeckChoices } from './compose/compose-deck.ts'
import { problemText } from './deck/deck-problem.ts'
import { ownDeck } from './own-deck.ts'
import {
  DECK_FILE,
  ERRORS_FILE,
  LISTING_FILE,
  LOG_FILE,
  RUN_NAME,
  STATE_FILE,
  STOP_FILE,
  WORK_FOLDER,
} from './run/run-files.ts'
import type { FlukaSite } from './site.ts'

/** How long FLUKA may take to end after it is told to: the history in hand, its tables and its files. */
const GRACE_SECONDS = 120

/** End of the title of a deck for the stand-in. */
export const STAND_IN_STAMP = 'STAND-IN'

/** What the setup asks of FLUKA itself. */
export function choicesOf(setup: Setup, site: Pick<FlukaSite, 'flavour'>): DeckChoices {
  const { engine } = setup
  if (engine.id !== 'fluka') throw new Error(`A setup for the engine ${engine.id} was given to FLUKA.`)
  const { transportIons, interactionBias } = engine
  return { flavour: site.flavour, transportIons, interactionBias, decay: null }
}

/** The deck of a task and its manifest: the same task gives the same deck, letter by letter. */
export function deckOfTask({ setup, stream, batches, seed }: EngineTask, site: FlukaSite) {
  const [batch] = batches
  if (!batch || batches.length !== 1) {
    throw new EngineOutputError('FLUKA_ONE_BATCH', `A run of FLUKA is one batch; the task has ${batches.length}.`)
  }
  if (seed === undefined) {
    throw new EngineOutputError(
      'FLUKA_NO_SEED',
      'The task has no seed; control service and worker must be of the same release.',
    )
  }
  // FLUKA repeats the title in every file: what the stand-in writes says so wherever it is taken.
  const stamp = site.standIn ? ` ${STAND_IN_STAMP}` : ''
  const title = `Isolario ${stream.jobKey} point ${stream.point} batch ${batch.ordinal}${stamp}`
  const run = { seed, primaries: batch.histories }
  const { text, manifest, findings } = checkedDeck(setup, choicesOf(setup, site), run, title)
  const wrong = findings.filter(({ severity }) => severity === 'error')
  if (wrong.length > 0) {
    throw new EngineOutputError(
      'FLUKA_DECK_WRONG',
      `The deck does not pass its checks: ${wrong.map(problemText).join(' ')}`,
    )
  }
  const template = setup.engine.id === 'fluka' ? setup.engine.template : null
  if (template === null) return { text, manifest, batch, seed }
  const own = ownDeck(template.text, { ...run, title, point: stream.point, setup }, manifest)
  if (!own.ok) {
    throw new EngineOutputError(
      'FLUKA_TEMPLATE_WRONG',
      `The template "${template.name}" cannot be filled: ${own.problems.map(({ message }) => message).join(' ')}`,
    )
  }
  return { text: own.text, manifest: own.manifest, batch, seed }
}

/** @throws EngineOutputError where there is no FLUKA to run, or the deck does not pass its own checks */
export function inputOfTask(task: EngineTask, site: FlukaSite): ProgramInput {
  const { text, manifest } = deckOfTask(task, site)
  const { program } = site
  if (!program) {
    throw new EngineOutputError(
      'FLUKA_NOT_FOUND',
      `${site.label} is not on this machine; "isolario doctor" says where it is looked for.`,
      true,
    )
  }
  const executable = manifest.routine === null ? null : program.routines.get(manifest.routine)
  if (executable === undefined) {
    throw new EngineOutputError(
      'FLUKA_ROUTINE_MISSING',
      `The deck needs the source routine ${manifest.routine}, which is not compiled on this machine.`,
    )
  }
  return {
    files: [{ name: DECK_FILE, content: text }],
    program: program.program,
    // Cycle 1 only, in this fresh folder: an old state of random numbers can never be taken up.
    args: [...program.args, ...(executable === null ? [] : ['-e', executable]), '-N0', '-M1', DECK_FILE],
    environment: program.environment,
    outputs: [DECK_FILE, LISTING_FILE, ERRORS_FILE, LOG_FILE, STATE_FILE, `${RUN_NAME}001_fort.*`],
    keep: [DECK_FILE, LISTING_FILE, STATE_FILE, `${RUN_NAME}001_fort.*`],
    diagnostics: [
      DECK_FILE,
      ...[LISTING_FILE, ERRORS_FILE, LOG_FILE].flatMap((name) => [`${WORK_FOLDER}/${name}`, name]),
    ],
    progressFile: `${WORK_FOLDER}/${LISTING_FILE}`,
    stop: { folder: WORK_FOLDER, file: STOP_FILE, graceSeconds: GRACE_SECONDS },
  }
}
