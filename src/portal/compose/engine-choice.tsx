/** Which engine simulates the histories: those of this installation, and those that it lacks with the reason. */

import { createContext, useContext, useId } from 'react'
import type { EngineInfo } from '#protocol/shapes.ts'
import type { Parameter } from '#simulation/catalogue.ts'
import type { JsonValue } from '#simulation/json-schema.ts'
import style from './compose.module.css'
import { CouldBeTold } from './could-be-told.tsx'
import { besideField } from './field.tsx'
import { useFieldFindings } from './findings.tsx'
import { KNOWN_WITHOUT_PROGRAM } from './missing-engine.ts'

/** What the service says of its engines; `null` until it has answered. */
export const EnginesContext = createContext<readonly EngineInfo[] | null>(null)

/** What an engine is for, in a line; the parameters of each follow by themselves. */
const WORDS: Readonly<Record<string, { readonly label: string; readonly about: string }>> = {
  builtin: {
    label: 'Built-in model',
    about: 'Fission of uranium and thorium by protons of 5 to 100 MeV. Seconds; nothing to install.',
  },
  fluka: {
    label: 'FLUKA',
    about: 'Transport of all particles, residual nuclei of all reactions. Hours; needs FLUKA under its own licence.',
  },
}

const STAND_IN =
  'A program in the place of FLUKA: the whole way can be tried, and the numbers come from the built-in model.'

interface EngineChoiceProps {
  readonly parameter: Parameter
  readonly value: JsonValue | undefined
  readonly onChange: (engine: string) => void
}

export function EngineChoice({ parameter, value, onChange }: EngineChoiceProps) {
  const engines = useContext(EnginesContext)
  const findings = useFieldFindings(parameter.path)
  const name = useId()
  return (
    <div className={style.engines} role="radiogroup" aria-label={parameter.title} data-path={parameter.path}>
      {parameter.choices.map((id) => {
        const info = engines?.find((one) => one.id === id)
        const label = info?.label ?? WORDS[id]?.label ?? id
        return (
          <div key={id} className={style.engine} data-chosen={value === id || undefined}>
            <label>
              <input type="radio" name={name} value={id} checked={value === id} onChange={() => onChange(id)} />
              <span>
                <strong>{label}</strong>
                {info?.version && <small> {info.version}</small>}
                {info?.available === false && <small data-tone="bad"> not in this installation</small>}
                <span className={style.help}>{info?.standIn ? STAND_IN : WORDS[id]?.about}</span>
                {info?.reason && value === id && (
                  <span className={style.help} data-tone="bad">
                    {info.reason}
                  </span>
                )}
              </span>
            </label>
            {info?.available === false && KNOWN_WITHOUT_PROGRAM.has(id) && (
              <CouldBeTold label={label} chosen={value === id} />
            )}
          </div>
        )
      })}
      {findings
        .filter((one) => one.severity !== 'note' && one.code !== 'ENGINE_NOT_HERE')
        .map((one) => (
          <p key={one.code} className={style.help} data-tone={one.severity === 'problem' ? 'bad' : 'warn'}>
            {besideField(one)}
          </p>
        ))}
    </div>
  )
}
