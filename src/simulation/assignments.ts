/**
 * A document as a list of differences from another one, each a short key and a text: what flags and links are made of.
 *
 * `beam-energy` = `45` sets a parameter that stands alone; `layers` = `window,disc1` sets which layers there are, in
 * order; `layer` = `disc1.thickness=1.0` sets one field of one layer, or with `disc*` of every layer that fits.
 */

import { type Catalogue, type Collection, catalogueOf, type Parameter } from './catalogue.ts'
import type { SimulationDocument } from './document.ts'
import { aloneByFlag, flagName, memberFlag, membersByField, namesFlag } from './flag-name.ts'
import type { JsonValue } from './json-schema.ts'
import { nearestWord } from './nearest-word.ts'
import { oneOf, type Problem, type ProblemCode } from './problem.ts'
import { NONE, readValue, writeValue } from './value-text.ts'

export interface Assignment {
  /** Flag name without dashes. */
  readonly key: string
  readonly value: string
}

export type Assigned =
  | { readonly ok: true; readonly document: unknown }
  | { readonly ok: false; readonly problems: readonly Problem[] }

type Tree = { [key: string]: unknown } | unknown[]

/** How a key is shown in messages: `--beam-energy` at the shell, `beam-energy` in a link. */
export type KeySpelling = (key: string) => string

/**
 * Sets values in a copy of a document. Ranges and relations are not looked at here: parse the answer afterwards.
 * All problems of all assignments come at once.
 * @param document a document in today's form; it is not changed.
 */
export function applyAssignments(
  document: SimulationDocument,
  assignments: readonly Assignment[],
  catalogue: Catalogue = catalogueOf(),
  spelling: KeySpelling = (key) => key,
): Assigned {
  const root = structuredCopy(document) as Tree
  const problems: Problem[] = []
  const refuse = (code: ProblemCode, key: string, message: string, received?: string) =>
    void problems.push({
      code,
      path: spelling(key),
      message,
      ...(received === undefined ? {} : { received: `"${received}"` }),
    })

  const alone = aloneByFlag(catalogue)
  const byNames = new Map(catalogue.collections.map((one) => [namesFlag(one), one]))
  const byMember = new Map(catalogue.collections.map((one) => [memberFlag(one), one]))
  const known = [...alone.keys(), ...byNames.keys(), ...byMember.keys()]

  const seen = new Set<string>()
  const accepted: Assignment[] = []
  for (const assignment of assignments) {
    const { key, value } = assignment
    if (!known.includes(key)) {
      const near = nearestWord(key, known)
      refuse(
        'FLAG_UNKNOWN',
        key,
        `${spelling(key)} is not a parameter.${near ? ` Did you mean ${spelling(near)}?` : ''}`,
      )
      continue
    }
    const identity = byMember.has(key) ? `${key} ${value.slice(0, Math.max(0, value.indexOf('=')))}` : key
    if (seen.has(identity)) {
      refuse('FLAG_REPEATED', key, `${spelling(identity.replace(' ', ' '))} stands twice; keep one of the two.`, value)
      continue
    }
    seen.add(identity)
    accepted.push(assignment)
  }

  const setAlone = (assignment: Assignment, parameter: Parameter) => {
    const { key, value } = assignment
    if (parameter.optionalPart !== null && value === NONE) {
      setAt(root, parameter.optionalPart, null)
      return
    }
    const read = readValue(parameter, value)
    if (!read.ok) refuse(read.code, key, `${spelling(key)} ${value}: ${read.message}`, value)
    else setAt(root, parameter.path, read.value)
  }

  // Variants first: they decide which parameters exist.
  const chosen = new Map<string, string>()
  for (const assignment of accepted) {
    const parameter = alone.get(assignment.key)?.find((one) => one.selectsVariant)
    if (!parameter) continue
    const part = partOf(parameter)
    chosen.set(part, spelling(assignment.key))
    const before = (getAt(root, part) as Record<string, unknown> | undefined)?.[lastStep(parameter.path)]
    if (before === assignment.value) continue
    if (!parameter.choices.includes(assignment.value)) setAlone(assignment, parameter)
    else setAt(root, part, { [lastStep(parameter.path)]: assignment.value })
  }

  for (const assignment of accepted) {
    const collection = byNames.get(assignment.key)
    if (collection) setNames(root, collection, assignment.value)
  }

  for (const assignment of accepted) {
    const candidates = alone.get(assignment.key)?.filter((one) => !one.selectsVariant) ?? []
    if (candidates.length === 0) continue
    const variant = candidates[0]!.variantOf
    if (!variant) {
      setAlone(assignment, candidates[0]!)
      continue
    }
    const kind = String((getAt(root, variant.path) as Record<string, unknown> | undefined)?.[variant.key])
    const fitting = candidates.find((one) => one.variantOf?.kinds.includes(kind))
    if (fitting) {
      setAlone(assignment, fitting)
      continue
    }
    const kinds = candidates.flatMap((one) => one.variantOf?.kinds ?? [])
    if (chosen.has(variant.path) || kinds.length > 1) {
      refuse(
        'FLAG_NOT_IN_VARIANT',
        assignment.key,
        `${spelling(assignment.key)} belongs to ${lastStep(variant.path)} ${oneOf(kinds)}, but ${lastStep(variant.path)} is ${kind}.`,
        assignment.value,
      )
      continue
    }
    // One kind has this parameter and nobody asked for another: `--primaries 1000` makes the goal one of primaries.
    setAt(root, variant.path, { [variant.key]: kinds[0]! })
    chosen.set(variant.path, spelling(assignment.key))
    setAlone(assignment, candidates[0]!)
  }

  for (const assignment of accepted) {
    const collection = byMember.get(assignment.key)
    if (collection) setMember(root, catalogue, collection, assignment, spelling, refuse)
  }
  return problems.length > 0 ? { ok: false, problems } : { ok: true, document: root }
}

