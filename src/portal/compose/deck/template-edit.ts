/** A template under somebody's hands: the page keeps it, so that no other view and no closed panel loses it. */

import type { DeckTemplate } from '#simulation/engine-choice.ts'

export interface TemplateEdit {
  readonly name: string
  readonly text: string
}

/** True where there is something that would be lost, and that a run would not see. */
export const isUnsaved = (edit: TemplateEdit | null, saved: DeckTemplate | null): boolean =>
  edit !== null && (saved === null || edit.text !== saved.text || edit.name !== saved.name)

/** The template as it is saved: its version counts up with each save. */
export const savedTemplate = (edit: TemplateEdit, before: DeckTemplate | null): DeckTemplate => ({
  name: edit.name.trim(),
  version: (before?.version ?? 0) + 1,
  text: edit.text,
})
