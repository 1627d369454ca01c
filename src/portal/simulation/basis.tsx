/** What the numbers on the page rest on. */

import type { SimulationDetail } from '#protocol/shapes.ts'
import type { ResultDocument } from '#results/document.ts'
import { primaries, significant, whole } from '../words/amounts.ts'
import { ratio } from './layers-tab.tsx'
import type { LiveResult } from './live-result.ts'
import style from './simulation.module.css'

interface BasisProps {
  readonly detail: SimulationDetail
  readonly result: LiveResult
  readonly estimate: ResultDocument | null
}

/** How many histories stand behind what is shown, and how they compare with the estimate. */
export function Basis({ detail, result, estimate }: BasisProps) {
  const { document } = result
  if (!document)
    return (
      <span className={style.soft}>
        {result.isLoading
          ? 'Loading the result…'
          : estimate
            ? 'No history is merged yet: shows the estimate, which is not sampled.'
            : 'No history is merged yet.'}
      </span>
    )
  const asked = detail.progress.primariesAsked
  const open = asked !== null && document.primaries !== null && detail.points === 1 && document.primaries < asked
  return (
    <span className={style.basisWords}>
      Shows{' '}
      <strong>
        {document.primaries === null ? 'an estimate, no histories' : `${whole(document.primaries)} histories`}
      </strong>
      {open && ` of ${primaries(asked)}`}, {significant(document.currentMicroampere)} µA,{' '}
      {document.region === 'total' ? 'whole target' : document.region}
      {estimate && document.mode !== 'estimate' && (
        <>
          . Fissions, Monte Carlo / estimate: <strong>{ratio(document.fissions, estimate.fissions)}</strong>
        </>
      )}
    </span>
  )
}
