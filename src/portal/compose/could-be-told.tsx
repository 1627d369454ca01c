/** Beside an engine that is not here: what of the simulation it could be told, and what it could not, by parameter. */

import { useQuery } from '@tanstack/react-query'
import { createContext, useContext, useState } from 'react'
import type { EngineRemark } from '#engines/engine/engine.ts'
import { parameterAt } from '#simulation/catalogue.ts'
import type { SimulationDocument } from '#simulation/document.ts'
import style from './compose.module.css'
import { CatalogueContext } from './form-parts.ts'
import { missingEngineRemarks } from './missing-engine.ts'

/** The checked draft; `null` while it has problems. */
export const DocumentContext = createContext<SimulationDocument | null>(null)

interface CouldBeToldProps {
  readonly label: string
  /** Open from the start; otherwise asked for with a click. */
  readonly chosen: boolean
}

export function CouldBeTold({ label, chosen }: CouldBeToldProps) {
  const document = useContext(DocumentContext)
  const [asked, setAsked] = useState(chosen)
  const isOpen = asked || chosen
  const answer = useQuery({ ...missingEngineRemarks(document), enabled: isOpen && document !== null })
  return (
    <details
      className={style.told}
      open={isOpen}
      aria-label={`What ${label} could be told`}
      onToggle={(event) => setAsked(event.currentTarget.open)}
    >
      <summary>What of this simulation it could be told</summary>
      {document === null ? (
        <p className={style.help}>Mend the problems of the form first.</p>
      ) : answer.data ? (
        <Told label={label} remarks={answer.data} />
      ) : (
        <p className={style.help}>
          {answer.error ? `This could not be found out: ${answer.error.message}` : 'Looking…'}
        </p>
      )}
    </details>
  )
}

export function Told({ label, remarks }: { readonly label: string; readonly remarks: readonly EngineRemark[] }) {
  const refusals = remarks.filter(({ severity }) => severity === 'refusal')
  const notes = remarks.filter(({ severity }) => severity === 'note')
  return (
    <>
      <p className={style.help} data-tone={refusals.length > 0 ? 'bad' : undefined}>
        {refusals.length === 0
          ? `${label} could be told all of it.`
          : `${label} could not be told ${refusals.length === 1 ? 'one thing' : `${refusals.length} things`}:`}
      </p>
      {refusals.length > 0 && <Remarks remarks={refusals} tone="bad" />}
      {notes.length > 0 && (
        <>
          <p className={style.help}>What it would do, to know about its numbers:</p>
          <Remarks remarks={notes} />
        </>
      )}
    </>
  )
}

function Remarks({ remarks, tone }: { readonly remarks: readonly EngineRemark[]; readonly tone?: 'bad' }) {
  const catalogue = useContext(CatalogueContext)
  return (
    <ul>
      {remarks.map(({ code, path, message }) => (
        <li key={`${code} ${path}`} className={style.help} data-tone={tone} data-about={path}>
          <strong>{parameterAt(catalogue, path)?.title ?? path.replace(/^setup\./, '')}</strong>: {message}
        </li>
      ))}
    </ul>
  )
}
