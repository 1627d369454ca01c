/** From a task to the files and the command of a run. */

import {
  BUILT_PROGRAM,
  EngineOutputError,
  type EngineTask,
  type ProgramBuild,
  type ProgramInput,
} from '#engines/engine/engine.ts'
import type { Setup } from '#simulation/document.ts'
import { type RoutineFile, routinesOf } from '#simulation/routines.ts'
import { checkedDeck } from './check/checked-deck.ts'
import type { DeckChoices } from './compose/compose-deck.ts'
import type { DeckManifest } from './compose/manifest.ts'
import { problemText } from './deck/deck-problem.ts'
import { ownDeck } from './own-deck.ts'
import { type FlukaFailureCode, flukaFailure } from './run/cause.ts'
import { routineBuild } from './run/routine-build.ts'
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
import type { FlukaProgram, FlukaSite } from './site.ts'

/** How long FLUKA may take to end after it is told to: the history in hand, its tables and its files. */
const GRACE_SECONDS = 120

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
  const title = `Isolario ${stream.jobKey} point ${stream.point} batch ${batch.ordinal}`
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
  const own = ownDeck(template, { ...run, title, point: stream.point, setup }, manifest)
  if (!own.ok) {
    throw new EngineOutputError(
      own.code,
      `The template "${template.name}" cannot be used: ${own.problems.map(({ message }) => message).join(' ')}`,
    )
  }
  return { text: own.text, manifest: own.manifest, batch, seed }
}

interface Executable {
  /** Path, or what stands for the path of what is built; `null`: FLUKA's own. */
  readonly executable: string | null
  readonly build: ProgramBuild | null
}

/**
 * What FLUKA is run as: as it comes, as a program that the site linked by hand, or linked with routines here.
 * @throws EngineOutputError for routines that are not allowed, not there, or cannot be compiled on this machine
 */
function executableOf(setup: Setup, manifest: DeckManifest, site: FlukaSite, program: FlukaProgram): Executable {
  const carried = routinesOf(setup)
  const { workshop } = program
  if (carried.length > 0 && (site.userRoutines !== true || workshop === undefined)) {
    throw failed('FLUKA_ROUTINES_NOT_ALLOWED', notAllowed(carried, `${site.label} on this machine`))
  }
  const byHand = manifest.routine === null ? undefined : program.routines.get(manifest.routine)
  if (carried.length === 0) {
    if (manifest.routine === null) return { executable: null, build: null }
    if (byHand !== undefined) return { executable: byHand, build: null }
  }
  if (workshop === undefined) {
    throw failed(
      'FLUKA_ROUTINE_MISSING',
      `The deck needs the source routine ${manifest.routine}, which is not compiled on this machine.`,
    )
  }
  const files = [...carried]
  if (manifest.routine !== null) {
    if (typeof workshop.wobbled === 'string') {
      throw failed(
        'FLUKA_ROUTINE_MISSING',
        `The deck needs the source routine ${manifest.routine}: ${workshop.wobbled}`,
      )
    }
    files.push(workshop.wobbled)
  }
  if (typeof workshop.tools === 'string') throw failed('FLUKA_ROUTINE_TOOLS_MISSING', workshop.tools)
  return { executable: BUILT_PROGRAM, build: routineBuild(files, site, workshop.tools) }
}

const failed = (code: FlukaFailureCode, message: string): EngineOutputError => {
  const failure = flukaFailure(code, message)
  return new EngineOutputError(failure.code, failure.message, failure.retriable)
}

/** Why routines are refused, for submission and worker alike. @param where whose decision it is */
export const notAllowed = (routines: readonly RoutineFile[], where: string): string =>
  `The template brings user routines (${routines.map(({ name }) => name).join(', ')}), which are code, and ${where} does not allow them. Whoever runs the site can (ISOLARIO_FLUKA_ROUTINES, docs/fluka.md); or take the routines out of the template.`

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
  const { executable, build } = executableOf(task.setup, manifest, site, program)
  return {
    ...(build === null ? {} : { build }),
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
