/** Turns what the schema found into sentences for people, with path, unit and allowed range. */

import type { z } from 'zod'
import { type JsonValue, memberOf, type SchemaNode, schemaAt, variantsOf } from './json-schema.ts'
import { nearestWord } from './nearest-word.ts'
import { inWords, oneOf, type Problem, type ProblemCode, quoted, rangeInWords } from './problem.ts'

/** A path in the spelling of messages: `setup.target.layers.3.thicknessMm`. */
export const pathText = (path: readonly PropertyKey[]): string => path.map(String).join('.')

/**
 * All problems that a schema finds in a value, in the order of the schema.
 * @param schema the schema that was asked.
 * @param described the same schema as JSON Schema: units, ranges and known keys are read from it.
 * @param value what was checked.
 */
export function fieldProblems(issues: readonly z.core.$ZodIssue[], described: SchemaNode, value: unknown): Problem[] {
  return issues.flatMap((issue) => problemsOf(issue, described, value))
}

function problemsOf(issue: z.core.$ZodIssue, described: SchemaNode, document: unknown): Problem[] {
  const path = issue.path
  const received = path.reduce<unknown>((value, step) => memberOf(value, step), document)
  const at = schemaAt(described, path, document)
  const one = (code: ProblemCode, sentence: string, allowed?: string): Problem[] => [
    {
      code,
      path: pathText(path),
      message: sentence,
      ...(at?.node.unit === undefined ? {} : { unit: at.node.unit }),
      ...(allowed === undefined ? {} : { allowed }),
      received: quoted(received),
    },
  ]
  const name = label(path, at?.node)

  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => unknownKey([...path, key], key, knownKeys(described, path, document)))
    case 'invalid_union': {
      const parent = schemaAt(described, path.slice(0, -1), document)?.node
      const kinds = (parent && variantsOf(parent)?.kinds) ?? []
      const union = label(path, parent)
      return one(
        received === undefined ? 'FIELD_MISSING' : 'VALUE_NOT_A_CHOICE',
        wordProblem(union, kinds, received),
        oneOf(kinds),
      )
    }
    case 'invalid_value': {
      const words = issue.values.map(String)
      return one(
        received === undefined ? 'FIELD_MISSING' : 'VALUE_NOT_A_CHOICE',
        wordProblem(name, words, received),
        oneOf(words),
      )
    }
    case 'too_small':
    case 'too_big':
      return one(...sizeProblem(issue, name, at?.node, received))
    case 'invalid_type': {
      const expected = expectedOf(at?.node, at?.nullable ?? false)
      if (received === undefined) {
        return one('FIELD_MISSING', `${name} is missing: give ${expected}.`, expected)
      }
      if (at?.node.type === 'integer' && typeof received === 'number' && Number.isFinite(received)) {
        return one(
          'VALUE_NOT_WHOLE',
          `${name} is ${quoted(received)}; expected a whole number${rangeTail(at.node)}.`,
          expected,
        )
      }
      return one('FIELD_WRONG_TYPE', `${name} is ${quoted(received)}; expected ${expected}.`, expected)
    }
    case 'invalid_key':
    case 'invalid_format':
      return one(
        'TEXT_NOT_ALLOWED',
        issue.code === 'invalid_key'
          ? `"${String(path.at(-1)).slice(0, 60)}" cannot be a name here. ${patternInWords(issue.issues[0])}`
          : `${name} is ${quoted(received)}. ${patternInWords(issue)}`,
        patternInWords(issue.code === 'invalid_key' ? issue.issues[0] : issue),
      )
    default:
      return one('FIELD_WRONG_TYPE', `${name} is ${quoted(received)}: ${issue.message}.`)
  }
}

/** Title of the parameter with its path, so that a form and a shell can both use the sentence. */
function label(path: readonly PropertyKey[], node: SchemaNode | undefined): string {
  if (path.length === 0) return 'The document'
  return node?.title ? `${node.title} (${pathText(path)})` : pathText(path)
}

function wordProblem(name: string, words: readonly string[], received: unknown): string {
  if (received === undefined) return `${name} is missing: give ${oneOf(words)}.`
  const near = typeof received === 'string' ? nearestWord(received, words) : undefined
  const guess = near === undefined ? '' : ` Did you mean ${near}?`
  return `${name} is ${quoted(received)}; expected ${oneOf(words)}.${guess}`
}

