/** What is wrong or odd about the draft, by path: shown beside the fields and in the summary. */

import { createContext, useContext, useMemo } from 'react'

export interface Finding {
  /** `note`: nothing to mend; what the engine does with what is asked. */
  readonly severity: 'problem' | 'warning' | 'note'
  readonly code: string
  /** `setup.beam.energyMeV`; empty for the document as a whole. */
  readonly path: string
  readonly message: string
}

const NONE: readonly Finding[] = []
const FindingsContext = createContext<ReadonlyMap<string, readonly Finding[]>>(new Map())

export const FindingsProvider = FindingsContext

export function useFindingsByPath(findings: readonly Finding[]): ReadonlyMap<string, readonly Finding[]> {
  return useMemo(() => {
    const byPath = new Map<string, Finding[]>()
    for (const finding of findings) {
      const same = byPath.get(finding.path)
      if (same) same.push(finding)
      else byPath.set(finding.path, [finding])
    }
    return byPath
  }, [findings])
}

export const useFieldFindings = (path: string): readonly Finding[] => useContext(FindingsContext).get(path) ?? NONE

/** Looks up findings of any path, for parts that show several fields. */
export const useFindings = (): ReadonlyMap<string, readonly Finding[]> => useContext(FindingsContext)

/** Brings the field of a finding into sight and puts the cursor into it; false where no field shows this path. */
export function goToField(path: string): boolean {
  for (let at = path; at !== ''; at = at.slice(0, Math.max(0, at.lastIndexOf('.')))) {
    const field = document.querySelector<HTMLElement>(`[data-path="${CSS.escape(at)}"]`)
    if (field) {
      field.scrollIntoView({ block: 'center' })
      field.querySelector<HTMLElement>('input, select, button, textarea')?.focus({ preventScroll: true })
      return true
    }
  }
  return false
}
