/** The result of a simulation, asked for again whenever more of it was accepted: one question at a time. */

import { useQuery } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import type { SimulationDetail } from '#protocol/shapes.ts'
import type { ResultDocument } from '#results/document.ts'
import { result } from '../server/queries.ts'

export interface LiveResult {
  /** `null` before the first accepted task. */
  readonly document: ResultDocument | null
  readonly isLoading: boolean
  readonly error: Error | null
  /** True while a newer result exists than the one shown. */
  readonly isBehind: boolean
  readonly retry: () => void
}

export function useLiveResult(detail: SimulationDetail, point: number, region: string): LiveResult {
  const revision = useRef(detail.revision)
  revision.current = detail.revision
  // What a cancelled job had done is abandoned: the service refuses to show it.
  const isAbandoned = detail.state === 'cancelling' || detail.state === 'cancelled'
  const answer = useQuery({ ...result(detail.id, point, region, () => revision.current), enabled: !isAbandoned })
  const shown = answer.data?.revision ?? -1
  const { refetch, isFetching, isSuccess } = answer
  const isBehind =
    !isAbandoned && isSuccess && (answer.data === null ? detail.progress.tasksDone > 0 : shown < detail.revision)
  useEffect(() => {
    // Asked again only when the last answer is there: a slow line gets fewer pictures, never a queue of them.
    if (isBehind && !isFetching) void refetch({ cancelRefetch: false })
  }, [isBehind, isFetching, refetch])
  return {
    document: isAbandoned ? null : (answer.data?.document ?? null),
    isLoading: !isAbandoned && answer.isPending,
    error: !isAbandoned && answer.data === undefined ? answer.error : null,
    isBehind,
    retry: () => void refetch(),
  }
}
