/** What is wrong, or odd, about an input: one finding each, all findings at once. */

/**
 * Everything that can be wrong with a simulation document, a flag or a link; one code a cause. Callers compare codes,
 * never messages. The words say what the cause is, for the manual.
 */
export const PROBLEMS = {
  DOCUMENT_TOO_LARGE: 'the text is larger than a document may be',
  DOCUMENT_NOT_JSON: 'the text is not JSON',
  DOCUMENT_REPEATED_KEY: 'a key stands twice in one object, so that one of the values would be lost',
  DOCUMENT_NOT_OBJECT: 'the document is not a JSON object',
  DOCUMENT_VERSION_MISSING: 'the document does not say its version',
  DOCUMENT_VERSION_INVALID: 'the version is not a whole number of a version that ever was',
  DOCUMENT_TOO_NEW: 'the document is of a later version than this program knows',
  FIELD_MISSING: 'a field without default is missing',
  FIELD_UNKNOWN: 'a key that means nothing',
  FIELD_WRONG_TYPE: 'a value of another kind than the field holds',
  VALUE_TOO_SMALL: 'a number below the allowed range',
  VALUE_TOO_LARGE: 'a number above the allowed range',
  VALUE_NOT_WHOLE: 'a fraction where a whole number is asked for',
  VALUE_NOT_A_CHOICE: 'a word that is not one of the choices',
  TEXT_TOO_LONG: 'a text longer than the field holds',
  TEXT_NOT_ALLOWED: 'a text with characters or a form that the field does not allow',
  LIST_TOO_SHORT: 'a list with too few entries',
  LIST_TOO_LONG: 'a list with too many entries',
  TOO_MANY_PROBLEMS: 'more problems than are listed',
  LAYER_NAME_REPEATED: 'two layers have the same name',
  LAYER_NAME_RESERVED: 'a layer has a name that results use for something else',
  LAYERS_OVERLAP: 'layers given by their centres overlap',
  DISC_COUNT_DIFFERS: 'the number of discs is not the number of their centres',
  TARGET_LAYER_MISSING: 'no layer has the role target, so that nothing would be scored',
  MATERIAL_UNKNOWN: 'a layer names a material that does not exist',
  MATERIAL_KEY_TAKEN: 'a mixture has the name of an element, a nuclide or a library material',
  MATERIAL_CYCLE: 'a mixture contains itself',
  COMPONENT_UNKNOWN: 'a mixture names a component that does not exist',
  COMPONENT_NOT_NATURAL: 'an element without natural isotopes is named without a mass number',
  SCAN_PARAMETER_UNKNOWN: 'the scanned parameter does not exist in this setup',
  SCAN_PARAMETER_NOT_NUMBER: 'the scanned parameter is not a number',
  SCAN_VALUE_OUT_OF_RANGE: 'a scan value is outside the range of the parameter',
  SCAN_VALUE_REPEATED: 'a scan value stands twice',
  SCAN_TOO_MANY_PRIMARIES: 'all points together need more primaries than one job may have',
  GOAL_NUCLIDE_UNKNOWN: 'a nuclide of the goal cannot be read',
  GOAL_NUCLIDE_REPEATED: 'a nuclide stands twice in the goal',
  GOAL_OUT_OF_REACH: 'the goal cannot be reached with the primaries that are allowed',
  PLAN_TOO_MANY_BATCHES: 'the job would be cut into more batches than results can hold',
  SCORE_NAME_REPEATED: 'two meshes or spectra have the same name',
  MESH_RANGE_EMPTY: 'a mesh ends where it begins or before',
  MESH_OUTSIDE_WORLD: 'a mesh reaches beyond what is simulated',
  MESH_TOO_LARGE: 'a mesh has more bins than are allowed',
  SPECTRUM_LAYER_UNKNOWN: 'a spectrum is of a layer that does not exist',
  SPECTRUM_RANGE_EMPTY: 'a spectrum ends where it begins or before',
  SPECTRUM_LOG_FROM_ZERO: 'a spectrum with logarithmic bins begins at 0',
  SCORED_BINS_TOO_MANY: 'meshes and spectra have more bins together than are allowed',
  ROUTINE_NAME: 'a routine file has a path, or a name or ending that is not taken',
  ROUTINE_NAME_REPEATED: 'two routine files have the same name',
  ROUTINE_EMPTY: 'a routine file holds nothing',
  ROUTINE_NOT_TEXT: 'a routine file is not plain text',
  ROUTINES_TOO_LARGE: 'a template carries more routine files, or more text in them, than is allowed',
  ROUTINES_WITHOUT_SOURCE: 'none of the routine files of a template is compiled',
  FLAG_UNKNOWN: 'a flag or link parameter that does not exist',
  FLAG_REPEATED: 'a flag or link parameter stands twice',
  FLAG_VALUE: 'the value of a flag or link parameter cannot be read',
  FLAG_UNIT: 'the unit of a value is not the one of the parameter',
  FLAG_NOT_IN_VARIANT: 'a parameter that the chosen variant does not have',
  FLAG_MEMBER_UNKNOWN: 'a flag names a layer, mixture, mesh or spectrum that does not exist',
  LINK_MALFORMED: 'the link is not a URL query',
  LINK_PRESET_UNKNOWN: 'the link starts from a preset that does not exist',
} as const

