/**
 * The draft behind the form: the JSON document itself, also while it is wrong. Form and JSON view edit the same value;
 * a text that is no number stays in the draft as text, and the one validator of #simulation/parse.ts says what is wrong.
 */

import { type Catalogue, type Collection, type Parameter, parameterAt } from '#simulation/catalogue.ts'
import type { JsonValue } from '#simulation/json-schema.ts'
import { rangeInWords } from '#simulation/problem.ts'
import { readNumber } from '#simulation/unit-suffix.ts'
import { readValue, writeValue } from '#simulation/value-text.ts'

export type JsonObject = { readonly [key: string]: JsonValue }
export type Draft = JsonObject
/** Steps from the document down to a value. */
export type Path = readonly (string | number)[]

/** The path as findings name it: `setup.target.layers.3.thicknessMm`. */
export const pathText = (path: Path): string => path.join('.')

/** Path of a catalogue parameter; `*` is replaced by the member. */
export function pathOf(parameter: Parameter | Collection, member?: string | number): Path {
  return parameter.path.split('.').map((step) => (step === '*' ? member! : step))
}

/** Whether a value of a draft has members by name. */
export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The value at a path, `undefined` where there is none. */
export function valueAt(draft: JsonValue | undefined, path: Path): JsonValue | undefined {
  let value: JsonValue | undefined = draft
  for (const step of path) {
    if (typeof value !== 'object' || value === null) return undefined
    value = Object.hasOwn(value, step) ? (value as JsonObject)[step] : undefined
  }
  return value
}

/** A copy of the draft with another value at a path; `undefined` removes it. Missing objects on the way are made. */
export function withValue(draft: Draft, path: Path, value: JsonValue | undefined): Draft {
  return changed(draft, path, value) as Draft
}

function changed(at: JsonValue | undefined, path: Path, value: JsonValue | undefined): JsonValue | undefined {
  const [step, ...rest] = path
  if (step === undefined) return value
  if (Array.isArray(at)) {
    const list = [...at]
    const next = changed(list[Number(step)], rest, value)
    if (next === undefined) list.splice(Number(step), 1)
    else list[Number(step)] = next
    return list
  }
  const { [step]: _, ...others } = isObject(at) ? at : {}
  const next = changed(isObject(at) ? at[step] : undefined, rest, value)
  if (next === undefined) return others
  // Same key, same place: the JSON view must not reorder under the hands of who reads it.
  return isObject(at) && Object.hasOwn(at, step) ? { ...at, [step]: next } : { ...others, [step]: next }
}

/** What a parameter holds in this draft: its value, or its default where it is left out. */
export function effective(draft: Draft, parameter: Parameter, member?: string | number): JsonValue | undefined {
  return valueAt(draft, pathOf(parameter, member)) ?? (parameter.nullable ? null : parameter.default)
}

/** True when the part that a parameter belongs to has the variant that knows it. */
export function isActive(catalogue: Catalogue, draft: Draft, parameter: Parameter): boolean {
  if (parameter.optionalPart !== null && !isObject(valueAt(draft, parameter.optionalPart.split('.')))) return false
  const variant = parameter.variantOf
  if (!variant) return true
  const selector = parameterAt(catalogue, `${variant.path}.${variant.key}`)
  const kind = selector ? effective(draft, selector) : undefined
  return typeof kind === 'string' && variant.kinds.includes(kind)
}

/**
 * Chooses another variant of a part. Fields that the new variant also has keep their values, its other fields take those
 * that they had when it was left, or their defaults. What it does not know is dropped, since unknown keys are refused.
 * @param left the part as it was when this variant was left (left-variants.ts)
 */
export function chooseVariant(
  catalogue: Catalogue,
  draft: Draft,
  selector: Parameter,
  kind: string,
  left: JsonObject = {},
): Draft {
  const steps = selector.path.split('.')
  const key = steps.at(-1)!
  const part = steps.slice(0, -1)
  const before = valueAt(draft, part)
  const next: Record<string, JsonValue> = { [key]: kind }
  for (const parameter of catalogue.parameters) {
    const variant = parameter.variantOf
    if (variant?.path !== part.join('.') || !variant.kinds.includes(kind)) continue
    // An optional part, such as the template of a deck, is kept whole or is not there.
    const name = (parameter.optionalPart ?? parameter.path).slice(variant.path.length + 1)
    const kept = isObject(before) ? before[name] : undefined
    const value = kept ?? left[name] ?? (parameter.optionalPart === null ? parameter.default : undefined)
    if (value !== undefined) next[name] = value
  }
  return withValue(draft, part, next)
}

export interface Section {
  readonly title: string
  readonly parameters: readonly Parameter[]
  readonly collections: readonly Collection[]
}

/** The catalogue in the groups of the form, in the order in which they first occur. */
export function sectionsOf(catalogue: Catalogue): readonly Section[] {
  const groups = new Map<string, { parameters: Parameter[]; collections: Collection[] }>()
  const groupOf = (title: string) => {
    const found = groups.get(title) ?? { parameters: [], collections: [] }
    groups.set(title, found)
    return found
  }
  // The first parameter of a group, also one inside a collection, decides where the group stands.
  for (const parameter of catalogue.parameters) {
    const collection = catalogue.collections.find((one) => one.path === parameter.repeated?.path)
    if (collection) {
      const group = groupOf(collection.group)
      if (!group.collections.includes(collection)) group.collections.push(collection)
    } else groupOf(parameter.group).parameters.push(parameter)
  }
  return [...groups].map(([title, group]) => ({ title, ...group }))
}