function setNames(root: Tree, collection: Collection, value: string): void {
  const names = value.split(',').flatMap((name) => (name.trim() === '' ? [] : [name.trim()]))
  const before = membersOf(root, collection)
  if (collection.by === 'name') {
    setAt(
      root,
      collection.path,
      names.map((name) => before.get(name) ?? { name }),
    )
  } else {
    setAt(root, collection.path, Object.fromEntries(names.map((name) => [name, before.get(name) ?? {}])))
  }
}

function setMember(
  root: Tree,
  catalogue: Catalogue,
  collection: Collection,
  assignment: Assignment,
  spelling: KeySpelling,
  refuse: (code: ProblemCode, key: string, message: string, received?: string) => void,
): void {
  const { key, value } = assignment
  const fields = membersByField(catalogue, collection)
  const equals = value.indexOf('=')
  const dot = value.lastIndexOf('.', equals < 0 ? value.length : equals)
  if (equals < 0 || dot < 1) {
    const example = `${spelling(key)} NAME.${[...fields.keys()][0]}=VALUE`
    refuse('FLAG_VALUE', key, `${spelling(key)} ${value}: expected ${example}.`, value)
    return
  }
  const name = value.slice(0, dot)
  const field = value.slice(dot + 1, equals)
  const text = value.slice(equals + 1)
  const parameter = fields.get(field) ?? [...fields.values()].find((one) => lastStep(one.path) === field)
  if (!parameter) {
    const near = nearestWord(field, fields.keys())
    const advice = near ? `Did you mean ${near}?` : `Known: ${[...fields.keys()].join(', ')}.`
    refuse('FLAG_UNKNOWN', key, `${spelling(key)} ${value}: "${field}" is not a field of a ${key}. ${advice}`, value)
    return
  }
  const members = membersOf(root, collection)
  const pattern = name.includes('*') ? globPattern(name) : undefined
  const wanted = [...members].filter(([one]) => (pattern ? pattern.test(one) : one === name))
  if (wanted.length === 0) {
    const near = nearestWord(name, members.keys())
    const advice = near
      ? `Did you mean ${near}?`
      : `There ${members.size === 1 ? 'is' : 'are'}: ${[...members.keys()].join(', ') || 'none'}.`
    const add = `${spelling(namesFlag(collection))} sets which there are.`
    refuse(
      'FLAG_MEMBER_UNKNOWN',
      key,
      `${spelling(key)} ${value}: there is no ${key} "${name}". ${advice} ${add}`,
      value,
    )
    return
  }
  const read = readValue(parameter, text)
  if (!read.ok) {
    refuse(read.code, key, `${spelling(key)} ${value}: ${read.message}`, value)
    return
  }
  for (const [, member] of wanted) (member as Record<string, unknown>)[lastStep(parameter.path)] = read.value
}

