/** What the pages ask for, and how events change what is already there. */

import { keepPreviousData, MutationCache, QueryCache, QueryClient, queryOptions } from '@tanstack/react-query'
import { ApiError } from '#protocol/client.ts'
import type { SimulationDetail, SimulationList, SimulationSummary, StreamEvent } from '#protocol/shapes.ts'
import type { ResultDocument } from '#results/document.ts'
import type { SimulationDocument } from '#simulation/document.ts'
import type { SimulationState, TaskState } from '#simulation/life-cycle.ts'
import { asFailure, call } from './api.ts'
import { newer } from './progress.ts'

export function makeQueryClient(): QueryClient {
  // Whichever request is the first to hear that the session has ended: the whole page should know.
  const notice = (error: unknown) => {
    if (asFailure(error).code === 'NOT_SIGNED_IN') lookWhoIsSignedIn(client)
  }
  const client: QueryClient = new QueryClient({
    queryCache: new QueryCache({
      onError: (error, { queryKey }) => {
        if (queryKey[0] !== ME) notice(error)
      },
    }),
    mutationCache: new MutationCache({ onError: notice }),
    defaultOptions: {
      queries: {
        // Events keep everything fresh; what the stream missed is asked for again after a gap.
        staleTime: 30_000,
        refetchOnWindowFocus: false,
        retry: (failures, error) => failures < 2 && isWorthAnotherTry(error),
        retryDelay: (attempt) => 500 * 2 ** attempt,
      },
    },
  })
  return client
}

function isWorthAnotherTry(error: unknown): boolean {
  return error instanceof ApiError && (error.status === 0 || error.status === 503)
}

export interface ListChoice {
  readonly search: string
  readonly state: SimulationState | null
  readonly sort: 'createdAt' | 'name' | 'state' | 'primaries'
  readonly order: 'asc' | 'desc'
}

/** Rows in one request; the largest the service gives is 500. */
export const LIST_PAGE = 200

export const listPage = (choice: ListChoice, page: number) =>
  queryOptions({
    queryKey: ['simulations', choice, page],
    queryFn: ({ signal }) =>
      call('list', {
        query: {
          ...(choice.search === '' ? {} : { search: choice.search }),
          ...(choice.state ? { state: choice.state } : {}),
          sort: choice.sort,
          order: choice.order,
          offset: page * LIST_PAGE,
          limit: LIST_PAGE,
        },
        signal,
      }),
  })

export const simulation = (id: string) =>
  queryOptions({
    queryKey: ['simulation', id],
    queryFn: ({ signal }) => call('show', { params: { id }, signal }),
  })

export interface ResultAt {
  readonly document: ResultDocument
  /** Revision of the simulation that this result holds at least. */
  readonly revision: number
}

export const result = (id: string, point: number, region: string, currentRevision: () => number) =>
  queryOptions({
    queryKey: ['result', id, point, region],
    queryFn: async ({ signal }): Promise<ResultAt | null> => {
      const revision = currentRevision()
      try {
        const document = (await call('result', { params: { id }, query: { point, region }, signal })) as ResultDocument
        return { document, revision }
      } catch (error) {
        if (asFailure(error).code === 'NO_RESULT_YET') return null
        throw error
      }
    },
    placeholderData: (previous: ResultAt | null | undefined, query) =>
      // Another region of the same simulation may stand for a moment; another simulation's numbers never.
      query?.queryKey[1] === id ? previous : undefined,
  })

export const TASK_PAGE = 500

export const taskPage = (id: string, state: TaskState | null, page: number) =>
  queryOptions({
    queryKey: ['tasks', id, state, page],
    queryFn: ({ signal }) =>
      call('tasks', {
        params: { id },
        query: { ...(state ? { state } : {}), offset: page * TASK_PAGE, limit: TASK_PAGE },
        signal,
      }),
    staleTime: 2000,
  })

export const taskLog = (id: string, task: number, attempt: number) =>
  queryOptions({
    queryKey: ['log', id, task, attempt],
    queryFn: ({ signal }) => call('taskLog', { params: { id, task }, signal }),
  })

export const scanTable = (id: string, nuclides: readonly string[]) =>
  queryOptions({
    queryKey: ['scan', id, nuclides],
    queryFn: ({ signal }) => call('scan', { params: { id }, query: { nuclides: nuclides.join(',') }, signal }),
    placeholderData: keepPreviousData,
  })

export const engineList = queryOptions({
  queryKey: ['engines'],
  queryFn: ({ signal }) => call('engines', { signal }),
  // Engines come and go with a start of the service.
  staleTime: 5 * 60_000,
})

/** What the engine of a document refuses and remarks. */
export const engineRemarks = (document: SimulationDocument | null) =>
  queryOptions({
    queryKey: ['engine remarks', document],
    queryFn: ({ signal }) => call('validate', { body: document, signal }),
    staleTime: Number.POSITIVE_INFINITY,
    // A template is a large key: only the last ones are kept.
    gcTime: 10_000,
  })

const ME = 'me'
/** A page that somebody looks at is use: it keeps the session alive, and one in the background does not. */
const ALIVE_EVERY_MS = 5 * 60_000

export const whoAmI = queryOptions({
  queryKey: [ME],
  queryFn: ({ signal }) => call('whoAmI', { signal }),
  staleTime: Number.POSITIVE_INFINITY,
  refetchInterval: ALIVE_EVERY_MS,
  // Somebody may have signed in or out in another tab.
  refetchOnWindowFocus: 'always',
})

/** Asks again who is signed in: the last answer may hold no longer. */
export const lookWhoIsSignedIn = (client: QueryClient): void => void client.invalidateQueries({ queryKey: [ME] })

export const health = queryOptions({
  queryKey: ['health'],
  queryFn: ({ signal }) => call('health', { signal }),
  staleTime: 60_000,
})

/** Puts an event into everything that is already loaded. */
export function applyEvent(client: QueryClient, event: StreamEvent): void {
  if (event.kind === 'deleted') {
    client.removeQueries({ queryKey: ['simulation', event.id] })
    client.removeQueries({ queryKey: ['result', event.id] })
    client.removeQueries({ queryKey: ['distributions', event.id] })
    void client.invalidateQueries({ queryKey: ['simulations'] })
    return
  }
  const come = event.simulation
  client.setQueryData<SimulationDetail>(['simulation', come.id], (shown) => (shown ? newer(shown, come) : shown))
  let known = false
  let moved = false
  client.setQueriesData<SimulationList>({ queryKey: ['simulations'] }, (list) => {
    const index = list?.items.findIndex((one) => one.id === come.id) ?? -1
    if (!list || index < 0) return list
    known = true
    const shown = list.items[index]!
    moved ||= shown.state !== come.state
    const items: SimulationSummary[] = [...list.items]
    items[index] = newer(shown, come)
    return { ...list, items }
  })
  // A new row, or one that another filter would now show, changes lists that this page cannot work out by itself.
  if (!known || moved) void client.invalidateQueries({ queryKey: ['simulations'] })
}

/** Asks again for everything that is shown: after events may have been missed. */
export function refreshAll(client: QueryClient): void {
  void client.invalidateQueries({ predicate: (query) => query.queryKey[0] !== 'log' })
}
