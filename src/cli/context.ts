/** What `main` hands to the command line: the outside world, and the parts that run things on this machine. */

import type { ByteSource } from '#engines/fluka/output/byte-source.ts'
import type { DistributionList, DistributionSummary, DistributionViewBody } from '#protocol/distribution-shapes.ts'
import type { ResultDocument } from '#results/document.ts'
import type { SimulationDocument } from '#simulation/document.ts'

export interface LocalProgress {
  readonly primariesDone: number
  readonly primariesAsked: number
  readonly tasksDone: number
  readonly tasks: number
  readonly tasksFailed: number
}

export interface LocalRunRequest {
  /** `null` goes on with the folder as it is. */
  readonly document: SimulationDocument | null
  /** `null`: a temporary folder, removed at the end. */
  readonly folder: string | null
  /** `null`: one per core. */
  readonly workers: number | null
}

/** Results of a job: one, or one for each value of a scan. */
export interface JobResults {
  /** Path of the scanned parameter; `null` without a scan. */
  readonly parameter: string | null
  /** Points with histories, ascending. */
  readonly points: readonly PointResult[]
}

export interface PointResult {
  readonly point: number
  /** Value of the scanned parameter; `null` without a scan. */
  readonly value: number | null
  readonly result: ResultDocument
  /** Left out where the document asks for no meshes and spectra. */
  readonly distributions?: PointDistributions
}

/** Which part of a mesh or spectrum: as in the query of the API. */
export interface DistributionPart {
  readonly axes?: string
  readonly at?: string
}

/** Meshes and spectra of a result, wherever they are. */
export interface PointDistributions {
  readonly summaries: readonly DistributionSummary[]
  readonly missing: DistributionList['missing']
  /** @throws CliError for an axis or bin that is not there */
  view(name: string, part: DistributionPart): Promise<DistributionViewBody>
  csv(name: string, part: DistributionPart): Promise<string>
}

/** Runs and merges job folders without a server. */
export interface LocalRunner {
  run(
    request: LocalRunRequest,
    region: string,
    onProgress: (progress: LocalProgress) => void,
    signal: AbortSignal,
  ): Promise<JobResults>
  merge(folder: string, region: string): Promise<JobResults>
}

export interface ServeOptions {
  readonly data: string | undefined
  readonly host: string
  readonly port: number
  readonly workers: number | undefined
  readonly example: boolean
}

/** What the command line of `worker` gives; the rest comes from the environment. */
export interface WorkerOptions {
  readonly job?: string
  /** Started by a service that speaks over the standard streams. */
  readonly parent?: boolean
  /** Socket and folder of a service on this machine; both left out for a worker elsewhere. */
  readonly socket?: string
  readonly storage?: string
  readonly scratch?: string
}

/** One finding of `isolario doctor`. */
export interface Finding {
  readonly name: string
  readonly state: 'ok' | 'missing' | 'bad'
  readonly sentence: string
}

export interface Connection {
  readonly url: string
  readonly token: string | undefined
  readonly fetch: typeof fetch
}

/** A file that is open for reading. */
export interface OpenBytes extends ByteSource {
  close(): void
}

export interface CliContext {
  readonly version: string
  readonly out: (text: string) => void
  readonly err: (text: string) => void
  /** Whether standard error is a terminal: only then a progress bar moves. */
  readonly terminal: boolean
  /** Width of the terminal in columns. */
  readonly columns: number
  readonly color: boolean
  readonly readText: (file: string) => Promise<string>
  readonly writeText: (file: string, text: string) => Promise<void>
  /** @throws an error with `code` when the file cannot be opened. */
  readonly openBytes: (file: string) => OpenBytes
  readonly writeBytes: (file: string, bytes: Uint8Array) => Promise<void>
  /** Plain files of a folder, by name; `null` when it is no folder. @throws an error with `code` when there is none. */
  readonly filesOf: (folder: string) => Promise<readonly string[] | null>
  readonly readStandardInput: () => Promise<string>
  /** Aborted on the first interrupt. */
  readonly signal: AbortSignal
  /** A fresh idempotency key. */
  readonly freshKey: () => string
  /** Waits; rejects when interrupted. */
  readonly pause: (ms: number) => Promise<void>
  /** The control service to speak to; @throws CliError `NO_SERVER` when none is known. */
  readonly connection: () => Promise<Connection>
  /** The built-in engine's estimate; @throws an error with a code when it refuses. */
  readonly estimate: (document: SimulationDocument, region: string | undefined) => ResultDocument
  readonly local: LocalRunner
  readonly serve: (options: ServeOptions) => Promise<void>
  readonly control: () => Promise<void>
  readonly migrate: () => Promise<void>
  /** Ends with exit codes of its own, which the cluster reads. */
  readonly worker: (options: WorkerOptions) => Promise<void>
  /** Runs programs for a worker in another container, until it is interrupted. */
  readonly payload: () => Promise<void>
  readonly doctor: () => Promise<readonly Finding[]>
}
