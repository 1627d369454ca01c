/** Bodies that cross the wire between control and its clients. */

import { z } from 'zod'
import { JOB_PRIORITIES } from '#simulation/document.ts'
import { SIMULATION_ACTIONS, SIMULATION_STATES, TASK_STATES } from '#simulation/life-cycle.ts'

/** One thing wrong with an input: where, what was expected, what came, what to do. */
export const problemItemSchema = z.object({
  code: z.string(),
  path: z.string(),
  message: z.string(),
  unit: z.string().optional(),
  allowed: z.string().optional(),
})
export type ProblemItem = z.infer<typeof problemItemSchema>

/** Error body, RFC 9457 (application/problem+json), with a stable code and all problems at once. */
export const problemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number(),
  code: z.string(),
  detail: z.string(),
  advice: z.string(),
  /** Reference to quote in a report; stands in the server's log. */
  instance: z.string().optional(),
  problems: z.array(problemItemSchema).optional(),
})
export type Problem = z.infer<typeof problemSchema>

export const progressSchema = z.object({
  /** Primaries asked for, over all points; null while an open-ended goal runs. */
  primariesAsked: z.number().nullable(),
  /** Primaries in accepted results; never goes backwards. */
  primariesDone: z.number(),
  tasks: z.number(),
  tasksDone: z.number(),
  tasksFailed: z.number(),
  /** Fraction of the goal, 0 to 1. */
  fraction: z.number(),
  /** Milliseconds to the end as far as can be told; null when it cannot. */
  remainingMs: z.number().nullable(),
})
export type Progress = z.infer<typeof progressSchema>

/** What is told of a job that no worker is at. */
export const waitingSchema = z.object({
  /** Why, in a sentence. */
  reason: z.string(),
  /** Its place among those that wait for their first worker, 1 is next; null where it stands in no line. */
  position: z.number().nullable(),
  /** Milliseconds until it is about its turn, from the work before it and the measured speeds; null where that cannot be told. */
  startsInMs: z.number().nullable(),
  /** Why there is no estimate; null where there is one, and where it stands in no line. */
  noEstimate: z.string().nullable(),
})
export type Waiting = z.infer<typeof waitingSchema>

export const simulationSummarySchema = z.object({
  id: z.string(),
  name: z.string(),
  owner: z.string(),
  state: z.enum(SIMULATION_STATES),
  /** The state in words for a person, with the reason for waiting or failing. */
  sentence: z.string(),
  actions: z.array(z.enum(SIMULATION_ACTIONS)),
  engine: z.object({ id: z.string(), version: z.string(), standIn: z.boolean() }),
  /** One line: particle, energy, target. */
  subject: z.string(),
  setupDigest: z.string(),
  points: z.number(),
  progress: progressSchema,
  /** Among the jobs of its owner. A service of before does not tell, nor of the wait. */
  priority: z.enum(JOB_PRIORITIES).optional(),
  waiting: waitingSchema.nullable().optional(),
  /** Counts up with every accepted result: tells whether a result at hand is the newest. */
  revision: z.number(),
  createdAtMs: z.number(),
  startedAtMs: z.number().nullable(),
  endedAtMs: z.number().nullable(),
  replayOf: z.string().nullable(),
  /** Where a result that was made elsewhere comes from, in words; null for one of our own. A service of before does not tell. */
  imported: z.object({ from: z.string() }).nullable().optional(),
})
export type SimulationSummary = z.infer<typeof simulationSummarySchema>

export const simulationDetailSchema = simulationSummarySchema.extend({
  /** The document as accepted, defaults filled in. */
  document: z.unknown(),
  jobKey: z.string(),
  batchHistories: z.number(),
  /** Notes of the engine: approximations it makes with this setup. */
  notes: z.array(z.string()),
  failure: z.object({ code: z.string(), message: z.string() }).nullable(),
  scan: z.object({ parameter: z.string(), values: z.array(z.number()) }).nullable(),
})
export type SimulationDetail = z.infer<typeof simulationDetailSchema>

export const simulationListSchema = z.object({
  items: z.array(simulationSummarySchema),
  total: z.number(),
})
export type SimulationList = z.infer<typeof simulationListSchema>

export const listQuerySchema = z.strictObject({
  search: z.string().max(200).optional(),
  state: z.enum(SIMULATION_STATES).optional(),
  sort: z.enum(['createdAt', 'name', 'state', 'primaries']).default('createdAt'),
  order: z.enum(['asc', 'desc']).default('desc'),
  offset: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).max(500).default(100),
})
export type ListQuery = z.infer<typeof listQuerySchema>

