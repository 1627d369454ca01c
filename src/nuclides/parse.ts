/** Reads a nuclide in every spelling that people use, and says why it cannot where it cannot. */

import { chargeOfElement, chargeOfSymbol, elementName, elementSymbol } from './elements.ts'
import { formatHalfLife } from './half-life.ts'
import { formatNuclide } from './names.ts'
import { type Nuclide, type Zai, zaiOf } from './nuclide.ts'
import { groundStateOf, isomersOf, isotopeRange, stateOf } from './states.ts'

/** Why a text is no nuclide; each code has one cause. */
export type ParseFailureCode =
  /** Nothing, or something of another shape than a nuclide. */
  | 'not-a-nuclide'
  /** The shape is right, but no element has this symbol or name. */
  | 'unknown-element'
  /** No such nuclide: fewer nucleons than protons, or outside what NUBASE2020 lists. */
  | 'unknown-nuclide'
  /** The nuclide exists, this state of it does not. */
  | 'unknown-isomer'

export type ParsedNuclide =
  | {
      readonly ok: true
      readonly nuclide: Nuclide
      readonly zai: Zai
      /** The canonical name. */
      readonly name: string
      /** What the reader should know: another isomer of this nuclide lives much longer. */
      readonly note: string | null
    }
  | { readonly ok: false; readonly code: ParseFailureCode; readonly reason: string }

const fail = (code: ParseFailureCode, reason: string): ParsedNuclide => ({ ok: false, code, reason })

const EXAMPLES = 'write for example Ag-111, 111Ag, silver-111, Ag-111m or 47-111'

/** Rank of a state by the letters after the mass number: `m` 1, `m2` 2, `g` 0; single letters as NUBASE2020 uses them. */
function rankOf(suffix: string): number | undefined {
  const lower = suffix.toLowerCase()
  if (lower === '' || lower === 'g' || lower === 'gs') return 0
  const numbered = /^m(\d?)$/.exec(lower)
  if (numbered) return numbered[1] === '' ? 1 : Number(numbered[1])
  const letter = ['n', 'p', 'q', 'r', 'x', '', 'i', 'j'].indexOf(lower)
  return letter < 0 ? undefined : letter + 2
}

const ALIASES: Readonly<Record<string, Nuclide>> = {
  D: { z: 1, a: 2, m: 0 },
  T: { z: 1, a: 3, m: 0 },
  deuterium: { z: 1, a: 2, m: 0 },
  tritium: { z: 1, a: 3, m: 0 },
  n: { z: 0, a: 1, m: 0 },
  neutron: { z: 0, a: 1, m: 0 },
}

const isomersInWords = (z: number, a: number): string => {
  const isomers = isomersOf(z, a)
  if (isomers.length === 0) return 'NUBASE2020 lists no isomer of it'
  return `its isomers are ${isomers.map((state) => `${formatNuclide(state)} (${formatHalfLife(state.halfLife)})`).join(', ')}`
}

/** Isomers are numbered otherwise elsewhere: who writes `Ag-110m` may mean the 250 d state, which is `Ag-110m2` here. */
function noteOnIsomer(nuclide: Nuclide): string | null {
  if (nuclide.m === 0) return null
  const meant = stateOf(zaiOf(nuclide.z, nuclide.a, nuclide.m))!
  const longer = isomersOf(nuclide.z, nuclide.a).find(
    (other) => other.m !== nuclide.m && (other.halfLife.seconds ?? 0) > 1000 * (meant.halfLife.seconds ?? 0),
  )
  if (!longer) return null
  return (
    `${formatNuclide(nuclide)} is the state of ${formatHalfLife(meant.halfLife)} (numbering of NUBASE2020); ` +
    `the isomer of ${formatHalfLife(longer.halfLife)} is ${formatNuclide(longer)}`
  )
}

function resolve(z: number, a: number, m: number, text: string): ParsedNuclide {
  if (z > 118)
    return fail('unknown-element', `"${text}": no element has charge number ${z}; 118 is the highest with a name`)
  if (!groundStateOf(z, a)) {
    const { first, last } = isotopeRange(z)!
    return fail(
      'unknown-nuclide',
      `"${text}": ${elementSymbol(z)}-${a} is not known; NUBASE2020 lists ${elementName(z)} from A = ${first} to ${last}`,
    )
  }
  const state = stateOf(zaiOf(z, a, m))
  const ground = `${elementSymbol(z)}-${a}`
  if (!state) return fail('unknown-isomer', `"${text}": ${ground} has no isomer of rank ${m}; ${isomersInWords(z, a)}`)
  if (!state.exists) {
    return fail(
      'unknown-isomer',
      `"${text}": NUBASE2020 declares this isomer of ${ground} non-existent; ${isomersInWords(z, a)}`,
    )
  }
  const nuclide = { z, a, m }
  return { ok: true, nuclide, zai: state.zai, name: formatNuclide(nuclide), note: noteOnIsomer(nuclide) }
}

