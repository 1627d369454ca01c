/** A simulation as it comes in, as a row, and as it is read. */

import type { Selectable } from 'kysely'
import type { JobPriority } from '#simulation/document.ts'
import type { SimulationState } from '#simulation/life-cycle.ts'
import type { NewSimulation, SimulationRecord } from './records.ts'
import type { SimulationTable } from './tables.ts'

export function rowOfNew(simulation: NewSimulation, atMs: number): SimulationTable {
  const { imported = null } = simulation
  const histories = imported?.results.reduce((sum, { histories }) => sum + histories, 0) ?? 0
  return {
    id: simulation.id,
    owner: simulation.owner,
    name: simulation.name,
    // Lower case by the rules of JavaScript: SQLite's own lower() knows ASCII only.
    search_text: `${simulation.name}\n${simulation.subject}\n${simulation.id}`.toLowerCase(),
    document: simulation.document,
    setup_digest: simulation.setupDigest,
    subject: simulation.subject,
    engine_id: simulation.engineId,
    engine_version: simulation.engineVersion,
    job_key: simulation.jobKey,
    batch_histories: simulation.batchHistories,
    primaries_planned: simulation.primariesPlanned,
    replay_of: simulation.replayOf,
    memory_mebibytes: simulation.memoryMebibytes,
    time_seconds: simulation.timeSeconds,
    priority: simulation.priority,
    notes: JSON.stringify(simulation.notes),
    state: imported ? 'done' : 'accepted',
    failure_code: null,
    failure_message: null,
    remark: null,
    generation: 0,
    points: simulation.points.length,
    tasks: simulation.tasks.length,
    tasks_done: imported?.results.length ?? 0,
    tasks_failed: 0,
    tasks_dropped: 0,
    histories_done: histories,
    revision: 0,
    created_at_ms: atMs,
    started_at_ms: null,
    ended_at_ms: imported ? atMs : null,
    idle_ms: 0,
    condition: null,
    condition_fence: 0,
    seeds: simulation.seeds ? 1 : 0,
    imported: imported?.origin ?? null,
  }
}

export function simulationOfRow(row: Selectable<SimulationTable>): SimulationRecord {
  return {
    id: row.id,
    owner: row.owner,
    name: row.name,
    document: row.document,
    setupDigest: row.setup_digest,
    subject: row.subject,
    engineId: row.engine_id,
    engineVersion: row.engine_version,
    jobKey: row.job_key,
    batchHistories: row.batch_histories,
    primariesPlanned: row.primaries_planned,
    replayOf: row.replay_of,
    memoryMebibytes: row.memory_mebibytes,
    timeSeconds: row.time_seconds,
    priority: row.priority as JobPriority,
    notes: JSON.parse(row.notes) as string[],
    state: row.state as SimulationState,
    failure: row.failure_code === null ? null : { code: row.failure_code, message: row.failure_message ?? '' },
    remark: row.remark,
    generation: row.generation,
    points: row.points,
    tasks: row.tasks,
    tasksDone: row.tasks_done,
    tasksFailed: row.tasks_failed,
    tasksDropped: row.tasks_dropped,
    historiesDone: row.histories_done,
    revision: row.revision,
    createdAtMs: row.created_at_ms,
    startedAtMs: row.started_at_ms,
    endedAtMs: row.ended_at_ms,
    idleMs: row.idle_ms,
    condition: row.condition,
    seeds: row.seeds === 1,
    imported: row.imported ?? null,
  }
}
