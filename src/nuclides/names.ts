/**
 * How a nuclide is written. One canonical name is the key of documents, tables and links; labels are for people.
 * This file needs no tables, so it costs the first page nothing. What people type is read by `parse.ts`.
 */

import { chargeOfSymbol, elementName, elementSymbol } from './elements.ts'
import { type Nuclide, nuclideOfZai, type Zai, zaiOf } from './nuclide.ts'

/** Isobaric analogue states keep the letters of NUBASE2020 (ranks 8 and 9); they are levels, not isomers. */
const ANALOGUE = ['i', 'j']

function stateSuffix(m: number): string {
  if (m === 0) return ''
  if (m === 1) return 'm'
  return m >= 8 ? ANALOGUE[m - 8]! : `m${m}`
}

/**
 * The canonical name: `Ag-111`, its first isomer `Ag-111m`, a further one `Ag-110m2`; isobaric analogue states `Be-8i`;
 * the neutron is `n-1`. The isomer's number is its rank in NUBASE2020 (see {@link Nuclide}).
 */
export function formatNuclide(nuclide: Nuclide): string {
  return `${elementSymbol(nuclide.z)}-${nuclide.a}${stateSuffix(nuclide.m)}`
}

/** The canonical name of a key. */
export const formatZai = (zai: Zai): string => formatNuclide(nuclideOfZai(zai))

const CANONICAL = /^([A-Z][a-z]?|n)-([1-9]\d{0,2})(m|m[2-7]|i|j)?$/

/**
 * Reads a canonical name, exactly as {@link formatNuclide} writes it, and nothing else; for documents and links.
 * It does not ask whether the nuclide exists: engines may produce what NUBASE2020 does not list.
 * @returns the nuclide, or undefined when the text is not a canonical name.
 */
export function readCanonicalName(text: string): Nuclide | undefined {
  const match = CANONICAL.exec(text)
  if (!match) return undefined
  const z = chargeOfSymbol(match[1]!)
  const a = Number(match[2])
  if (z === undefined || a < z) return undefined
  const suffix = match[3] ?? ''
  const m = suffix === '' ? 0 : suffix === 'm' ? 1 : suffix === 'i' ? 8 : suffix === 'j' ? 9 : Number(suffix.slice(1))
  return { z, a, m }
}

/** The key of a canonical name. Throws a RangeError when the text is not one; for names written in our own tables. */
export function zai(name: string): Zai {
  const nuclide = readCanonicalName(name)
  if (!nuclide) throw new RangeError(`"${name}" is not a canonical nuclide name such as Ag-111, Ag-111m or Ag-110m2`)
  return zaiOf(nuclide.z, nuclide.a, nuclide.m)
}

const SUPERSCRIPTS = '⁰¹²³⁴⁵⁶⁷⁸⁹'
const SUPERSCRIPT_LETTERS: Readonly<Record<string, string>> = { m: 'ᵐ', i: 'ⁱ', j: 'ʲ' }

const superscript = (text: string): string =>
  [...text].map((character) => SUPERSCRIPT_LETTERS[character] ?? SUPERSCRIPTS[Number(character)]!).join('')

/** Label for people, with superscripts: `¹¹¹Ag`, `¹¹¹ᵐAg`, `¹¹⁰ᵐ²Ag`; `¹n` is the neutron. */
export function nuclideLabel(nuclide: Nuclide): string {
  return superscript(`${nuclide.a}${stateSuffix(nuclide.m)}`) + elementSymbol(nuclide.z)
}

/** Label in words, for a screen reader: `silver 111`, `silver 110, isomer 2`. */
export function spokenNuclide(nuclide: Nuclide): string {
  const name = `${elementName(nuclide.z)} ${nuclide.a}`
  if (nuclide.m === 0) return name
  return nuclide.m >= 8 ? `${name}, analogue state ${ANALOGUE[nuclide.m - 8]}` : `${name}, isomer ${nuclide.m}`
}
