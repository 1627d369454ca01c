/** Meshes and spectra on demand: which there are, and any slice or projection of one, live while the job runs. */

import { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Permission, User } from '#identity/identity.ts'
import { bodyOf, choiceOf, encodeCells, summaryOf } from '#protocol/distribution-cells.ts'
import type { CellsQuery } from '#protocol/distribution-shapes.ts'
import type { SimulationRecord } from '#records/records.ts'
import type { DistributionTally } from '#results/distribution.ts'
import { distributionCsv } from '#results/distribution-csv.ts'
import { type DistributionView, distributionView } from '#results/distribution-view.ts'
import { TallyError } from '#results/errors.ts'
import { scoringOf } from '#simulation/scoring.ts'
import type { Handlers } from './ask.ts'
import { ControlError } from './control-error.ts'
import { identityOf, type JobDocument, type JobDocuments } from './job-documents.ts'
import type { LiveMerges } from './live-merges.ts'

export interface DistributionHandlerParts {
  readonly version: string
  readonly documents: JobDocuments
  readonly merges: LiveMerges
  readonly found: (id: string, user: User, permission: Permission) => Promise<SimulationRecord>
  readonly withResults: (record: SimulationRecord) => SimulationRecord
}

/** As JSON a number takes some 20 bytes, and a browser holds all of it at once. */
const MOST_JSON_CELLS = 100_000

export function distributionHandlers(
  parts: DistributionHandlerParts,
): Pick<Handlers, 'distributions' | 'distribution' | 'distributionCells'> {
  const { version, documents, merges, found, withResults } = parts

  /** @throws ControlError `BAD_REQUEST`, `NOT_FOUND`, `NO_RESULT_YET` */
  const tallyOf = async (record: SimulationRecord, point: number, name: string): Promise<DistributionTally> => {
    const job = documents.of(record)
    checkPoint(record, job, point)
    const { merge, tasks } = await merges.current(record, point)
    const tally = merge.distributions.tally(name)
    if (tally) return tally
    const names = askedFor(job, point).map((one) => one.name)
    if (!names.includes(name)) {
      const known = names.length > 0 ? `it has ${names.join(', ')}` : 'it asks for none'
      throw new ControlError('NOT_FOUND', `Simulation ${record.id} has no mesh or spectrum "${name}"; ${known}.`)
    }
    if (tasks > 0) throw new ControlError('NOT_FOUND', notScored(record, name))
    throw new ControlError('NO_RESULT_YET', `No task of simulation ${record.id} is finished yet.`)
  }

  const viewOf = async (record: SimulationRecord, name: string, query: CellsQuery): Promise<DistributionView> => {
    const tally = await tallyOf(record, query.point, name)
    try {
      return distributionView(tally, choiceOf(tally.layout, query))
    } catch (error) {
      if (error instanceof TallyError && error.code === 'TALLY_UNKNOWN_CELL') {
        throw new ControlError('BAD_REQUEST', error.message)
      }
      throw error
    }
  }

  return {
    async distributions({ params, query, user, request, reply }) {
      const record = withResults(await found(params.id, user, 'read'))
      const job = documents.of(record)
      checkPoint(record, job, query.point)
      if (isKnown(request, reply, tagOf(record, 'list', query))) return reply.code(304).send()
      const asked = askedFor(job, query.point)
      // Without anything asked for there is nothing to merge.
      const merge = asked.length > 0 ? (await merges.current(record, query.point)).merge : null
      const items = (merge?.distributions.tallies() ?? []).map(summaryOf)
      const here = new Set(items.map(({ name }) => name))
      return {
        point: query.point,
        primaries: merge?.histories ?? 0,
        currentMicroampere: job.document.operation.currentMicroampere,
        items,
        missing: asked
          .filter(({ name }) => !here.has(name))
          .map(({ name, kind }) => ({
            name,
            kind,
            reason: merge && merge.histories > 0 ? notScored(record, name) : 'No task is finished yet.',
          })),
      }
    },

    async distribution({ params, query, user, request, reply }) {
      const record = withResults(await found(params.id, user, 'read'))
      const { format, ...choice } = query
      if (isKnown(request, reply, tagOf(record, params.name, query))) return reply.code(304).send()
      const view = await viewOf(record, params.name, choice)
      if (format === 'json') {
        if (view.values.length > MOST_JSON_CELLS) {
          throw new ControlError(
            'BAD_REQUEST',
            `This part of ${params.name} has ${view.values.length} bins; as JSON at most ${MOST_JSON_CELLS} are sent. Ask for a slice (at), a part (range), for CSV, or for its cells.`,
          )
        }
        return bodyOf(view)
      }
      const { setupDigest, jobKey, engine } = identityOf(record, documents.of(record), choice.point)
      const origin = { isolario: version, engine: `${engine.id} ${engine.version}`, setupDigest, jobKey }
      const point = record.points > 1 ? `-point-${choice.point}` : ''
      reply.header('content-disposition', `attachment; filename="isolario-${record.id}${point}-${params.name}.csv"`)
      return reply.type('text/csv; charset=utf-8').send(Readable.from(distributionCsv(view, origin)))
    },

    async distributionCells({ params, query, user, request, reply }) {
      const record = withResults(await found(params.id, user, 'read'))
      if (isKnown(request, reply, tagOf(record, params.name, query))) return reply.code(304).send()
      const bytes = encodeCells(await viewOf(record, params.name, query))
      return reply.type('application/octet-stream').send(Buffer.from(bytes.buffer))
    },
  }
}

function checkPoint(record: SimulationRecord, { points }: JobDocument, point: number): void {
  if (points[point]) return
  const last = record.points - 1
  throw new ControlError(
    'BAD_REQUEST',
    `There is no point ${point}; this simulation has ${last === 0 ? 'point 0 only' : `points 0 to ${last}`}.`,
  )
}

function askedFor({ points }: JobDocument, point: number) {
  const { meshes, spectra } = scoringOf(points[point]!.setup)
  return [
    ...meshes.map(({ name }) => ({ name, kind: 'mesh' as const })),
    ...spectra.map(({ name }) => ({ name, kind: 'spectrum' as const })),
  ]
}

const notScored = ({ engineId }: SimulationRecord, name: string): string =>
  `The engine "${engineId}" did not score ${name}. Its notes on the simulation say what it scores; take an engine that transports particles for maps and spectra.`

/** Names what an answer shows: equal tags, equal content. */
const tagOf = ({ id, revision, tasksDone }: SimulationRecord, name: string, query: object): string =>
  `W/"${[id, revision, tasksDone, name, ...Object.values(query)].join('-').replaceAll(/[",]/g, '.')}"`

function isKnown(request: FastifyRequest, reply: FastifyReply, tag: string): boolean {
  reply.header('etag', tag).header('cache-control', 'private, no-cache')
  return request.headers['if-none-match']?.split(/\s*,\s*/).includes(tag) ?? false
}
