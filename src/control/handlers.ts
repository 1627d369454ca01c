/** What each route does, one handler for each row of the route table. */

import type { FastifyRequest } from 'fastify'
import type { Cluster } from '#cluster/cluster.ts'
import { describeEstimate } from '#engines/builtin/describe-estimate.ts'
import { builtinEngine } from '#engines/builtin/engine.ts'
import type { Engine, MissingEngine } from '#engines/engine/engine.ts'
import type { Identity, Permission, User } from '#identity/identity.ts'
import type { Queue } from '#queue/queue.ts'
import type { Records, SimulationRecord } from '#records/records.ts'
import { resultCsv } from '#results/csv.ts'
import { setupDigest } from '#simulation/digest.ts'
import type { SimulationDocument } from '#simulation/document.ts'
import { jsonSchema } from '#simulation/json-schema.ts'
import { FINAL_STATES, isAllowed } from '#simulation/life-cycle.ts'
import { parseDocument } from '#simulation/parse.ts'
import { pointsOf } from '#simulation/plan.ts'
import { warningsOf } from '#simulation/warnings.ts'
import type { Storage } from '#storage/storage.ts'
import type { Handlers } from './ask.ts'
import { ControlError } from './control-error.ts'
import { distributionHandlers } from './distribution-handlers.ts'
import { streamEvents } from './event-reply.ts'
import type { EventHub } from './events.ts'
import { importFiles } from './import-files.ts'
import type { JobDocuments } from './job-documents.ts'
import type { LiveMerges } from './live-merges.ts'
import type { Log } from './log.ts'
import { logKeyBeside, rawKeyBeside } from './object-keys.ts'
import { type InspectQueues, queueHandlers } from './queue-handlers.ts'
import { objectStream } from './raw-outputs.ts'
import type { Reconciler } from './reconciler.ts'
import type { Removals } from './removals.ts'
import { ResultsReader } from './results-reader.ts'
import { scanTable } from './scan-table.ts'
import { isStillSignedIn } from './session.ts'
import {
  addPrimaries,
  cancelJob,
  deleteJob,
  notAllowed,
  prioritizeJob,
  rerunJob,
  type SteerParts,
  stopJob,
} from './steer.ts'
import { checkedDocument, engineOf, itemOf, submit } from './submit.ts'
import type { Summaries } from './summaries.ts'
import { listTasks } from './task-list.ts'
import type { WorkerDesk } from './worker-desk.ts'
import { workerHandlers } from './worker-handlers.ts'

export interface HandlerParts extends SteerParts {
  readonly version: string
  readonly records: Records
  readonly queue: Queue
  readonly storage: Storage
  readonly cluster: Cluster
  readonly identity: Identity
  readonly engines: ReadonlyMap<string, Engine>
  readonly missingEngines: readonly MissingEngine[]
  readonly documents: JobDocuments
  readonly merges: LiveMerges
  readonly results: ResultsReader
  /** Told before a result with so many tasks of a simulation is sent. */
  readonly onResult: (id: string, tasks: number) => void
  readonly summaries: Summaries
  readonly reconciler: Reconciler
  readonly events: EventHub
  readonly removals: Removals
  readonly workers: WorkerDesk | null
  readonly inspectQueues: InspectQueues | null
  readonly log: Log
  readonly openApi: () => unknown
}

/** Of a task's log; longer ones are cut, and say so. */
const LOG_SHOWN_BYTES = 4 * 1024 * 1024
/** Keys longer than this are no keys. */
const MAX_KEY_CHARACTERS = 200

