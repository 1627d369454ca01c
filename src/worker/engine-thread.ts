/**
 * The thread in which function engines compute. It is a module of its own, started by `FunctionRunner`.
 *
 * Engines are synchronous: while one computes, nothing else happens on its thread. Here that is no harm, because leases
 * are extended and programs watched on the worker's main thread.
 */

import { parentPort, workerData } from 'node:worker_threads'
import type { Engine } from '#engines/engine/engine.ts'
import { EngineOutputError } from '#engines/engine/engine.ts'
import { engineTaskOf, parseTaskPayload, resultIdentityOf, TaskPayloadError } from '#engines/engine/task-payload.ts'
import { encodeTask } from './encode-task.ts'
import {
  type EngineThreadData,
  RunCells,
  type SimulateMessage,
  type ThreadAnswer,
  type ThreadReady,
} from './engine-thread-messages.ts'
import { TaskSetupError, TaskSetups } from './task-setup.ts'

const { engineModule } = workerData as EngineThreadData
const { createEngines } = (await import(engineModule)) as { createEngines: () => readonly Engine[] }
const engines = new Map(createEngines().map((engine) => [engine.identity.id, engine]))
const setups = new TaskSetups()

parentPort!.on('message', ({ id, payload, cells }: SimulateMessage) => {
  const answer: ThreadAnswer = { id, ...simulate(payload, new RunCells(cells)) }
  // The content is handed over, not copied.
  const contents = answer.kind === 'tally' ? [answer.content, answer.distributions] : []
  parentPort!.postMessage(
    answer,
    contents.flatMap((bytes) => (bytes ? [bytes.buffer as ArrayBuffer] : [])),
  )
})

parentPort!.postMessage({ kind: 'ready' } satisfies ThreadReady)

type WithoutId<T> = T extends unknown ? Omit<T, 'id'> : never

function simulate(text: string, cells: RunCells): WithoutId<ThreadAnswer> {
  try {
    if (cells.stopped) return { kind: 'abandoned' }
    const payload = parseTaskPayload(text)
    const engine = engines.get(payload.engine)
    if (engine?.kind !== 'function') throw new Error(`There is no function engine "${payload.engine}" here.`)
    const begun = performance.now()
    const { batches } = payload
    const tally = engine.simulate(engineTaskOf(payload, setups.of(payload)), {
      progress: (historiesDone) => {
        cells.historiesDone = historiesDone
        return !cells.stopped
      },
    })
    // A tally of fewer batches than asked is what an engine gives when it was told to end.
    if (cells.stopped) return { kind: 'abandoned' }
    const wanted = batches.reduce((sum, batch) => sum + batch.histories, 0)
    if (tally.histories !== wanted) {
      const message = `The engine simulated ${tally.histories} of ${wanted} histories and did not say why.`
      return { kind: 'failed', failure: { code: 'ENGINE_INCOMPLETE', message, retriable: false }, log: null }
    }
    const encoded = encodeTask(resultIdentityOf(payload), tally)
    return { kind: 'tally', ...encoded, histories: tally.histories, engineMs: performance.now() - begun }
  } catch (error) {
    return failureOf(error)
  }
}

/** An engine of this kind is a function of the task: what failed once fails again, so nothing of it is retriable. */
function failureOf(error: unknown): WithoutId<ThreadAnswer> {
  const known =
    error instanceof TaskPayloadError || error instanceof TaskSetupError || error instanceof EngineOutputError
  const { message, stack } = error instanceof Error ? error : { message: String(error), stack: undefined }
  return {
    kind: 'failed',
    failure: {
      code: known ? error.code : 'ENGINE_FAILED',
      message: known ? message : `The engine failed: ${message}`,
      retriable: false,
    },
    log: stack ?? message,
  }
}
