/** The manual page of all parameters, as Markdown. `docs/parameters.md` is this text; a test compares. */

import { type Catalogue, type Collection, catalogueOf, type Parameter } from './catalogue.ts'
import { flagName, memberField, memberFlag, namesFlag } from './flag-name.ts'
import { unitHelp } from './flags.ts'
import { materialLibrary } from './material-library.ts'
import { presets } from './presets.ts'
import { inWords, oneOf, PROBLEMS, rangeInWords, WARNINGS } from './problem.ts'
import { writeValue } from './value-text.ts'

/** The whole page. */
export function manualPage(catalogue: Catalogue = catalogueOf()): string {
  const groups = new Map<string, Parameter[]>()
  for (const parameter of catalogue.parameters) {
    groups.set(parameter.group, [...(groups.get(parameter.group) ?? []), parameter])
  }
  return [
    '# Parameters of a simulation',
    '',
    '<!-- Written by tools/compile-parameters.ts from src/simulation. Change the definitions there, not this page. -->',
    '',
    'A simulation is one JSON document. Every parameter below is a field of it, a flag of the command line, a field of',
    'the form and a word of a link. Fields with a default may be left out; unknown fields are refused.',
    '',
    unitHelp(catalogue),
    '',
    ...[...groups].flatMap(([group, parameters]) => section(group, parameters, catalogue.collections)),
    '## Presets',
    '',
    '| preset | what it is |',
    '| -- | -- |',
    ...presets().map(({ id, title, description }) => `| \`${id}\` | ${cell(`${title}. ${description}`)} |`),
    '',
    '## Materials',
    '',
    'A layer names a material of this table, an element (`Fe`), or a mixture of the document. The density of a layer is',
    'the one in the layer; the density here is what the form proposes.',
    '',
    '| material | name | composition | proposed density (g/cm3) | source of the density |',
    '| -- | -- | -- | -- | -- |',
    ...materialLibrary.map(
      (one) =>
        `| \`${one.key}\` | ${cell(one.title)} | ${one.components.map(({ of, amount }) => `${of}:${amount}`).join(', ')} by ${one.by} | ${one.densityGramPerCm3} | ${cell(one.densitySource)} |`,
    ),
    '',
    '## Problems',
    '',
    'A document with problems is refused; all of them are listed at once, each with one of these codes.',
    '',
    '| code | cause |',
    '| -- | -- |',
    ...Object.entries(PROBLEMS).map(([code, cause]) => `| \`${code}\` | ${cell(cause)} |`),
    '',
    '## Warnings',
    '',
    'Warnings do not keep a simulation from running.',
    '',
    '| code | cause |',
    '| -- | -- |',
    ...Object.entries(WARNINGS).map(([code, cause]) => `| \`${code}\` | ${cell(cause)} |`),
    '',
  ].join('\n')
}

function section(
  group: string,
  parameters: readonly Parameter[],
  collections: readonly Collection[],
): readonly string[] {
  const collection = collections.find((one) => one.group === group)
  const lead = collection
    ? [
        `${collection.description} \`--${namesFlag(collection)} NAME,NAME,...\` sets which there are;`,
        `\`--${memberFlag(collection)} NAME.FIELD=VALUE\` sets one field of one of them; \`*\` in NAME stands for any signs.`,
        '',
      ]
    : []
  return [
    `## ${group}`,
    '',
    ...lead,
    '| parameter | field | flag | default | allowed | sensible |',
    '| -- | -- | -- | -- | -- | -- |',
    ...parameters.map((parameter) => row(parameter, collections)),
    '',
  ]
}

function row(parameter: Parameter, collections: readonly Collection[]): string {
  const collection = collections.find((one) => one.path === parameter.repeated?.path)
  const isName = collection?.by === 'name' && parameter.path.endsWith('.*.name')
  const flag = !collection
    ? `--${flagName(parameter)}`
    : isName
      ? `--${namesFlag(collection)}`
      : `--${memberFlag(collection)} NAME.${memberField(parameter)}=`
  const marks = [
    ...(parameter.variantOf ? [`only for ${oneOf(parameter.variantOf.kinds)}`] : []),
    ...(parameter.expert ? ['expert'] : []),
    ...(parameter.source ? [`source: ${parameter.source}`] : []),
  ]
  const description = `**${parameter.title}**${marks.length > 0 ? ` (${marks.join('; ')})` : ''}. ${parameter.description}`
  return `| ${cell(description)} | \`${parameter.path}\` | \`${flag}\` | ${defaultOf(parameter)} | ${cell(allowedOf(parameter))} | ${sensibleOf(parameter)} |`
}

function defaultOf(parameter: Parameter): string {
  if (parameter.default === undefined) return parameter.optionalPart ? '' : 'must be given'
  if (parameter.default === '') return ''
  if (parameter.default === null) return 'empty'
  const text =
    typeof parameter.default === 'number' ? inWords(parameter.default) : writeValue(parameter, parameter.default)
  return parameter.unit ? `${text} ${parameter.unit}` : text
}

function allowedOf(parameter: Parameter): string {
  if (parameter.choices.length > 0) return oneOf(parameter.choices)
  if (parameter.type === 'yes-no') return 'yes or no'
  const range = rangeInWords(parameter.min, parameter.max, parameter.unit)
  if (range) return parameter.type === 'integer' ? `whole number, ${range}` : range
  if (parameter.type === 'numbers') return 'numbers, comma between'
  if (parameter.type === 'texts') return 'names, comma between'
  if (parameter.type === 'amounts') return 'NAME:AMOUNT, comma between'
  if (parameter.pattern) return `\`${parameter.pattern}\``
  return parameter.maxLength === null ? '' : `text, at most ${parameter.maxLength} characters`
}

const sensibleOf = (parameter: Parameter): string =>
  rangeInWords(parameter.sensibleMin, parameter.sensibleMax, parameter.unit)

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ')
