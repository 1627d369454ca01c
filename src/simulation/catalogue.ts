/**
 * The catalogue of parameters: the one derivation from the schema of the document.
 *
 * Form, command-line flags, manual and prefilled link read this flat list; none of them looks into the schema itself.
 * A parameter added to document.ts therefore shows up everywhere, and nowhere needs a second line.
 */

import type { z } from 'zod'
import { documentSchema } from './document.ts'
import { type JsonValue, jsonSchema, type SchemaNode, variantsOf, withoutNull } from './json-schema.ts'

/**
 * What a value looks like. `texts` and `numbers` are lists; `amounts` is a list of components `{of, amount}`, written
 * `U:1,C:4`; `yes-no` is true or false, written `yes` and `no`.
 */
export type ParameterType = 'number' | 'integer' | 'text' | 'choice' | 'yes-no' | 'texts' | 'numbers' | 'amounts'

/** A parameter that exists only in some variants of a part of the document. */
export interface VariantOf {
  /** Path of the part, for example `setup.beam.shape`. */
  readonly path: string
  /** Field that tells the variants apart, for example `kind`. */
  readonly key: string
  /** Variants that have this parameter. */
  readonly kinds: readonly string[]
}

/** A parameter that exists once for every member of a collection. */
export interface RepeatedIn {
  /** Path of the collection, for example `setup.target.layers`. */
  readonly path: string
  /** Members are a list and carry their name in the field `name`, or they are an object and their key is the name. */
  readonly by: 'name' | 'key'
}

export interface Parameter {
  /** JSON path with `*` for the member of a collection: `setup.target.layers.*.thicknessMm`. */
  readonly path: string
  readonly type: ParameterType
  readonly title: string
  readonly description: string
  /** Heading in the form and the manual. */
  readonly group: string
  readonly expert: boolean
  /** Unit as it is printed; `null` for pure numbers and texts. */
  readonly unit: string | null
  /** Value when the field is left out; `undefined` where it must be given. */
  readonly default: JsonValue | undefined
  /** May be `null` (empty). */
  readonly nullable: boolean
  /** Hard range of a number, of each number of a list; `null` where there is none. */
  readonly min: number | null
  readonly max: number | null
  /** Outside this range the form warns and the value is accepted. */
  readonly sensibleMin: number | null
  readonly sensibleMax: number | null
  /** Words of a choice; empty for other types. */
  readonly choices: readonly string[]
  /** Longest text, or largest number of entries of a list. */
  readonly maxLength: number | null
  /** Regular expression that a text must match. */
  readonly pattern: string | null
  /** Where default and range come from. */
  readonly source: string | null
  /** Flag name given in the definition; otherwise it derives from the path (flags.ts). */
  readonly flag: string | null
  readonly variantOf: VariantOf | null
  /** True for the choice that selects a variant, for example `setup.beam.shape.kind`. */
  readonly selectsVariant: boolean
  readonly repeated: RepeatedIn | null
  /** Path of an object that may be `null` as a whole, for example `job.scan`. */
  readonly optionalPart: string | null
}

/** A named collection of parameters: the layers, the mixtures. */
export interface Collection extends RepeatedIn {
  readonly title: string
  readonly description: string
  readonly group: string
  readonly flag: string | null
  readonly memberFlag: string | null
}

export interface Catalogue {
  readonly parameters: readonly Parameter[]
  readonly collections: readonly Collection[]
}

interface Surroundings {
  readonly required: boolean
  readonly variantOf: VariantOf | null
  readonly repeated: RepeatedIn | null
  readonly optionalPart: string | null
}

let productCatalogue: Catalogue | undefined

/**
 * Flat list of all parameters of a document schema, in the order of their definition.
 * @param schema the schema to describe; the product's own by default.
 * @throws Error when the schema holds something that form, flags and manual cannot express.
 */
export function catalogueOf(schema: z.ZodType = documentSchema): Catalogue {
  if (schema !== documentSchema) return describe(schema)
  productCatalogue ??= describe(schema)
  return productCatalogue
}

