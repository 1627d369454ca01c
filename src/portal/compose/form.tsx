/** The form: every field comes from the catalogue. A parameter added to the schema shows up here by itself. */

import { ActionIcon, Button, Menu, Switch } from '@mantine/core'
import { createContext, memo, type ReactNode, useContext, useMemo } from 'react'
import { type Catalogue, type Collection, catalogueOf, type Parameter, parameterAt } from '#simulation/catalogue.ts'
import type { JsonValue } from '#simulation/json-schema.ts'
import { materialLibrary } from '#simulation/material-library.ts'
import { parseDocument } from '#simulation/parse.ts'
import { scannablePaths } from '#simulation/scan.ts'
import { Icon } from '../shell/icons.tsx'
import { unitLabel } from '../words/amounts.ts'
import style from './compose.module.css'
import {
  addMember,
  chooseVariant,
  type Draft,
  duplicateMember,
  effective,
  freeName,
  isActive,
  moveMember,
  pathOf,
  pathText,
  removeMember,
  type Section,
  sectionsOf,
  unusual,
  valueAt,
  withValue,
} from './draft.ts'
import { besideField, Field } from './field.tsx'
import { useFieldFindings, useFindings } from './findings.tsx'

/** The parameters that the form shows: the product's own, or those of a test. */
const CatalogueContext = createContext(catalogueOf())

export { CatalogueContext as CatalogueProvider }

export type Change = (step: (draft: Draft) => Draft) => void

interface FormProps {
  readonly draft: Draft
  readonly change: Change
  readonly expert: boolean
}

export function Form({ draft, change, expert }: FormProps) {
  const catalogue = useContext(CatalogueContext)
  const sections = useMemo(() => sectionsOf(catalogue), [catalogue])
  return (
    <>
      {sections.map((section) => (
        <FormSection key={section.title} section={section} draft={draft} change={change} expert={expert} />
      ))}
    </>
  )
}

function FormSection({ section, draft, change, expert }: FormProps & { readonly section: Section }) {
  const catalogue = useContext(CatalogueContext)
  const shown = section.parameters.filter(
    (one) => one.optionalPart === null && (expert || !one.expert) && isActive(catalogue, draft, one),
  )
  const parts = optionalParts(section).filter((part) => expert || part.parameters.some((one) => !one.expert))
  const keyed = section.collections.filter((one) => one.by === 'key')
  const hasMixtures = keyed.some((one) => Object.keys(Object(valueAt(draft, pathOf(one)) ?? {})).length > 0)
  const collections = section.collections.filter((one) => one.by === 'name' || expert || hasMixtures)
  if (shown.length === 0 && collections.length === 0 && parts.length === 0) return null
  return (
    <fieldset className={style.section}>
      <legend>{section.title}</legend>
      {collections.map((collection) =>
        collection.by === 'name' ? (
          <Layers key={collection.path} collection={collection} draft={draft} change={change} expert={expert} />
        ) : (
          <Mixtures key={collection.path} collection={collection} draft={draft} change={change} expert={expert} />
        ),
      )}
      <div className={style.fields}>
        {shown.map((parameter) => (
          <BoundField
            key={`${parameter.path} ${parameter.variantOf?.kinds.join() ?? ''}`}
            parameter={parameter}
            value={effective(draft, parameter)}
            change={change}
          />
        ))}
      </div>
      {parts.map((part) => (
        <OptionalPart key={part.path} {...part} draft={draft} change={change} />
      ))}
    </fieldset>
  )
}

/** A field that changes only when its own value does: typing in one of eighty must not draw all of them again. */
const BoundField = memo(function BoundField({
  parameter,
  value,
  change,
}: {
  readonly parameter: Parameter
  readonly value: JsonValue | undefined
  readonly change: Change
}) {
  const catalogue = useContext(CatalogueContext)
  return (
    <Field
      parameter={parameter}
      path={parameter.path}
      value={value}
      onChange={(next) =>
        change((draft) =>
          parameter.selectsVariant
            ? chooseVariant(catalogue, draft, parameter, String(next))
            : withValue(draft, pathOf(parameter), next),
        )
      }
    />
  )
})

interface Part {
  readonly path: string
  readonly parameters: readonly Parameter[]
}

function optionalParts(section: Section): readonly Part[] {
  const paths = [...new Set(section.parameters.flatMap((one) => one.optionalPart ?? []))]
  return paths.map((path) => ({ path, parameters: section.parameters.filter((one) => one.optionalPart === path) }))
}