export const taskSchema = z.object({
  task: z.number(),
  point: z.number(),
  state: z.enum(TASK_STATES),
  firstHistory: z.number(),
  histories: z.number(),
  attempt: z.number(),
  /** Of an engine that needs one. */
  seed: z.number().optional(),
  worker: z.string().nullable(),
  historiesDone: z.number(),
  startedAtMs: z.number().nullable(),
  endedAtMs: z.number().nullable(),
  failure: z.object({ code: z.string(), message: z.string() }).nullable(),
  hasLog: z.boolean(),
})
export type TaskInfo = z.infer<typeof taskSchema>

export const taskListSchema = z.object({ items: z.array(taskSchema), total: z.number() })

export const taskQuerySchema = z.strictObject({
  state: z.enum(TASK_STATES).optional(),
  offset: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).max(500).default(100),
})

/** As simulation/document.ts has it. What a name cannot be never gets as far as a header. */
const LAYER_NAME = /^[A-Za-z][A-Za-z0-9_-]{0,31}$/

export const resultQuerySchema = z.strictObject({
  point: z.coerce.number().int().min(0).default(0),
  /** `total`, or the name of a layer. */
  region: z
    .string()
    .regex(LAYER_NAME, 'Expected total or the name of a layer: a letter, then letters, digits, - or _; at most 32.')
    .default('total'),
  /** Evaluates the result at another current than the document's. */
  currentMicroampere: z.coerce.number().positive().max(5000).optional(),
  cumulativeCutDays: z.coerce.number().min(0).max(1e6).optional(),
  format: z.enum(['json', 'csv']).default('json'),
})
export type ResultQuery = z.infer<typeof resultQuerySchema>

/** One scan point with the rates of the nuclides asked for; `rates` in the order of `nuclides`. */
export const scanTableSchema = z.object({
  parameter: z.string(),
  unit: z.string().nullable(),
  title: z.string(),
  nuclides: z.array(z.string()),
  points: z.array(
    z.object({
      point: z.number(),
      value: z.number(),
      primaries: z.number(),
      fissionsPerPrimary: z.number().nullable(),
      /** Rates in the shape `Rate` of the result document. */
      independent: z.array(z.unknown()),
      cumulative: z.array(z.unknown()),
    }),
  ),
})
export const scanQuerySchema = z.strictObject({ nuclides: z.string().max(2000).default('Ag-111') })

/** Files of a FLUKA run elsewhere, with the setup that they belong to. */
export const importSchema = z.strictObject({
  /** Simulation document; its engine becomes FLUKA, and what it says of the job does not matter. */
  document: z.unknown(),
  /** Name of the simulation; left out: that of the document. */
  name: z.string().max(200).optional(),
  files: z
    .array(z.strictObject({ name: z.string().min(1).max(200), base64: z.base64() }))
    .min(1)
    .max(1000),
  /** Name of a target layer to name of its detector, where they differ. */
  detectors: z.record(z.string().max(100), z.string().max(100)).default({}),
  /** Primaries behind a table, which does not tell them. */
  primaries: z.number().int().min(2).max(1e15).optional(),
})

export const prioritySchema = z.strictObject({ priority: z.enum(JOB_PRIORITIES) })
export const addPrimariesSchema = z.strictObject({ primaries: z.number().int().min(1).max(1e12) })
/** Rerun: the same document as a new simulation; `replay` keeps the job key, so every random number is repeated. */
export const rerunSchema = z.strictObject({
  replay: z.boolean().default(false),
  memoryMebibytes: z.number().int().min(64).max(1_048_576).optional(),
  timeSeconds: z
    .number()
    .int()
    .min(1)
    .max(30 * 86_400)
    .optional(),
})

export const validationSchema = z.object({
  ok: z.boolean(),
  problems: z.array(problemItemSchema),
  /** Sensible ranges left and notes of the engine: accepted, but worth reading. */
  warnings: z.array(problemItemSchema),
})

export const engineInfoSchema = z.object({
  id: z.string(),
  /** Empty where it is not available. */
  version: z.string(),
  label: z.string(),
  standIn: z.boolean(),
  available: z.boolean(),
  /** Why it is not available, and what to do. */
  reason: z.string().nullable(),
})

export type EngineInfo = z.infer<typeof engineInfoSchema>

export const whoAmISchema = z.object({ id: z.string(), displayName: z.string() })
export const healthSchema = z.object({
  status: z.enum(['ready', 'degraded']),
  version: z.string(),
  problems: z.array(z.string()),
  /** Where people sign in: at a provider, under /login of this service; null where the printed address is the way in. */
  signIn: z.object({ providerName: z.string() }).nullable(),
})

/**
 * What comes over the event stream (one stream a browser). Persistent events carry an id for resuming; a progress event
 * is a snapshot that the next one replaces, at most four a second for each simulation.
 */
export const eventSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('simulation'), simulation: simulationSummarySchema }),
  z.object({ kind: z.literal('deleted'), id: z.string() }),
])
export type StreamEvent = z.infer<typeof eventSchema>

