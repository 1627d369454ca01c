/** Head of a simulation's page: what it is, how far it is, what can be done. */

import { Link } from '@tanstack/react-router'
import type { SimulationDetail } from '#protocol/shapes.ts'
import { StandInBanner } from '../shell/stand-in-banner.tsx'
import { percent, primaries, whole } from '../words/amounts.ts'
import { duration, moment, remaining } from '../words/durations.ts'
import { useNow } from '../words/now.ts'
import { ProgressBar } from '../words/progress-bar.tsx'
import { StateWord } from '../words/state-word.tsx'
import { Actions } from './actions.tsx'
import style from './simulation.module.css'

export function Head({ detail }: { readonly detail: SimulationDetail }) {
  const { progress } = detail
  return (
    <header className={style.head}>
      {detail.engine.standIn && <StandInBanner />}
      <div className={style.title}>
        <h1>{detail.name === '' ? detail.id : detail.name}</h1>
        <p>
          {detail.imported && <strong>imported: {detail.imported.from} · </strong>}
          {detail.subject}
          {detail.replayOf && (
            <>
              {' · replay of '}
              <Link to="/simulations/$id" params={{ id: detail.replayOf }} search={{}}>
                {detail.replayOf}
              </Link>
            </>
          )}
        </p>
      </div>
      <div className={style.state} role="status">
        <p className={style.sentence} title={detail.sentence}>
          <StateWord state={detail.state} /> <span>{detail.sentence}</span>
        </p>
        <div className={style.progress}>
          <ProgressBar fraction={progress.fraction} label="Progress" />
          <span className={style.percent}>{percent(progress.fraction)}</span>
        </div>
        <p className={style.amounts}>
          <span title={whole(progress.primariesDone)}>{primaries(progress.primariesDone)}</span>
          {progress.primariesAsked === null
            ? ' primaries, open goal'
            : ` of ${primaries(progress.primariesAsked)} primaries`}
          {' · '}
          {detail.imported ? 'made elsewhere' : `${whole(progress.tasksDone)} of ${whole(progress.tasks)} tasks`}
          {progress.tasksFailed > 0 && <strong className={style.bad}> · {whole(progress.tasksFailed)} failed</strong>}
          {' · '}
          <Time detail={detail} />
          {detail.endedAtMs === null && detail.priority !== undefined && detail.priority !== 'normal' && (
            <> · {detail.priority} priority</>
          )}
        </p>
      </div>
      <Actions detail={detail} />
      {detail.failure && (
        <p className={style.failure} role="alert">
          {detail.failure.message}
        </p>
      )}
    </header>
  )
}

function Time({ detail }: { readonly detail: SimulationDetail }) {
  const now = useNow(1000)
  const { startedAtMs, endedAtMs, createdAtMs, progress } = detail
  if (detail.imported) return <time>{moment(createdAtMs)}</time>
  if (endedAtMs !== null) {
    return <time title={`ended ${moment(endedAtMs)}`}>took {duration(endedAtMs - (startedAtMs ?? createdAtMs))}</time>
  }
  if (startedAtMs === null) {
    return (
      <time title={`accepted ${moment(createdAtMs)}`}>
        waiting for {duration(now - createdAtMs)}
        {detail.waiting?.position != null && <>, number {detail.waiting.position} in line</>}
      </time>
    )
  }
  if (progress.remainingMs !== null) return <span>{remaining(progress.remainingMs)}</span>
  return <time title={`started ${moment(startedAtMs)}`}>running for {duration(now - startedAtMs)}</time>
}
