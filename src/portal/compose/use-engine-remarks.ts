/** What the chosen engine says of the draft: asked of the service, which knows its engines. */

import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useEffect, useMemo, useState } from 'react'
import type { EngineInfo } from '#protocol/shapes.ts'
import type { SimulationDocument } from '#simulation/document.ts'
import { warningsOf } from '#simulation/warnings.ts'
import { engineRemarks } from '../server/queries.ts'
import type { Finding } from './findings.tsx'
import { KNOWN_WITHOUT_PROGRAM, missingEngineRemarks } from './missing-engine.ts'

/** Typing is not a question: the service is asked when the draft has stood still for so long. */
const STILL_MS = 250

const NONE: readonly Finding[] = []

/**
 * Refusals as problems, notes as notes, by path. The built-in engine is asked in the browser (use-estimate.ts) and needs no
 * question; an engine that is not here is one problem with the reason, and what it could not be told is said all the same.
 *
 * @param document the checked draft; `null` while it has problems
 */
export function useEngineRemarks(
  document: SimulationDocument | null,
  engines: readonly EngineInfo[] | null,
): readonly Finding[] {
  const still = useStill(document)
  const id = document?.setup.engine.id
  const info = engines?.find((one) => one.id === id)
  const asks = still !== null && id !== 'builtin' && info?.available === true
  const answer = useQuery({ ...engineRemarks(still), enabled: asks, placeholderData: keepPreviousData })
  const guesses = still !== null && info?.available === false && KNOWN_WITHOUT_PROGRAM.has(info.id)
  const missing = useQuery({ ...missingEngineRemarks(still), enabled: guesses, placeholderData: keepPreviousData })
  return useMemo(() => {
    if (!document || id === 'builtin' || !info) return NONE
    const as = (severity: Finding['severity']) => (one: { code: string; path: string; message: string }) => ({
      severity,
      code: one.code,
      path: one.path,
      message: one.message,
    })
    if (!info.available) {
      const message = `${info.label} is not in this installation. ${info.reason ?? ''}`
      const could = guesses ? (missing.data ?? []) : []
      return [
        { severity: 'problem', code: 'ENGINE_NOT_HERE', path: 'setup.engine.id', message },
        ...could.filter(({ severity }) => severity === 'refusal').map(as('problem')),
        ...could.filter(({ severity }) => severity === 'note').map(as('note')),
      ]
    }
    if (!answer.data) return NONE
    const known = new Set(warningsOf(document).map(({ code, path }) => `${code} ${path}`))
    return [
      ...answer.data.problems.map(as('problem')),
      ...answer.data.warnings.filter(({ code, path }) => !known.has(`${code} ${path}`)).map(as('note')),
    ]
  }, [document, id, info, answer.data, guesses, missing.data])
}

function useStill<T>(value: T): T {
  const [still, setStill] = useState(value)
  useEffect(() => {
    const timer = setTimeout(() => setStill(value), STILL_MS)
    return () => clearTimeout(timer)
  }, [value])
  return still
}
