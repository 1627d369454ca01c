/**
 * The routes of the control service, each defined once: control registers them, the client calls them, the OpenAPI
 * document and the manual derive from them.
 */

import { z } from 'zod'
import * as distribution from './distribution-shapes.ts'
import type { Permission } from './permission.ts'
import * as shape from './shapes.ts'

export const API_PREFIX = '/api/v1'

/** A hundred raw files of seven detectors. */
export const IMPORT_BYTES = 64 * 1024 * 1024

export interface Route {
  readonly method: 'GET' | 'POST' | 'DELETE'
  /** Below `API_PREFIX`, with `:name` parameters. */
  readonly path: string
  readonly summary: string
  /** `null`: open to everybody. `job`: for the workers of one job, who show its token; no user is asking. */
  readonly permission: Permission | 'job' | null
  readonly params?: z.ZodType
  readonly query?: z.ZodType
  readonly body?: z.ZodType
  /** Body of success; `null` for 204. */
  readonly response: z.ZodType | null
  readonly status: number
  /**
   * The header Idempotency-Key is read: the same request under the same key is done once, and answered as often as it
   * comes.
   */
  readonly takesKey?: true
  /** Largest body in bytes where it is not that of a document. */
  readonly bodyBytes?: number
  /** Set where the answer is not JSON. */
  readonly produces?: string
}

const byId = z.strictObject({ id: z.string().regex(/^[a-z0-9-]{4,40}$/) })
/** Also of a job that no record knows any more. */
const byQueue = z.strictObject({ id: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/) })
const byDistribution = byId.extend({ name: z.string().regex(distribution.DISTRIBUTION_NAME) })
const byTask = byId.extend({ task: z.coerce.number().int().min(0) })
/** Bodies that the simulation room validates itself, so that all problems come at once with their paths. */
const document = z.unknown()
const result = z.unknown()

