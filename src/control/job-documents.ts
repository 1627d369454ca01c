/** What the rows of a job say about its points, worked out once: the document of an accepted job never changes. */

import { routinesIdentity } from '#engines/engine/task-payload.ts'
import type { SimulationRecord } from '#records/records.ts'
import type { ImportedOrigin } from '#results/imported.ts'
import type { ResultIdentity } from '#results/pool.ts'
import type { Job, SimulationDocument } from '#simulation/document.ts'
import { type PlannedPoint, pointsOf } from '#simulation/plan.ts'
import { RecentlyUsed } from './recently-used.ts'

/**
 * The document of an accepted job as its row keeps it: without the priority, which may change and has a column of its own.
 */
export type AcceptedDocument = Omit<SimulationDocument, 'job'> & { readonly job: Omit<Job, 'priority'> }

export interface JobDocument {
  readonly document: AcceptedDocument
  readonly points: readonly PlannedPoint[]
  /** True where the random numbers of another job are repeated. */
  readonly replay: boolean
  /** Where an imported result comes from; `null` for a job of our own. */
  readonly imported: ImportedOrigin | null
}

const KEPT = 200

export class JobDocuments {
  readonly #known = new RecentlyUsed<JobDocument>(KEPT)

  of(record: Pick<SimulationRecord, 'id' | 'document' | 'imported'>): JobDocument {
    const known = this.#known.get(record.id)
    if (known) return known
    const document = JSON.parse(record.document) as AcceptedDocument
    const imported = record.imported === null ? null : (JSON.parse(record.imported) as ImportedOrigin)
    const made = { document, points: pointsOf(document), replay: document.job.key !== null, imported }
    this.#known.set(record.id, made)
    return made
  }

  /** The whole document, with the priority that the job has now. */
  whole(record: Pick<SimulationRecord, 'id' | 'document' | 'imported' | 'priority'>): SimulationDocument {
    const { document } = this.of(record)
    return { ...document, job: { ...document.job, priority: record.priority } }
  }

  forget(id: string): void {
    this.#known.delete(id)
  }
}

/** The text that the row keeps. */
export function storedDocument({ job, ...rest }: SimulationDocument): string {
  const { priority: _, ...kept } = job
  return JSON.stringify({ ...rest, job: kept } satisfies AcceptedDocument)
}

/** What every tally of a point must say of itself. */
export function identityOf(record: SimulationRecord, job: JobDocument, point: number): ResultIdentity {
  return {
    setupDigest: job.points[point]!.setupDigest,
    engine: { id: record.engineId, version: record.engineVersion },
    jobKey: record.jobKey,
    point,
    replay: job.replay,
    // What the program of an imported result was linked with nobody here knows.
    ...(job.imported ? { imported: true } : routinesIdentity(job.points[point]!.setup)),
  }
}
