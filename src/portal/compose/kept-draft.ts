/** The draft outlives a reload of the page: losing twenty typed fields to a wrong key is not acceptable. */

import type { Draft, JsonObject } from './draft.ts'
import { type LeftVariants, NOTHING_LEFT } from './left-variants.ts'

const KEY = 'isolario-draft'
/** Beside the draft, not in it: what was left when another engine was chosen is no part of the document. */
const LEFT_KEY = 'isolario-draft-left'

export const keptDraft = (): Draft | null => read(KEY)

export const keptLeft = (): LeftVariants => (read(LEFT_KEY) as LeftVariants | null) ?? NOTHING_LEFT

function read(key: string): JsonObject | null {
  try {
    const value: unknown = JSON.parse(sessionStorage.getItem(key) ?? 'null')
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : null
  } catch {
    return null
  }
}

export function keepDraft(draft: Draft, left: LeftVariants): void {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(draft))
    sessionStorage.setItem(LEFT_KEY, JSON.stringify(left))
  } catch {
    // A browser without storage: the draft lives as long as the page.
  }
}

export function forgetDraft(): void {
  try {
    sessionStorage.removeItem(KEY)
    sessionStorage.removeItem(LEFT_KEY)
  } catch {
    // As above.
  }
}
