/** A text in columns with numbered lines: read or edited, by mouse and keyboard alike, in the browser's own text field. */

import { useEffect, useLayoutEffect, useRef, useState } from 'react'
import style from './deck.module.css'
import { offsetOfLine, placeOf, type TextPlace } from './place-in-text.ts'

/** As in deck.module.css. */
const LINE_PX = 18
const PADDING_PX = 6
const LEAST_COLUMNS = 82

interface CodeAreaProps {
  readonly label: string
  readonly text: string
  /** Left out: the text is read only. */
  readonly onText?: (text: string) => void
  /** Told where the caret or the pointer is. */
  readonly onPlace: (place: TextPlace) => void
  /** The part that the help speaks of. */
  readonly lit: { readonly line: number; readonly columns: readonly [number, number] } | null
  readonly marks: ReadonlyMap<number, string>
  /** Line to bring into sight, with a number that grows with each wish. */
  readonly goTo: { readonly line: number; readonly wish: number } | null
}

export function CodeArea({ label, text, onText, onPlace, lit, marks, goTo }: CodeAreaProps) {
  const area = useRef<HTMLTextAreaElement>(null)
  const ruler = useRef<HTMLSpanElement>(null)
  const [columnPx, setColumnPx] = useState(7.2)
  const lines = text.split('\n')
  const columns = Math.max(LEAST_COLUMNS, ...lines.map((line) => line.length + 2))

  useLayoutEffect(() => {
    const width = ruler.current?.getBoundingClientRect().width
    if (width) setColumnPx(width / LEAST_COLUMNS)
  }, [])

  // Read only, yet with a caret: a field that is marked as read only has none, and the keyboard could not move in it.
  const isReadOnly = onText === undefined
  useEffect(() => {
    const field = area.current
    if (!field || !isReadOnly) return
    const refuse = (event: Event) => event.preventDefault()
    field.addEventListener('beforeinput', refuse)
    return () => field.removeEventListener('beforeinput', refuse)
  }, [isReadOnly])

  // biome-ignore lint/correctness/useExhaustiveDependencies: only a new wish moves the caret, never a changed text
  useEffect(() => {
    const field = area.current
    if (!field || !goTo) return
    const start = offsetOfLine(text, goTo.line)
    field.focus({ preventScroll: true })
    field.setSelectionRange(start, start)
    field.parentElement?.parentElement?.scrollTo({ top: Math.max(0, (goTo.line - 4) * LINE_PX) })
    onPlace({ line: goTo.line, column: 1 })
  }, [goTo])

  return (
    <div className={style.code}>
      <pre className={style.numbers} aria-hidden="true">
        {lines.map((_, index) => index + 1).join('\n')}
        {[...marks].map(([line, message]) => (
          <span key={line} style={{ top: (line - 1) * LINE_PX + PADDING_PX }} title={message}>
            {line}
          </span>
        ))}
      </pre>
      <div className={style.text}>
        <span ref={ruler} className={style.ruler} aria-hidden="true">
          {'0'.repeat(LEAST_COLUMNS)}
        </span>
        {lit && (
          <span
            className={style.lit}
            aria-hidden="true"
            style={{
              top: (lit.line - 1) * LINE_PX + PADDING_PX,
              left: (lit.columns[0] - 1) * columnPx + PADDING_PX,
              width: (lit.columns[1] - lit.columns[0] + 1) * columnPx,
            }}
          />
        )}
        <textarea
          ref={area}
          aria-label={label}
          aria-readonly={isReadOnly}
          spellCheck={false}
          autoComplete="off"
          wrap="off"
          value={text}
          style={{ width: columns * columnPx + 2 * PADDING_PX, height: lines.length * LINE_PX + 2 * PADDING_PX }}
          onChange={(event) => onText?.(event.currentTarget.value)}
          onSelect={(event) => onPlace(placeOf(text, event.currentTarget.selectionStart))}
          onMouseMove={(event) => {
            const box = event.currentTarget.getBoundingClientRect()
            onPlace({
              line: Math.floor((event.clientY - box.top - PADDING_PX) / LINE_PX) + 1,
              column: Math.floor((event.clientX - box.left - PADDING_PX) / columnPx) + 1,
            })
          }}
        />
      </div>
    </div>
  )
}
