/** The deck beside the form: what FLUKA will be given, what each card means, and the template that makes it. */

import { Button, NativeSelect, SegmentedControl } from '@mantine/core'
import { useCallback, useMemo, useRef, useState } from 'react'
import { helpAt } from '#engines/fluka/deck/help-at.ts'
import { FLAVOURS, type Flavour, flavourLabel } from '#engines/fluka/flavour.ts'
import type { SimulationDocument } from '#simulation/document.ts'
import type { DeckTemplate } from '#simulation/engine-choice.ts'
import { type RoutineFile, routineProblems } from '#simulation/routines.ts'
import { CodeArea } from './code-area.tsx'
import style from './deck.module.css'
import type { DeckFault } from './deck.ts'
import { Difference } from './difference.tsx'
import { HelpBox } from './help-box.tsx'
import { filledLine, type TextPlace } from './place-in-text.ts'
import { RoutineFiles } from './routine-files.tsx'
import { TemplateBar } from './template-bar.tsx'
import { editOf, type TemplateEdit } from './template-edit.ts'
import { useDeck } from './use-deck.ts'

interface DeckPanelProps {
  readonly document: SimulationDocument
  /** The template of the draft. */
  readonly saved: DeckTemplate | null
  readonly edit: TemplateEdit | null
  readonly onEdit: (edit: TemplateEdit | null) => void
  readonly onSave: (template: DeckTemplate | null) => void
  /** The flavour of the site; `null` where it has no FLUKA. */
  readonly siteFlavour: Flavour | null
}

const NO_ROUTINES: readonly RoutineFile[] = []
const ROUTINES_PATH = 'setup.engine.template.routines'

type View = 'deck' | 'template' | 'difference'

export function DeckPanel({ document, saved, edit, onEdit, onSave, siteFlavour }: DeckPanelProps) {
  const [flavour, setFlavour] = useState<Flavour>(siteFlavour ?? 'cern4')
  const [view, setView] = useState<View>(saved || edit ? 'template' : 'deck')
  const [place, setPlace] = useState<TextPlace | null>(null)
  const [goTo, setGoTo] = useState<{ line: number; wish: number } | null>(null)
  const current = useMemo(() => edit ?? (saved && editOf(saved)), [edit, saved])
  const template = current?.text ?? null
  const routines = current?.routines ?? NO_ROUTINES
  const answer = useDeck(document, flavour, template, routines)
  const routineFaults = useMemo(() => routineProblems(routines, ROUTINES_PATH), [routines])
  const shown = view === 'template' ? template : (answer?.deck?.text ?? null)
  const faults = (view === 'deck' && template === null ? answer?.deck?.faults : answer?.template?.faults) ?? []
  const marks = useMemo(() => marksOf(view === 'deck' && template !== null ? [] : faults), [view, template, faults])
  const lit = useMemo(() => (shown === null || !place ? null : litAt(shown, place, flavour)), [shown, place, flavour])
  const choose = useCallback((next: View) => {
    setView(next)
    setPlace(null)
    setGoTo(null)
  }, [])
  const go = (line: number) => {
    if (template !== null) choose('template')
    setTimeout(() => setGoTo((last) => ({ line, wish: (last?.wish ?? 0) + 1 })))
  }
  const name = fileName(document.name)

  return (
    <section className={style.panel} aria-label="Deck">
      <div className={style.head}>
        <h2>Deck for FLUKA</h2>
        <NativeSelect
          aria-label="Line of FLUKA"
          value={flavour}
          data={FLAVOURS.map((one) => ({
            value: one,
            label: `${flavourLabel[one]}${one === siteFlavour ? ', here' : ''}`,
          }))}
          onChange={(event) => setFlavour(event.currentTarget.value as Flavour)}
        />
        <CopyButton text={shown} />
        <Button
          variant="default"
          size="compact-sm"
          disabled={shown === null}
          onClick={() => shown !== null && save(shown, `${name}-${flavour}${view === 'template' ? '.liquid' : '.inp'}`)}
        >
          Download
        </Button>
      </div>
      <div className={style.bar}>
        <SegmentedControl
          size="xs"
          aria-label="Part of the deck"
          value={view}
          onChange={(value) => choose(value as View)}
          data={[
            { value: 'deck', label: 'Deck' },
            { value: 'template', label: 'Template' },
            { value: 'difference', label: 'Difference', disabled: template === null },
          ]}
        />
        <State answer={answer} template={template} />
      </div>
      {view === 'template' && (
        <TemplateBar
          saved={saved}
          edit={edit}
          platform={answer?.platform ?? null}
          suggestion={document.name || 'own deck'}
          blocked={routineFaults.length > 0}
          onEdit={onEdit}
          onSave={onSave}
        />
      )}
      {view === 'template' && current !== null && (
        <RoutineFiles
          files={routines}
          problems={routineFaults}
          onFiles={(files) => onEdit({ ...current, routines: files })}
        />
      )}
      {faults.length > 0 && <Faults faults={faults} onGo={go} />}
      {answer?.broken && <p className={style.words}>The deck does not work here: {answer.broken}</p>}
      {view === 'difference' ? (
        <Difference hunks={answer?.template?.hunks ?? []} />
      ) : shown === null ? (
        <div className={style.nothing}>
          {(answer?.refusals ?? []).map((message) => (
            <p key={message} className={style.words}>
              {message}
            </p>
          ))}
          {view === 'template' ? (
            <p className={style.words}>
              The deck is written from the parameters. As a template it is yours: cards can be added and changed, and
              each task still fills in its own seed and primaries. Residual nuclei of the target layers stay scored as
              they are, because they are the result.
            </p>
          ) : (
            template !== null && (
              <p className={style.words}>The template cannot be filled as it is; what is wrong stands above.</p>
            )
          )}
        </div>
      ) : (
        <CodeArea
          key={view}
          label={view === 'template' ? 'Text of the template' : 'Text of the deck'}
          text={shown}
          {...(view === 'template'
            ? {
                onText: (text: string) => onEdit({ name: 'own deck', routines, ...current, text }),
              }
            : {})}
          onPlace={setPlace}
          lit={lit}
          marks={marks}
          goTo={goTo}
        />
      )}
      {view !== 'difference' && <HelpBox help={lit?.help ?? null} />}
    </section>
  )
}

