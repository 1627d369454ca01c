/**
 * The file of meshes and spectra, of a task or of a merge: described in README.md, sibling of tally-file.ts.
 *
 *     0  "ISOD"   4  version   8  bytes of the header   12  CRC-32 of the header
 *     16 header: JSON in ASCII, filled up with blanks to a multiple of 8
 *     then the arrays one behind the other, little-endian, each filled up to a multiple of 8
 *
 * An array is dense (every bin as f64) or sparse (u32 places, then f64 values), whichever is shorter, and has a CRC-32
 * of its own in the header: one distribution can be read without the others. What is read back is what was written, to
 * the last bit, or it is an error that says where.
 */

import { crc32 } from './crc32.ts'
import { type DistributionLayout, type DistributionTally, lengthOf, sizeOf } from './distribution.ts'
import { checkDistribution, checkLayout } from './distribution-check.ts'
import { TallyError } from './errors.ts'
import type { ResultIdentity } from './pool.ts'

export const DISTRIBUTION_FILE_VERSION = 1
/** What the name of such a file ends in. */
export const DISTRIBUTION_FILE_EXTENSION = '.isod'

export interface DistributionFile {
  readonly kind: 'task' | 'merge'
  readonly identity: ResultIdentity
  readonly distributions: readonly DistributionTally[]
}

export type DistributionFileErrorCode =
  /** The first bytes are not those of such a file. */
  | 'DISTRIBUTION_FILE_OTHER'
  /** Written by a newer version of the product. */
  | 'DISTRIBUTION_FILE_TOO_NEW'
  /** The file ends too early, or goes on behind its end. */
  | 'DISTRIBUTION_FILE_LENGTH'
  /** A check sum does not fit, or the header cannot be read. */
  | 'DISTRIBUTION_FILE_DAMAGED'
  /** Whole and undamaged, but the content contradicts itself. */
  | 'DISTRIBUTION_FILE_INVALID'

/** A file that cannot be used. */
export class DistributionFileError extends Error {
  override readonly name = 'DistributionFileError'
  readonly code: DistributionFileErrorCode
  /** Where in the file, in bytes from its start. */
  readonly offset: number
  constructor(code: DistributionFileErrorCode, offset: number, message: string) {
    super(`${message} (byte ${offset})`)
    this.code = code
    this.offset = offset
  }
}

const MAGIC = [0x49, 0x53, 0x4f, 0x44] // ISOD
const FIXED = 16
const padded = (length: number): number => Math.ceil(length / 8) * 8

const ARRAYS = ['sums', 'batchSquares', 'historySquares'] as const
type ArrayName = (typeof ARRAYS)[number]

interface Section {
  readonly name: ArrayName
  /** Entries that are written one by one; `null`: all of them, dense. */
  readonly entries: number | null
  readonly crc: number
}

// ---- writing -----------------------------------------------------------------------------------------------------

/**
 * The bytes of a file.
 * @throws TallyError when a distribution does not keep its promises: such a file could not be read back
 */
export function encodeDistributions({ kind, identity, distributions }: DistributionFile): Uint8Array<ArrayBuffer> {
  for (const one of distributions) checkDistribution(one)
  const bodies: Uint8Array[] = []
  const described = distributions.map((one) => ({
    layout: one.layout,
    batches: one.batches,
    histories: one.histories,
    arrays: ARRAYS.flatMap((name): Section[] => {
      const values = one[name]
      if (!values) return []
      const { bytes, entries } = encodeArray(values)
      bodies.push(bytes)
      return [{ name, entries, crc: crc32(bytes) }]
    }),
  }))
  const { setupDigest, engine, jobKey, point, replay, routines } = identity
  const made = routines === undefined ? {} : { routines }
  const header = {
    kind,
    engine: { id: engine.id, version: engine.version },
    setupDigest,
    jobKey,
    point,
    replay,
    ...made,
  }
  // Names of layers and engines are ASCII by their patterns; versions of engines are not held to one.
  const text = JSON.stringify({ ...header, distributions: described }).replace(
    /[\u007f-\uffff]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
  const start = FIXED + padded(text.length)
  const bytes = new Uint8Array(bodies.reduce((sum, body) => sum + body.length, start))
  const view = new DataView(bytes.buffer)
  bytes.set(MAGIC)
  bytes.fill(0x20, FIXED, start)
  for (let i = 0; i < text.length; i++) bytes[FIXED + i] = text.charCodeAt(i)
  view.setUint32(4, DISTRIBUTION_FILE_VERSION, true)
  view.setUint32(8, text.length, true)
  view.setUint32(12, crc32(bytes.subarray(FIXED, start)), true)
  let at = start
  for (const body of bodies) {
    bytes.set(body, at)
    at += body.length
  }
  return bytes
}

function encodeArray(values: Float64Array): { readonly bytes: Uint8Array; readonly entries: number | null } {
  let entries = 0
  // Minus zero is not a sum of contents, and would not be kept by the sparse form.
  for (let i = 0; i < values.length; i++) if (values[i] !== 0) entries++
  const places = padded(4 * entries)
  if (places + 8 * entries >= 8 * values.length) {
    const bytes = new Uint8Array(8 * values.length)
    writeNumbers(bytes, 0, values)
    return { bytes, entries: null }
  }
  const bytes = new Uint8Array(places + 8 * entries)
  const view = new DataView(bytes.buffer)
  let entry = 0
  for (let i = 0; i < values.length; i++) {
    if (values[i] === 0) continue
    view.setUint32(4 * entry, i, true)
    view.setFloat64(places + 8 * entry, values[i]!, true)
    entry++
  }
  return { bytes, entries }
}

/** Typed arrays hold numbers in the machine's order; the file's is little-endian, as nearly every machine's is. */
const LITTLE_ENDIAN = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1

function writeNumbers(bytes: Uint8Array, at: number, values: Float64Array): void {
  if (LITTLE_ENDIAN) {
    bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), at)
    return
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  for (let i = 0; i < values.length; i++) view.setFloat64(at + 8 * i, values[i]!, true)
}