/** Text as it comes from papers and web pages, brought to plain characters: superscripts, other dashes, TeX marks. */
function plain(text: string): string {
  return text
    .normalize('NFKC')
    .replace(/[\u2010-\u2015\u2212\u00ad]/g, '-')
    .replace(/[$^{}\\_]/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
}

/**
 * Splits `mTc`, `Agm`, `Ag` into element and state. A symbol in its exact spelling comes first, as a whole (`Mn`) and
 * then behind or before a state (`mTc`, `iN`); after that upper and lower case are alike (`mn` is manganese).
 */
function elementAndState(letters: string, suffix: string): { z: number; m: number } | undefined {
  const whole = rankOf(suffix)
  const leading = suffix === '' ? rankOf(letters.slice(0, 1)) : undefined
  const trailing = suffix === '' ? rankOf(letters.slice(-1)) : undefined
  const readings: (readonly [text: string, m: number | undefined])[] = [
    [letters, whole],
    [letters.slice(1), leading],
    [letters.slice(0, -1), trailing],
  ]
  for (const find of [(text: string) => (/^[A-Z]/.test(text) ? chargeOfSymbol(text) : undefined), chargeOfElement]) {
    for (const [text, m] of readings) {
      const z = find(text)
      if (z !== undefined && m !== undefined) return { z, m }
    }
  }
  return undefined
}

/**
 * Reads a nuclide: `Ag-111`, `Ag111`, `111Ag`, `ag 111`, `^111Ag`, `silver-111`, `111-silver`, `Ag-111m`, `111mAg`,
 * `Ag111m1`, `110m2Ag`, `47-111`, `471110` (10000 Z + 10 A + isomer), superscripts, `D`, `T`, `n-1`.
 * What is not understood, or is not listed by NUBASE2020, is refused with a reason: `co55n` is not quietly Co-55.
 * @param text as typed or pasted
 */
export function parseNuclide(text: string): ParsedNuclide {
  const trimmed = plain(text)
  const shown = text.trim().slice(0, 40)
  if (trimmed === '') return fail('not-a-nuclide', `nothing was written; ${EXAMPLES}`)

  const alias = ALIASES[trimmed.length === 1 ? trimmed : trimmed.toLowerCase()]
  if (alias) return resolve(alias.z, alias.a, alias.m, shown)

  if (/^\d+$/.test(trimmed)) {
    if (trimmed.length < 5 || trimmed.length > 7) {
      return fail('not-a-nuclide', `"${shown}": a number alone is not a nuclide; ${EXAMPLES}`)
    }
    const key = Number(trimmed)
    const parsed = resolve(Math.floor(key / 10_000), Math.floor((key % 10_000) / 10), key % 10, shown)
    if (parsed.ok) return parsed
    return fail(parsed.code, `${parsed.reason} (a number is read as 10000 Z + 10 A + isomer, 471110 for Ag-111)`)
  }

  const numbers = /^(\d{1,3})(?: ?- ?| )(\d{1,4})(?:[ -]?(g|m\d?))?$/i.exec(trimmed)
  if (numbers) return resolve(Number(numbers[1]), Number(numbers[2]), rankOf(numbers[3] ?? '')!, shown)

  const symbolFirst = /^([a-z]+)[ -]*(\d{1,4})(?:[ -]?([a-z]\d?|gs))?$/i.exec(trimmed)
  const massFirst = /^(\d{1,4})(?:[ -]?(m\d))?[ -]*([a-z]+?)(?:[ -]?(m\d)|[ -]([a-z]))?$/i.exec(trimmed)
  let letters: string
  let mass: number
  let suffix: string
  if (symbolFirst) {
    letters = symbolFirst[1]!
    mass = Number(symbolFirst[2])
    suffix = symbolFirst[3] ?? ''
  } else if (massFirst && !(massFirst[2] && (massFirst[4] || massFirst[5]))) {
    letters = massFirst[3]!
    mass = Number(massFirst[1])
    suffix = massFirst[2] ?? massFirst[4] ?? massFirst[5] ?? ''
  } else {
    return fail('not-a-nuclide', `"${shown}" is not a nuclide; ${EXAMPLES}`)
  }
  const found = symbolFirst
    ? { z: chargeOfElement(letters), m: rankOf(suffix) }
    : (elementAndState(letters, suffix) ?? { z: chargeOfElement(letters), m: rankOf(suffix) })
  if (found.z === undefined) {
    return fail('unknown-element', `"${shown}": no element is called "${letters}"; ${EXAMPLES}`)
  }
  if (found.m === undefined) {
    return fail(
      'unknown-isomer',
      `"${shown}": "${suffix}" is not a state of a nuclide; write m for the first isomer, m2 for the second`,
    )
  }
  return resolve(found.z, mass, found.m, shown)
}
