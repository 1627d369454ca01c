/**
 * From a document to an accepted job: everything is checked first, then one transaction writes it, and nothing else has
 * happened. Queue and workers follow the row; a crash after it loses nothing that was answered.
 */

import { createHash, randomBytes, randomInt } from 'node:crypto'
import { type Engine, planningOf } from '#engines/engine/engine.ts'
import type { ProblemItem } from '#protocol/shapes.ts'
import type { NewSimulation, Records, SimulationRecord } from '#records/records.ts'
import type { Setup, SimulationDocument } from '#simulation/document.ts'
import { parseDocument } from '#simulation/parse.ts'
import { type JobPlan, PlanError, planJob } from '#simulation/plan.ts'
import { ATTRIBUTE, inSpan, type Place, type Span, type Traces } from '#traces/traces.ts'
import { counted } from './amounts.ts'
import { ControlError } from './control-error.ts'
import { cuttingFor, type EngineCutting } from './cutting.ts'
import { storedDocument } from './job-documents.ts'
import type { ControlLimits } from './limits.ts'
import type { WorkersAtOnce } from './workers-at-once.ts'

export interface SubmitParts {
  readonly records: Records
  readonly engines: ReadonlyMap<string, Engine>
  readonly limits: ControlLimits
  readonly clock: () => number
  /** Workers that may work on one job at once; answers soon. */
  readonly workersAtOnce: () => Promise<WorkersAtOnce>
  readonly traces: Traces
}

export interface SubmitRequest {
  readonly owner: string
  /** What was sent, unchecked. */
  readonly document: unknown
  /** The same key with the same request gives the same simulation, however often it is sent. */
  readonly idempotencyKey: string | null
  readonly replayOf?: string | null
  readonly memoryMebibytes?: number | undefined
  readonly timeSeconds?: number | undefined
  /** The span of the request. */
  readonly span?: Span | null
}

export interface Submitted {
  readonly simulation: SimulationRecord
  /** False where the request came before under its key. */
  readonly created: boolean
}

/** @throws ControlError with all problems of the document, all refusals of the engine, or what else stands against it */
export async function submit(parts: SubmitParts, request: SubmitRequest): Promise<Submitted> {
  const { records, limits, clock } = parts
  const document = checkedDocument(request.document)
  const engine = engineOf(parts.engines, document)
  const { workers, isKnown } = await parts.workersAtOnce()
  const plan = planned(document, cuttingFor(engine, document.setup, workers), limits)
  const notes = [...notesOrRefusal(engine, document, plan), ...(isKnown ? [] : [guessed(workers)])]
  const { seeds, licensed = false } = planningOf(engine, document.setup)
  const { traces } = parts
  const from = request.span?.place ?? null
  const beginsMs = clock()
  const submission: NewSimulation = {
    id: newId(),
    owner: request.owner,
    name: document.name,
    document: storedDocument(document),
    setupDigest: plan.points[0]!.setupDigest,
    subject: subjectOf(document.setup),
    engineId: engine.identity.id,
    engineVersion: engine.identity.version,
    jobKey: document.job.key ?? randomBytes(8).toString('hex'),
    batchHistories: plan.batchHistories,
    primariesPlanned: plan.primariesPlanned,
    replayOf: request.replayOf ?? null,
    memoryMebibytes: request.memoryMebibytes ?? limits.memoryMebibytes,
    timeSeconds: request.timeSeconds ?? limits.timeSeconds,
    priority: document.job.priority,
    notes,
    points: plan.points.map(({ point, value, setupDigest }) => ({ point, value, setupDigest })),
    tasks: plan.tasks,
    seeds,
    licensed,
    idempotency:
      request.idempotencyKey === null ? null : { key: request.idempotencyKey, requestDigest: digestOf(request) },
  }
  const spanOptions = { under: from, attributes: { [ATTRIBUTE.tasks]: plan.tasks.length } }
  const answer = await inSpan(traces, 'accept rows', spanOptions, () => records.accept(submission, beginsMs))
  if (answer.kind === 'conflict') {
    throw new ControlError(
      'IDEMPOTENCY_CONFLICT',
      `The idempotency key "${request.idempotencyKey}" was used before, with another document.`,
    )
  }
  const { simulation } = answer
  request.span?.set({ [ATTRIBUTE.job]: simulation.id })
  request.span?.link(traces.job(simulation.id))
  if (answer.kind === 'created') beginJobTrace(traces, simulation, from, beginsMs)
  return { simulation, created: answer.kind === 'created' }
}

const guessed = (workers: number): string =>
  `The cluster did not say in time how many workers it has: the tasks were cut for ${workers}. The result does not depend on it.`

/** The root of the job's trace: its acceptance. It links back to the request; all that follows stands under it. */
function beginJobTrace(traces: Traces, { id, engineId, tasks }: SimulationRecord, from: Place | null, startMs: number) {
  traces
    .startJob(id, {
      startMs,
      links: [from],
      attributes: { [ATTRIBUTE.job]: id, [ATTRIBUTE.engine]: engineId, [ATTRIBUTE.tasks]: tasks },
    })
    .end()
}