export const ROUTES = {
  health: {
    method: 'GET',
    path: '/health',
    summary: 'Whether the service is ready',
    permission: null,
    response: shape.healthSchema,
    status: 200,
  },
  whoAmI: {
    method: 'GET',
    path: '/me',
    summary: 'Who is signed in',
    permission: 'read',
    response: shape.whoAmISchema,
    status: 200,
  },
  engines: {
    method: 'GET',
    path: '/engines',
    summary: 'Engines of this installation',
    permission: 'read',
    response: z.array(shape.engineInfoSchema),
    status: 200,
  },
  schema: {
    method: 'GET',
    path: '/schema/simulation.json',
    summary: 'JSON Schema of the simulation document',
    permission: 'read',
    response: z.unknown(),
    status: 200,
  },
  validate: {
    method: 'POST',
    path: '/validate',
    summary: 'All problems and warnings of a document',
    permission: 'read',
    body: document,
    response: shape.validationSchema,
    status: 200,
  },
  estimate: {
    method: 'POST',
    path: '/estimate',
    summary: 'Deterministic estimate of the built-in engine',
    permission: 'read',
    body: document,
    response: result,
    status: 200,
  },
  submit: {
    method: 'POST',
    path: '/simulations',
    summary: 'Submit a simulation',
    permission: 'submit',
    takesKey: true,
    body: document,
    response: shape.simulationDetailSchema,
    status: 201,
  },
  importResult: {
    method: 'POST',
    path: '/imports',
    summary: 'Take over residual nuclei that FLUKA gave elsewhere, as a simulation marked imported',
    permission: 'submit',
    takesKey: true,
    body: shape.importSchema,
    bodyBytes: IMPORT_BYTES,
    response: shape.simulationDetailSchema,
    status: 201,
  },
  list: {
    method: 'GET',
    path: '/simulations',
    summary: 'Simulations, filtered and sorted',
    permission: 'read',
    query: shape.listQuerySchema,
    response: shape.simulationListSchema,
    status: 200,
  },
  show: {
    method: 'GET',
    path: '/simulations/:id',
    summary: 'One simulation',
    permission: 'read',
    params: byId,
    response: shape.simulationDetailSchema,
    status: 200,
  },
  stop: {
    method: 'POST',
    path: '/simulations/:id/stop',
    summary: 'Stop and merge what exists',
    permission: 'steer',
    takesKey: true,
    params: byId,
    response: shape.simulationDetailSchema,
    status: 200,
  },
  cancel: {
    method: 'POST',
    path: '/simulations/:id/cancel',
    summary: 'Cancel and abandon',
    permission: 'steer',
    takesKey: true,
    params: byId,
    response: shape.simulationDetailSchema,
    status: 200,
  },
  addPrimaries: {
    method: 'POST',
    path: '/simulations/:id/add-primaries',
    summary: 'Add primaries to a finished job',
    permission: 'steer',
    takesKey: true,
    params: byId,
    body: shape.addPrimariesSchema,
    response: shape.simulationDetailSchema,
    status: 200,
  },
  prioritize: {
    method: 'POST',
    path: '/simulations/:id/priority',
    summary: 'Order a job among those of its owner',
    permission: 'steer',
    params: byId,
    body: shape.prioritySchema,
    response: shape.simulationDetailSchema,
    status: 200,
  },
  rerun: {
    method: 'POST',
    path: '/simulations/:id/rerun',
    summary: 'Run the same document again',
    permission: 'submit',
    takesKey: true,
    params: byId,
    body: shape.rerunSchema,
    response: shape.simulationDetailSchema,
    status: 201,
  },
  remove: {
    method: 'DELETE',
    path: '/simulations/:id',
    summary: 'Delete a simulation and its results',
    permission: 'steer',
    params: byId,
    response: null,
    status: 204,
  },
  result: {
    method: 'GET',
    path: '/simulations/:id/result',
    summary: 'Merged result of what is accepted so far',
    permission: 'read',
    params: byId,
    query: shape.resultQuerySchema,
    response: result,
    status: 200,
  },
  distributions: {
    method: 'GET',
    path: '/simulations/:id/distributions',
    summary: 'Meshes and spectra of a simulation, with what was asked for and is not there',
    permission: 'read',
    params: byId,
    query: distribution.distributionListQuerySchema,
    response: distribution.distributionListSchema,
    status: 200,
  },
  distribution: {
    method: 'GET',
    path: '/simulations/:id/distributions/:name',
    summary: 'A mesh or spectrum, or a slice or projection of it, as JSON or CSV',
    permission: 'read',
    params: byDistribution,
    query: distribution.distributionQuerySchema,
    response: distribution.distributionViewSchema,
    status: 200,
  },
  distributionCells: {
    method: 'GET',
    path: '/simulations/:id/distributions/:name/cells',
    summary: 'The same as float32 behind a head in JSON, for large meshes',
    permission: 'read',
    params: byDistribution,
    query: distribution.cellsQuerySchema,
    response: z.string(),
    status: 200,
    produces: 'application/octet-stream',
  },
  scan: {
    method: 'GET',
    path: '/simulations/:id/scan',
    summary: 'Rates of chosen nuclides at every scan point',
    permission: 'read',
    params: byId,
    query: shape.scanQuerySchema,
    response: shape.scanTableSchema,
    status: 200,
  },
  tasks: {
    method: 'GET',
    path: '/simulations/:id/tasks',
    summary: 'Tasks of a simulation',
    permission: 'read',
    params: byId,
    query: shape.taskQuerySchema,
    response: shape.taskListSchema,
    status: 200,
  },
  taskLog: {
    method: 'GET',
    path: '/simulations/:id/tasks/:task/log',
    summary: 'Log of a task',
    permission: 'read',
    params: byTask,
    response: z.string(),
    status: 200,
    produces: 'text/plain',
  },
  taskRaw: {
    method: 'GET',
    path: '/simulations/:id/tasks/:task/raw',
    summary: 'Raw outputs of a task as its program wrote them, packed (tar); engines that are programs only',
    permission: 'read',
    params: byTask,
    response: z.string(),
    status: 200,
    produces: 'application/octet-stream',
  },
  workerToken: {
    method: 'POST',
    path: '/simulations/:id/worker-token',
    summary: 'A token with which a worker on any machine takes tasks of this simulation',
    permission: 'steer',
    params: byId,
    body: shape.workerTokenRequestSchema,
    response: shape.workerTokenSchema,
    status: 201,
  },
  workerAccess: {
    method: 'POST',
    path: '/worker/access',
    summary: "What a worker needs to speak to its job's queue; asked again whenever the queue refuses it",
    permission: 'job',
    response: shape.workerAccessSchema,
    status: 200,
  },
  workerAddresses: {
    method: 'POST',
    path: '/worker/addresses',
    summary: 'Signed addresses under which a worker stores results of its job, one for each object',
    permission: 'job',
    query: shape.putTriesSchema,
    body: shape.objectsToPutSchema,
    response: shape.putAddressesSchema,
    status: 200,
  },
  queues: {
    method: 'GET',
    path: '/admin/queues',
    summary: 'All queues that there are, those of forgotten jobs included',
    permission: 'administer',
    response: z.array(shape.queueInspectionSchema),
    status: 200,
  },
  engineUses: {
    method: 'GET',
    path: '/admin/engine-uses',
    summary: 'Who ran an engine with a licence of its own, with which version; newest first',
    permission: 'administer',
    query: shape.engineUsesQuerySchema,
    response: shape.engineUsesSchema,
    status: 200,
  },
  repairQueue: {
    method: 'POST',
    path: '/admin/queues/:id/repair',
    summary: 'Put a queue right; what the records hold is never touched',
    permission: 'administer',
    params: byQueue,
    body: shape.queueRepairSchema,
    response: shape.queueRepairedSchema,
    status: 200,
  },
  events: {
    method: 'GET',
    path: '/events',
    summary: 'Server-sent events of all simulations (header Last-Event-ID resumes)',
    permission: 'read',
    response: z.string(),
    status: 200,
    produces: 'text/event-stream',
  },
  openApi: {
    method: 'GET',
    path: '/openapi.json',
    summary: 'This API as an OpenAPI 3.1 document',
    permission: null,
    response: z.unknown(),
    status: 200,
  },
} as const satisfies Record<string, Route>

export type RouteName = keyof typeof ROUTES
