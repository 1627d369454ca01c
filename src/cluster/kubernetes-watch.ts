/**
 * A picture of some objects of the cluster that is kept up to date: a list, then the changes since. It goes on where it
 * was after a lost connection, and lists anew when the server has forgotten what came since then (410).
 */

import { ClusterError } from './cluster.ts'
import { isRefusal, type KubernetesApi } from './kubernetes-api.ts'
import type { WireObject } from './kubernetes-wire.ts'

export interface WatchOptions<T extends WireObject> {
  readonly api: KubernetesApi
  /** Of the collection: `/api/v1/namespaces/n/pods`. */
  readonly path: string
  readonly labelSelector?: string
  /** Told the object as it is now, or as it was last when it is gone. */
  readonly onChange: (object: T) => void
  /** Told why the picture cannot be kept up to date, once for each time; `null` when it is again. */
  readonly onTrouble?: (error: ClusterError | null) => void
  /** Objects that a list asks for at a time. Default 500. */
  readonly pageSize?: number
  /** Silence after which a connection is taken for dead. The server says something every minute. Default 100 s. */
  readonly idleMs?: number
}

export interface WatchedObjects<T extends WireObject> {
  /** Resolves when the first list is here. @throws what keeps it from coming, or when `withinMs` have passed */
  ready(withinMs: number): Promise<void>
  values(): MapIterator<T>
  get(name: string): T | undefined
  /** Takes in what an own request answered, so that it is seen at once and not only when the watch tells of it. */
  note(object: T): void
  /** Takes out what an own request deleted; late news of it are not listened to. */
  drop(object: T): void
  /** What keeps the picture from being up to date. */
  trouble(): ClusterError | null
  close(): void
}

interface ListAnswer<T> {
  readonly metadata: { readonly resourceVersion: string; readonly continue?: string }
  readonly items: readonly T[]
}

const FIRST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 5000
/** The server ends a watch by itself after this time; half an hour is its own default. */
const WATCH_SECONDS = 600

/** The server forgot what came since the version asked for. */
class Forgotten extends Error {}

