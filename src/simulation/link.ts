/**
 * A document as the query of a link: `preset=spes-uc4&beam-energy=45&layer.disc1.thickness=1`.
 *
 * Only differences from a preset stand in it, under the names of the flags. A preset therefore never changes its
 * content under the same name (presets.test.ts holds that), or old links would change their meaning.
 */

import { type Assignment, applyAssignments, assignmentsFrom } from './assignments.ts'
import { type Catalogue, catalogueOf } from './catalogue.ts'
import type { SimulationDocument } from './document.ts'
import { memberFlag } from './flag-name.ts'
import { nearestWord } from './nearest-word.ts'
import { type DocumentSchema, type Parsed, parseDocument } from './parse.ts'
import { DEFAULT_PRESET, presetById, presets } from './presets.ts'
import type { Problem } from './problem.ts'

const PRESET_KEY = 'preset'

/**
 * The query of a link that fills the form with this document; without leading question mark.
 * @param document checked document.
 * @param presetId preset to start from.
 */
export function linkQuery(
  document: SimulationDocument,
  presetId: string = DEFAULT_PRESET,
  catalogue: Catalogue = catalogueOf(),
): string {
  const base = presetById(presetId)
  if (!base) throw new RangeError(`there is no preset "${presetId}"`)
  const members = new Set(catalogue.collections.map(memberFlag))
  const pairs = assignmentsFrom(document, base.document, catalogue).map(({ key, value }) => {
    if (!members.has(key)) return [key, value] as const
    const equals = value.indexOf('=')
    return [`${key}.${value.slice(0, equals)}`, value.slice(equals + 1)] as const
  })
  return [[PRESET_KEY, presetId] as const, ...pairs]
    .map(([key, value]) => `${escaped(key)}=${escaped(value)}`)
    .join('&')
}

/** Percent encoding that leaves alone what a query may hold as it is (RFC 3986 3.4), so that a link can be read. */
const escaped = (text: string): string =>
  encodeURIComponent(text).replace(/%(2C|3A|2F|40|24)/gi, (sign) => decodeURIComponent(sign))

/**
 * The document that a link asks for, checked.
 * @param query query of the address, with or without question mark; an empty one means the default preset.
 */
export function documentFromLink(query: string, schema?: DocumentSchema): Parsed {
  const catalogue = catalogueOf(schema)
  const pairs = readQuery(query)
  if (!pairs.ok) return pairs
  const presetKeys = pairs.pairs.filter(([key]) => key === PRESET_KEY)
  if (presetKeys.length > 1) {
    const message = `${PRESET_KEY} stands ${presetKeys.length} times; keep one.`
    return { ok: false, problems: [{ code: 'FLAG_REPEATED', path: PRESET_KEY, message }] }
  }
  const presetId = presetKeys[0]?.[1] ?? DEFAULT_PRESET
  const preset = presetById(presetId)
  if (!preset) {
    const ids = presets().map(({ id }) => id)
    const near = nearestWord(presetId, ids)
    const message = `There is no preset "${presetId}". ${near ? `Did you mean ${near}?` : `There are: ${ids.join(', ')}.`}`
    return {
      ok: false,
      problems: [{ code: 'LINK_PRESET_UNKNOWN', path: PRESET_KEY, message, allowed: ids.join(', ') }],
    }
  }
  const members = catalogue.collections.map(memberFlag)
  const assignments = pairs.pairs.flatMap(([key, value]): readonly Assignment[] => {
    if (key === PRESET_KEY) return []
    const member = members.find((flag) => key.startsWith(`${flag}.`))
    return [member === undefined ? { key, value } : { key: member, value: `${key.slice(member.length + 1)}=${value}` }]
  })
  const assigned = applyAssignments(preset.document, assignments, catalogue)
  return assigned.ok ? parseDocument(assigned.document, schema) : assigned
}

type Pairs =
  | { readonly ok: true; readonly pairs: readonly (readonly [string, string])[] }
  | { readonly ok: false; readonly problems: readonly Problem[] }

function readQuery(query: string): Pairs {
  const pairs: (readonly [string, string])[] = []
  const problems: Problem[] = []
  for (const part of query.replace(/^\?/, '').split('&')) {
    if (part === '') continue
    const equals = part.indexOf('=')
    try {
      const [key, value] = equals < 0 ? [part, ''] : [part.slice(0, equals), part.slice(equals + 1)]
      pairs.push([unescaped(key), unescaped(value)])
    } catch {
      const message = `"${part.slice(0, 60)}" is not well-formed: after a percent sign two hexadecimal digits are expected.`
      problems.push({ code: 'LINK_MALFORMED', path: '', message, received: part.slice(0, 60) })
    }
  }
  return problems.length > 0 ? { ok: false, problems } : { ok: true, pairs }
}

/** A plus is a blank in the query of a form (URL standard, application/x-www-form-urlencoded). */
const unescaped = (text: string): string => decodeURIComponent(text.replace(/\+/g, ' '))
