/**
 * What was left when another variant of a part was chosen: the template and the physics of FLUKA while the built-in engine is
 * tried, the sigma of a Gaussian beam while a flat one is. It stands beside the draft, because a document knows the chosen
 * variant only, and it comes back with its variant.
 */

import type { Catalogue, Parameter } from '#simulation/catalogue.ts'
import { type Draft, isObject, type JsonObject, valueAt } from './draft.ts'

/** Parts as they were when they were left, by {@link variantKey}. */
export type LeftVariants = Readonly<Record<string, JsonObject>>

export const NOTHING_LEFT: LeftVariants = {}

/** Path of the part and its kind: `setup.engine fluka`. */
export const variantKey = (selector: Parameter, kind: string): string => `${partOf(selector)} ${kind}`

const stepsOf = ({ path }: Parameter): readonly string[] => path.split('.')
const partOf = (selector: Parameter): string => stepsOf(selector).slice(0, -1).join('.')

/** What is left after a change of the draft, by whatever hand: the form, the JSON view. */
export function leftAfter(catalogue: Catalogue, left: LeftVariants, before: Draft, after: Draft): LeftVariants {
  let next = left
  for (const selector of catalogue.parameters) {
    if (!selector.selectsVariant || selector.repeated !== null) continue
    const part = valueAt(before, stepsOf(selector).slice(0, -1))
    const kind = valueAt(before, stepsOf(selector))
    if (typeof kind !== 'string' || !isObject(part) || kind === valueAt(after, stepsOf(selector))) continue
    next = { ...next, [variantKey(selector, kind)]: part }
  }
  return next
}
