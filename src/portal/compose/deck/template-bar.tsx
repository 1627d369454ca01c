/** What can be done with a template: begin, name, save, discard, bring one along, and back to Isolario's own. */

import { Button, TextInput } from '@mantine/core'
import { useRef, useState } from 'react'
import { templateFromDeck } from '#engines/fluka/deck/template-from-deck.ts'
import { type DeckTemplate, LONGEST_TEMPLATE } from '#simulation/engine-choice.ts'
import style from './deck.module.css'
import { editOf, isUnsaved, savedTemplate, type TemplateEdit } from './template-edit.ts'

interface TemplateBarProps {
  readonly saved: DeckTemplate | null
  readonly edit: TemplateEdit | null
  readonly platform: string | null
  readonly suggestion: string
  /** True where the routines that come with it are not such that it could be saved. */
  readonly blocked: boolean
  readonly onEdit: (edit: TemplateEdit | null) => void
  readonly onSave: (template: DeckTemplate | null) => void
}

export function TemplateBar({ saved, edit, platform, suggestion, blocked, onEdit, onSave }: TemplateBarProps) {
  const file = useRef<HTMLInputElement>(null)
  const [said, setSaid] = useState<readonly string[]>([])
  // What was given up a moment ago can be taken back: giving up needs no question then.
  const [givenUp, setGivenUp] = useState<TemplateEdit | null>(null)
  const current = edit ?? (saved && editOf(saved))
  const unsaved = isUnsaved(edit, saved)
  const size = new TextEncoder().encode(current?.text ?? '').length
  const upload = async (chosen: File | undefined) => {
    if (!chosen) return
    if (chosen.size > LONGEST_TEMPLATE) {
      setSaid([
        `${chosen.name} has ${Math.ceil(chosen.size / 1024)} KiB; a template may have ${LONGEST_TEMPLATE / 1024} KiB.`,
      ])
      return
    }
    const { text, remarks } = templateOf(await chosen.text())
    setSaid(remarks)
    onEdit({
      name: chosen.name.replace(/\.[^.]*$/, '').slice(0, 100) || suggestion,
      text,
      routines: current?.routines ?? [],
    })
  }
  return (
    <>
      <div className={style.bar}>
        {current === null ? (
          <Button
            size="compact-sm"
            disabled={platform === null}
            onClick={() =>
              platform !== null && onEdit({ name: suggestion.slice(0, 100), text: platform, routines: [] })
            }
          >
            Edit as a template
          </Button>
        ) : (
          <>
            <TextInput
              size="xs"
              aria-label="Name of the template"
              value={current.name}
              maxLength={100}
              onChange={(event) => onEdit({ ...current, name: event.currentTarget.value })}
            />
            <span className={style.soft}>
              {saved ? `version ${saved.version}` : 'new'}
              {unsaved && ', not saved'}
            </span>
            <Button
              size="compact-sm"
              disabled={blocked || !unsaved || current.name.trim() === '' || size > LONGEST_TEMPLATE}
              onClick={() => {
                onSave(savedTemplate(current, saved))
                onEdit(null)
              }}
            >
              {`Save as version ${(saved?.version ?? 0) + 1}`}
            </Button>
            <Button
              variant="default"
              size="compact-sm"
              disabled={!unsaved || saved === null}
              onClick={() => {
                setGivenUp(edit)
                onEdit(null)
              }}
            >
              Discard changes
            </Button>
            <Button
              variant="default"
              size="compact-sm"
              onClick={() => {
                setGivenUp(current)
                setSaid([])
                onEdit(null)
                onSave(null)
              }}
            >
              Back to Isolario's own
            </Button>
          </>
        )}
        <Button variant="default" size="compact-sm" onClick={() => file.current?.click()}>
          Bring a deck
        </Button>
        {givenUp && !unsaved && (
          <Button
            variant="default"
            size="compact-sm"
            onClick={() => {
              onEdit(givenUp)
              setGivenUp(null)
            }}
          >
            Take back
          </Button>
        )}
        <input
          ref={file}
          type="file"
          hidden
          aria-label="Deck or template"
          onChange={(event) => {
            void upload(event.currentTarget.files?.[0])
            event.currentTarget.value = ''
          }}
        />
      </div>
      {size > LONGEST_TEMPLATE && (
        <p className={style.words}>
          The template has {Math.ceil(size / 1024)} KiB; it may have {LONGEST_TEMPLATE / 1024} KiB.
        </p>
      )}
      {said.length > 0 && (
        <ul className={style.words} role="status">
          {said.map((one) => (
            <li key={one}>{one}</li>
          ))}
        </ul>
      )}
    </>
  )
}

/** A deck becomes a template; a text that has the tags of one is one already. */
function templateOf(text: string): { readonly text: string; readonly remarks: readonly string[] } {
  if (/\{\{\s*(seed|primaries)\b/.test(text)) return { text, remarks: [] }
  const { template, changes, left } = templateFromDeck(text)
  return {
    text: template,
    remarks: [...changes.map(({ line, reason }) => `Line ${line} became a variable. ${reason}`), ...left],
  }
}