export function makeHandlers(parts: HandlerParts): Handlers {
  const { records, queue, storage, identity, documents, results, summaries, reconciler, events, log } = parts

  /** @throws ControlError `SIMULATION_NOT_FOUND`, also for one that this user may not know of; `NOT_ALLOWED` */
  const found = async (id: string, user: User, permission: Permission): Promise<SimulationRecord> => {
    const record = await records.simulation(id)
    if (!record || !identity.may(user, 'read', record.owner)) {
      throw new ControlError('SIMULATION_NOT_FOUND', `There is no simulation "${id}".`)
    }
    if (identity.may(user, permission, record.owner)) return record
    throw new ControlError('NOT_ALLOWED', `Simulation ${id} belongs to ${record.owner}; you may not ${permission} it.`)
  }
  /** @throws ControlError `ACTION_NOT_ALLOWED` for a job whose results were abandoned, as the life cycle has it */
  const withResults = (record: SimulationRecord): SimulationRecord => {
    if (isAllowed(record.state, 'download')) return record
    throw notAllowed(record, 'download')
  }
  const changed = (id: string) => {
    reconciler.kick(id)
    events.nudge()
  }

  return {
    async health() {
      const problems: string[] = []
      await records.ping().catch((error: Error) => problems.push(error.message))
      const { login } = identity
      return {
        status: problems.length === 0 ? 'ready' : 'degraded',
        version: parts.version,
        problems,
        signIn: login ? { providerName: login.providerName } : null,
      }
    },

    async whoAmI({ user }) {
      return { id: user.id, displayName: user.displayName }
    },

    async engines() {
      return [
        ...[...parts.engines.values()].map(({ identity: { id, version, label, standIn } }) => {
          return { id, version, label, standIn, available: true, reason: null }
        }),
        ...parts.missingEngines.map(({ id, label, reason }) => {
          return { id, version: '', label, standIn: false, available: false, reason }
        }),
      ]
    },

    async schema() {
      return jsonSchema()
    },

    async validate({ body }) {
      const parsed = parseDocument(body)
      if (!parsed.ok) return { ok: false, problems: parsed.problems.map(itemOf), warnings: [] }
      const { document } = parsed
      const engine = engineOf(parts.engines, document)
      const remarks = new Map(
        pointsOf(document).flatMap(({ setup }) =>
          engine.check(setup).map((remark) => [`${remark.code} ${remark.path}`, remark] as const),
        ),
      )
      const problems = [...remarks.values()].filter(({ severity }) => severity === 'refusal').map(itemOf)
      const notes = [...remarks.values()].filter(({ severity }) => severity === 'note').map(itemOf)
      return { ok: problems.length === 0, problems, warnings: [...warningsOf(document).map(itemOf), ...notes] }
    },

    async estimate({ body }) {
      const document = checkedDocument(body)
      const { setup, operation } = document
      const origin = { version: parts.version, setupDigest: setupDigest(setup), jobKey: null, replay: false }
      const result = describeEstimate(setup, operation, { region: 'total' }, origin)
      if (result) return { ...result, notes: [...result.notes, ...scanNote(document)] }
      const refusals = builtinEngine.check(setup).filter(({ severity }) => severity === 'refusal')
      throw new ControlError('ENGINE_REFUSES', refusals.map(({ message }) => message).join(' '), {
        problems: refusals.map(itemOf),
      })
    },

    async submit({ body, user, request, reply }) {
      const { simulation, created } = await submit(parts, {
        owner: user.id,
        document: body,
        idempotencyKey: idempotencyKey(request),
        span: request.span,
      })
      if (!created) reply.header('idempotent-replayed', 'true')
      else log.info({ request: request.id, job: simulation.id }, 'a job was accepted')
      changed(simulation.id)
      return summaries.detail(simulation)
    },

    async importResult({ body, user, request, reply }) {
      const { simulation, created } = await importFiles(parts, user.id, body, idempotencyKey(request))
      if (!created) reply.header('idempotent-replayed', 'true')
      else log.info({ request: request.id, job: simulation.id }, 'a result was imported')
      events.nudge()
      return summaries.detail(simulation)
    },

    async list({ query, user }) {
      const { search, state, sort, order, offset, limit } = query
      const { items, total } = await records.list({
        ...(search === undefined || search === '' ? {} : { search }),
        ...(state === undefined ? {} : { state }),
        ...(identity.may(user, 'administer', null) ? {} : { owner: user.id }),
        sort,
        order,
        offset,
        limit,
      })
      return { items: items.map((record) => summaries.summary(record)), total }
    },

    async show({ params, user }) {
      return summaries.detail(await found(params.id, user, 'read'))
    },

    async stop({ params, user, request }) {
      const record = await stopJob(parts, await found(params.id, user, 'steer'), askingOf(user, request))
      changed(record.id)
      return summaries.detail(record)
    },

    async cancel({ params, user, request }) {
      const record = await cancelJob(parts, await found(params.id, user, 'steer'), askingOf(user, request))
      changed(record.id)
      return summaries.detail(record)
    },

    async prioritize({ params, body, user }) {
      const record = await prioritizeJob(parts, await found(params.id, user, 'steer'), body.priority)
      changed(record.id)
      return summaries.detail(record)
    },

    async addPrimaries({ params, body, user, request }) {
      const simulation = await found(params.id, user, 'steer')
      const record = await addPrimaries(parts, simulation, body.primaries, askingOf(user, request))
      changed(record.id)
      return summaries.detail(record)
    },

    async rerun({ params, body, user, request }) {
      const { simulation, created } = await rerunJob(parts, await found(params.id, user, 'read'), {
        owner: user.id,
        ...body,
        idempotencyKey: idempotencyKey(request),
        span: request.span,
      })
      if (created) log.info({ request: request.id, job: simulation.id }, 'a job was accepted')
      changed(simulation.id)
      return summaries.detail(simulation)
    },

    async remove({ params, user }) {
      const record = await found(params.id, user, 'steer')
      await deleteJob(parts, record)
      parts.merges.forget(record.id)
      documents.forget(record.id)
      results.forget(record.id)
      changed(record.id)
      parts.removals.remove(record.id)
      return undefined
    },

    async result({ params, query, user, request, reply }) {
      const record = withResults(await found(params.id, user, 'read'))
      const { format, ...choice } = query
      const tag = ResultsReader.tag(record, choice, format)
      reply
        .header('etag', tag)
        .header('cache-control', 'private, no-cache')
        .header('isolario-revision', record.revision)
      if (request.headers['if-none-match']?.split(/\s*,\s*/).includes(tag)) {
        parts.onResult(record.id, record.tasksDone)
        return reply.code(304).send()
      }
      const result = await results.read(record, choice)
      parts.onResult(record.id, record.tasksDone)
      if (format === 'json') return result
      const point = record.points > 1 ? `-point-${query.point}` : ''
      reply.header('content-disposition', `attachment; filename="isolario-${record.id}${point}-${query.region}.csv"`)
      return reply.type('text/csv; charset=utf-8').serializer(String).send(resultCsv(result))
    },

    async scan({ params, query, user }) {
      const record = withResults(await found(params.id, user, 'read'))
      return scanTable(documents, results, record, query.nuclides)
    },

    async tasks({ params, query, user }) {
      const { id } = await found(params.id, user, 'read')
      return listTasks(records, queue, id, query)
    },

    async taskLog({ params, user, reply }) {
      const { id, state } = await found(params.id, user, 'read')
      const task = await records.task(id, params.task)
      if (!task) throw new ControlError('NOT_FOUND', `Simulation ${id} has no task ${params.task}.`)
      const key = task.failure?.logKey ?? (task.accepted && logKeyBeside(task.accepted.objectKey))
      const text = key ? await storage.get(key, { start: 0, end: LOG_SHOWN_BYTES + 1 }) : undefined
      if (!text) {
        const when = FINAL_STATES.has(state) || task.state === 'done' ? 'has' : 'has so far'
        throw new ControlError(
          'NOT_FOUND',
          `Task ${params.task} ${when} no log; only what an engine or its program wrote is kept.`,
        )
      }
      const shown = new TextDecoder().decode(text.subarray(0, LOG_SHOWN_BYTES))
      const cut =
        text.length > LOG_SHOWN_BYTES ? `\n[Cut here: only the first ${LOG_SHOWN_BYTES} bytes are shown.]\n` : ''
      return reply
        .type('text/plain; charset=utf-8')
        .serializer(String)
        .send(shown + cut)
    },

    async taskRaw({ params, user, reply }) {
      const { id } = await found(params.id, user, 'read')
      const task = await records.task(id, params.task)
      const key = task?.accepted && rawKeyBeside(task.accepted.objectKey)
      const stream = key ? await objectStream(storage, key) : undefined
      if (!stream) {
        throw new ControlError(
          'NOT_FOUND',
          `Task ${params.task} of simulation ${id} has no raw outputs: they are kept of finished tasks whose engine is a program.`,
        )
      }
      // What a program wrote is not trusted: it is saved, never shown.
      reply.header('content-disposition', `attachment; filename="isolario-${id}-task-${params.task}.tar"`)
      return reply.type('application/octet-stream').send(stream)
    },

    ...distributionHandlers({ ...parts, found, withResults }),
    ...workerHandlers({ ...parts, found }),
    ...queueHandlers(parts),

    async events({ user, request, reply }) {
      streamEvents(events, user, request, reply, () => isStillSignedIn(identity, request), parts.limits)
      return reply
    },

    async openApi() {
      return parts.openApi()
    },
  }
}

/** An estimate is of the setup as it stands; who scans a parameter is told so. */
function scanNote({ job: { scan } }: SimulationDocument): readonly string[] {
  if (!scan) return []
  return [
    `The document scans ${scan.parameter}; this estimate is of the setup as it stands, and the ${scan.values.length} values of the scan are not in it.`,
  ]
}

const askingOf = (user: User, request: FastifyRequest) => ({ user: user.id, key: idempotencyKey(request) })

function idempotencyKey(request: FastifyRequest): string | null {
  const key = request.headers['idempotency-key']
  if (key === undefined) return null
  if (typeof key === 'string' && key.length > 0 && key.length <= MAX_KEY_CHARACTERS) return key
  throw new ControlError(
    'BAD_REQUEST',
    `The header Idempotency-Key takes one key of 1 to ${MAX_KEY_CHARACTERS} characters.`,
  )
}
