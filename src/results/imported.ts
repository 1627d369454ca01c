/** A result that was made elsewhere and taken over: what is known of where it comes from, and what is not. */

import type { Coverage } from './document.ts'

/**
 * How the numbers came. `runs`: one file of each run, so that errors come from the spread of the runs. `merged`: a file that
 * a summing program made, with a value and an error for each nuclide. `table`: the same as text, with the few digits printed.
 */
export type ImportedKind = 'runs' | 'merged' | 'table'

export interface ImportedFile {
  readonly name: string
  /** SHA-256, 64 hexadecimal digits. */
  readonly sha256: string
}

/** Kept with the record and shown with every number. */
export interface ImportedOrigin {
  readonly program: string
  readonly kind: ImportedKind
  readonly files: readonly ImportedFile[]
  /** Runs or batches behind the numbers; `null` where the files do not tell. */
  readonly batches: number | null
  /** Which detector was taken for which layer. */
  readonly detectors: readonly { readonly layer: string; readonly detector: string }[]
  /** What the files can hold, whatever an engine of that name would score. */
  readonly coverage: Coverage
}

const HOW: Readonly<Record<ImportedKind, string>> = {
  runs: 'files of single runs',
  merged: 'a file merged elsewhere',
  table: 'a text table',
}

/** `FLUKA, from a file merged elsewhere (ucn_23.rnc)`. */
export function importedFrom({ program, kind, files }: ImportedOrigin): string {
  const [first, ...others] = files.map(({ name }) => name)
  const rest = others.length === 0 ? '' : others.length === 1 ? ` and ${others[0]}` : ` and ${others.length} more`
  return `${program}, from ${HOW[kind]} (${first}${rest})`
}
