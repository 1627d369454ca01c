/**
 * Payloads of a job mostly begin with the same long text (the setup) and end with a short one of their own (the batches).
 * The common beginning is kept once. What a payload means is nobody's business here: only letters are compared.
 */

import { createHash } from 'node:crypto'
import type { GivenPayload } from '../queue.ts'

/** A payload is `texts[text] + rest`; `text` -1: it shares nothing. */
export interface SharedPayloads {
  readonly texts: readonly string[]
  readonly parts: readonly { readonly text: number; readonly rest: string }[]
}

/** A beginning that is shorter costs more to name than to repeat. */
const WORTH_SHARING = 32

/**
 * Payloads in two pieces share their head as it is, without a letter of it being looked at: of a job of ten thousand tasks with a
 * template, comparing would write each payload out whole. Those that are given whole are looked through.
 */
export function shareGiven(payloads: readonly GivenPayload[]): SharedPayloads {
  const found = sharePayloads(payloads.filter((payload) => typeof payload === 'string'))
  const texts = [...found.texts]
  const numbers = new Map<string, number>()
  let whole = 0
  const parts = payloads.map((payload) => {
    if (typeof payload === 'string') return found.parts[whole++]!
    const { head, rest } = payload
    if (head.length < WORTH_SHARING) return { text: -1, rest: head + rest }
    let text = numbers.get(head)
    if (text === undefined) {
      text = texts.push(head) - 1
      numbers.set(head, text)
    }
    return { text, rest }
  })
  return { texts, parts }
}

/** Finds runs of neighbours that share at least half of their text; a scan has one run a point. */
export function sharePayloads(payloads: readonly string[]): SharedPayloads {
  const runs: { text: string; until: number }[] = []
  for (let from = 0; from < payloads.length; ) {
    let text = payloads[from]!
    let until = from + 1
    for (; until < payloads.length; until++) {
      const payload = payloads[until]!
      if (payload.startsWith(text)) continue
      const common = commonLength(text, payload)
      if (common < WORTH_SHARING || 2 * common < payload.length) break
      text = text.slice(0, common)
    }
    // A payload without neighbours like it keeps its own text.
    if (until - from < 2 || text.length < WORTH_SHARING) text = ''
    runs.push({ text, until })
    from = until
  }
  const texts = [...new Set(runs.map(({ text }) => text).filter((text) => text !== ''))]
  const numbers = new Map(texts.map((text, number) => [text, number]))
  let run = 0
  const parts = payloads.map((payload, index) => {
    if (index >= runs[run]!.until) run += 1
    const { text } = runs[run]!
    return { text: numbers.get(text) ?? -1, rest: payload.slice(text.length) }
  })
  return { texts, parts }
}

/** Names a text among those of a job. */
export const textHash = (text: string): string => createHash('sha256').update(text).digest('base64url').slice(0, 16)

function commonLength(one: string, other: string): number {
  const most = Math.min(one.length, other.length)
  let length = 0
  while (length < most && one.charCodeAt(length) === other.charCodeAt(length)) length += 1
  // Two halves of a character above U+FFFF may not be torn apart: each alone cannot be written as UTF-8.
  const last = one.charCodeAt(length - 1)
  return length > 0 && last >= 0xd800 && last <= 0xdbff ? length - 1 : length
}
