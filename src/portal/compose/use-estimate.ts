/** The live estimate: a worker of its own, so that typing never waits; only the newest question counts. */

import { useEffect, useRef, useState } from 'react'
import type { SimulationDocument } from '#simulation/document.ts'
import type { EstimateAnswer, EstimateQuestion } from './estimate.ts'

export interface LiveEstimate {
  /** The newest answer; the one before stays until the next is there, so that numbers change and do not flicker. */
  readonly answer: EstimateAnswer | null
  /** True while a newer question is on its way, or the draft is not a document. */
  readonly isOld: boolean
}

/**
 * @param document the checked draft; `null` while it has problems.
 * @param region `total` or the name of a target layer.
 */
export function useEstimate(document: SimulationDocument | null, region = 'total'): LiveEstimate {
  const [answer, setAnswer] = useState<EstimateAnswer | null>(null)
  const line = useRef<{ worker: Worker; busy: boolean; waiting: EstimateQuestion | null; last: number } | null>(null)
  const [asked, setAsked] = useState(0)

  useEffect(() => {
    const worker = new Worker(new URL('./estimate-worker.ts', import.meta.url), { type: 'module' })
    const state = { worker, busy: false, waiting: null as EstimateQuestion | null, last: 0 }
    line.current = state
    const send = (question: EstimateQuestion) => {
      state.busy = true
      worker.postMessage(question)
    }
    worker.onmessage = ({ data }: MessageEvent<EstimateAnswer>) => {
      state.busy = false
      setAnswer(data)
      if (state.waiting) {
        const next = state.waiting
        state.waiting = null
        send(next)
      }
    }
    worker.onerror = (event) => {
      state.busy = false
      const broken = event.message || 'The estimate could not be loaded.'
      setAnswer({ id: state.last, result: null, beam: null, remarks: [], milliseconds: 0, broken })
    }
    return () => {
      worker.terminate()
      line.current = null
    }
  }, [])

  useEffect(() => {
    const state = line.current
    if (!document || !state) return
    const question = { id: ++state.last, document, region }
    setAsked(question.id)
    if (state.busy) state.waiting = question
    else {
      state.busy = true
      state.worker.postMessage(question)
    }
  }, [document, region])

  return { answer, isOld: document === null || answer === null || answer.id < asked }
}
