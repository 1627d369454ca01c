/** Values of parameters as short texts: on the command line, in links. Reading and writing are each other's inverse. */

import type { Parameter } from './catalogue.ts'
import type { JsonValue } from './json-schema.ts'
import { oneOf } from './problem.ts'
import { readNumber } from './unit-suffix.ts'

/** Written for `null`, where a parameter may be empty. */
export const NONE = 'none'

export type ValueText =
  | { readonly ok: true; readonly value: JsonValue }
  | { readonly ok: false; readonly code: 'FLAG_VALUE' | 'FLAG_UNIT'; readonly message: string }

const refused = (message: string): ValueText => ({ ok: false, code: 'FLAG_VALUE', message })

/** Reads the text of a value. Ranges are not looked at here: the document as a whole is checked afterwards. */
export function readValue(parameter: Parameter, text: string): ValueText {
  if (parameter.nullable && text === NONE) return { ok: true, value: null }
  switch (parameter.type) {
    case 'number':
    case 'integer':
      return readNumber(text, parameter.unit)
    case 'numbers':
      return readEach(splitList(text), (entry) => readNumber(entry, parameter.unit))
    case 'text':
      return { ok: true, value: text }
    case 'texts':
      return { ok: true, value: splitList(text) }
    case 'choice':
      return parameter.choices.includes(text)
        ? { ok: true, value: text }
        : refused(`Expected ${oneOf(parameter.choices)}.`)
    case 'yes-no':
      return text === 'yes' || text === 'no' ? { ok: true, value: text === 'yes' } : refused('Expected yes or no.')
    case 'amounts':
      return readEach(splitList(text), readAmount)
  }
}

/** Writes a value so that {@link readValue} gives it back: numbers in their shortest exact form, without unit. */
export function writeValue(parameter: Parameter, value: JsonValue): string {
  if (value === null) return NONE
  if (parameter.type === 'yes-no') return value === true ? 'yes' : 'no'
  if (parameter.type === 'amounts') {
    const components = value as unknown as readonly { readonly of: string; readonly amount: number }[]
    return components.map(({ of, amount }) => `${of}:${amount}`).join(',')
  }
  return Array.isArray(value) ? value.join(',') : String(value)
}

const splitList = (text: string): readonly string[] =>
  text.trim() === '' ? [] : text.split(',').map((one) => one.trim())

function readAmount(text: string): ValueText {
  const colon = text.indexOf(':')
  if (colon < 1) return refused(`Expected NAME:AMOUNT, NAME:AMOUNT, ..., for example U:1,C:4; "${text}" has no colon.`)
  const amount = readNumber(text.slice(colon + 1), null)
  return amount.ok ? { ok: true, value: { of: text.slice(0, colon).trim(), amount: amount.value } } : amount
}

function readEach(texts: readonly string[], read: (text: string) => ValueText): ValueText {
  const values: JsonValue[] = []
  for (const text of texts) {
    const one = read(text)
    if (!one.ok) return one
    values.push(one.value)
  }
  return { ok: true, value: values }
}
