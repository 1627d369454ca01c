/** Result documents on demand: the merge of what is accepted, described for a region, a current and a cut. */

import { describeMerge, type ResultChoice, regionsOf } from '#engines/engine/describe-result.ts'
import type { Engine } from '#engines/engine/engine.ts'
import { importedEngine } from '#engines/fluka/import/imported-engine.ts'
import type { Records, SimulationRecord } from '#records/records.ts'
import type { ResultDocument } from '#results/document.ts'
import { ControlError } from './control-error.ts'
import { identityOf, type JobDocuments } from './job-documents.ts'
import type { LiveMerges } from './live-merges.ts'
import { RecentlyUsed } from './recently-used.ts'

export interface ResultsReaderParts {
  readonly records: Records
  readonly documents: JobDocuments
  readonly merges: LiveMerges
  readonly engines: ReadonlyMap<string, Engine>
  readonly version: string
}

export interface PointChoice extends ResultChoice {
  readonly point: number
}

/** Described results kept: about a megabyte each. */
const KEPT = 32

export class ResultsReader {
  readonly #parts: ResultsReaderParts
  readonly #described = new RecentlyUsed<{ tasks: number; result: ResultDocument }>(KEPT)

  constructor(parts: ResultsReaderParts) {
    this.#parts = parts
  }

  /** Names what a result shows: equal tags, equal content. */
  static tag(record: SimulationRecord, choice: PointChoice, format: string): string {
    const { point, region, currentMicroampere, cumulativeCutDays } = choice
    const parts = [
      record.revision,
      record.tasksDone,
      point,
      region,
      currentMicroampere ?? '',
      cumulativeCutDays ?? '',
      format,
    ]
    return `W/"${record.id}-${parts.join('-')}"`
  }

  /**
   * @throws ControlError `BAD_REQUEST` for a point or region that is not there, `NO_RESULT_YET`, `STORED_RESULT_DAMAGED`
   */
  async read(record: SimulationRecord, choice: PointChoice): Promise<ResultDocument> {
    const result = await this.readIfAny(record, choice)
    if (result) return result
    throw new ControlError(
      'NO_RESULT_YET',
      `No task of ${record.points > 1 ? `point ${choice.point} of ` : ''}simulation ${record.id} is finished yet.`,
    )
  }

  async readIfAny(record: SimulationRecord, choice: PointChoice): Promise<ResultDocument | null> {
    const { documents, merges, engines, version } = this.#parts
    const job = documents.of(record)
    const point = job.points[choice.point]
    if (!point) {
      const last = record.points - 1
      throw new ControlError(
        'BAD_REQUEST',
        `There is no point ${choice.point}; this simulation has ${last === 0 ? 'point 0 only' : `points 0 to ${last}`}.`,
      )
    }
    const regions = regionsOf(point.setup)
    if (!regions.includes(choice.region)) {
      throw new ControlError(
        'BAD_REQUEST',
        `There is no region "${choice.region}" with results; there are ${regions.join(', ')}.`,
      )
    }
    const { merge, tasks } = await merges.current(record, choice.point)
    if (tasks === 0) return null
    const key = `${record.id}/${[choice.point, choice.region, choice.currentMicroampere, choice.cumulativeCutDays].join('/')}`
    const known = this.#described.get(key)
    if (known?.tasks === tasks) return known.result
    const { imported } = job
    const engine = imported ? importedEngine(imported) : engines.get(record.engineId)
    if (!engine)
      throw new ControlError(
        'ENGINE_REFUSES',
        `The engine "${record.engineId}" that made this result is not part of this installation.`,
      )
    const { setupDigest, jobKey, replay } = identityOf(record, job, choice.point)
    const { engineVersion } = record
    // An imported result has no random numbers that its key could tell.
    const origin = imported
      ? { version, engineVersion, setupDigest, jobKey: null, replay, imported }
      : { version, engineVersion, setupDigest, jobKey, replay }
    const result = describeMerge(merge, engine, point.setup, job.document.operation, choice, origin, record.notes)
    this.#described.set(key, { tasks, result })
    return result
  }

  forget(id: string): void {
    this.#described.deleteAll(`${id}/`)
  }
}