/** `disc*` as a regular expression: the star stands for any signs, everything else for itself. */
function globPattern(glob: string): RegExp {
  const literal = glob.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(`^${literal.join('.*')}$`)
}

/**
 * The differences that lead from one document to another; applying them to `base` gives `document` again.
 * @param document checked document, defaults filled in.
 * @param base checked document to start from.
 */
export function assignmentsFrom(
  document: SimulationDocument,
  base: SimulationDocument,
  catalogue: Catalogue = catalogueOf(),
): readonly Assignment[] {
  const found: Assignment[] = []
  const changedVariants = new Set<string>()
  const emptiedParts = new Set<string>()

  for (const parameter of catalogue.parameters) {
    if (parameter.repeated) continue
    const { variantOf: variant, optionalPart } = parameter
    if (optionalPart !== null && getAt(document, optionalPart) === null) {
      if ((getAt(base, optionalPart) ?? null) !== null && !emptiedParts.has(optionalPart)) {
        emptiedParts.add(optionalPart)
        found.push({ key: flagName(parameter), value: NONE })
      }
      continue
    }
    const value = getAt(document, parameter.path) as JsonValue | undefined
    if (variant) {
      const kind = (getAt(document, variant.path) as Record<string, unknown>)[variant.key]
      if (!variant.kinds.includes(String(kind))) continue
    }
    const fresh = variant !== null && changedVariants.has(variant.path)
    const start = fresh ? parameter.default : getAt(base, parameter.path)
    if (value === undefined || same(value, start)) continue
    if (parameter.selectsVariant) changedVariants.add(partOf(parameter))
    found.push({ key: flagName(parameter), value: writeValue(parameter, value) })
  }

  for (const collection of catalogue.collections) {
    // In a part that is not there (the routines of no template) there is nothing to set.
    const holder = getAt(document, collection.path.slice(0, collection.path.lastIndexOf('.')))
    if (typeof holder !== 'object' || holder === null) continue
    const members = membersOf(document, collection)
    const before = membersOf(base, collection)
    // The order of an object's keys means nothing, the order of a list does.
    const names = (all: ReadonlyMap<string, unknown>) =>
      collection.by === 'key' ? [...all.keys()].sort().join() : [...all.keys()].join()
    if (names(members) !== names(before)) {
      found.push({ key: namesFlag(collection), value: [...members.keys()].join(',') })
    }
    for (const [name, member] of members) {
      for (const [field, parameter] of membersByField(catalogue, collection)) {
        const step = lastStep(parameter.path)
        const value = (member as Record<string, JsonValue>)[step]
        const old = before.get(name) as Record<string, JsonValue> | undefined
        if (value === undefined || same(value, old ? old[step] : parameter.default)) continue
        found.push({ key: memberFlag(collection), value: `${name}.${field}=${writeValue(parameter, value)}` })
      }
    }
  }
  return found
}

function membersOf(root: unknown, collection: Collection): ReadonlyMap<string, unknown> {
  const whole = getAt(root, collection.path)
  if (collection.by === 'key') return new Map(Object.entries((whole as object | undefined) ?? {}))
  const list = (whole as readonly { readonly name: string }[] | undefined) ?? []
  return new Map(list.map((member) => [member.name, member]))
}

const partOf = (parameter: Parameter): string => parameter.path.slice(0, parameter.path.lastIndexOf('.'))
const lastStep = (path: string): string => path.slice(path.lastIndexOf('.') + 1)
const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)

/** Value at a path without wildcards, or `undefined`. */
export function getAt(root: unknown, path: string): unknown {
  let value = root
  for (const step of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined
    value = (value as Record<string, unknown>)[step]
  }
  return value
}

/** Sets the value at a path; parts on the way that are missing or `null` become objects. */
export function setAt(root: unknown, path: string, value: unknown): void {
  const steps = path.split('.')
  const last = steps.pop()!
  let part = root as Record<string, unknown>
  for (const step of steps) {
    if (typeof part[step] !== 'object' || part[step] === null) part[step] = {}
    part = part[step] as Record<string, unknown>
  }
  part[last] = value
}

/** A deep copy of plain JSON; `structuredClone` belongs to the host, not to the language. */
export function structuredCopy<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(structuredCopy) as T
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, structuredCopy(member)])) as T
}
