/** Command-line flags of the parameters: names, help, and setting them in a document. */

import { type Assignment, applyAssignments, assignmentsFrom } from './assignments.ts'
import { type Catalogue, catalogueOf, type Parameter } from './catalogue.ts'
import type { SimulationDocument } from './document.ts'
import { aloneByFlag, memberFlag, membersByField, namesFlag } from './flag-name.ts'
import { type DocumentSchema, type Parsed, parseDocument } from './parse.ts'
import { inWords, oneOf, type Problem, rangeInWords } from './problem.ts'
import { UNIT_SUFFIXES } from './unit-suffix.ts'
import { NONE, writeValue } from './value-text.ts'

export interface FlagDefinition {
  /** Name with dashes: `--beam-energy`. */
  readonly flag: string
  /** Placeholder of the value in the usage line: `MeV`, `NAME.FIELD=VALUE`. */
  readonly argument: string
  /** One line: what it is, unit, range, default. */
  readonly help: string
  readonly group: string
  readonly expert: boolean
  /** May stand several times. */
  readonly repeatable: boolean
}

/** All flags of a document, in the order of the catalogue. */
export function flagDefinitions(catalogue: Catalogue = catalogueOf()): readonly FlagDefinition[] {
  const flags: FlagDefinition[] = []
  for (const [flag, parameters] of aloneByFlag(catalogue)) {
    const first = parameters[0]!
    flags.push({
      flag: `--${flag}`,
      argument: placeholder(first),
      help: parameters.map(helpOf).join(' '),
      group: first.group,
      expert: parameters.every((one) => one.expert),
      repeatable: false,
    })
  }
  for (const collection of catalogue.collections) {
    const fields = [...membersByField(catalogue, collection)]
    const { title, group } = collection
    flags.push({
      flag: `--${namesFlag(collection)}`,
      argument: 'NAME,NAME,...',
      help: `${title}: which there are, in order. Names that exist keep their values, new ones start from the defaults.`,
      group,
      expert: false,
      repeatable: false,
    })
    flags.push({
      flag: `--${memberFlag(collection)}`,
      argument: 'NAME.FIELD=VALUE',
      help: `One field of one ${memberFlag(collection)}, or with * in NAME of all that fit. Fields: ${fields
        .map(([field, parameter]) => `${field}${parameter.unit ? ` (${parameter.unit})` : ''}`)
        .join(', ')}.`,
      group,
      expert: false,
      repeatable: true,
    })
  }
  return flags
}

function placeholder(parameter: Parameter): string {
  if (parameter.type === 'choice') return parameter.choices.join('|')
  if (parameter.type === 'yes-no') return 'yes|no'
  if (parameter.type === 'numbers') return `${parameter.unit ?? 'N'},...`
  if (parameter.type === 'texts') return 'NAME,NAME,...'
  if (parameter.type === 'integer') return 'N'
  if (parameter.type === 'number') return parameter.unit ?? 'NUMBER'
  return 'TEXT'
}

function helpOf(parameter: Parameter): string {
  const range = rangeInWords(parameter.min, parameter.max, parameter.unit)
  const facts = [
    ...(parameter.variantOf
      ? [`only with ${lastStep(parameter.variantOf.path)} ${oneOf(parameter.variantOf.kinds)}`]
      : []),
    ...(range ? [range] : parameter.unit ? [`in ${parameter.unit}`] : []),
    ...(parameter.default === undefined || parameter.default === ''
      ? []
      : [
          `default ${typeof parameter.default === 'number' ? inWords(parameter.default) : writeValue(parameter, parameter.default)}`,
        ]),
    ...((parameter.nullable && parameter.default !== null) || parameter.optionalPart ? [`"${NONE}" empties it`] : []),
  ]
  return facts.length === 0 ? parameter.description : `${parameter.description} (${facts.join('; ')})`
}

const lastStep = (path: string): string => path.slice(path.lastIndexOf('.') + 1)

/** One sentence for the head of the help: which units may follow a number. */
export function unitHelp(catalogue: Catalogue = catalogueOf()): string {
  const units = new Set(catalogue.parameters.flatMap(({ unit }) => (unit === null ? [] : [unit])))
  const accepted = [...units].map((unit) => Object.keys(UNIT_SUFFIXES[unit] ?? { [unit]: 0 }).join(' '))
  return `A number is in the unit of its parameter; it may also carry one of these, as in 40MeV or 0.04GeV: ${accepted.join('; ')}.`
}

/**
 * Sets flags in a document and checks the whole.
 * @param document a checked document: a preset or a file.
 * @param flags in the order of the command line, with or without leading dashes.
 */
export function applyFlags(
  document: SimulationDocument,
  flags: readonly { readonly flag: string; readonly value: string }[],
  schema?: DocumentSchema,
): Parsed {
  const assignments = flags.map(({ flag, value }): Assignment => ({ key: flag.replace(/^--/, ''), value }))
  const assigned = applyAssignments(document, assignments, catalogueOf(schema), (key) => `--${key}`)
  return assigned.ok
    ? parseDocument(assigned.document, schema)
    : { ok: false, problems: assigned.problems as Problem[] }
}

/**
 * The flags that turn one document into another: what a user would have typed.
 * @returns words of a command line: `['--beam-energy', '45']`.
 */
export function flagsFrom(
  document: SimulationDocument,
  base: SimulationDocument,
  catalogue?: Catalogue,
): readonly string[] {
  return assignmentsFrom(document, base, catalogue).flatMap(({ key, value }) => [`--${key}`, value])
}