export type ProblemCode = keyof typeof PROBLEMS

/** Things that are allowed and probably not meant. */
export const WARNINGS = {
  VALUE_UNUSUAL: 'a value outside the range that makes sense for an ISOL target',
  BEAM_STOPS_EARLY: 'the beam stops before it has passed the last target layer',
  BEAM_PASSES_DUMPS: 'the beam comes out of the last dump',
  BEAM_MISSES_TARGET: 'part of the beam passes beside the target',
  DENSITY_ABOVE_SOLID: 'a density above that of the solid material without pores',
  MIXTURE_UNUSED: 'a mixture that no layer uses',
  SCORE_FIELD_UNUSED: 'a field of a mesh or spectrum that means nothing for its geometry or estimator',
  MESH_BESIDE_STACK: 'a mesh that does not meet the stack',
  GOAL_FAR: 'a statistical error that needs more primaries than are allowed, by a rough guess',
  BEAM_OFF: 'the duty cycle is zero, so that all activities are zero; production rates are stated for beam on',
  ISOMER_MEANT: 'the named isomer is short-lived, and another one of the nuclide lives much longer',
} as const

export type WarningCode = keyof typeof WARNINGS

interface Finding<Code extends string> {
  readonly code: Code
  /** JSON path with list positions from 0: `setup.target.layers.3.thicknessMm`. Empty for the document as a whole. */
  readonly path: string
  /** One or two sentences for a person: where, what was expected, what came, what to do. */
  readonly message: string
  readonly unit?: string
  /** What is allowed, in words and numbers: `1 to 1500 MeV`. */
  readonly allowed?: string
  /** What came, shortened. */
  readonly received?: string
}

export type Problem = Finding<ProblemCode>
export type Warning = Finding<WarningCode>

/** More problems than this are counted, not listed. */
export const MAX_PROBLEMS = 500

/** Cuts an overlong list and says so in a last entry. */
export function listProblems(problems: readonly Problem[]): readonly Problem[] {
  if (problems.length <= MAX_PROBLEMS) return problems
  const more = problems.length - MAX_PROBLEMS
  const message = `${more} more problems are not listed. Mend these first.`
  return [...problems.slice(0, MAX_PROBLEMS), { code: 'TOO_MANY_PROBLEMS', path: '', message }]
}

/** A value as it is quoted in a message: short, with its kind where that matters. */
export function quoted(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (value === null) return 'null'
  if (typeof value === 'string') return value.length > 60 ? `"${value.slice(0, 57)}..."` : `"${value}"`
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  if (Array.isArray(value)) return value.length === 1 ? 'a list of 1 entry' : `a list of ${value.length} entries`
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}

/** Range with unit in words: `1 to 1500 MeV`, `at least 0`, `at most 5 mm`; empty without limits. */
export function rangeInWords(min: number | null | undefined, max: number | null | undefined, unit?: string | null) {
  const tail = unit ? ` ${unit}` : ''
  const low = min ?? null
  const high = max ?? null
  if (low !== null && high !== null) return `${inWords(low)} to ${inWords(high)}${tail}`
  if (low !== null) return `at least ${inWords(low)}${tail}`
  return high !== null ? `at most ${inWords(high)}${tail}` : ''
}

/** A number for a sentence: powers of ten as such, small ones plain. */
export function inWords(value: number): string {
  const magnitude = Math.abs(value)
  return magnitude >= 1e6 || (magnitude > 0 && magnitude < 1e-3)
    ? value.toExponential().replace('e+', 'e')
    : String(value)
}

/** Words of a choice in a sentence: `a, b or c`. */
export function oneOf(words: readonly string[]): string {
  if (words.length <= 1) return words.join('')
  return `${words.slice(0, -1).join(', ')} or ${words[words.length - 1]}`
}
