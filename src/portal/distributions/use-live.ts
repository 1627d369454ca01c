/** Asks again for what is shown whenever more of a simulation was accepted, and not more often than once a second. */

import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import type { SimulationDetail } from '#protocol/shapes.ts'

const LEAST_MS = 1000

export function useLiveDistributions({ id, revision }: SimulationDetail): void {
  const queries = useQueryClient()
  const seen = useRef(revision)
  const askedAt = useRef(0)
  useEffect(() => {
    if (seen.current === revision) return
    const wait = Math.max(0, askedAt.current + LEAST_MS - performance.now())
    const timer = setTimeout(() => {
      seen.current = revision
      askedAt.current = performance.now()
      void queries.invalidateQueries({ queryKey: ['distributions', id] }, { cancelRefetch: false })
    }, wait)
    return () => clearTimeout(timer)
  }, [id, revision, queries])
}
