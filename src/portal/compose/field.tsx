/** One field of the form, drawn from its catalogue entry. */

import { NativeSelect, TextInput } from '@mantine/core'
import { type ReactNode, useId, useState } from 'react'
import type { Parameter } from '#simulation/catalogue.ts'
import type { JsonValue } from '#simulation/json-schema.ts'
import { rangeInWords } from '#simulation/problem.ts'
import { unitLabel } from '../words/amounts.ts'
import style from './compose.module.css'
import { fieldText, meansSame, readField, unusual } from './draft.ts'
import { type Finding, useFieldFindings } from './findings.tsx'

interface FieldProps {
  readonly parameter: Parameter
  /** Path of the value, which findings name. */
  readonly path: string
  readonly value: JsonValue | undefined
  readonly onChange: (value: JsonValue | undefined) => void
  /** Words for a reader who hears the field without seeing its row: `disc1`. */
  readonly of?: string
  /** Suggestions for a text, for example materials. */
  readonly suggestions?: readonly { readonly value: string; readonly label: string }[]
  /** In a table the heading is the label, so it is heard and not seen. */
  readonly inTable?: boolean
}

export function Field(props: FieldProps) {
  const { type } = props.parameter
  if (type === 'yes-no') return <YesNoField {...props} />
  return type === 'choice' ? <ChoiceField {...props} /> : <TextField {...props} />
}

/** A choice of two words for what is true or false in the document. */
function YesNoField({ parameter, value, onChange, ...rest }: FieldProps) {
  return (
    <ChoiceField
      {...rest}
      parameter={{ ...parameter, choices: ['no', 'yes'] }}
      value={typeof value === 'boolean' ? (value ? 'yes' : 'no') : value}
      onChange={(word) => onChange(word === 'yes')}
    />
  )
}

function ChoiceField({ parameter, path, value, onChange, of, inTable }: FieldProps) {
  const findings = useFieldFindings(path)
  const id = useId()
  const options = parameter.choices.map((choice) => ({ value: choice, label: choice }))
  const shown = typeof value === 'string' ? value : ''
  // A word that is no choice, from the JSON view, stays visible until it is changed.
  const data = parameter.choices.includes(shown) ? options : [{ value: shown, label: shown || '(none)' }, ...options]
  return (
    <Frame id={id} parameter={parameter} path={path} findings={findings} value={value} of={of} inTable={inTable}>
      <NativeSelect
        id={id}
        value={shown}
        data={data}
        error={findings.some((one) => one.severity === 'problem')}
        aria-describedby={`${id}-help`}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
    </Frame>
  )
}

function TextField({ parameter, path, value, onChange, of, suggestions, inTable }: FieldProps) {
  const findings = useFieldFindings(path)
  const id = useId()
  // While somebody types, the field holds what was typed: "4." must not become "4" under the hand.
  const [typed, setTyped] = useState<string | null>(null)
  const text = typed !== null && meansSame(parameter, typed, value) ? typed : fieldText(parameter, value)
  const isNumber = parameter.type === 'number' || parameter.type === 'integer'
  const unit = parameter.unit === null || inTable ? null : unitLabel(parameter.unit)
  return (
    <Frame id={id} parameter={parameter} path={path} findings={findings} value={value} of={of} inTable={inTable}>
      <TextInput
        id={id}
        value={text}
        list={suggestions ? `${id}-list` : undefined}
        inputMode={isNumber ? 'decimal' : 'text'}
        autoComplete="off"
        spellCheck={false}
        placeholder={parameter.nullable ? 'empty' : undefined}
        error={findings.some((one) => one.severity === 'problem')}
        aria-describedby={`${id}-help`}
        rightSection={unit ? <span className={style.unit}>{unit}</span> : undefined}
        rightSectionWidth={unit ? 14 + unit.length * 7.5 : undefined}
        classNames={isNumber ? { input: style.number! } : {}}
        onChange={(event) => {
          setTyped(event.currentTarget.value)
          onChange(readField(parameter, event.currentTarget.value))
        }}
        onBlur={() => setTyped(null)}
      />
      {suggestions && (
        <datalist id={`${id}-list`}>
          {suggestions.map((one) => (
            <option key={one.value} value={one.value}>
              {one.label}
            </option>
          ))}
        </datalist>
      )}
    </Frame>
  )
}

/** A finding beside its field: the path, which is for other readers, is left out. */
export const besideField = (finding: Finding): string => finding.message.replace(` (${finding.path})`, '')

interface FrameProps {
  readonly id: string
  readonly parameter: Parameter
  readonly path: string
  readonly findings: readonly Finding[]
  readonly value: JsonValue | undefined
  readonly of?: string | undefined
  readonly inTable?: boolean | undefined
  readonly children: ReactNode
}

function Frame({ id, parameter, path, findings, value, of, inTable, children }: FrameProps) {
  const worst =
    findings.find((one) => one.severity === 'problem') ??
    findings.find((one) => one.severity === 'warning') ??
    findings[0]
  const odd = worst ? null : unusual(parameter, value)
  const range = rangeInWords(parameter.min, parameter.max, parameter.unit ? unitLabel(parameter.unit) : null)
  const help = [parameter.description, range && `Allowed: ${range}.`].filter(Boolean).join(' ')
  const words = worst ? besideField(worst) : odd
  const tone = worst?.severity === 'problem' ? 'bad' : worst?.severity === 'note' ? 'note' : words ? 'warn' : undefined
  return (
    <div className={style.field} data-in-table={inTable || undefined} data-path={path} data-tone={tone}>
      <label htmlFor={id} className={style.label} title={help}>
        {of && <span className="only-heard">{of}: </span>}
        {parameter.title}
        {inTable && parameter.unit && <span className={style.cardUnit}> {unitLabel(parameter.unit)}</span>}
      </label>
      {children}
      <div id={`${id}-help`} className={style.help} data-tone={tone}>
        {inTable ? <span className="only-heard">{words ?? help}</span> : (words ?? parameter.description)}
        {!words && !inTable && range && <span className="only-heard"> Allowed: {range}.</span>}
      </div>
    </div>
  )
}
