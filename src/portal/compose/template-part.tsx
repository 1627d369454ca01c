/** The template of a deck in the form: which one it is, and the way to its text, which is edited beside the form. */

import { Button } from '@mantine/core'
import style from './compose.module.css'
import { type Draft, valueAt } from './draft.ts'
import { besideField } from './field.tsx'
import { useFindings } from './findings.tsx'

export const TEMPLATE_PATH = 'setup.engine.template'

/** Asks the page for the deck beside the form; heard by the page (page.tsx). */
export const SHOW_DECK = 'isolario-show-deck'

export function TemplatePart({ draft }: { readonly draft: Draft }) {
  const template = valueAt(draft, TEMPLATE_PATH.split('.'))
  const findings = [...useFindings().values()].flat().filter((one) => one.path.startsWith(TEMPLATE_PATH))
  const { name, version, text, routines } = Object(template) as Readonly<Record<string, unknown>>
  const files = Array.isArray(routines) ? routines.length : 0
  return (
    <div className={style.part} data-path={TEMPLATE_PATH}>
      <div className={style.templateLine}>
        <span>
          Deck:{' '}
          {typeof template === 'object' && template !== null ? (
            <>
              template <strong>{String(name)}</strong>, version {String(version)},{' '}
              {String(text ?? '').split('\n').length} lines
              {files > 0 && `, with ${files} routine ${files === 1 ? 'file' : 'files'}`}
            </>
          ) : (
            'written from the parameters'
          )}
        </span>
        <Button
          variant="default"
          size="compact-sm"
          onClick={(event) => event.currentTarget.dispatchEvent(new CustomEvent(SHOW_DECK, { bubbles: true }))}
        >
          Deck and template
        </Button>
      </div>
      {findings.map((one) => (
        <p
          key={one.code + one.message}
          className={style.help}
          data-tone={one.severity === 'problem' ? 'bad' : one.severity === 'warning' ? 'warn' : undefined}
        >
          {besideField(one)}
        </p>
      ))}
    </div>
  )
}
