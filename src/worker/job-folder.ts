/**
 * A job in a folder: everything of a simulation that runs without a server.
 *
 *     job.json         document, job key, engine and its version, size of a batch: written once
 *     plan.json        the tasks planned so far, and how often the folder was run
 *     lock, lock.txt   held by whoever runs it now
 *     storage/         the tallies of the tasks (and logs), as the folder storage keeps them
 *
 * A task is done when its tally is in the storage: tallies appear whole or not at all, and every attempt at a task gives
 * the same one. So there is nothing else that could disagree with it, and a kill at any moment costs the tasks in hand.
 */

import { link, mkdir, open, readdir, readFile, rename, unlink } from 'node:fs/promises'
import path from 'node:path'
import { type Engine, planningOf } from '#engines/engine/engine.ts'
import { routinesIdentity, type TaskLimits } from '#engines/engine/task-payload.ts'
import type { ResultIdentity } from '#results/pool.ts'
import type { SimulationDocument } from '#simulation/document.ts'
import { parseDocument } from '#simulation/parse.ts'
import { type PlannedPoint, type PlannedTask, planJob, pointsOf } from '#simulation/plan.ts'

export const JOB_FOLDER_VERSION = 1

export type JobFolderErrorCode =
  /** There is something in the folder already. */
  | 'JOB_FOLDER_EXISTS'
  /** Not a job folder, or not readable. */
  | 'JOB_FOLDER_INVALID'
  | 'JOB_FOLDER_TOO_NEW'
  /** The engine refuses the setup. */
  | 'JOB_REFUSED'
  /** The job was begun with another version of its engine. */
  | 'JOB_ENGINE_DIFFERS'

export class JobFolderError extends Error {
  override readonly name = 'JobFolderError'
  readonly code: JobFolderErrorCode
  constructor(code: JobFolderErrorCode, message: string, cause?: unknown) {
    super(message, { cause })
    this.code = code
  }
}

/** What is fixed when the job is made. */
export interface JobFolder {
  readonly folder: string
  readonly document: SimulationDocument
  /** 16 hexadecimal digits. */
  readonly jobKey: string
  /** True where the document named the key: the run repeats another one's random numbers. */
  readonly replay: boolean
  readonly engine: { readonly id: string; readonly version: string }
  /** Histories of a batch. */
  readonly batchHistories: number
  readonly limits: TaskLimits
  readonly createdAtMs: number
  readonly points: readonly PlannedPoint[]
}

/** What grows: tasks of further rounds, and one generation for every time the folder is run. */
export interface FolderPlan {
  readonly generation: number
  readonly tasks: readonly PlannedTask[]
  /** Time spent running, over all runs, in milliseconds. */
  readonly elapsedMs: number
}

export interface NewJobFolder {
  /** Made; if it is there it must be empty. */
  readonly folder: string
  readonly document: SimulationDocument
  readonly engine: Engine
  /** 16 hexadecimal digits, random; the document's own key goes before it. */
  readonly freshKey: string
  readonly limits: TaskLimits
  /** Milliseconds since the epoch. */
  readonly clock: () => number
  /** Workers that will run it at once; left out: two. */
  readonly workers?: number
}

/**
 * Makes a job folder; nothing runs yet.
 * @throws JobFolderError `JOB_FOLDER_EXISTS`, `JOB_REFUSED`; PlanError for sizes that do not fit.
 */
export async function createJobFolder(job: NewJobFolder): Promise<JobFolder> {
  const { folder, document, engine, limits } = job
  const { historiesPerSecond, oneBatchPerTask } = planningOf(engine, document.setup)
  const speedHint = { historiesPerSecond, workers: job.workers ?? 2 }
  const plan = planJob(document, { speedHint, oneBatchPerTask })
  const refusals = plan.points.flatMap(({ value, setup }) =>
    engine
      .check(setup)
      .filter((remark) => remark.severity === 'refusal')
      .map(({ message }) => (value === null ? message : `At ${document.job.scan?.parameter} = ${value}: ${message}`)),
  )
  if (refusals.length > 0) {
    throw new JobFolderError('JOB_REFUSED', `${engine.identity.label} refuses this simulation. ${refusals.join(' ')}`)
  }
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const found = await readdir(folder)
  if (found.length > 0) {
    throw new JobFolderError(
      'JOB_FOLDER_EXISTS',
      `The folder ${folder} is not empty. Name a new one, or go on with the job that is in it.`,
    )
  }
  const { id, version } = engine.identity
  const text = {
    isolarioJobFolder: JOB_FOLDER_VERSION,
    jobKey: document.job.key ?? job.freshKey,
    replay: document.job.key !== null,
    engine: { id, version },
    batchHistories: plan.batchHistories,
    limits,
    createdAtMs: job.clock(),
    document,
  }
  // job.json comes last: a folder without it is not a job yet.
  await writePlan(folder, { generation: 0, tasks: plan.tasks, elapsedMs: 0 })
  await writeWhole(path.join(folder, 'job.json'), `${JSON.stringify(text, null, 2)}\n`, 'once')
  return openJobFolder(folder)
}

