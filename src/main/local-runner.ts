/** Runs and merges job folders in this process: the command line without a server. */

import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import path from 'node:path'
import type { JobResults, LocalRunner } from '#cli/context.ts'
import { CliError } from '#cli/exit-codes.ts'
import { pointProgress } from '#control/goal-progress.ts'
import { describeMerge, regionsOf } from '#engines/engine/describe-result.ts'
import { memoryQueue } from '#queue/memory.ts'
import { folderStorage } from '#storage/folder.ts'
import type { Storage } from '#storage/storage.ts'
import { createJobFolder, JobFolderError } from '#worker/job-folder.ts'
import { type JobFolderResult, mergeJobFolder } from '#worker/merge-folder.ts'
import { runJobFolder } from '#worker/run-folder.ts'
import { createEngines } from './engines.ts'
import { checkRegion } from './estimate.ts'
import { localDistributions } from './local-distributions.ts'
import { ENGINE_MODULE, THREAD_MODULE } from './module-addresses.ts'
import { VERSION } from './root.ts'

/** Limits of a task of a local run; the user's machine is the user's to fill. */
const TASK_LIMITS = { timeSeconds: 24 * 3600, memoryMebibytes: 4096 }

const openStorage = (folder: string): Promise<Storage> => folderStorage({ folder, clock: Date.now })

export const localRunner: LocalRunner = {
  async run({ document, folder, workers }, region, onProgress, signal) {
    const temporary = folder === null
    const place = folder === null ? mkdtempSync(path.join(tmpdir(), 'isolario-run-')) : path.resolve(folder)
    try {
      if (document) {
        checkRegion(region, regionsOf(document.setup))
        const engine = engineOf(document.setup.engine.id)
        await inputErrors(
          createJobFolder({
            folder: place,
            document,
            engine,
            freshKey: randomBytes(8).toString('hex'),
            limits: TASK_LIMITS,
            clock: Date.now,
          }),
        )
      }
      const queue = memoryQueue({ clock: Date.now })
      const run = await inputErrors(
        runJobFolder({
          folder: place,
          openStorage,
          queue,
          engines: createEngines(),
          engineModule: ENGINE_MODULE,
          threadModule: THREAD_MODULE,
          workers: workers ?? availableParallelism(),
          clock: Date.now,
          log: () => undefined,
          onProgress: ({ primariesDone, primariesPlanned, tasksDone, tasks, tasksFailed }) =>
            onProgress({ primariesDone, primariesAsked: primariesPlanned, tasksDone, tasks, tasksFailed }),
          signal,
          nuclideProgress: (
            {
              document: {
                job: { goal },
                operation,
              },
              engine: { id },
              jobKey,
              replay,
            },
            { point, merge },
          ) => {
            if (goal.kind !== 'statistical-error' || merge.histories === 0) return new Map()
            const origin = { version: VERSION, setupDigest: point.setupDigest, jobKey, replay }
            const result = describeMerge(merge, engineOf(id), point.setup, operation, { region: 'total' }, origin, [])
            return pointProgress(result, goal.nuclides, 0).nuclides
          },
        }),
      ).finally(() => queue.close())
      if (run.ending === 'interrupted') {
        throw new CliError(
          'INTERRUPTED',
          'INTERRUPTED',
          temporary
            ? 'Interrupted. Use --folder to keep a run and go on later.'
            : `Interrupted; "isolario run --folder ${folder} --resume" goes on. ${run.sentence}`,
        )
      }
      if (run.ending === 'incomplete' && run.tasksDone === 0) {
        throw new CliError('FAILED', run.failures[0]?.code ?? 'RUN_FAILED', run.sentence)
      }
      return describe(run, region, run.ending === 'incomplete' ? [run.sentence] : [])
    } finally {
      if (temporary) rmSync(place, { recursive: true, force: true })
    }
  },

  async merge(folder, region) {
    const merged = await inputErrors(mergeJobFolder(path.resolve(folder), openStorage))
    const notes = merged.bad.map((one) => `Not merged: ${one.message}`)
    if (merged.tasksDone < merged.tasks)
      notes.unshift(`Not finished: ${merged.tasksDone} of ${merged.tasks} tasks are in this result.`)
    return describe(merged, region, notes)
  },
}

function describe(folder: JobFolderResult, region: string, notes: readonly string[]): JobResults {
  const { job } = folder
  const engine = engineOf(job.engine.id)
  const points = folder.points.flatMap(({ point: { point, value, setup, setupDigest }, merge }) => {
    if (merge.histories === 0) return []
    checkRegion(region, regionsOf(setup))
    const remarks = engine.check(setup).map((remark) => remark.message)
    const origin = {
      ...{ version: VERSION, engineVersion: job.engine.version },
      ...{ setupDigest, jobKey: job.jobKey, replay: job.replay },
    }
    const result = describeMerge(merge, engine, setup, job.document.operation, { region }, origin, [
      ...notes,
      ...remarks,
    ])
    return [{ point, value, result, ...localDistributions(merge, setup, engine, origin) }]
  })
  if (points.length === 0) throw new CliError('FAILED', 'NO_RESULT_YET', `No task of ${job.folder} is finished yet.`)
  return { parameter: job.document.job.scan?.parameter ?? null, points }
}

/** What is wrong with a folder or a document is the user's to mend: nothing was run. */
async function inputErrors<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    if (error instanceof JobFolderError) throw new CliError('BAD_INPUT', error.code, error.message)
    throw error
  }
}

function engineOf(id: string) {
  const engine = createEngines().find(({ identity }) => identity.id === id)
  if (!engine)
    throw new CliError(
      'FAILED',
      'ENGINE_MISSING',
      `The engine ${id} is not on this machine; "isolario doctor" says what is missing.`,
    )
  return engine
}
