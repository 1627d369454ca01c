/** Where the numbers come from: everything that is needed to judge, repeat or cite them. */

import { Button } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { type ReactNode, useState } from 'react'
import type { SimulationDetail } from '#protocol/shapes.ts'
import type { ResultDocument } from '#results/document.ts'
import { whole } from '../words/amounts.ts'
import { moment } from '../words/durations.ts'
import { COMPARISON_RULE, engineFacts } from './run-facts.ts'
import style from './simulation.module.css'

interface ProvenanceProps {
  readonly detail: SimulationDetail
  readonly result: ResultDocument | null
}

export function ProvenanceTab({ detail, result }: ProvenanceProps) {
  const notes = [...new Set([...detail.notes, ...(result?.notes ?? [])])]
  return (
    <div className={style.provenance}>
      <section>
        <h2>Run</h2>
        <dl>
          <Row name="Id">
            <code>{detail.id}</code>
          </Row>
          <Row name="Owner">{detail.owner}</Row>
          <Row name="Accepted">{moment(detail.createdAtMs)}</Row>
          {detail.startedAtMs !== null && <Row name="Started">{moment(detail.startedAtMs)}</Row>}
          {detail.endedAtMs !== null && <Row name="Ended">{moment(detail.endedAtMs)}</Row>}
          <Row name="Engine">
            {detail.engine.id} {detail.engine.version}
            {detail.engine.standIn ? ' STAND-IN' : ''}
          </Row>
          {engineFacts(detail).map(([name, value]) => (
            <Row key={name} name={name}>
              {value}
            </Row>
          ))}
          <Row name="Setup digest">
            <code>{detail.setupDigest}</code>
          </Row>
          {detail.imported ? (
            <Row name="Imported">{detail.imported.from}; never merged with other results</Row>
          ) : (
            <>
              <Row name="Job key">
                <code>{detail.jobKey}</code> fixes every random number, together with the history index
              </Row>
              <Row name="Batch">{whole(detail.batchHistories)} histories</Row>
            </>
          )}
          {result?.provenance.imported?.files.map(({ name, sha256 }) => (
            <Row key={name} name="File">
              {name}, SHA-256 <code>{sha256}</code>
            </Row>
          ))}
          {result?.provenance.imported && (
            <Row name="Detectors">
              {result.provenance.imported.detectors.map(({ layer, detector }) => `${layer}: ${detector}`).join(', ')}
            </Row>
          )}
          {detail.replayOf && (
            <Row name="Replay of">
              <Link to="/simulations/$id" params={{ id: detail.replayOf }} search={{}}>
                {detail.replayOf}
              </Link>
            </Row>
          )}
          {result && (
            <>
              <Row name="Histories shown">
                {result.primaries === null
                  ? 'none: an estimate'
                  : result.batches === null
                    ? `${whole(result.primaries)}; the table does not tell in how many batches`
                    : `${whole(result.primaries)} in ${whole(result.batches)} batches`}
              </Row>
              <Row name="Isolario">{result.provenance.isolario}</Row>
              <Row name="Time of the rates">{result.time}</Row>
              <Row name="Precursor cut">{result.cumulativeCutDays} d</Row>
            </>
          )}
        </dl>
      </section>
      <section>
        <h2>What a reader must know</h2>
        {notes.length === 0 ? (
          <p className={style.soft}>The engine has no remark on this setup.</p>
        ) : (
          <ul>
            {notes.map((note) => (
              <li key={note}>{note}</li>
            ))}
          </ul>
        )}
        {result?.provenance.citations && (
          <>
            <h2>To cite with these numbers</h2>
            <ul>
              {result.provenance.citations.map((one) => (
                <li key={one}>{one}</li>
              ))}
            </ul>
          </>
        )}
        {detail.engine.id === 'fluka' && <p className={style.soft}>{COMPARISON_RULE}</p>}
        {result && (
          <>
            <h2>Nuclear data</h2>
            <ul>
              {result.provenance.nuclearData.map((one) => (
                <li key={one.name}>
                  {one.name} {one.version}: {one.citation}
                </li>
              ))}
            </ul>
          </>
        )}
      </section>
      <section className={style.wide}>
        <h2>
          Document <CopyText text={JSON.stringify(detail.document, null, 2)} />
        </h2>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling text must be reachable by keyboard */}
        <pre tabIndex={0}>{JSON.stringify(detail.document, null, 2)}</pre>
      </section>
    </div>
  )
}

function Row({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}

function CopyText({ text }: { readonly text: string }) {
  const [done, setDone] = useState(false)
  return (
    <Button
      variant="default"
      size="compact-xs"
      onClick={() => {
        void navigator.clipboard?.writeText(text).then(() => setDone(true))
      }}
    >
      <span role="status">{done ? 'Copied' : 'Copy'}</span>
    </Button>
  )
}