/** Reads what a job folder is about. @throws JobFolderError in words. */
export async function openJobFolder(folder: string): Promise<JobFolder> {
  const fields = await readJson(folder, 'job.json')
  const version = fields['isolarioJobFolder']
  if (typeof version === 'number' && version > JOB_FOLDER_VERSION) {
    throw new JobFolderError(
      'JOB_FOLDER_TOO_NEW',
      `The job folder ${folder} is of version ${version}; this program reads up to ${JOB_FOLDER_VERSION}. Use a newer program.`,
    )
  }
  const parsed = parseDocument(fields['document'])
  if (!parsed.ok) throw invalid(folder, 'job.json', parsed.problems.map((problem) => problem.message).join(' '))
  const { jobKey, replay, engine, batchHistories, limits, createdAtMs } = fields as Partial<Record<string, unknown>>
  const { id, version: engineVersion } = (engine ?? {}) as { id?: unknown; version?: unknown }
  const { timeSeconds, memoryMebibytes } = (limits ?? {}) as { timeSeconds?: unknown; memoryMebibytes?: unknown }
  if (
    version !== JOB_FOLDER_VERSION ||
    typeof jobKey !== 'string' ||
    !/^[0-9a-f]{16}$/.test(jobKey) ||
    typeof replay !== 'boolean' ||
    typeof id !== 'string' ||
    typeof engineVersion !== 'string' ||
    !isWhole(batchHistories, 1) ||
    !isPositive(timeSeconds) ||
    !isPositive(memoryMebibytes) ||
    typeof createdAtMs !== 'number'
  ) {
    throw invalid(folder, 'job.json', 'a field is missing or is not what it must be')
  }
  const { document } = parsed
  return {
    folder,
    document,
    jobKey,
    replay,
    engine: { id, version: engineVersion },
    batchHistories,
    limits: { timeSeconds, memoryMebibytes },
    createdAtMs,
    points: pointsOf(document),
  }
}

/** Reads the tasks planned so far. @throws JobFolderError in words. */
export async function readPlan(folder: string): Promise<FolderPlan> {
  const { generation, elapsedMs, tasks } = await readJson(folder, 'plan.json')
  if (!isWhole(generation, 0) || typeof elapsedMs !== 'number' || !Array.isArray(tasks)) {
    throw invalid(folder, 'plan.json', 'a field is missing or is not what it must be')
  }
  const planned = (tasks as readonly unknown[]).map((row, task): PlannedTask => {
    const numbers = Array.isArray(row) ? (row as readonly unknown[]) : []
    if (numbers.length !== 4 || !numbers.every((number) => isWhole(number, 0))) {
      throw invalid(folder, 'plan.json', `task ${task} is not [point, first history, histories, first batch]`)
    }
    const [point, firstHistory, histories, firstBatch] = numbers as [number, number, number, number]
    return { task, point, firstHistory, histories, firstBatch }
  })
  return { generation, elapsedMs, tasks: planned }
}

/** Replaces the plan in one step. Only the holder of the folder's lock may. */
export async function writePlan(folder: string, { generation, elapsedMs, tasks }: FolderPlan): Promise<void> {
  const rows = tasks.map((task) => [task.point, task.firstHistory, task.histories, task.firstBatch])
  await writeWhole(
    path.join(folder, 'plan.json'),
    `${JSON.stringify({ generation, elapsedMs, tasks: rows })}\n`,
    'anew',
  )
}

/** Whose sums the tallies of a point hold. */
export const identityOf = (job: JobFolder, point: PlannedPoint): ResultIdentity => ({
  ...routinesIdentity(point.setup),
  setupDigest: point.setupDigest,
  engine: job.engine,
  jobKey: job.jobKey,
  point: point.point,
  replay: job.replay,
})

/** Folder of the job's storage. */
export const storageFolderOf = (folder: string): string => path.join(folder, 'storage')

async function readJson(folder: string, name: string): Promise<Readonly<Record<string, unknown>>> {
  let text: string
  try {
    text = await readFile(path.join(folder, name), 'utf8')
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code !== 'ENOENT' && code !== 'ENOTDIR') throw invalid(folder, name, message)
    throw new JobFolderError('JOB_FOLDER_INVALID', `${folder} is not a job folder: it has no ${name}.`, error)
  }
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  } catch (error) {
    throw invalid(folder, name, (error as Error).message)
  }
  throw invalid(folder, name, 'it is not a JSON object')
}

const invalid = (folder: string, name: string, what: string) =>
  new JobFolderError('JOB_FOLDER_INVALID', `The file ${name} of the job folder ${folder} cannot be used: ${what}.`)

const isWhole = (value: unknown, min: number): value is number =>
  Number.isSafeInteger(value) && (value as number) >= min
const isPositive = (value: unknown): value is number => typeof value === 'number' && value > 0 && Number.isFinite(value)

/** Writes a file so that it is there whole, or as it was before, whatever happens; `once`: only if it is not there. */
async function writeWhole(file: string, text: string, mode: 'once' | 'anew') {
  const temporary = `${file}.new`
  const handle = await open(temporary, 'w', 0o600)
  try {
    await handle.writeFile(text)
    await handle.sync()
  } finally {
    await handle.close()
  }
  if (mode === 'anew') await rename(temporary, file)
  else {
    await link(temporary, file)
    await unlink(temporary)
  }
  const directory = await open(path.dirname(file), 'r')
  try {
    await directory.sync()
  } finally {
    await directory.close()
  }
}
