/**
 * Templates of an engine's input: text with Liquid tags (`{{ seed }}`, `{% for %}`), filled by each task with its own values.
 * LiquidJS without its doors: no files, no includes, no clock, no locale, only the tags and filters listed here, with limits
 * on size, output and work, so that a template of a stranger can do nothing but make text. Every name must be one of the
 * declared variables: an unknown one is an error with line and column, never an empty string.
 *
 * Shared by all engines whose input is text; what variables there are, the engine says.
 */

import { Liquid, LiquidError, type Template } from 'liquidjs'

export type TemplateValue =
  | string
  | number
  | boolean
  | null
  | readonly TemplateValue[]
  | { readonly [name: string]: TemplateValue }

/** A variable that templates may use, declared once: for checking, for the editor's help and for the manual. */
export interface TemplateVariable {
  readonly name: string
  /** What it is, in a sentence. */
  readonly meaning: string
  /** `GeV`; empty for names and pure numbers. */
  readonly unit: string
  /** A value as it could be; a template is tried with these before any task exists. */
  readonly example: TemplateValue
}

/** A filter of the engine's own: `{{ energy | field }}`. Called with the value and the arguments behind the colon. */
export interface TemplateFilter {
  readonly name: string
  readonly meaning: string
  readonly apply: (value: unknown, ...args: readonly unknown[]) => string
}

/** What an engine offers to its templates. */
export interface TemplateLanguage {
  readonly variables: readonly TemplateVariable[]
  readonly filters: readonly TemplateFilter[]
}

export const TEMPLATE_PROBLEMS = {
  TEMPLATE_TOO_LARGE: 'the template is larger than allowed',
  TEMPLATE_SYNTAX: 'a tag that cannot be read',
  TEMPLATE_TAG_UNKNOWN: 'a tag that templates do not have',
  TEMPLATE_FILTER_UNKNOWN: 'a filter that templates do not have',
  TEMPLATE_VARIABLE_UNDEFINED: 'a variable that does not exist',
  TEMPLATE_TOO_COSTLY: 'the template makes too much text or takes too long',
  TEMPLATE_VALUE_WRONG: 'a value that a filter cannot work with',
} as const

export type TemplateProblemCode = keyof typeof TEMPLATE_PROBLEMS

export interface TemplateProblem {
  readonly code: TemplateProblemCode
  /** From 1; `null` when it is about the whole template. */
  readonly line: number | null
  readonly column: number | null
  readonly message: string
}

/** Longest template, in characters. */
export const MAX_TEMPLATE_CHARACTERS = 256 * 1024
/** Longest text that a template may make, in characters. */
export const MAX_RENDERED_CHARACTERS = 2 * 1024 * 1024
/** Pieces (text, tags, outputs) that one rendering may go through: loops included. */
const MAX_PIECES = 200_000
/** Characters and list entries that filters and loops may make while rendering. */
const MAX_ALLOCATION = 32 * 1024 * 1024
/** A rendering that takes longer is ended; a large deck takes some milliseconds. */
const MAX_MILLISECONDS = 10_000

/** Tags that templates may use: conditions, loops, own variables, comments. Nothing that reads another text. */
export const TEMPLATE_TAGS: readonly string[] = [
  ...['if', 'unless', 'case', 'for', 'break', 'continue', 'assign', 'capture', 'increment', 'decrement', 'cycle'],
  ...['echo', 'comment', '#', 'raw'],
]

/** Filters of Liquid that templates may use: arithmetic, text and lists. Nothing that asks the clock or the locale. */
export const TEMPLATE_FILTERS: readonly string[] = [
  ...['abs', 'at_least', 'at_most', 'ceil', 'divided_by', 'floor', 'minus', 'modulo', 'plus', 'round', 'times'],
  ...['append', 'capitalize', 'default', 'downcase', 'lstrip', 'prepend', 'remove', 'remove_first', 'replace'],
  ...['replace_first', 'rstrip', 'size', 'slice', 'split', 'strip', 'truncate', 'upcase'],
  ...['compact', 'concat', 'first', 'join', 'last', 'map', 'reverse', 'sort', 'uniq', 'where'],
]

/** A template that was read without problems. */
export interface ReadTemplate {
  readonly text: string
  readonly pieces: readonly Template[]
  /** Names of declared variables that it uses, in alphabetical order. */
  readonly uses: readonly string[]
}

export type TemplateReading =
  | { readonly ok: true; readonly template: ReadTemplate }
  | { readonly ok: false; readonly problems: readonly TemplateProblem[] }

export type TemplateRendering =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly problems: readonly TemplateProblem[] }

/** Reads a template: syntax, tags, filters, and every variable in it, also in branches that are not taken. */
export function readTemplate(text: string, language: TemplateLanguage): TemplateReading {
  if (text.length > MAX_TEMPLATE_CHARACTERS) {
    const message = `The template has ${text.length} characters; ${MAX_TEMPLATE_CHARACTERS} are allowed.`
    return { ok: false, problems: [{ code: 'TEMPLATE_TOO_LARGE', line: null, column: null, message }] }
  }
  const engine = liquid(language)
  let pieces: Template[]
  try {
    pieces = engine.parse(text)
  } catch (error) {
    return { ok: false, problems: problemsOf(error, language) }
  }
  const { globals } = engine.analyzeSync(pieces, { partials: false })
  const declared = new Set(language.variables.map((variable) => variable.name))
  const problems = Object.entries(globals)
    .filter(([name]) => !declared.has(name))
    .flatMap(([name, places]) =>
      places.map(({ location }) => undefinedVariable(name, location.row, location.col, language)),
    )
  if (problems.length > 0) return { ok: false, problems: problems.toSorted(byPlace) }
  const uses = Object.keys(globals).toSorted()
  return { ok: true, template: { text, pieces, uses } }
}

