/** A template under somebody's hands: the page keeps it, so that no other view and no closed panel loses it. */

import type { DeckTemplate } from '#simulation/engine-choice.ts'
import type { JsonValue } from '#simulation/json-schema.ts'
import type { RoutineFile } from '#simulation/routines.ts'

export interface TemplateEdit {
  readonly name: string
  readonly text: string
  /** Source files that come with it. */
  readonly routines: readonly RoutineFile[]
}

/** A saved template as it is taken into the hand. */
export const editOf = ({ name, text, routines = [] }: DeckTemplate): TemplateEdit => ({ name, text, routines })

/** True where there is something that would be lost, and that a run would not see. */
export const isUnsaved = (edit: TemplateEdit | null, saved: DeckTemplate | null): boolean =>
  edit !== null &&
  (saved === null ||
    edit.text !== saved.text ||
    edit.name !== saved.name ||
    !sameRoutines(edit.routines, saved.routines ?? []))

const sameRoutines = (a: readonly RoutineFile[], b: readonly RoutineFile[]): boolean =>
  a.length === b.length && a.every(({ name, text }, at) => name === b[at]!.name && text === b[at]!.text)

/** The template as it is saved: its version counts up with each save. */
export const savedTemplate = (edit: TemplateEdit, before: DeckTemplate | null): DeckTemplate => ({
  name: edit.name.trim(),
  version: (before?.version ?? 0) + 1,
  text: edit.text,
  ...(edit.routines.length > 0 ? { routines: [...edit.routines] } : {}),
})

/** For a draft, which is plain JSON. */
export const asJson = ({ name, version, text, routines }: DeckTemplate): JsonValue => ({
  name,
  version,
  text,
  ...(routines === undefined ? {} : { routines: routines.map((one) => ({ name: one.name, text: one.text })) }),
})