/** The text in the field of a value: as it was typed where it is wrong, in its shortest exact form where it is right. */
export function fieldText(parameter: Parameter, value: JsonValue | undefined): string {
  if (value === undefined || value === null) return ''
  if (typeof value === 'string') return value
  try {
    return writeValue(parameter, value)
  } catch {
    // A value of another kind, from the JSON view: shown as it is, and the validator says what is wrong with it.
    return JSON.stringify(value)
  }
}

/**
 * Reads what was typed into a field. A number may carry a unit (`0.04 GeV`). What cannot be read stays text, so that
 * nothing typed is lost and the validator names it; an empty field is `null` where that is allowed, else left out.
 */
export function readField(parameter: Parameter, text: string): JsonValue | undefined {
  const trimmed = text.trim()
  if (parameter.type === 'text') return text
  if (trimmed === '') return parameter.nullable ? null : parameter.type === 'texts' ? [] : undefined
  const read = readValue(parameter, trimmed)
  return read.ok ? read.value : trimmed
}

/** A sentence when a number is allowed but outside what makes sense; `null` otherwise. */
export function unusual(parameter: Parameter, value: JsonValue | undefined): string | null {
  if (typeof value !== 'number') return null
  const { min, max, sensibleMin, sensibleMax, unit } = parameter
  if ((min !== null && value < min) || (max !== null && value > max)) return null
  const low = sensibleMin !== null && value < sensibleMin
  const high = sensibleMax !== null && value > sensibleMax
  return low || high ? `Unusual: ${rangeInWords(sensibleMin, sensibleMax, unit)} makes sense here.` : null
}

/** True when a text means this number, so that a field being edited need not be rewritten. */
export function meansSame(parameter: Parameter, text: string, value: JsonValue | undefined): boolean {
  return JSON.stringify(readField(parameter, text)) === JSON.stringify(value)
}

// --- Members of a list: layers ---

const listAt = (draft: Draft, path: Path): readonly JsonValue[] => {
  const value = valueAt(draft, path)
  return Array.isArray(value) ? value : []
}

/** Adds a member behind the last one, or behind `after`, with the defaults of its fields and a name of its own. */
export function addMember(catalogue: Catalogue, draft: Draft, collection: Collection, after?: number): Draft {
  const path = pathOf(collection)
  const list = listAt(draft, path)
  const model = list[after ?? list.length - 1]
  const fresh: Record<string, JsonValue> = {}
  for (const parameter of catalogue.parameters) {
    if (parameter.repeated?.path !== collection.path) continue
    const name = parameter.path.slice(collection.path.length + 3)
    // Required fields without default are taken from the neighbour, so that a new layer is a whole one.
    const value = parameter.default ?? (isObject(model) ? model[name] : undefined)
    if (value !== undefined) fresh[name] = value
  }
  return insertMember(draft, path, after ?? list.length - 1, fresh)
}

export function duplicateMember(draft: Draft, collection: Collection, index: number): Draft {
  const path = pathOf(collection)
  const model = listAt(draft, path)[index]
  return isObject(model) ? insertMember(draft, path, index, model) : draft
}

function insertMember(draft: Draft, path: Path, after: number, member: JsonObject): Draft {
  const list = listAt(draft, path)
  const names = new Set(list.map((one) => (isObject(one) ? one['name'] : undefined)))
  const base = typeof member['name'] === 'string' && member['name'] !== '' ? member['name'] : 'layer1'
  const next = { ...member, name: freeName(base, names) }
  return withValue(draft, path, [...list.slice(0, after + 1), next, ...list.slice(after + 1)])
}

/** `disc7` taken gives `disc8`, or the next free number. */
export function freeName(base: string, taken: ReadonlySet<unknown>): string {
  if (!taken.has(base)) return base
  const match = /^(.*?)(\d+)$/.exec(base)
  const stem = match?.[1] ?? base
  for (let number = match ? Number(match[2]) + 1 : 2; ; number++) {
    if (!taken.has(`${stem}${number}`)) return `${stem}${number}`
  }
}

export function removeMember(draft: Draft, collection: Collection, index: number): Draft {
  const path = pathOf(collection)
  return withValue(
    draft,
    path,
    listAt(draft, path).filter((_, at) => at !== index),
  )
}

/** Moves a member by one place; at either end nothing happens. */
export function moveMember(draft: Draft, collection: Collection, index: number, by: -1 | 1): Draft {
  const path = pathOf(collection)
  const list = [...listAt(draft, path)]
  const other = index + by
  if (index < 0 || other < 0 || index >= list.length || other >= list.length) return draft
  ;[list[index], list[other]] = [list[other]!, list[index]!]
  return withValue(draft, path, list)
}

/** A number typed with or without a unit, for fields that stand outside the document. */
export function readPlainNumber(text: string): number | null {
  const read = readNumber(text, null)
  return read.ok ? read.value : null
}