/** Fills a template. All declared variables must have a value; more are ignored. */
export function renderTemplate(
  template: ReadTemplate,
  language: TemplateLanguage,
  values: Readonly<Record<string, TemplateValue>>,
): TemplateRendering {
  const engine = liquid(language)
  try {
    const text: string = engine.renderSync([...template.pieces], values, {
      sync: true,
      renderLimit: MAX_MILLISECONDS,
      memoryLimit: MAX_ALLOCATION,
      templateLimit: MAX_PIECES,
    })
    if (text.length > MAX_RENDERED_CHARACTERS) {
      const message = `The template makes ${text.length} characters; ${MAX_RENDERED_CHARACTERS} are allowed.`
      return { ok: false, problems: [{ code: 'TEMPLATE_TOO_COSTLY', line: null, column: null, message }] }
    }
    return { ok: true, text }
  } catch (error) {
    return { ok: false, problems: problemsOf(error, language) }
  }
}

/** The examples of all variables as values: for trying a template. */
export const exampleValues = (language: TemplateLanguage): Record<string, TemplateValue> =>
  Object.fromEntries(language.variables.map(({ name, example }) => [name, example]))

/** "line 3, column 7: There is no variable ..." */
export function templateProblemText(problem: TemplateProblem): string {
  if (problem.line === null) return problem.message
  return `line ${problem.line}, column ${problem.column ?? 1}: ${problem.message}`
}

/** LiquidJS with everything shut that is not named above. */
function liquid(language: TemplateLanguage): Liquid {
  const engine = new Liquid({
    strictVariables: true,
    strictFilters: true,
    ownPropertyOnly: true,
    jsTruthy: false,
    catchAllErrors: true,
    cache: false,
    // An empty set of texts instead of a file system: includes are no tags here, and would find nothing.
    templates: {},
    parseLimit: MAX_TEMPLATE_CHARACTERS + 1,
  })
  for (const tag of Object.keys(engine.tags)) if (!TEMPLATE_TAGS.includes(tag)) delete engine.tags[tag]
  for (const filter of Object.keys(engine.filters)) {
    if (!TEMPLATE_FILTERS.includes(filter)) delete engine.filters[filter]
  }
  for (const { name, apply } of language.filters) engine.registerFilter(name, apply)
  return engine
}

function problemsOf(error: unknown, language: TemplateLanguage): TemplateProblem[] {
  if (!LiquidError.is(error)) throw error
  // With catchAllErrors one error carries all of them; its class is not exported.
  const { errors } = error as LiquidError & { readonly errors?: readonly unknown[] }
  if (errors !== undefined) return errors.flatMap((one) => problemsOf(one, language)).toSorted(byPlace)
  const [line, column] = error.token.getPosition() as [number, number]
  const reason = (error.originalError?.message ?? error.message).replace(/, (?:file|line):.*$/su, '')
  return [problemOf(reason, line, column, language)]
}

function problemOf(reason: string, line: number, column: number, language: TemplateLanguage): TemplateProblem {
  const variable = /^undefined variable: (.*)$/su.exec(reason)?.[1]
  if (variable !== undefined) return undefinedVariable(variable, line, column, language)
  const filter = /^undefined filter: (.*)$/su.exec(reason)?.[1]
  if (filter !== undefined) {
    const names = [...language.filters.map((one) => one.name), ...TEMPLATE_FILTERS].join(', ')
    const message = `There is no filter "${short(filter)}". There are: ${names}.`
    return { code: 'TEMPLATE_FILTER_UNKNOWN', line, column, message }
  }
  const tag = /^tag "(.*)" not found$/su.exec(reason)?.[1]
  if (tag !== undefined) {
    const message = `There is no tag "${short(tag)}". There are: ${TEMPLATE_TAGS.join(', ')}.`
    return { code: 'TEMPLATE_TAG_UNKNOWN', line, column, message }
  }
  if (/limit exceeded/u.test(reason)) {
    const message = `The template is stopped here: ${reason}. It makes too much text or loops too often.`
    return { code: 'TEMPLATE_TOO_COSTLY', line, column, message }
  }
  const code = /^value: /u.test(reason) ? 'TEMPLATE_VALUE_WRONG' : 'TEMPLATE_SYNTAX'
  return { code, line, column, message: sentence(reason.replace(/^value: /u, '')) }
}

/** What a filter throws for a value that it cannot use. */
export class TemplateValueError extends Error {
  constructor(message: string) {
    super(`value: ${message}`)
  }
}

function undefinedVariable(name: string, line: number, column: number, language: TemplateLanguage): TemplateProblem {
  const names = language.variables.map((variable) => variable.name).join(', ')
  const message = `There is no variable "${short(name)}". There are: ${names}.`
  return { code: 'TEMPLATE_VARIABLE_UNDEFINED', line, column, message }
}

const short = (text: string): string => (text.length > 60 ? `${text.slice(0, 57)}...` : text)
const sentence = (text: string): string =>
  `${short(text.slice(0, 1).toUpperCase() + text.slice(1))}.`.replace(/\.+$/u, '.')

const byPlace = (a: TemplateProblem, b: TemplateProblem): number =>
  (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0)
