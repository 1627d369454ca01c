/** The mixtures of the document: materials that the library does not have. */

import { ActionIcon, Button } from '@mantine/core'
import { type ReactNode, useContext } from 'react'
import type { Collection } from '#simulation/catalogue.ts'
import type { JsonValue } from '#simulation/json-schema.ts'
import { Icon } from '../shell/icons.tsx'
import style from './compose.module.css'
import { type Draft, freeName, pathOf, pathText, valueAt, withValue } from './draft.ts'
import { Field } from './field.tsx'
import { CatalogueContext, type FormProps } from './form-parts.ts'

/** Things with a key of their own. */
export function Mixtures({ collection, draft, change, expert }: FormProps & { readonly collection: Collection }) {
  const catalogue = useContext(CatalogueContext)
  const fields = catalogue.parameters.filter((one) => one.repeated?.path === collection.path && (expert || !one.expert))
  const path = pathOf(collection)
  const members = Object.entries(Object(valueAt(draft, path) ?? {}) as Record<string, JsonValue>)
  const add = () =>
    change((now) => {
      const taken = new Set(Object.keys(Object(valueAt(now, path) ?? {})))
      const components = [
        { of: 'U', amount: 1 },
        { of: 'C', amount: 4 },
      ]
      return withValue(now, [...path, freeName('mixture1', taken)], { title: '', by: 'atoms', components })
    })
  return (
    <div className={style.mixtures} data-path={collection.path}>
      <p className={style.intro}>{collection.description}</p>
      {members.map(([key]) => (
        <div key={key} className={style.mixture}>
          <KeyField
            name={key}
            rename={(next) =>
              change((now) => {
                const all = Object(valueAt(now, path) ?? {}) as Record<string, JsonValue>
                if (next === '' || next in all) return now
                const renamed = Object.entries(all).map(([name, value]) => [name === key ? next : name, value])
                return renameInLayers(withValue(now, path, Object.fromEntries(renamed)), key, next)
              })
            }
          />
          {fields.map((field) => (
            <Field
              key={field.path}
              parameter={field}
              path={pathText(pathOf(field, key))}
              of={key}
              value={valueAt(draft, pathOf(field, key)) ?? field.default}
              onChange={(next) => change((now) => withValue(now, pathOf(field, key), next))}
            />
          ))}
          <ActionIcon
            aria-label={`Remove ${key}`}
            color="gray"
            className={style.layerMenu!}
            onClick={() => change((now) => withValue(now, [...path, key], undefined))}
          >
            <Icon name="trash" />
          </ActionIcon>
        </div>
      ))}
      <Button variant="default" leftSection={<Icon name="plus" size={14} />} onClick={add}>
        Add a mixture
      </Button>
    </div>
  )
}

/** Layers that name a mixture follow its new name. */
function renameInLayers(draft: Draft, from: string, to: string): Draft {
  const layers = valueAt(draft, ['setup', 'target', 'layers'])
  if (!Array.isArray(layers)) return draft
  let next = draft
  for (const index of layers.keys()) {
    const path = ['setup', 'target', 'layers', index, 'material']
    if (valueAt(next, path) === from) next = withValue(next, path, to)
  }
  return next
}

function KeyField({ name, rename }: { readonly name: string; readonly rename: (next: string) => void }): ReactNode {
  return (
    <label className={style.field}>
      <span className={style.label}>Key</span>
      <input
        className={style.plainInput}
        defaultValue={name}
        spellCheck={false}
        maxLength={64}
        onBlur={(event) => rename(event.currentTarget.value.trim())}
      />
      <span className={style.help}>Layers name the mixture by this key.</span>
    </label>
  )
}
