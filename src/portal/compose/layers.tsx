/** The layers of the target: a table where there is room, cards where there is none. */

import { ActionIcon, Button, Menu } from '@mantine/core'
import { memo, useContext } from 'react'
import type { Collection, Parameter } from '#simulation/catalogue.ts'
import type { JsonValue } from '#simulation/json-schema.ts'
import { materialLibrary } from '#simulation/material-library.ts'
import { Icon } from '../shell/icons.tsx'
import { unitLabel } from '../words/amounts.ts'
import style from './compose.module.css'
import {
  addMember,
  type Draft,
  duplicateMember,
  moveMember,
  pathOf,
  pathText,
  removeMember,
  unusual,
  valueAt,
  withValue,
} from './draft.ts'
import { besideField, Field } from './field.tsx'
import { useFieldFindings, useFindings } from './findings.tsx'
import { CatalogueContext, type Change, type FormProps } from './form-parts.ts'

const materialChoices = materialLibrary.map((one) => ({ value: one.key, label: one.title }))

/** An ordered list of things with a name. */
export function Layers({ collection, draft, change, expert }: FormProps & { readonly collection: Collection }) {
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
