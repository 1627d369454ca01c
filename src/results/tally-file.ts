/**
 * The file of a task's sums, or of a running merge: one binary format for both, described in README.md.
 *
 * What is read back is what was written, to the last bit, or it is an error that says where: a file is never half used.
 */

import { sha256 } from '@noble/hashes/sha2.js'
import type { Zai } from '#nuclides/nuclide.ts'
import { checkTaskTally } from './batch-table.ts'
import { TallyError } from './errors.ts'
import type { Interval } from './interval-set.ts'
import type { ResultIdentity } from './pool.ts'
import { checkSnapshot, type MergeSnapshot, type SnapshotTable } from './snapshot.ts'
import type { Batch, BatchTable, TaskTally } from './tally.ts'

export const TALLY_FILE_VERSION = 1
/** What the name of such a file ends in. */
export const TALLY_FILE_EXTENSION = '.isot'

/** The file of meshes and spectra that belongs to this one (distribution-file.ts) and is stored beside it. */
export interface DistributionsBeside {
  readonly bytes: number
  /** SHA-256, 64 hexadecimal digits: whoever trusts this file may trust that one. */
  readonly digest: string
}

interface FileCommon {
  readonly identity: ResultIdentity
  /** Left out where there are no meshes and spectra. */
  readonly distributions?: DistributionsBeside
}

/** A task's tally comes without its distributions: they are read from the file beside. */
export type TallyFile =
  | (FileCommon & { readonly kind: 'task'; readonly tally: TaskTally })
  | (FileCommon & { readonly kind: 'merge'; readonly result: MergeSnapshot })

export type TallyFileErrorCode =
  /** The first bytes are not those of such a file. */
  | 'TALLY_FILE_NOT_A_TALLY'
  /** Written by a newer version of the product. */
  | 'TALLY_FILE_TOO_NEW'
  /** The file ends too early. */
  | 'TALLY_FILE_CUT'
  /** More bytes follow than the header announces. */
  | 'TALLY_FILE_TOO_LONG'
  /** The check sum does not fit, or the header cannot be read. */
  | 'TALLY_FILE_DAMAGED'
  /** Whole and undamaged, but the content contradicts itself. */
  | 'TALLY_FILE_INVALID'

/** A file that cannot be used. */
export class TallyFileError extends Error {
  override readonly name = 'TallyFileError'
  readonly code: TallyFileErrorCode
  /** Where in the file, in bytes from its start. */
  readonly offset: number
  constructor(code: TallyFileErrorCode, offset: number, message: string) {
    super(`${message} (byte ${offset})`)
    this.code = code
    this.offset = offset
  }
}

const MAGIC = [0x49, 0x53, 0x4f, 0x54] // ISOT
const FIXED = 16
const DIGEST = 32
const ALIGNMENT = 8
const WIDTH = { u8: 1, u16: 2, u32: 4, f64: 8 } as const
type ElementType = keyof typeof WIDTH
type Values = Uint32Array | Float64Array

const padded = (length: number): number => Math.ceil(length / ALIGNMENT) * ALIGNMENT

// ---- writing -----------------------------------------------------------------------------------------------------

/** Smallest type that holds every value exactly. */
function narrowest(values: Values): ElementType {
  let largest = 0
  for (const value of values) {
    // Minus zero has no place among whole numbers.
    if (!Number.isInteger(value) || value < 0 || value > 0xffffffff || Object.is(value, -0)) return 'f64'
    if (value > largest) largest = value
  }
  if (largest <= 0xff) return 'u8'
  return largest <= 0xffff ? 'u16' : 'u32'
}

