/** The document as text: what is typed goes into the draft as soon as it is JSON, and is checked like the form. */

import { useEffect, useState } from 'react'
import { readJsonText } from '#simulation/json-text.ts'
import style from './compose.module.css'
import type { Draft } from './draft.ts'
import type { Finding } from './findings.tsx'

interface JsonViewProps {
  readonly draft: Draft
  readonly onDraft: (draft: Draft) => void
  /** Told what is wrong with the text as JSON; an empty list when nothing is. */
  readonly onBroken: (findings: readonly Finding[]) => void
}

export function JsonView({ draft, onDraft, onBroken }: JsonViewProps) {
  const [text, setText] = useState(() => JSON.stringify(draft, null, 2))
  const [last, setLast] = useState(draft)
  // A preset or file chosen beside the text replaces it; what was typed here comes back as the same object.
  if (draft !== last) {
    setLast(draft)
    setText(JSON.stringify(draft, null, 2))
  }
  useEffect(() => () => onBroken([]), [onBroken])
  return (
    <textarea
      className={style.json}
      aria-label="Simulation document as JSON"
      spellCheck={false}
      value={text}
      onChange={(event) => {
        const next = event.currentTarget.value
        setText(next)
        const read = readJsonText(next)
        if (!read.ok) {
          const { code, line, column, message } = read.error
          onBroken([{ severity: 'problem', code, path: '', message: `Line ${line}, column ${column}: ${message}` }])
        } else if (typeof read.value === 'object' && read.value !== null && !Array.isArray(read.value)) {
          onBroken([])
          setLast(read.value as Draft)
          onDraft(read.value as Draft)
        } else {
          onBroken([
            {
              severity: 'problem',
              code: 'DOCUMENT_NOT_OBJECT',
              path: '',
              message: 'The document must be a JSON object, { ... }.',
            },
          ])
        }
      }}
    />
  )
}