/** @throws ControlError `DOCUMENT_INVALID`, `DOCUMENT_TOO_NEW` */
export function checkedDocument(value: unknown): SimulationDocument {
  const parsed = parseDocument(value)
  if (parsed.ok) return parsed.document
  const problems = parsed.problems.map(itemOf)
  const code = parsed.problems.some((problem) => problem.code === 'DOCUMENT_TOO_NEW')
    ? 'DOCUMENT_TOO_NEW'
    : 'DOCUMENT_INVALID'
  const [first] = problems
  const more = problems.length > 1 ? ` (and ${counted(problems.length - 1, 'more problem')})` : ''
  throw new ControlError(code, `${first?.message ?? 'The document cannot be read.'}${more}`, { problems })
}

/** What crosses the wire of a finding. */
export function itemOf(finding: {
  readonly code: string
  readonly path: string
  readonly message: string
  readonly unit?: string
  readonly allowed?: string
}): ProblemItem {
  const { code, path, message, unit, allowed } = finding
  return { code, path, message, ...(unit === undefined ? {} : { unit }), ...(allowed === undefined ? {} : { allowed }) }
}

/** @throws ControlError `ENGINE_REFUSES` for an engine that this installation does not have */
export function engineOf(engines: ReadonlyMap<string, Engine>, document: SimulationDocument): Engine {
  const { id } = document.setup.engine
  const engine = engines.get(id)
  if (engine) return engine
  const message = `The engine "${id}" is not part of this installation, which has ${[...engines.keys()].join(', ')}.`
  throw new ControlError('ENGINE_REFUSES', message, {
    problems: [{ code: 'ENGINE_NOT_HERE', path: 'setup.engine.id', message, allowed: [...engines.keys()].join(', ') }],
  })
}

function planned(document: SimulationDocument, cutting: EngineCutting, limits: ControlLimits): JobPlan {
  let plan: JobPlan
  try {
    plan = planJob(document, cutting)
  } catch (error) {
    if (error instanceof PlanError)
      throw new ControlError('JOB_TOO_LARGE', `The job cannot be planned: ${error.message}.`, { cause: error })
    throw error
  }
  checkTaskCount(plan.tasks.length, limits)
  return plan
}

/** @throws ControlError `JOB_TOO_LARGE` */
export function checkTaskCount(tasks: number, limits: Pick<ControlLimits, 'tasks'>): void {
  if (tasks <= limits.tasks) return
  throw new ControlError(
    'JOB_TOO_LARGE',
    `The job would be cut into ${counted(tasks, 'task')}; this installation allows ${counted(limits.tasks, 'task')}. Larger tasks (job.historiesPerTask) make them fewer.`,
  )
}

/**
 * Notes of the engine on all points, each once.
 * @throws ControlError `ENGINE_REFUSES` with every refusal, and for a scan at which value it comes
 */
function notesOrRefusal(engine: Engine, document: SimulationDocument, plan: JobPlan): readonly string[] {
  const notes = new Set<string>()
  const refusals = new Map<string, ProblemItem>()
  const { scan } = document.job
  for (const { setup, value } of plan.points) {
    for (const { code, severity, path, message } of engine.check(setup)) {
      const where = scan ? ` (at ${scan.parameter} = ${value})` : ''
      if (severity === 'note') notes.add(message)
      else if (!refusals.has(`${code} ${path}`))
        refusals.set(`${code} ${path}`, { code, path, message: `${message}${where}` })
    }
  }
  if (refusals.size === 0) return [...notes]
  const problems = [...refusals.values()]
  throw new ControlError(
    'ENGINE_REFUSES',
    `${engine.identity.label}: ${problems.map(({ message }) => message).join(' ')}`,
    {
      problems,
    },
  )
}

/** One line: particle, energy, target materials. */
export function subjectOf(setup: Setup): string {
  const { particle, energyMeV } = setup.beam
  const materials = new Set(setup.target.layers.filter(({ role }) => role === 'target').map(({ material }) => material))
  return `${energyMeV} MeV ${particle}s on ${[...materials].join(', ')}`
}

/** Letters and digits that are not mistaken for each other when read aloud. */
const ID_LETTERS = '23456789abcdefghjkmnpqrstuvwxyz'
const ID_LENGTH = 12

export const newId = (): string =>
  Array.from({ length: ID_LENGTH }, () => ID_LETTERS[randomInt(ID_LETTERS.length)]).join('')

const digestOf = ({ document, replayOf, memoryMebibytes, timeSeconds }: SubmitRequest): string =>
  createHash('sha256')
    .update(JSON.stringify([document, replayOf ?? null, memoryMebibytes, timeSeconds]))
    .digest('hex')