function write(header: object, arrays: readonly (readonly [name: string, values: Values])[]): Uint8Array {
  const typed = arrays.map(([name, values]) => ({ name, values, type: narrowest(values) }))
  // ASCII only: other characters are escaped, so that no character set can be mistaken.
  const text = JSON.stringify({
    ...header,
    arrays: typed.map(({ name, type, values }) => ({ name, type, length: values.length })),
  }).replace(/[\u007f-\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)
  const body = typed.reduce((sum, { type, values }) => sum + padded(values.length * WIDTH[type]), 0)
  const bytes = new Uint8Array(FIXED + padded(text.length) + body + DIGEST)
  const view = new DataView(bytes.buffer)
  bytes.set(MAGIC)
  view.setUint32(4, TALLY_FILE_VERSION, true)
  view.setUint32(8, text.length, true)
  bytes.fill(0x20, FIXED, FIXED + padded(text.length))
  for (let i = 0; i < text.length; i++) bytes[FIXED + i] = text.charCodeAt(i)
  let at = FIXED + padded(text.length)
  for (const { type, values } of typed) {
    for (let i = 0; i < values.length; i++) {
      const value = values[i]!
      if (type === 'f64') view.setFloat64(at + 8 * i, value, true)
      else if (type === 'u32') view.setUint32(at + 4 * i, value, true)
      else if (type === 'u16') view.setUint16(at + 2 * i, value, true)
      else view.setUint8(at + i, value)
    }
    at += padded(values.length * WIDTH[type])
  }
  bytes.set(sha256(bytes.subarray(0, at)), at)
  return bytes
}

const identityHeader = ({
  setupDigest,
  engine,
  jobKey,
  point,
  replay,
  routines,
  imported,
}: ResultIdentity): object => ({
  engine: { id: engine.id, version: engine.version },
  setupDigest,
  jobKey,
  point,
  replay,
  ...(routines === undefined ? {} : { routines }),
  ...(imported ? { imported } : {}),
})

function rowArrays(
  name: string,
  table: Pick<BatchTable, 'offsets' | 'columns' | 'sums' | 'squares'>,
): [string, Values][] {
  const arrays: [string, Values][] = [
    [`${name}.offsets`, table.offsets],
    [`${name}.columns`, table.columns],
    [`${name}.sums`, table.sums],
  ]
  if (table.squares) arrays.push([`${name}.squares`, table.squares])
  return arrays
}

/**
 * The bytes of a task's sums.
 * @throws TallyError when the tally does not keep its promises: such a file could not be read back
 */
export function encodeTaskTally(
  identity: ResultIdentity,
  tally: TaskTally,
  distributions?: DistributionsBeside,
): Uint8Array {
  checkTaskTally(tally)
  if ((tally.distributions ?? []).length > 0 && !distributions) {
    throw new TallyError('TALLY_INVALID', 'The tally has meshes and spectra; say where they are stored.')
  }
  const batches = tally.residuals.table.batches
  return write(
    {
      kind: 'task',
      ...identityHeader(identity),
      ...(distributions ? { distributions: { bytes: distributions.bytes, digest: distributions.digest } } : {}),
      counts: tally.counts,
      maxWeight: tally.maxWeight,
      histories: tally.histories,
      regions: tally.residuals.regions,
      counterRegions: tally.counters.regions,
      names: tally.counters.names,
      nuclides: tally.residuals.nuclides,
    },
    [
      ['batches.ordinal', Float64Array.from(batches, (batch) => batch.ordinal)],
      ['batches.first', Float64Array.from(batches, (batch) => batch.first)],
      ['batches.histories', Float64Array.from(batches, (batch) => batch.histories)],
      ...rowArrays('residuals', tally.residuals.table),
      ...rowArrays('counters', tally.counters.table),
    ],
  )
}

function snapshotArrays(name: string, table: SnapshotTable): [string, Values][] {
  return [
    [`${name}.level`, Uint32Array.from(table.nodes, (node) => node.level)],
    [`${name}.index`, Float64Array.from(table.nodes, (node) => node.index)],
    ...rowArrays(name, table),
    ...(table.totalSquares
      ? ([
          [`${name}.total.columns`, table.totalSquares.columns],
          [`${name}.total.squares`, table.totalSquares.squares],
        ] satisfies [string, Values][])
      : []),
  ]
}

/** The bytes of a running merge. @throws TallyError when the snapshot contradicts itself */
export function encodeMerge(
  identity: ResultIdentity,
  result: MergeSnapshot,
  distributions?: DistributionsBeside,
): Uint8Array {
  checkSnapshot(result)
  return write(
    {
      kind: 'merge',
      ...identityHeader(identity),
      ...(distributions ? { distributions: { bytes: distributions.bytes, digest: distributions.digest } } : {}),
      counts: result.counts,
      moments: result.moments,
      maxWeight: result.maxWeight,
      regions: result.regions,
      names: result.names,
      nuclides: result.nuclides,
      groupLevel: result.groupLevel,
    },
    [
      ['ordinals', Float64Array.from(result.ordinals.flat())],
      ['ranges', Float64Array.from(result.ranges.flat())],
      ['groups', Float64Array.from(result.groupHistories.flat())],
      ...snapshotArrays('residuals', result.residuals),
      ...snapshotArrays('counters', result.counters),
    ],
  )
}

// ---- reading -----------------------------------------------------------------------------------------------------

/** A header as it came: every field is looked at before it is used. */
type Header = Readonly<Record<string, unknown>>

/**
 * Reads a file back.
 * @throws TallyFileError with its cause and the place; nothing of a damaged file is used
 */
export function decodeTallyFile(bytes: Uint8Array): TallyFile {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const known = Math.min(bytes.length, MAGIC.length)
  for (let i = 0; i < known; i++) {
    if (bytes[i] !== MAGIC[i]) throw new TallyFileError('TALLY_FILE_NOT_A_TALLY', i, 'This is not a file of sums')
  }
  if (bytes.length < FIXED) {
    throw new TallyFileError('TALLY_FILE_CUT', bytes.length, `The file ends after ${bytes.length} bytes`)
  }
  const version = view.getUint32(4, true)
  if (version > TALLY_FILE_VERSION) {
    throw new TallyFileError(
      'TALLY_FILE_TOO_NEW',
      4,
      `The file has version ${version}, this program reads up to ${TALLY_FILE_VERSION}: use a newer program`,
    )
  }
  if (version < 1 || view.getUint32(12, true) !== 0) {
    throw new TallyFileError('TALLY_FILE_DAMAGED', 4, 'The first bytes of the file are damaged')
  }
  const headerLength = view.getUint32(8, true)
  const body = FIXED + padded(headerLength)
  if (body + DIGEST > bytes.length) {
    throw new TallyFileError(
      'TALLY_FILE_CUT',
      bytes.length,
      `The file ends after ${bytes.length} bytes; its header alone needs ${body + DIGEST}`,
    )
  }
  const header = readHeader(bytes.subarray(FIXED, FIXED + headerLength))
  const { sections, end } = readSections(header, body)
  if (end + DIGEST > bytes.length) {
    throw new TallyFileError(
      'TALLY_FILE_CUT',
      bytes.length,
      `The file ends after ${bytes.length} bytes; ${end + DIGEST} were announced`,
    )
  }
  if (end + DIGEST < bytes.length) {
    throw new TallyFileError(
      'TALLY_FILE_TOO_LONG',
      end + DIGEST,
      `${bytes.length - end - DIGEST} bytes follow after the end of the file`,
    )
  }
  const digest = sha256(bytes.subarray(0, end))
  if (digest.some((byte, i) => byte !== bytes[end + i])) {
    throw new TallyFileError('TALLY_FILE_DAMAGED', end, 'The check sum does not fit: the file was changed or damaged')
  }
  // From here on the bytes are those that were written; what can still be wrong is who wrote them.
  const content = new Content(header, sections, view)
  try {
    return content.read()
  } catch (error) {
    if (!(error instanceof TallyError)) throw error
    throw new TallyFileError('TALLY_FILE_INVALID', FIXED, error.message)
  }
}

/** Through `apply`: spreading a typed array goes through its iterator and takes six times as long, for every file. */
const asciiText = (bytes: Uint8Array): string => String.fromCharCode.apply(null, bytes as unknown as number[])

function readHeader(bytes: Uint8Array): Header {
  const parts: string[] = []
  for (let i = 0; i < bytes.length; i += 4096) parts.push(asciiText(bytes.subarray(i, i + 4096)))
  let header: unknown
  try {
    header = JSON.parse(parts.join(''))
  } catch {
    throw new TallyFileError('TALLY_FILE_DAMAGED', FIXED, 'The header of the file cannot be read')
  }
  if (typeof header !== 'object' || header === null || Array.isArray(header)) {
    throw new TallyFileError('TALLY_FILE_DAMAGED', FIXED, 'The header of the file is not an object')
  }
  return header as Header
}

interface Section {
  readonly type: ElementType
  readonly length: number
  readonly at: number
}

/** Places of the arrays. Lengths are only added up here: nothing is allocated for what a damaged header announces. */
function readSections(header: Header, start: number): { sections: Map<string, Section>; end: number } {
  const damaged = (): never => {
    throw new TallyFileError('TALLY_FILE_DAMAGED', FIXED, 'The header of the file does not list its arrays')
  }
  const sections = new Map<string, Section>()
  let at = start
  const arrays = header['arrays']
  if (!Array.isArray(arrays)) return damaged()
  for (const entry of arrays as unknown[]) {
    if (typeof entry !== 'object' || entry === null) return damaged()
    const { name, type, length } = entry as Header
    if (typeof name !== 'string' || sections.has(name) || !isElementType(type)) return damaged()
    if (typeof length !== 'number' || !Number.isSafeInteger(length) || length < 0) return damaged()
    sections.set(name, { type, length, at })
    at += padded(length * WIDTH[type])
  }
  return { sections, end: at }
}

const isElementType = (type: unknown): type is ElementType => typeof type === 'string' && Object.hasOwn(WIDTH, type)

/** The content of a file whose bytes are known to be right. */
class Content {
  readonly #header: Header
  readonly #sections: ReadonlyMap<string, Section>
  readonly #view: DataView

  constructor(header: Header, sections: ReadonlyMap<string, Section>, view: DataView) {
    this.#header = header
    this.#sections = sections
    this.#view = view
  }

  read(): TallyFile {
    const kind = this.#header['kind']
    const identity = this.#identity()
    const beside = this.#beside()
    if (kind === 'task') {
      const tally = this.#task()
      checkTaskTally(tally)
      return { kind, identity, tally, ...beside }
    }
    if (kind === 'merge') {
      const result = this.#merge()
      checkSnapshot(result)
      return { kind, identity, result, ...beside }
    }
    return this.#invalid(`kind ${JSON.stringify(kind)} instead of task or merge`)
  }

  #task(): TaskTally {
    const ordinal = this.#wide('batches.ordinal')
    const first = this.#wide('batches.first')
    const histories = this.#wide('batches.histories')
    const batches = Array.from(ordinal, (value, row): Batch => {
      const from = first[row]
      const count = histories[row]
      if (from === undefined || count === undefined) return this.#invalid('the batches are not complete')
      return { ordinal: value, first: from, histories: count }
    })
    const table = (name: string): BatchTable => ({ batches, ...this.#rows(name) })
    return {
      histories: this.#number('histories'),
      counts: this.#boolean('counts'),
      maxWeight: this.#maxWeight(),
      residuals: { regions: this.#strings('regions'), nuclides: this.#nuclides(), table: table('residuals') },
      counters: { regions: this.#strings('counterRegions'), names: this.#strings('names'), table: table('counters') },
    }
  }

  #merge(): MergeSnapshot {
    return {
      regions: this.#strings('regions'),
      nuclides: this.#nuclides(),
      names: this.#strings('names'),
      counts: this.#boolean('counts'),
      moments: this.#boolean('moments'),
      maxWeight: this.#maxWeight(),
      ordinals: this.#pairs('ordinals'),
      ranges: this.#pairs('ranges'),
      groupLevel: this.#number('groupLevel'),
      groupHistories: this.#pairs('groups'),
      residuals: this.#snapshotTable('residuals'),
      counters: this.#snapshotTable('counters'),
    }
  }

  #snapshotTable(name: string): SnapshotTable {
    const level = this.#narrow(`${name}.level`)
    const index = this.#wide(`${name}.index`)
    if (level.length !== index.length) return this.#invalid(`the nodes of ${name} are not complete`)
    return {
      nodes: Array.from(level, (value, row) => ({ level: value, index: index[row]! })),
      ...this.#rows(name),
      totalSquares: this.#sections.has(`${name}.total.columns`)
        ? { columns: this.#narrow(`${name}.total.columns`), squares: this.#wide(`${name}.total.squares`) }
        : null,
    }
  }

  #rows(name: string): Pick<BatchTable, 'offsets' | 'columns' | 'sums' | 'squares'> {
    return {
      offsets: this.#narrow(`${name}.offsets`),
      columns: this.#narrow(`${name}.columns`),
      sums: this.#wide(`${name}.sums`),
      squares: this.#sections.has(`${name}.squares`) ? this.#wide(`${name}.squares`) : null,
    }
  }

  #beside(): Pick<FileCommon, 'distributions'> {
    const distributions = this.#header['distributions']
    if (distributions === undefined) return {}
    const { bytes, digest } = Object(distributions) as Header
    if (typeof bytes !== 'number' || !Number.isSafeInteger(bytes) || bytes < 0) {
      return this.#invalid('the size of the meshes and spectra beside it is no size')
    }
    if (typeof digest !== 'string' || !/^[0-9a-f]{64}$/.test(digest)) {
      return this.#invalid('the digest of the meshes and spectra beside it is none')
    }
    return { distributions: { bytes, digest } }
  }

  #identity(): ResultIdentity {
    const engine = this.#header['engine']
    if (typeof engine !== 'object' || engine === null) return this.#invalid('no engine')
    const { id, version } = engine as Header
    if (typeof id !== 'string' || typeof version !== 'string') return this.#invalid('no engine')
    return {
      engine: { id, version },
      setupDigest: this.#string('setupDigest'),
      jobKey: this.#string('jobKey'),
      point: this.#number('point'),
      replay: this.#boolean('replay'),
      ...(this.#header['routines'] === undefined ? {} : { routines: this.#string('routines') }),
      ...(this.#header['imported'] === true ? { imported: true } : {}),
    }
  }

  #invalid(what: string): never {
    throw new TallyFileError('TALLY_FILE_INVALID', FIXED, `The content of the file contradicts itself: ${what}`)
  }

  #number(name: string): number {
    const value = this.#header[name]
    return typeof value === 'number' ? value : this.#invalid(`"${name}" is not a number`)
  }

  #boolean(name: string): boolean {
    const value = this.#header[name]
    return typeof value === 'boolean' ? value : this.#invalid(`"${name}" is neither true nor false`)
  }

  #string(name: string): string {
    const value = this.#header[name]
    return typeof value === 'string' ? value : this.#invalid(`"${name}" is not a text`)
  }

  #strings(name: string): readonly string[] {
    const value = this.#header[name]
    const good = Array.isArray(value) && value.every((item) => typeof item === 'string')
    return good ? (value as string[]) : this.#invalid(`"${name}" is not a list of texts`)
  }

  #nuclides(): readonly Zai[] {
    const value = this.#header['nuclides']
    const good = Array.isArray(value) && value.every((item) => Number.isSafeInteger(item))
    return good ? (value as Zai[]) : this.#invalid('"nuclides" is not a list of numbers')
  }

  #maxWeight(): number | null {
    return this.#header['maxWeight'] === null ? null : this.#number('maxWeight')
  }

  #pairs(name: string): Interval[] {
    const values = this.#wide(name)
    if (values.length % 2 !== 0) return this.#invalid(`"${name}" is not a list of pairs`)
    return Array.from({ length: values.length / 2 }, (_, i) => [values[2 * i]!, values[2 * i + 1]!] as const)
  }

  #section(name: string): Section {
    return this.#sections.get(name) ?? this.#invalid(`no array "${name}"`)
  }

  /** Array of whole numbers below 2^32. */
  #narrow(name: string): Uint32Array {
    const section = this.#section(name)
    if (section.type === 'f64') return this.#invalid(`array "${name}" does not hold whole numbers`)
    return this.#fill(new Uint32Array(section.length), section)
  }

  #wide(name: string): Float64Array {
    const section = this.#section(name)
    return this.#fill(new Float64Array(section.length), section)
  }

  /** One loop a type: thousands of files are read at the end of a job. */
  #fill<A extends Values>(values: A, { type, length, at }: Section): A {
    const view = this.#view
    if (type === 'f64') for (let i = 0; i < length; i++) values[i] = view.getFloat64(at + 8 * i, true)
    else if (type === 'u32') for (let i = 0; i < length; i++) values[i] = view.getUint32(at + 4 * i, true)
    else if (type === 'u16') for (let i = 0; i < length; i++) values[i] = view.getUint16(at + 2 * i, true)
    else for (let i = 0; i < length; i++) values[i] = view.getUint8(at + i)
    return values
  }
}