function readNumbers(bytes: Uint8Array, at: number, length: number): Float64Array<ArrayBuffer> {
  const values = new Float64Array(length)
  if (LITTLE_ENDIAN) {
    new Uint8Array(values.buffer).set(bytes.subarray(at, at + 8 * length))
    return values
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  for (let i = 0; i < length; i++) values[i] = view.getFloat64(at + 8 * i, true)
  return values
}

// ---- reading -----------------------------------------------------------------------------------------------------

type Fields = Readonly<Record<string, unknown>>

const damaged = (offset: number, message: string): DistributionFileError =>
  new DistributionFileError('DISTRIBUTION_FILE_DAMAGED', offset, message)
const invalid = (message: string): DistributionFileError =>
  new DistributionFileError(
    'DISTRIBUTION_FILE_INVALID',
    FIXED,
    `The content of the file contradicts itself: ${message}`,
  )

/**
 * Reads a file back.
 * @throws DistributionFileError with its cause and the place; nothing of a damaged file is used
 */
export function decodeDistributions(bytes: Uint8Array): DistributionFile {
  const { header, start } = readHeader(bytes)
  const kind = header['kind']
  if (kind !== 'task' && kind !== 'merge') throw invalid(`kind ${JSON.stringify(kind)} instead of task or merge.`)
  const described = header['distributions']
  if (!Array.isArray(described)) throw invalid('no list of distributions.')
  // First where everything lies, so that a wrong length is told before anything is allocated.
  const parts = described.map((one: unknown) => readDescription(one))
  let end = start
  for (const { sections } of parts) for (const section of sections) end += section.bytes
  if (end !== bytes.length) {
    throw new DistributionFileError(
      'DISTRIBUTION_FILE_LENGTH',
      Math.min(end, bytes.length),
      `The file has ${bytes.length} bytes; its header announces ${end}`,
    )
  }
  let at = start
  const distributions = parts.map(({ layout, batches, histories, sections }): DistributionTally => {
    const arrays: Partial<Record<ArrayName, Float64Array>> = {}
    for (const { name, entries, crc, bytes: length, values } of sections) {
      const body = bytes.subarray(at, at + length)
      if (crc32(body) !== crc) throw damaged(at, `The check sum of the ${name} of ${layout.name} does not fit`)
      arrays[name] = entries === null ? readNumbers(body, 0, values) : readSparse(body, entries, values, at)
      at += length
    }
    const { sums, batchSquares = null, historySquares = null } = arrays
    if (!sums) throw invalid(`${layout.name} has no sums.`)
    const tally = { layout, batches, histories, sums, batchSquares, historySquares }
    try {
      checkDistribution(tally)
    } catch (error) {
      if (error instanceof TallyError) throw invalid(error.message)
      throw error
    }
    return tally
  })
  return { kind, identity: readIdentity(header), distributions }
}

function readHeader(bytes: Uint8Array): { readonly header: Fields; readonly start: number } {
  const known = Math.min(bytes.length, MAGIC.length)
  for (let i = 0; i < known; i++) {
    if (bytes[i] === MAGIC[i]) continue
    throw new DistributionFileError('DISTRIBUTION_FILE_OTHER', i, 'This is not a file of meshes and spectra')
  }
  const cut = (needed: number) =>
    new DistributionFileError(
      'DISTRIBUTION_FILE_LENGTH',
      bytes.length,
      `The file ends after ${bytes.length} bytes; ${needed} are needed at least`,
    )
  if (bytes.length < FIXED) throw cut(FIXED)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const version = view.getUint32(4, true)
  if (version > DISTRIBUTION_FILE_VERSION) {
    throw new DistributionFileError(
      'DISTRIBUTION_FILE_TOO_NEW',
      4,
      `The file has version ${version}, this program reads up to ${DISTRIBUTION_FILE_VERSION}: use a newer program`,
    )
  }
  if (version < 1) throw damaged(4, 'The file has version 0, which never was')
  const length = view.getUint32(8, true)
  const start = FIXED + padded(length)
  if (start > bytes.length) throw cut(start)
  if (crc32(bytes.subarray(FIXED, start)) !== view.getUint32(12, true)) {
    throw damaged(FIXED, 'The check sum of the header does not fit')
  }
  const parts: string[] = []
  for (let at = FIXED; at < FIXED + length; at += 4096) {
    parts.push(String.fromCharCode(...bytes.subarray(at, Math.min(at + 4096, FIXED + length))))
  }
  let header: unknown
  try {
    header = JSON.parse(parts.join(''))
  } catch {
    throw damaged(FIXED, 'The header of the file cannot be read')
  }
  if (!isFields(header)) throw invalid('its header is not an object.')
  return { header, start }
}

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isWhole = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0

function readDescription(value: unknown) {
  if (!isFields(value)) throw invalid('a distribution is not described.')
  const layout = readLayout(value['layout'])
  const { batches, histories, arrays } = value
  if (!isWhole(batches) || !isWhole(histories) || !Array.isArray(arrays)) {
    throw invalid(`${layout.name} does not tell its batches, histories and arrays.`)
  }
  const seen = new Set<unknown>()
  const sections = arrays.map((section: unknown) => {
    const { name, entries, crc } = isFields(section) ? section : {}
    const known = ARRAYS.find((one) => one === name)
    if (!known || seen.has(known) || !isWhole(crc) || (entries !== null && !isWhole(entries))) {
      throw invalid(`${layout.name} has an array that is not described.`)
    }
    seen.add(known)
    const values = known === 'historySquares' ? sizeOf(layout) : lengthOf(layout)
    if (entries !== null && entries > values) throw invalid(`${layout.name} has ${entries} of ${values} ${known}.`)
    const bytes = entries === null ? 8 * values : padded(4 * entries) + 8 * entries
    return { name: known, entries, crc, values, bytes }
  })
  return { layout, batches, histories, sections }
}

/** Every field is looked at: the layout of a file decides how much is allocated and what is shown. */
function readLayout(value: unknown): DistributionLayout {
  const fields = isFields(value) ? value : {}
  const axes = fields['axes']
  const isText = (text: unknown): boolean => typeof text === 'string'
  const isNullOrText = (text: unknown): boolean => text === null || isText(text)
  const right =
    ['name', 'kind', 'quantity', 'where'].every((field) => isText(fields[field])) &&
    ['particle', 'layer', 'direction'].every((field) => isNullOrText(fields[field])) &&
    typeof fields['extent'] === 'number' &&
    Array.isArray(axes) &&
    axes.every(
      (axis: unknown) =>
        isFields(axis) &&
        ['name', 'unit', 'scale'].every((field) => isText(axis[field])) &&
        Array.isArray(axis['edges']) &&
        axis['edges'].every((edge: unknown) => typeof edge === 'number'),
    )
  if (!right) throw invalid('the layout of a distribution is not complete.')
  const layout = value as DistributionLayout
  try {
    checkLayout(layout)
  } catch (error) {
    if (error instanceof TallyError) throw invalid(error.message)
    throw error
  }
  return layout
}

function readSparse(body: Uint8Array, entries: number, length: number, offset: number): Float64Array {
  const values = new Float64Array(length)
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength)
  const places = padded(4 * entries)
  let before = -1
  for (let entry = 0; entry < entries; entry++) {
    const place = view.getUint32(4 * entry, true)
    if (place <= before || place >= length) throw damaged(offset + 4 * entry, `Place ${place} follows ${before}`)
    values[place] = view.getFloat64(places + 8 * entry, true)
    before = place
  }
  return values
}

function readIdentity(header: Fields): ResultIdentity {
  const { engine, setupDigest, jobKey, point, replay, routines } = header
  const { id, version } = isFields(engine) ? engine : {}
  if (
    typeof id === 'string' &&
    typeof version === 'string' &&
    typeof setupDigest === 'string' &&
    typeof jobKey === 'string' &&
    isWhole(point) &&
    typeof replay === 'boolean' &&
    (routines === undefined || typeof routines === 'string')
  ) {
    const made = routines === undefined ? {} : { routines }
    return { engine: { id, version }, setupDigest, jobKey, point, replay, ...made }
  }
  throw invalid('it does not say whose sums they are.')
}