function State({
  answer,
  template,
}: {
  readonly answer: ReturnType<typeof useDeck>
  readonly template: string | null
}) {
  const count = answer === null ? 0 : (answer.template ?? answer.deck)?.faults.length
  const words =
    answer === null
      ? 'Writing the deck…'
      : answer.refusals.length > 0
        ? 'FLUKA cannot be told this.'
        : count === 0 && answer.deck
          ? `${answer.deck.cards} cards, ${template === null ? 'all checks passed' : 'the template fills'}`
          : count === undefined || count === 0
            ? ''
            : `${count} ${count === 1 ? 'problem' : 'problems'}`
  const tone = answer !== null && (answer.refusals.length > 0 || (count ?? 0) > 0) ? 'bad' : undefined
  return (
    <p className={style.state} role="status" data-tone={tone}>
      {words}
    </p>
  )
}

function Faults({ faults, onGo }: { readonly faults: readonly DeckFault[]; readonly onGo: (line: number) => void }) {
  return (
    <ul className={style.faults} aria-label="Problems of the deck">
      {faults.map((fault) => (
        <li key={fault.message}>
          {fault.line === null ? (
            fault.message
          ) : (
            <button type="button" onClick={() => onGo(fault.line!)}>
              {fault.message}
            </button>
          )}
        </li>
      ))}
    </ul>
  )
}

function CopyButton({ text }: { readonly text: string | null }) {
  const [done, setDone] = useState(false)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  return (
    <Button
      variant="default"
      size="compact-sm"
      miw={72}
      disabled={text === null}
      onClick={() => {
        void navigator.clipboard?.writeText(text ?? '').then(() => {
          setDone(true)
          clearTimeout(timer.current)
          timer.current = setTimeout(() => setDone(false), 2500)
        })
      }}
    >
      <span role="status">{done ? 'Copied' : 'Copy'}</span>
    </Button>
  )
}

const marksOf = (faults: readonly DeckFault[]): ReadonlyMap<number, string> =>
  new Map(faults.flatMap(({ line, message }) => (line === null ? [] : [[line, message] as const])))

function litAt(text: string, place: TextPlace, flavour: Flavour) {
  const lines = text.split('\n').map(filledLine)
  const line = lines[place.line - 1]
  if (!line) return null
  const help = helpAt(
    lines.map((one) => one.text),
    place.line,
    line.column(place.column),
    flavour,
  )
  return help ? { help, line: place.line, columns: line.back(help.columns[0], help.columns[1]) } : null
}

const fileName = (name: string): string =>
  name
    .replace(/[^A-Za-z0-9_-]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 60) || 'deck'

function save(text: string, name: string): void {
  const link = window.document.createElement('a')
  link.href = URL.createObjectURL(new Blob([text], { type: 'text/plain' }))
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
}
