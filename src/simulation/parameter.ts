/**
 * How a parameter is defined: once, with type, unit, default, range, help, group and expert flag.
 *
 * A definition is a zod schema whose metadata travels into the JSON Schema; form, command-line flags, validation of the
 * API, manual page and prefilled link derive from that one schema (see catalogue.ts).
 */

import { z } from 'zod'

export interface ParameterText {
  /** Label in the form, without the unit. */
  readonly title: string
  /** One or two sentences for the form's help, the flag's help and the manual. */
  readonly description: string
  /** Unit of the value, as it is printed. Absent for pure numbers and texts. */
  readonly unit?: string
  /** Heading in the form and the manual. */
  readonly group: string
  /** Hidden from the form until "expert" is chosen. */
  readonly expert?: boolean
  /** Where default and range come from. */
  readonly source?: string
  /** Name of the command-line flag, without dashes, where the one derived from the path would be clumsy. */
  readonly flag?: string
}

export interface NumberRange {
  readonly min: number
  readonly max: number
  readonly default: number
  /** Lower end of the range that makes sense; outside it the form warns, and the value is accepted. */
  readonly sensibleMin?: number
  readonly sensibleMax?: number
}

/** A real number with its range and default. */
export function real(text: ParameterText, range: NumberRange) {
  const { min, max, sensibleMin, sensibleMax } = range
  return z
    .number()
    .min(min)
    .max(max)
    .meta({ ...text, ...sensible(sensibleMin, sensibleMax) })
    .default(range.default)
}

/** A whole number with its range and default. */
export function whole(text: ParameterText, range: NumberRange) {
  const { min, max, sensibleMin, sensibleMax } = range
  return z
    .int()
    .min(min)
    .max(max)
    .meta({ ...text, ...sensible(sensibleMin, sensibleMax) })
    .default(range.default)
}

/** One of a fixed list of words. */
export function choice<const T extends readonly [string, ...string[]]>(
  text: ParameterText,
  values: T,
  initial: T[number],
) {
  return z
    .enum(values)
    .meta({ ...text })
    .default(initial as never)
}

/** A question with the answers yes and no. */
export function yesOrNo(text: ParameterText, initial: boolean) {
  return z
    .boolean()
    .meta({ ...text })
    .default(initial)
}

/** A short text from a person; never goes into an engine's input as it is. */
export function shortText(text: ParameterText, maxLength: number, initial: string) {
  return z
    .string()
    .max(maxLength)
    .meta({ ...text })
    .default(initial)
}

function sensible(min: number | undefined, max: number | undefined) {
  return { ...(min === undefined ? {} : { sensibleMin: min }), ...(max === undefined ? {} : { sensibleMax: max }) }
}
