/** All addresses of the portal. Each page is a part of its own, loaded when it is opened. */

import type { QueryClient } from '@tanstack/react-query'
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  type SearchSchemaInput,
  stripSearchParams,
} from '@tanstack/react-router'
import { SIMULATION_STATES, type SimulationState } from '#simulation/life-cycle.ts'
import { simulation } from './server/queries.ts'
import { FailurePage, NotFoundPage } from './shell/failure-page.tsx'
import { Shell } from './shell/shell.tsx'
import { readSimulationSearch } from './simulation/search.ts'
import { SimulationsPage } from './simulations/page.tsx'

interface Context {
  readonly queryClient: QueryClient
}

const root = createRootRouteWithContext<Context>()({
  component: Shell,
  notFoundComponent: NotFoundPage,
  errorComponent: FailurePage,
})

export interface SimulationsSearch {
  readonly search: string
  readonly state: SimulationState | 'all'
  readonly sort: 'createdAt' | 'name' | 'state' | 'primaries'
  readonly order: 'asc' | 'desc'
}

const SIMULATIONS_DEFAULT: SimulationsSearch = { search: '', state: 'all', sort: 'createdAt', order: 'desc' }
const SORTS = ['createdAt', 'name', 'state', 'primaries'] as const

const simulations = createRoute({
  getParentRoute: () => root,
  path: '/',
  component: SimulationsPage,
  validateSearch: (
    given: Partial<Record<keyof SimulationsSearch, unknown>> & SearchSchemaInput,
  ): SimulationsSearch => ({
    search: given['search'] === undefined ? '' : String(given['search']).slice(0, 200),
    state: SIMULATION_STATES.find((state) => state === given['state']) ?? 'all',
    sort: SORTS.find((sort) => sort === given['sort']) ?? 'createdAt',
    order: given['order'] === 'asc' ? 'asc' : 'desc',
  }),
  search: { middlewares: [stripSearchParams(SIMULATIONS_DEFAULT)] },
})

const compose = createRoute({
  getParentRoute: () => root,
  path: '/new',
  component: lazyRouteComponent(() => import('./compose/page.tsx'), 'ComposePage'),
})

const one = createRoute({
  getParentRoute: () => root,
  path: '/simulations/$id',
  component: lazyRouteComponent(() => import('./simulation/page.tsx'), 'SimulationPage'),
  validateSearch: readSimulationSearch,
  // The question goes out while the code of the page is still on its way.
  loader: ({ context, params }) => void context.queryClient.prefetchQuery(simulation(params.id)),
})

const tree = root.addChildren([simulations, compose, one])

/** Search parameters are plain texts: a link that a person wrote comes out of the router as it went in. */
function readSearch(text: string): Record<string, string | string[]> {
  const found: Record<string, string | string[]> = {}
  const parameters = new URLSearchParams(text)
  for (const key of new Set(parameters.keys())) {
    const values = parameters.getAll(key)
    found[key] = values.length === 1 ? values[0]! : values
  }
  return found
}

function writeSearch(search: Record<string, unknown>): string {
  const parameters = new URLSearchParams()
  for (const [key, value] of Object.entries(search)) {
    for (const one of Array.isArray(value) ? value : [value]) if (one !== undefined) parameters.append(key, String(one))
  }
  const text = parameters.toString()
  return text === '' ? '' : `?${text}`
}

export function makeRouter(queryClient: QueryClient) {
  return createRouter({
    parseSearch: readSearch,
    stringifySearch: writeSearch,
    routeTree: tree,
    context: { queryClient },
    defaultPreload: 'intent',
    scrollRestoration: true,
    defaultErrorComponent: FailurePage,
  })
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof makeRouter>
  }
}