/** A job's queue as an operator sees it; what the queue's server does not tell is null. */
export const queueInspectionSchema = z.object({
  jobId: z.string(),
  /** State of the simulation, or null where no record knows it any more. */
  simulation: z.enum(SIMULATION_STATES).nullable(),
  /** `filling`: being opened. `broken`: keys without their head, left over by whoever deleted keys by hand. */
  state: z.enum(['open', 'filling', 'broken']),
  generation: z.number(),
  order: z.enum(['go-on', 'stop', 'cancel']),
  waiting: z.number(),
  leased: z.number(),
  reported: z.number(),
  /** Tasks that were given up in this generation because their workers disappeared. */
  lost: z.number().nullable(),
  /** Failed tasks that are not accepted yet, with their causes; some of many. */
  failures: z.array(z.object({ task: z.number(), code: z.string(), message: z.string() })).readonly(),
  /** Memory of the keys. */
  bytes: z.number().nullable(),
  /** When the first lease is over, in milliseconds since the epoch by the server's clock. */
  nextExpiryMs: z.number().nullable(),
})
export type QueueInspection = z.infer<typeof queueInspectionSchema>

export const engineUsesQuerySchema = z.strictObject({
  /** Id of the engine, such as `fluka`. */
  engine: z.string().max(32).optional(),
  owner: z.string().max(300).optional(),
  offset: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).max(500).default(100),
})
/** Kept when the simulation is deleted: a licence may ask for it. */
export const engineUsesSchema = z.object({
  items: z.array(
    z.object({
      simulationId: z.string(),
      owner: z.string(),
      engineId: z.string(),
      engineVersion: z.string(),
      atMs: z.number(),
    }),
  ),
  total: z.number(),
})

export const QUEUE_REPAIRS = ['reap', 'drop'] as const
export const queueRepairSchema = z.strictObject({
  /** `reap`: leases that are over go back now. `drop`: the queue is forgotten; of a running job it is built anew. */
  action: z.enum(QUEUE_REPAIRS),
})
export const queueRepairedSchema = z.object({ sentence: z.string() })

/** How long a token for workers elsewhere is good, in hours. */
export const WORKER_TOKEN_HOURS = { least: 1, most: 168, usual: 24 } as const

export const workerTokenRequestSchema = z.strictObject({
  validForHours: z
    .number()
    .int()
    .min(WORKER_TOKEN_HOURS.least)
    .max(WORKER_TOKEN_HOURS.most)
    .default(WORKER_TOKEN_HOURS.usual),
})

export const workerTokenSchema = z.object({
  simulation: z.string(),
  /** A secret: whoever has it may take tasks of this one simulation and report results of them. */
  token: z.string(),
  validUntilMs: z.number(),
})
export type WorkerToken = z.infer<typeof workerTokenSchema>

/** The queue of one job, as its workers reach it. */
export const workerAccessSchema = z.object({
  simulation: z.string(),
  queue: z.object({
    /** Redis itself, or the Sentinels that know which one is the primary now. */
    address: z.union([
      z.object({ url: z.string() }),
      z.object({
        sentinels: z.array(z.object({ host: z.string(), port: z.number().int() })).readonly(),
        master: z.string(),
      }),
    ]),
    /** Of this one job; may touch nothing else. */
    username: z.string(),
    password: z.string(),
  }),
})
export type WorkerAccess = z.infer<typeof workerAccessSchema>

/** Most objects that one request asks addresses for. */
export const MOST_OBJECTS_TO_PUT = 256

export const objectToPutSchema = z.strictObject({
  key: z.string().max(512),
  bytes: z.number().int().min(0),
  /** Hexadecimal. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** Base64, as the header Content-MD5 has it. */
  md5: z.string().regex(/^[A-Za-z0-9+/]{22}==$/),
})
export type ObjectToPut = z.infer<typeof objectToPutSchema>

export const objectsToPutSchema = z.strictObject({
  objects: z.array(objectToPutSchema).min(1).max(MOST_OBJECTS_TO_PUT),
})

/**
 * `first`: none of the objects was sent before, so none is looked for; where one is there all the same, the storage refuses
 * the put. A worker of before does not say, and then they are looked for.
 */
export const putTriesSchema = z.strictObject({ tries: z.enum(['first', 'further']).default('further') })

/** In the order of the objects that were asked for. */
export const putAddressesSchema = z.object({
  addresses: z.array(
    z.discriminatedUnion('kind', [
      /** A single PUT of exactly this content with exactly these headers. */
      z.object({ kind: z.literal('put'), url: z.string(), headers: z.record(z.string(), z.string()).readonly() }),
      /** An object is there already. */
      z.object({ kind: z.literal('exists'), bytes: z.number(), digest: z.string() }),
    ]),
  ),
})
export type PutAddress = z.infer<typeof putAddressesSchema>['addresses'][number]