export function watchObjects<T extends WireObject>(options: WatchOptions<T>): WatchedObjects<T> {
  const { api, path, labelSelector, onChange } = options
  const objects = new Map<string, T>()
  /** Uids of objects that we deleted, until the server tells of their end. */
  const dropped = new Set<string>()
  const stop = new AbortController()
  let version: string | undefined
  let trouble: ClusterError | null = null
  let pauseMs = FIRST_PAUSE_MS
  let isListed = false
  /** Called when the first list is here, when it cannot be had, and at the end. */
  const waiting = new Set<() => void>()
  const wake = (): void => {
    for (const each of [...waiting]) each()
  }

  const put = (object: T): void => {
    if (dropped.has(object.metadata.uid)) return
    const known = objects.get(object.metadata.name)
    if (known?.metadata.uid === object.metadata.uid && !isNewer(object, known)) return
    // Who wrote which field is half of an object, and of no use here.
    objects.set(object.metadata.name, { ...object, metadata: { ...object.metadata, managedFields: undefined } })
    onChange(object)
  }
  const remove = (object: T): void => {
    dropped.delete(object.metadata.uid)
    if (objects.get(object.metadata.name)?.metadata.uid !== object.metadata.uid) return
    objects.delete(object.metadata.name)
    onChange(object)
  }

  const list = async (): Promise<void> => {
    const before = new Map(objects)
    const found = new Set<string>()
    let next: string | undefined
    let listed: string
    do {
      const query = { labelSelector, limit: options.pageSize ?? 500, continue: next }
      const answer = await api.send<ListAnswer<T>>('GET', path, { query })
      if (stop.signal.aborted) return
      for (const object of answer.items) {
        found.add(object.metadata.uid)
        put(object)
      }
      next = answer.metadata.continue || undefined
      listed = answer.metadata.resourceVersion
    } while (next)
    // What was noted while the list was on its way is newer than the list.
    for (const object of before.values()) if (!found.has(object.metadata.uid)) remove(object)
    for (const uid of dropped) if (!found.has(uid)) dropped.delete(uid)
    version = listed
    isListed = true
    wake()
  }

  const listen = async (): Promise<void> => {
    const query = {
      watch: true,
      allowWatchBookmarks: true,
      labelSelector,
      resourceVersion: version,
      timeoutSeconds: WATCH_SECONDS,
    }
    const onValue = (value: unknown) => {
      const { type, object } = value as { type: string; object: T & { code?: number; message?: string } }
      if (type === 'ERROR') {
        if (object.code === 410) throw new Forgotten()
        throw new ClusterError('CLUSTER_UNAVAILABLE', `The cluster ended a watch: ${object.message}`)
      }
      settled()
      if (object.metadata?.resourceVersion) version = object.metadata.resourceVersion
      if (type === 'DELETED') remove(object)
      else if (type !== 'BOOKMARK') put(object)
    }
    // A watch that was taken up again is whole from its version on, however long nothing happens.
    await api.stream(path, query, options.idleMs ?? 100_000, onValue, stop.signal, answered)
  }

  const answered = (): void => {
    if (trouble === null) return
    trouble = null
    options.onTrouble?.(null)
  }
  const settled = (): void => {
    pauseMs = FIRST_PAUSE_MS
    answered()
  }

  const run = async (): Promise<void> => {
    while (!stop.signal.aborted) {
      try {
        if (version === undefined) {
          await list()
          settled()
        }
        const since = performance.now()
        await listen()
        // A server that ends every watch at once is not asked in a circle.
        if (performance.now() - since < 1000) await pause(FIRST_PAUSE_MS, stop.signal)
      } catch (error) {
        if (stop.signal.aborted) return
        if (isForgotten(error)) {
          version = undefined
          continue
        }
        const told =
          error instanceof ClusterError ? error : new ClusterError('CLUSTER_UNAVAILABLE', String(error), error)
        if (trouble === null) options.onTrouble?.(told)
        trouble = told
        wake()
        await pause(pauseMs * (0.5 + Math.random() / 2), stop.signal)
        pauseMs = Math.min(LONGEST_PAUSE_MS, 2 * pauseMs)
      }
    }
  }
  void run()

  return {
    async ready(withinMs) {
      if (!isListed && trouble === null && !stop.signal.aborted) {
        await new Promise<void>((resolve) => {
          const done = () => {
            clearTimeout(timer)
            waiting.delete(done)
            resolve()
          }
          const timer = setTimeout(done, withinMs)
          waiting.add(done)
        })
      }
      if (isListed) return
      const late = `The cluster's API server did not answer within ${withinMs / 1000} s.`
      throw trouble ?? new ClusterError('CLUSTER_UNAVAILABLE', late)
    },
    values: () => objects.values(),
    get: (name) => objects.get(name),
    note: put,
    drop(object) {
      dropped.add(object.metadata.uid)
      if (objects.get(object.metadata.name)?.metadata.uid !== object.metadata.uid) return
      objects.delete(object.metadata.name)
      onChange(object)
    },
    trouble: () => trouble,
    close() {
      stop.abort()
      wake()
    },
  }
}

const isForgotten = (error: unknown): boolean =>
  isRefusal(error, 410) ||
  error instanceof Forgotten ||
  (error instanceof ClusterError && error.cause instanceof Forgotten)

/** Versions are numbers that may be compared, of any length (Kubernetes promises it since 1.35). */
function isNewer(a: WireObject, b: WireObject): boolean {
  const [one, other] = [a.metadata.resourceVersion, b.metadata.resourceVersion]
  return one.length === other.length ? one > other : one.length > other.length
}

/** Ends early, without an error, when the signal comes. */
const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) return resolve()
    const timer = setTimeout(done, ms)
    function done() {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    signal.addEventListener('abort', done, { once: true })
  })