function sizeProblem(
  issue: z.core.$ZodIssueTooSmall | z.core.$ZodIssueTooBig,
  name: string,
  node: SchemaNode | undefined,
  received: unknown,
): [ProblemCode, string, string] {
  const small = issue.code === 'too_small'
  const limit = Number(small ? issue.minimum : issue.maximum)
  if (issue.origin === 'string') {
    const length = typeof received === 'string' ? received.length : 0
    const allowed = `at most ${limit} characters`
    return ['TEXT_TOO_LONG', `${name} has ${length} characters; allowed are ${allowed}.`, allowed]
  }
  if (issue.origin === 'array') {
    const count = Array.isArray(received) ? received.length : 0
    const allowed = small ? `at least ${entries(limit)}` : `at most ${entries(limit)}`
    return [small ? 'LIST_TOO_SHORT' : 'LIST_TOO_LONG', `${name} has ${entries(count)}; expected ${allowed}.`, allowed]
  }
  const range = rangeOf(node) || `${small ? 'at least' : 'at most'} ${inWords(limit)}`
  const unit = node?.unit ? ` ${node.unit}` : ''
  const value = typeof received === 'number' ? inWords(received) : quoted(received)
  return [small ? 'VALUE_TOO_SMALL' : 'VALUE_TOO_LARGE', `${name} is ${value}${unit}; allowed: ${range}.`, range]
}

const entries = (count: number): string => (count === 1 ? '1 entry' : `${count} entries`)

function rangeOf(node: SchemaNode | undefined): string {
  if (node?.exclusiveMinimum !== undefined && node.maximum !== undefined) {
    return `above ${inWords(node.exclusiveMinimum)}, at most ${inWords(node.maximum)}`
  }
  return rangeInWords(node?.minimum, node?.maximum, node?.unit)
}

function rangeTail(node: SchemaNode): string {
  const range = rangeOf(node)
  return range === '' ? '' : `, ${range}`
}

function expectedOf(node: SchemaNode | undefined, nullable: boolean): string {
  const orNull = nullable ? ', or null' : ''
  switch (node?.type) {
    case 'number':
      return `a number${rangeTail(node)}${orNull}`
    case 'integer':
      return `a whole number${rangeTail(node)}${orNull}`
    case 'string':
      return node.enum ? oneOf(node.enum.map((word: JsonValue) => String(word))) : `a text${orNull}`
    case 'array':
      return `a list${orNull}`
    case 'boolean':
      return 'true or false'
    default:
      return `an object${orNull}`
  }
}

function patternInWords(issue: z.core.$ZodIssue | undefined): string {
  const pattern = String(issue?.code === 'invalid_format' ? issue.pattern : '').replace(/^\/\^?|\$?\/$/g, '')
  const words: Readonly<Record<string, string>> = {
    '[A-Za-z][A-Za-z0-9_-]{0,31}': 'Expected a letter, then letters, digits, - or _; at most 32 characters.',
    '[A-Za-z0-9][A-Za-z0-9_.+-]{0,63}':
      'Expected a letter or digit, then letters, digits, and the signs _ . + -; at most 64 characters.',
    '[0-9a-f]{16}': 'Expected 16 digits or letters a to f, for example 0123456789abcdef.',
  }
  return words[pattern] ?? `Expected the form ${pattern}.`
}

/** Keys that an object may have, read from the schema. */
export function knownKeys(described: SchemaNode, path: readonly PropertyKey[], document: unknown): readonly string[] {
  return Object.keys(schemaAt(described, path, document)?.node.properties ?? {})
}

/** An unknown key is refused, never dropped: what it meant would be lost in silence. */
function unknownKey(path: readonly PropertyKey[], key: string, known: readonly string[]): Problem {
  const near = nearestWord(key, known)
  const advice =
    near !== undefined
      ? `Did you mean ${near}?`
      : known.length > 0
        ? `Known here: ${known.join(', ')}.`
        : 'Nothing may stand here.'
  const shown = key.length > 60 ? `${key.slice(0, 57)}...` : key
  return {
    code: 'FIELD_UNKNOWN',
    path: pathText(path),
    message: `"${shown}" is not a field of ${path.length > 1 ? pathText(path.slice(0, -1)) : 'a simulation document'}. ${advice}`,
    ...(near === undefined ? {} : { allowed: near }),
    received: quoted(key),
  }
}
