/** A job as the page of its simulation sees it: by events, and by asking again when its picture is behind. */

import { type Client, createClient, type Fetch } from '#protocol/client.ts'
import { openEvents } from '#protocol/open-events.ts'
import type { ResultDocument } from '#results/document.ts'
import type { SimulationInput } from '#simulation/document.ts'
import { presetById } from '#simulation/presets.ts'

/** A service and how to get in. */
export interface Door {
  readonly url: string
  readonly token: string
}

export interface WatchedJob {
  readonly id: string
  /** From the submission to the start of the first task. */
  readonly toFirstStartMs: number
  /** From the start of the first task to the end of the last one. */
  readonly wallMs: number
  /** From the end of the last task to the complete result at the client. */
  readonly lastTaskToResultMs: number
  readonly nuclides: number
  /** In the order of their starts. */
  readonly tasks: readonly { readonly startedAtMs: number; readonly endedAtMs: number }[]
}

/** The SPES example with so many primaries, in tasks of so many. */
export function spesJob(primaries: number, historiesPerTask: number): SimulationInput {
  const { document } = presetById('spes-uc4')!
  return {
    ...document,
    job: {
      ...document.job,
      goal: { kind: 'primaries', primaries },
      historiesPerTask,
      batchHistories: historiesPerTask,
    },
  }
}

export const clientOf = ({ url, token }: Door): Client =>
  createClient({ fetch: fetch as unknown as Fetch, baseUrl: url, token })

/** Submits a job and watches it to its end. */
export async function watchedJob(door: Door, body: SimulationInput): Promise<WatchedJob> {
  const client = clientOf(door)
  const submittedAtMs = Date.now()
  const { id } = await client.call('submit', { body })
  const { arrivedAtMs, nuclides } = await watch(door, client, id)
  await until(async () => (await client.call('show', { params: { id } })).state === 'done')
  const times: { startedAtMs: number; endedAtMs: number }[] = []
  for (let offset = 0; ; offset += 500) {
    const page = await client.call('tasks', { params: { id }, query: { offset, limit: 500 } })
    for (const task of page.items) times.push({ startedAtMs: task.startedAtMs!, endedAtMs: task.endedAtMs! })
    if (times.length >= page.total) break
  }
  const first = Math.min(...times.map((task) => task.startedAtMs))
  const last = Math.max(...times.map((task) => task.endedAtMs))
  return {
    id,
    toFirstStartMs: first - submittedAtMs,
    wallMs: last - first,
    lastTaskToResultMs: arrivedAtMs - last,
    nuclides,
    tasks: times.sort((a, b) => a.startedAtMs - b.startedAtMs),
  }
}

/** Mean time between the end of a task and the start of the next one, where one worker runs one after the other. */
export function meanPauseMs({ tasks }: WatchedJob): number {
  const pauses = tasks.slice(1).map(({ startedAtMs }, n) => startedAtMs - tasks[n]!.endedAtMs)
  return pauses.reduce((sum, ms) => sum + ms, 0) / pauses.length
}

async function watch(door: Door, client: Client, id: string): Promise<{ arrivedAtMs: number; nuclides: number }> {
  const end = new AbortController()
  const events = openEvents({
    fetch: fetch as unknown as Parameters<typeof openEvents>[0]['fetch'],
    baseUrl: door.url,
    token: door.token,
    decoder: () => {
      const decoder = new TextDecoder()
      return (piece) => decoder.decode(piece, { stream: true })
    },
    pause: wait,
    signal: end.signal,
  })
  let asking = false
  let newest = await client.call('show', { params: { id } })
  return new Promise((resolve, reject) => {
    const ask = async () => {
      if (asking || newest.progress.tasksDone === 0) return
      asking = true
      const revision = newest.revision
      const { primaries, residuals } = (await client.call('result', { params: { id } })) as ResultDocument
      asking = false
      if (primaries === newest.progress.primariesAsked) {
        end.abort()
        resolve({ arrivedAtMs: Date.now(), nuclides: residuals.length })
      } else if (newest.revision > revision) await ask()
    }
    void (async () => {
      for await (const message of events) {
        if (message.kind !== 'event' || message.event.kind !== 'simulation') continue
        if (message.event.simulation.id !== id) continue
        newest = { ...newest, ...message.event.simulation }
        ask().catch(reject)
      }
    })().catch(reject)
  })
}

/** Looks every 5 ms: the resolution of what is measured through it. */
export async function until(done: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 120_000
  while (!(await done())) {
    if (Date.now() > deadline) throw new Error('not done within two minutes')
    await wait(5)
  }
}

export const wait = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms))
