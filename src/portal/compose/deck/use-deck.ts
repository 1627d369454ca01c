/** The deck of the draft: a worker of its own, so that typing never waits; only the newest question counts. */

import { useEffect, useRef, useState } from 'react'
import type { Flavour } from '#engines/fluka/flavour.ts'
import type { SimulationDocument } from '#simulation/document.ts'
import type { RoutineFile } from '#simulation/routines.ts'
import type { DeckAnswer, DeckQuestion } from './deck.ts'

/** Typing is not a question: the worker is asked when text and draft have stood still for so long. */
const STILL_MS = 200

export function useDeck(
  document: SimulationDocument,
  flavour: Flavour,
  template: string | null,
  routines: readonly RoutineFile[],
): DeckAnswer | null {
  const [answer, setAnswer] = useState<DeckAnswer | null>(null)
  const line = useRef<{ worker: Worker; last: number } | null>(null)

  useEffect(() => {
    const worker = new Worker(new URL('./deck-worker.ts', import.meta.url), { type: 'module' })
    const state = { worker, last: 0 }
    line.current = state
    worker.onmessage = ({ data }: MessageEvent<DeckAnswer>) => {
      if (data.id === state.last) setAnswer(data)
    }
    worker.onerror = (event) => {
      const broken = event.message || 'The part that writes decks could not be loaded.'
      const nothing = { refusals: [], deck: null, platform: null, template: null, milliseconds: 0 }
      setAnswer({ id: state.last, ...nothing, broken })
    }
    return () => {
      worker.terminate()
      line.current = null
    }
  }, [])

  useEffect(() => {
    const timer = setTimeout(() => {
      const state = line.current
      if (!state) return
      const question: DeckQuestion = { id: ++state.last, document, flavour, template, routines }
      state.worker.postMessage(question)
    }, STILL_MS)
    return () => clearTimeout(timer)
  }, [document, flavour, template, routines])

  return answer
}
