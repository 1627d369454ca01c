/**
 * From files of a run elsewhere to a simulation that is done. Each run becomes a task with its stored result, so that
 * everything that shows, describes and compares results reads them as any other; the mark in the row keeps them apart.
 * First the objects, then the rows in one transaction: what a crash leaves between them, nobody ever sees.
 */

import { createHash, randomBytes } from 'node:crypto'
import type { z } from 'zod'
import { ImportError } from '#engines/fluka/import/import-error.ts'
import { type ImportedResult, importResult } from '#engines/fluka/import/import-result.ts'
import { IMPORTED_VERSION } from '#engines/fluka/import/imported-engine.ts'
import type { importSchema } from '#protocol/shapes.ts'
import type { AcceptedResult, Records, TaskPlan } from '#records/records.ts'
import type { ImportedOrigin } from '#results/imported.ts'
import { RunMerge } from '#results/merge.ts'
import type { ResultIdentity } from '#results/pool.ts'
import { encodeMerge, encodeTaskTally } from '#results/tally-file.ts'
import { setupDigest } from '#simulation/digest.ts'
import type { SimulationDocument } from '#simulation/document.ts'
import type { Storage } from '#storage/storage.ts'
import { ControlError } from './control-error.ts'
import { storedDocument } from './job-documents.ts'
import type { ControlLimits } from './limits.ts'
import { resultKey, taskPrefix } from './object-keys.ts'
import { removeObjects } from './orphans.ts'
import { checkedDocument, newId, type Submitted, subjectOf } from './submit.ts'

export interface ImportParts {
  readonly records: Records
  readonly storage: Storage
  readonly limits: ControlLimits
  readonly clock: () => number
}

export type ImportBody = z.output<typeof importSchema>

const sha256 = (content: Uint8Array | string): string => createHash('sha256').update(content).digest('hex')

/** @throws ControlError `IMPORT_REFUSED` with all that is wrong, or what is wrong with the document */
export async function importFiles(
  parts: ImportParts,
  owner: string,
  body: ImportBody,
  key: string | null,
): Promise<Submitted> {
  const { records, storage, limits, clock } = parts
  const document = documentFor(body)
  const files = body.files.map(({ name, base64 }) => ({ name, bytes: new Uint8Array(Buffer.from(base64, 'base64')) }))
  const result = readFiles(document, files, body)
  const id = newId()
  const identity: ResultIdentity = {
    setupDigest: setupDigest(document.setup),
    engine: { id: 'fluka', version: IMPORTED_VERSION },
    // Of no random numbers that are known; it only keeps results apart.
    jobKey: randomBytes(8).toString('hex'),
    point: 0,
    replay: false,
    imported: true,
  }
  const origin: ImportedOrigin = {
    program: 'FLUKA',
    kind: result.kind,
    files: files.map(({ name, bytes }) => ({ name, sha256: sha256(bytes) })),
    batches: result.batches,
    detectors: result.detectors,
    coverage: result.coverage,
  }
  const results = await storeResults(storage, id, identity, result, clock())
  const tasks = result.tallies.map(({ residuals }, task): TaskPlan => {
    const { first, histories, ordinal } = residuals.table.batches[0]!
    return { task, point: 0, firstHistory: first, histories, firstBatch: ordinal }
  })
  const answer = await records.accept(
    {
      id,
      owner,
      name: document.name,
      document: storedDocument(document),
      setupDigest: identity.setupDigest,
      subject: subjectOf(document.setup),
      engineId: identity.engine.id,
      engineVersion: identity.engine.version,
      jobKey: identity.jobKey,
      batchHistories: Math.max(...tasks.map(({ histories }) => histories)),
      primariesPlanned: tasks.reduce((sum, { histories }) => sum + histories, 0),
      replayOf: null,
      memoryMebibytes: limits.memoryMebibytes,
      timeSeconds: limits.timeSeconds,
      priority: document.job.priority,
      notes: result.notes,
      points: [{ point: 0, value: null, setupDigest: identity.setupDigest }],
      tasks,
      idempotency: key === null ? null : { key, requestDigest: sha256(JSON.stringify(['import', body])) },
      imported: { origin: JSON.stringify(origin), results },
    },
    clock(),
  )
  if (answer.kind === 'created') return { simulation: answer.simulation, created: true }
  // It was imported before, under an id of its own.
  await removeObjects(storage, id)
  if (answer.kind === 'repeated') return { simulation: answer.simulation, created: false }
  throw new ControlError('IDEMPOTENCY_CONFLICT', `The idempotency key "${key}" was used before, for another request.`)
}

/** The setup that the files belong to, as FLUKA's: an imported result never stands under another engine's digest. */
function documentFor({ document: sent, name }: ImportBody): SimulationDocument {
  const document = checkedDocument(sent)
  if (document.job.scan !== null) {
    throw new ControlError(
      'IMPORT_REFUSED',
      `The document scans ${document.job.scan.parameter}; files of one run belong to one setup. Import them with a document without a scan, once for each value.`,
    )
  }
  const { setup, job } = document
  return checkedDocument({
    ...document,
    name: name ?? document.name,
    setup: setup.engine.id === 'fluka' ? setup : { ...setup, engine: { id: 'fluka' } },
    job: { ...job, key: null },
  })
}

function readFiles(
  { setup }: SimulationDocument,
  files: Parameters<typeof importResult>[1],
  { detectors, primaries }: ImportBody,
): ImportedResult {
  try {
    return importResult(setup, files, { detectors, primaries: primaries ?? null })
  } catch (error) {
    if (!(error instanceof ImportError)) throw error
    const { code, message, problems } = error
    throw new ControlError('IMPORT_REFUSED', message, {
      problems: (problems.length > 0 ? problems : [message]).map((one) => ({ code, path: 'files', message: one })),
      cause: error,
    })
  }
}

async function storeResults(
  storage: Storage,
  id: string,
  identity: ResultIdentity,
  { tallies }: ImportedResult,
  atMs: number,
): Promise<readonly AcceptedResult[]> {
  const merge = new RunMerge()
  const results: AcceptedResult[] = []
  for (const [task, tally] of tallies.entries()) {
    merge.add(tally)
    const objectKey = `${taskPrefix(id)}${task}/imported.tally`
    const { bytes, digest } = await storage.put(objectKey, encodeTaskTally(identity, tally))
    const { histories } = tally
    results.push({
      task,
      generation: 0,
      attempt: 1,
      objectKey,
      digest,
      bytes,
      histories,
      startedAtMs: atMs,
      endedAtMs: atMs,
    })
  }
  await storage.put(resultKey(id, 0, tallies.length), encodeMerge(identity, merge.toSnapshot()))
  return results
}