/** A part of the document that may be absent as a whole, such as the scan: a switch makes and removes it. */
function OptionalPart({ path, parameters, draft, change }: Part & Omit<FormProps, 'expert'>) {
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

const materialChoices = materialLibrary.map((one) => ({ value: one.key, label: one.title }))

/** An ordered list of things with a name: the layers. A table where there is room, cards where there is none. */
function Layers({ collection, draft, change, expert }: FormProps & { readonly collection: Collection }) {
  const catalogue = useContext(CatalogueContext)
  const columns = catalogue.parameters.filter(
    (one) => one.repeated?.path === collection.path && (expert || !one.expert),
  )
  const list = valueAt(draft, pathOf(collection))
  const members = Array.isArray(list) ? list : []
  const mixtures = Object.keys(Object(valueAt(draft, ['setup', 'target', 'materials']) ?? {}))
  const suggestions = [
    ...mixtures.map((key) => ({ value: key, label: 'mixture of this document' })),
    ...materialChoices,
  ]
  const findings = useFieldFindings(collection.path)
  return (
    <div className={style.layers} data-path={collection.path}>
      <div className={style.layerHead} aria-hidden="true">
        {columns.map((column) => (
          <span key={column.path} title={column.description} data-number={column.type === 'number' || undefined}>
            {column.title}
            {column.unit && <small> {unitLabel(column.unit)}</small>}
          </span>
        ))}
      </div>
      <ol className={style.layerList}>
        {members.map((member, index) => {
          const name = String((member as { name?: JsonValue } | null)?.name ?? index + 1)
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: the place in the stack is what identifies a layer; names change while typed
            <li key={index} className={style.layer}>
              {columns.map((column) => {
                const path = pathOf(column, index)
                return (
                  <MemberField
                    key={column.path}
                    parameter={column}
                    path={pathText(path)}
                    index={index}
                    of={name}
                    value={valueAt(draft, path) ?? column.default}
                    suggestions={column.path.endsWith('.material') ? suggestions : undefined}
                    change={change}
                  />
                )
              })}
              <MemberMenu
                name={name}
                isFirst={index === 0}
                isLast={index === members.length - 1}
                act={(action) =>
                  change((now) => {
                    if (action === 'up') return moveMember(now, collection, index, -1)
                    if (action === 'down') return moveMember(now, collection, index, 1)
                    if (action === 'duplicate') return duplicateMember(now, collection, index)
                    return removeMember(now, collection, index)
                  })
                }
              />
              <RowFindings columns={columns} index={index} draft={draft} />
            </li>
          )
        })}
      </ol>
      {findings.map((finding) => (
        <p key={finding.code} className={style.help} data-tone={finding.severity === 'problem' ? 'bad' : 'warn'}>
          {finding.message}
        </p>
      ))}
      <Button
        variant="default"
        leftSection={<Icon name="plus" size={14} />}
        onClick={() => change((now) => addMember(catalogue, now, collection))}
      >
        Add a layer
      </Button>
    </div>
  )
}

interface RowFindingsProps {
  readonly columns: readonly Parameter[]
  readonly index: number
  readonly draft: Draft
}

/** What is wrong or odd about a layer, below its row: the cells are too narrow for a sentence. */
function RowFindings({ columns, index, draft }: RowFindingsProps) {
  const findings = useFindings()
  return columns.map((column) => {
    const path = pathOf(column, index)
    const found = findings.get(pathText(path))
    const worst = found?.find((one) => one.severity === 'problem') ?? found?.[0]
    const odd = worst ? null : unusual(column, valueAt(draft, path) ?? column.default)
    if (!worst && odd === null) return null
    return (
      <p key={column.path} className={style.rowFinding} data-tone={worst?.severity === 'problem' ? 'bad' : 'warn'}>
        {worst ? besideField(worst) : `${column.title}. ${odd}`}
      </p>
    )
  })
}

interface MemberFieldProps {
  readonly parameter: Parameter
  readonly path: string
  readonly index: number
  readonly of: string
  readonly value: JsonValue | undefined
  readonly suggestions: readonly { readonly value: string; readonly label: string }[] | undefined
  readonly change: Change
}

const MemberField = memo(
  function MemberField({ parameter, path, index, of, value, suggestions, change }: MemberFieldProps) {
    return (
      <Field
        parameter={parameter}
        path={path}
        value={value}
        of={of}
        inTable
        {...(suggestions ? { suggestions } : {})}
        onChange={(next) =>
          change((draft) => {
            const changed = withValue(draft, pathOf(parameter, index), next)
            return parameter.path.endsWith('.material') ? proposeDensity(draft, changed, index) : changed
          })
        }
      />
    )
  },
  (before, after) =>
    before.path === after.path &&
    before.of === after.of &&
    before.parameter === after.parameter &&
    JSON.stringify(before.value) === JSON.stringify(after.value) &&
    before.suggestions?.length === after.suggestions?.length,
)

/**
 * A new material brings its density along, but only where the density still is the one proposed for the material
 * before, or the layer had none: what a person typed is never overwritten.
 */
function proposeDensity(before: Draft, after: Draft, index: number): Draft {
  const layer = ['setup', 'target', 'layers', index]
  const chosen = materialLibrary.find((one) => one.key === valueAt(after, [...layer, 'material']))
  if (!chosen) return after
  const path = [...layer, 'densityGramPerCm3']
  const old = materialLibrary.find((one) => one.key === valueAt(before, [...layer, 'material']))
  const now = valueAt(after, path)
  return now === undefined || now === old?.densityGramPerCm3 ? withValue(after, path, chosen.densityGramPerCm3) : after
}

type MemberAction = 'up' | 'down' | 'duplicate' | 'remove'

function MemberMenu(props: {
  readonly name: string
  readonly isFirst: boolean
  readonly isLast: boolean
  readonly act: (action: MemberAction) => void
}) {
  const { name, act } = props
  return (
    <Menu position="bottom-end" shadow="sm">
      <Menu.Target>
        <ActionIcon aria-label={`Change ${name}: move, duplicate, remove`} color="gray" className={style.layerMenu!}>
          <Icon name="more" />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item leftSection={<Icon name="copy" />} onClick={() => act('duplicate')}>
          Duplicate
        </Menu.Item>
        <Menu.Item leftSection={<Icon name="up" />} disabled={props.isFirst} onClick={() => act('up')}>
          Move towards the beam
        </Menu.Item>
        <Menu.Item leftSection={<Icon name="down" />} disabled={props.isLast} onClick={() => act('down')}>
          Move away from the beam
        </Menu.Item>
        <Menu.Item
          leftSection={<Icon name="trash" />}
          disabled={props.isFirst && props.isLast}
          onClick={() => act('remove')}
        >
          Remove
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}

/** Things with a key of their own: the mixtures of the document. */
function Mixtures({ collection, draft, change, expert }: FormProps & { readonly collection: Collection }) {
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
