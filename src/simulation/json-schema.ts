/** The JSON Schema of the simulation document, and the way from a JSON path to the part of it that rules there. */

import { z } from 'zod'
import { DOCUMENT_VERSION, documentSchema } from './document.ts'

/** A JSON value as it comes out of `JSON.parse`. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | { readonly [key: string]: JsonValue }

/** The keywords that zod writes for our definitions, and the annotations of parameter.ts beside them. */
export interface SchemaNode {
  readonly type?: string
  readonly const?: JsonValue
  readonly enum?: readonly JsonValue[]
  readonly default?: JsonValue
  readonly properties?: Readonly<Record<string, SchemaNode>>
  readonly required?: readonly string[]
  readonly additionalProperties?: boolean | SchemaNode
  readonly items?: SchemaNode
  readonly oneOf?: readonly SchemaNode[]
  readonly anyOf?: readonly SchemaNode[]
  readonly minimum?: number
  readonly maximum?: number
  readonly exclusiveMinimum?: number
  readonly exclusiveMaximum?: number
  readonly minItems?: number
  readonly maxItems?: number
  readonly maxLength?: number
  readonly pattern?: string
  readonly title?: string
  readonly description?: string
  readonly unit?: string
  readonly group?: string
  readonly expert?: boolean
  readonly source?: string
  readonly flag?: string
  /** Of a collection: flag that sets a field of one member, where the plural's s is not all that it takes. */
  readonly memberFlag?: string
  readonly sensibleMin?: number
  readonly sensibleMax?: number
}

export interface DocumentJsonSchema extends SchemaNode {
  readonly $schema: string
  readonly $id: string
}

/**
 * JSON Schema (draft 2020-12) of what a user writes: fields with defaults may be left out, unknown keys are refused.
 * Units, groups and sensible ranges travel as annotations (`unit`, `group`, `expert`, `sensibleMin`, `sensibleMax`).
 */
export function jsonSchema(schema: z.ZodType = documentSchema): DocumentJsonSchema {
  const { $schema, ...rest } = z.toJSONSchema(schema, { io: 'input' }) as unknown as SchemaNode & { $schema: string }
  return {
    $schema,
    $id: `urn:isolario:simulation:${DOCUMENT_VERSION}`,
    title: 'Isolario simulation',
    description: 'What a user asks for: setup (decides which statistics belong together), operation and job.',
    ...rest,
  }
}

/** The object schema behind a nullable field, the node itself otherwise. Annotations of the field are kept. */
export function withoutNull(node: SchemaNode): { readonly node: SchemaNode; readonly nullable: boolean } {
  const some = node.anyOf?.filter((option) => option.type !== 'null')
  if (!node.anyOf || some?.length !== 1 || some.length === node.anyOf.length) return { node, nullable: false }
  const { anyOf: _, ...annotations } = node
  return { node: { ...some[0]!, ...annotations }, nullable: true }
}

/** Name of the field that tells the variants of a union apart, with the kind of each variant. */
export function variantsOf(node: SchemaNode): { readonly key: string; readonly kinds: readonly string[] } | undefined {
  const first = node.oneOf?.[0]?.properties
  if (!node.oneOf || !first) return undefined
  const key = Object.keys(first).find((name) => node.oneOf!.every((one) => one.properties?.[name]?.const !== undefined))
  return key === undefined ? undefined : { key, kinds: node.oneOf.map((one) => String(one.properties![key]!.const)) }
}

/**
 * The schema that rules at a path of a document. The document decides which variant of a union is meant.
 * Answers `undefined` where the schema knows nothing, for example below an unknown key.
 */
export function schemaAt(
  schema: SchemaNode,
  path: readonly PropertyKey[],
  document: unknown,
): { readonly node: SchemaNode; readonly nullable: boolean } | undefined {
  let current = withoutNull(schema)
  let value = document
  for (const step of path) {
    const node = variantIn(current.node, value)
    const name = String(step)
    const child =
      (node.properties && Object.hasOwn(node.properties, name) ? node.properties[name] : undefined) ??
      (typeof node.additionalProperties === 'object' ? node.additionalProperties : undefined) ??
      (typeof step === 'number' ? node.items : undefined)
    if (!child) return undefined
    current = withoutNull(child)
    value = memberOf(value, step)
  }
  return { node: variantIn(current.node, value), nullable: current.nullable }
}

function variantIn(node: SchemaNode, value: unknown): SchemaNode {
  const variants = variantsOf(node)
  if (!variants) return node
  const kind = memberOf(value, variants.key)
  const index = variants.kinds.indexOf(String(kind))
  return index < 0 ? node : node.oneOf![index]!
}

/** Own member of an object or list, `undefined` otherwise. */
export function memberOf(value: unknown, key: PropertyKey): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined
  return (value as Record<PropertyKey, unknown>)[key]
}