function describe(schema: z.ZodType): Catalogue {
  const found: Parameter[] = []
  const collections: Collection[] = []

  const visit = (given: SchemaNode, path: string, around: Surroundings): void => {
    const { node, nullable } = withoutNull(given)
    if (node.const !== undefined) return
    const variants = variantsOf(node)
    if (variants) {
      const selector = `${path}.${variants.key}`
      found.push(
        leaf(selector, 'choice', node, nullable, around, {
          choices: variants.kinds,
          default: memberOfDefault(node.default, variants.key),
          selectsVariant: true,
        }),
      )
      for (const [index, one] of node.oneOf!.entries()) {
        const variantOf = { path, key: variants.key, kinds: [variants.kinds[index]!] }
        visitProperties(one, path, { ...around, variantOf })
      }
      return
    }
    if (node.properties) {
      visitProperties(node, path, { ...around, optionalPart: nullable ? path : around.optionalPart })
      return
    }
    if (typeof node.additionalProperties === 'object') {
      visitMembers(node, node.additionalProperties, { path, by: 'key' }, around)
      return
    }
    const itemProperties = node.type === 'array' ? node.items?.properties : undefined
    if (itemProperties?.['name']) {
      visitMembers(node, node.items!, { path, by: 'name' }, around)
      return
    }
    found.push(leaf(path, typeOf(node, path), node, nullable, around))
  }

  const visitProperties = (node: SchemaNode, path: string, around: Surroundings): void => {
    for (const [name, child] of Object.entries(node.properties ?? {})) {
      const required = node.required?.includes(name) ?? false
      visit(child, path === '' ? name : `${path}.${name}`, { ...around, required })
    }
  }

  const visitMembers = (node: SchemaNode, member: SchemaNode, repeated: RepeatedIn, around: Surroundings): void => {
    if (around.repeated) throw new Error(`${repeated.path}: a collection inside a collection has no flag and no form`)
    const first = Object.values(member.properties ?? {}).find((child) => child.group !== undefined)
    collections.push({
      ...repeated,
      title: node.title ?? first?.group ?? repeated.path,
      description: node.description ?? '',
      group: node.group ?? first?.group ?? '',
      flag: node.flag ?? null,
      memberFlag: node.memberFlag ?? null,
    })
    visitProperties(member, `${repeated.path}.*`, { ...around, repeated })
  }

  visit(jsonSchema(schema), '', { required: true, variantOf: null, repeated: null, optionalPart: null })
  return { parameters: joinVariants(found), collections }
}

function leaf(
  path: string,
  type: ParameterType,
  node: SchemaNode,
  nullable: boolean,
  around: Surroundings,
  more: Partial<Parameter> = {},
): Parameter {
  if (node.title === undefined || node.group === undefined || node.description === undefined) {
    throw new Error(`${path}: a parameter needs title, description and group (see parameter.ts)`)
  }
  const number = type === 'numbers' ? node.items! : node
  return {
    path,
    type,
    title: node.title,
    description: node.description,
    group: node.group,
    expert: node.expert ?? false,
    unit: node.unit ?? null,
    default: around.required ? undefined : node.default,
    nullable,
    min: number.minimum ?? null,
    max: number.maximum ?? null,
    sensibleMin: node.sensibleMin ?? null,
    sensibleMax: node.sensibleMax ?? null,
    choices: (node.enum ?? []).map(String),
    maxLength: node.maxLength ?? node.maxItems ?? null,
    pattern: node.pattern ?? null,
    source: node.source ?? null,
    flag: node.flag ?? null,
    variantOf: around.variantOf,
    selectsVariant: false,
    repeated: around.repeated,
    optionalPart: around.optionalPart,
    ...more,
  }
}

function typeOf(node: SchemaNode, path: string): ParameterType {
  if (node.enum) return 'choice'
  if (node.type === 'boolean') return 'yes-no'
  if (node.type === 'string') return 'text'
  if (node.type === 'integer' || node.type === 'number') return node.type
  if (node.type === 'array') {
    if (node.items?.type === 'string') return 'texts'
    if (node.items?.type === 'number' || node.items?.type === 'integer') return 'numbers'
    if (Object.keys(node.items?.properties ?? {}).join() === 'of,amount') return 'amounts'
  }
  throw new Error(`${path}: form, flags and manual know no field of this kind; teach catalogue.ts about it first`)
}

function memberOfDefault(value: JsonValue | undefined, key: string): JsonValue | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as { readonly [key: string]: JsonValue })[key]
    : undefined
}

/** The same parameter in two variants of one part (`job.goal.maxPrimaries`) is one parameter with two kinds. */
function joinVariants(found: readonly Parameter[]): readonly Parameter[] {
  const joined: Parameter[] = []
  for (const parameter of found) {
    const { variantOf: mine, ...rest } = parameter
    const index = joined.findIndex(({ variantOf: theirs, ...other }) => {
      return mine && theirs && JSON.stringify(other) === JSON.stringify(rest)
    })
    if (index < 0) joined.push(parameter)
    else {
      const kinds = [...joined[index]!.variantOf!.kinds, ...mine!.kinds]
      joined[index] = { ...joined[index]!, variantOf: { ...mine!, kinds } }
    }
  }
  return joined
}

const WILDCARD_STEPS = /\.(?:\d+|\*)(?=\.|$)/g

/**
 * The parameter at a path of a document. List positions may stand where the catalogue has `*`; members of an object
 * (mixtures) too. Where variants share a path, the one of the given kind.
 */
export function parameterAt(catalogue: Catalogue, path: string, kind?: string): Parameter | undefined {
  const generic = path.replace(WILDCARD_STEPS, '.*')
  const keyed = catalogue.collections.find((one) => one.by === 'key' && path.startsWith(`${one.path}.`))
  const wanted = keyed ? `${keyed.path}.*.${path.slice(path.lastIndexOf('.') + 1)}` : generic
  const all = catalogue.parameters.filter((parameter) => parameter.path === wanted)
  return all.find((parameter) => kind !== undefined && parameter.variantOf?.kinds.includes(kind)) ?? all[0]
}
