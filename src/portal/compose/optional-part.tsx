/** Parts of the document that may be absent as a whole. */

import { Switch } from '@mantine/core'
import { useContext } from 'react'
import { type Catalogue, type Parameter, parameterAt } from '#simulation/catalogue.ts'
import type { JsonValue } from '#simulation/json-schema.ts'
import { parseDocument } from '#simulation/parse.ts'
import { scannablePaths } from '#simulation/scan.ts'
import style from './compose.module.css'
import { type Draft, effective, pathOf, type Section, valueAt, withValue } from './draft.ts'
import { Field } from './field.tsx'
import { CatalogueContext, type FormProps } from './form-parts.ts'

interface Part {
  readonly path: string
  readonly parameters: readonly Parameter[]
}

export function optionalParts(section: Section): readonly Part[] {
  const paths = [...new Set(section.parameters.flatMap((one) => one.optionalPart ?? []))]
  return paths.map((path) => ({ path, parameters: section.parameters.filter((one) => one.optionalPart === path) }))
}

/** A part of the document that may be absent as a whole, such as the scan: a switch makes and removes it. */
export function OptionalPart({ path, parameters, draft, change }: Part & Omit<FormProps, 'expert'>) {
  const catalogue = useContext(CatalogueContext)
  const steps = path.split('.')
  const present = typeof valueAt(draft, steps) === 'object' && valueAt(draft, steps) !== null
  const name = steps.at(-1)!
  const initial = Object.fromEntries(parameters.map((one) => [one.path.slice(path.length + 1), startOf(one)]))
  return (
    <div className={style.part} data-path={path}>
      <Switch
        label={name === 'scan' ? 'Scan: repeat for several values of one parameter' : name}
        checked={present}
        onChange={(event) => {
          const on = event.currentTarget.checked
          change((now) => withValue(now, steps, on ? initial : null))
        }}
      />
      {present && (
        <div className={style.fields}>
          {parameters.map((parameter) => (
            <Field
              key={parameter.path}
              parameter={parameter}
              path={parameter.path}
              value={effective(draft, parameter)}
              {...(parameter.path === 'job.scan.parameter' ? { suggestions: scannableIn(catalogue, draft) } : {})}
              onChange={(next) => change((now) => withValue(now, pathOf(parameter), next))}
            />
          ))}
        </div>
      )}
    </div>
  )
}

/** Paths that can be scanned, with their titles. */
function scannableIn(
  catalogue: Catalogue,
  draft: Draft,
): readonly { readonly value: string; readonly label: string }[] {
  const parsed = parseDocument({ ...draft, job: {} })
  if (!parsed.ok) return []
  return scannablePaths(parsed.document).map((path) => ({
    value: path,
    label: parameterAt(catalogue, path)?.title ?? '',
  }))
}

function startOf(parameter: Parameter): JsonValue {
  if (parameter.default !== undefined) return parameter.default
  if (parameter.path === 'job.scan.parameter') return 'setup.beam.energyMeV'
  if (parameter.path === 'job.scan.values') return [35, 40, 45, 50]
  return parameter.type === 'numbers' || parameter.type === 'texts' ? [] : ''
}
