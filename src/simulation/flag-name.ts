/** Names of command-line flags, derived from the paths of parameters. The same names stand in links. */

import type { Catalogue, Collection, Parameter } from './catalogue.ts'

/** How a unit ends the name of a field: `thicknessMm`, `irradiationDays`. */
const UNIT_ENDINGS: Readonly<Record<string, readonly string[]>> = {
  MeV: ['MeV'],
  mm: ['Mm'],
  'g/cm3': ['GramPerCm3'],
  uA: ['Microampere'],
  d: ['Days'],
  h: ['Hours'],
  min: ['Minutes'],
  '%': ['Percent'],
  'atom %': ['Percent'],
}

/** Parts of a path that say nothing to a person at the shell. */
const SILENT = new Set(['setup', 'operation', 'job'])

/** Name of a field without its unit: `thicknessMm` is `thickness`. */
export function fieldName(field: string, unit: string | null): string {
  const ending = unit === null ? undefined : UNIT_ENDINGS[unit]?.find((one) => field.endsWith(one))
  return kebab(ending && ending.length < field.length ? field.slice(0, -ending.length) : field)
}

const kebab = (name: string): string =>
  name.replace(/[A-Z]/g, (letter, at) => (at > 0 ? '-' : '') + letter.toLowerCase())

/** Flag of a parameter that stands alone: `setup.beam.energyMeV` is `beam-energy`, `setup.beam.shape.kind` `beam-shape`. */
export function flagName(parameter: Parameter): string {
  if (parameter.flag !== null) return parameter.flag
  const steps = parameter.path.split('.').filter((step) => !SILENT.has(step))
  const last = steps.pop()!
  if (!parameter.selectsVariant || last !== 'kind') {
    // The part that holds the variants says nothing: `beam-radius`, not `beam-shape-radius`.
    if (parameter.variantOf && steps.length > 1) steps.pop()
    steps.push(fieldName(last, parameter.unit))
  }
  return steps.map(kebab).join('-')
}

/** Flag that takes the ordered names of a collection: `layers`, `mixtures`. */
export const namesFlag = (collection: Collection): string => collection.flag ?? lastStep(collection.path)

/** Flag that takes one field of one member: `layer`, `mixture`. */
export const memberFlag = (collection: Collection): string =>
  collection.memberFlag ?? namesFlag(collection).replace(/s$/, '')

const lastStep = (path: string): string => path.slice(path.lastIndexOf('.') + 1)

/** Name of a member's field as it stands behind the member's name: `thickness` in `disc1.thickness`. */
export const memberField = (parameter: Parameter): string => fieldName(lastStep(parameter.path), parameter.unit)

/** Parameters that stand alone, by flag. Variants may share one: the chosen variant tells which is meant. */
export function aloneByFlag(catalogue: Catalogue): ReadonlyMap<string, readonly Parameter[]> {
  const flags = new Map<string, Parameter[]>()
  const taken = new Set(catalogue.collections.flatMap((one) => [namesFlag(one), memberFlag(one)]))
  for (const parameter of catalogue.parameters) {
    if (parameter.repeated) continue
    const flag = flagName(parameter)
    const same = flags.get(flag) ?? []
    if (taken.has(flag) || same.some((other) => other.path !== parameter.path)) {
      throw new Error(`two parameters want the flag --${flag}: give ${parameter.path} another one in its definition`)
    }
    flags.set(flag, [...same, parameter])
  }
  return flags
}

/** Parameters of the members of a collection, by the name of their field. */
export function membersByField(catalogue: Catalogue, collection: Collection): ReadonlyMap<string, Parameter> {
  const fields = new Map<string, Parameter>()
  for (const parameter of catalogue.parameters) {
    if (parameter.repeated?.path !== collection.path) continue
    if (collection.by === 'name' && lastStep(parameter.path) === 'name') continue
    const field = memberField(parameter)
    if (fields.has(field)) throw new Error(`two fields of ${collection.path} want the name ${field}`)
    fields.set(field, parameter)
  }
  return fields
}
