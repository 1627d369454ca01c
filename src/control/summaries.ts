/** From rows to what people and programs are told of a simulation. */

import { type Engine, isMadeByStandIn } from '#engines/engine/engine.ts'
import type { Progress, SimulationDetail, SimulationSummary, Waiting } from '#protocol/shapes.ts'
import type { SimulationRecord } from '#records/records.ts'
import { importedFrom } from '#results/imported.ts'
import { allowedActions, FINAL_STATES } from '#simulation/life-cycle.ts'
import { rateOf } from './accepted-rate.ts'
import { conditionOf, type JobCondition } from './job-conditions.ts'
import type { JobDocuments } from './job-documents.ts'
import { sentenceOf } from './sentences.ts'

export interface SummaryParts {
  readonly documents: JobDocuments
  readonly engines: ReadonlyMap<string, Engine>
  readonly clock: () => number
}

export class Summaries {
  readonly #parts: SummaryParts

  constructor(parts: SummaryParts) {
    this.#parts = parts
  }

  summary(record: SimulationRecord): SimulationSummary {
    const { engines } = this.#parts
    const progress = this.#progress(record)
    const { imported } = this.#parts.documents.of(record)
    const condition = conditionOf(record)
    const nowMs = this.#parts.clock()
    return {
      id: record.id,
      name: record.name,
      owner: record.owner,
      state: record.state,
      sentence: sentenceOf({
        record,
        condition,
        primariesAsked: progress.primariesAsked,
        remainingMs: progress.remainingMs,
        nowMs,
      }),
      priority: record.priority,
      waiting: waitingOf(condition, nowMs),
      actions: [...allowedActions(record.state, record.imported !== null)],
      engine: {
        id: record.engineId,
        version: record.engineVersion,
        standIn:
          record.imported === null && isMadeByStandIn(record.engineVersion, engines.get(record.engineId)?.identity),
      },
      subject: record.subject,
      setupDigest: record.setupDigest,
      points: record.points,
      progress,
      revision: record.revision,
      createdAtMs: record.createdAtMs,
      startedAtMs: record.startedAtMs,
      endedAtMs: record.endedAtMs,
      replayOf: record.replayOf,
      imported: imported && { from: importedFrom(imported) },
    }
  }

  detail(record: SimulationRecord): SimulationDetail {
    const document = this.#parts.documents.whole(record)
    const { scan } = document.job
    return {
      ...this.summary(record),
      document,
      jobKey: record.jobKey,
      batchHistories: record.batchHistories,
      notes: [...record.notes],
      failure: record.failure,
      scan: scan && { parameter: scan.parameter, values: [...scan.values] },
    }
  }

  #progress(record: SimulationRecord): Progress {
    const { goal } = this.#parts.documents.of(record).document.job
    const final = FINAL_STATES.has(record.state)
    const primariesAsked = goal.kind === 'primaries' || final ? record.primariesPlanned : null
    return {
      primariesAsked,
      primariesDone: record.historiesDone,
      // What a stop dropped is not waited for, so it is not counted.
      tasks: record.tasks - record.tasksDropped,
      tasksDone: record.tasksDone,
      tasksFailed: record.tasksFailed,
      fraction: this.#fraction(record, primariesAsked),
      remainingMs: final ? null : this.#remainingMs(record, primariesAsked),
    }
  }

  #fraction(record: SimulationRecord, primariesAsked: number | null): number {
    if (primariesAsked !== null) return Math.min(1, record.historiesDone / Math.max(1, primariesAsked))
    return conditionOf(record).goalFraction ?? 0
  }

  #remainingMs(record: SimulationRecord, primariesAsked: number | null): number | null {
    const { documents, clock } = this.#parts
    if (record.state !== 'running') return null
    const { goal } = documents.of(record).document.job
    if (goal.kind === 'time' && record.startedAtMs !== null) {
      return Math.max(0, record.startedAtMs + goal.minutes * 60_000 - clock())
    }
    const rate = rateOf(conditionOf(record).pace, clock())
    if (primariesAsked === null || rate === null) return null
    return Math.max(0, primariesAsked - record.historiesDone) / rate
  }
}

/** Why a job has no worker, with its place in line; `null` for one that has some. */
function waitingOf({ waiting, workers, line }: JobCondition, nowMs: number): Waiting | null {
  if (waiting === null || workers > 0) return null
  const startsInMs = line?.startsAtMs == null ? null : Math.max(0, line.startsAtMs - nowMs)
  return { reason: waiting, position: line?.position ?? null, startsInMs, noEstimate: line?.why ?? null }
}
