/** Meshes and spectra in the form: one card each, with the fields that mean something for what was chosen. */

import { Button } from '@mantine/core'
import { useContext } from 'react'
import type { Catalogue, Collection, Parameter } from '#simulation/catalogue.ts'
import { memberFlag } from '#simulation/flag-name.ts'
import type { JsonValue } from '#simulation/json-schema.ts'
import { meansInMesh, meansInSpectrum } from '#simulation/scoring.ts'
import { Icon } from '../shell/icons.tsx'
import style from './compose.module.css'
import { type Draft, freeName, type JsonObject, pathOf, pathText, removeMember, valueAt, withValue } from './draft.ts'
import { Field } from './field.tsx'
import { useFieldFindings } from './findings.tsx'
import { CatalogueContext, type Change, type FormProps } from './form-parts.ts'

const MESHES = 'setup.scoring.meshes'
const LAYERS = ['setup', 'target', 'layers']

const fieldOf = ({ path }: Parameter): string => path.slice(path.lastIndexOf('.') + 1)

export function Scored({ collection, draft, change, expert }: FormProps & { readonly collection: Collection }) {
  const catalogue = useContext(CatalogueContext)
  const word = memberFlag(collection)
  const parameters = catalogue.parameters.filter(
    (one) => one.repeated?.path === collection.path && (expert || !one.expert),
  )
  const members = membersOf(draft, collection)
  const findings = useFieldFindings(collection.path)
  const layers = namesOf(draft, LAYERS)
  return (
    <div className={style.scored} data-path={collection.path}>
      <p className={style.help}>
        {collection.description}
        {members.length === 0 && ' None is asked for.'}
        {valueAt(draft, ['setup', 'engine', 'id']) === 'builtin' &&
          ' The built-in model scores none of them and says so.'}
      </p>
      {members.map((member, index) => {
        const name = String(member['name'] ?? index + 1)
        const means = (parameter: Parameter): boolean =>
          collection.path === MESHES
            ? meansInMesh(fieldOf(parameter), member['geometry'] ?? 'rz')
            : meansInSpectrum(fieldOf(parameter), member['estimator'] ?? 'current')
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: names change while they are typed
          <section key={index} className={style.card} aria-label={`${word} ${name}`}>
            <div className={style.fields}>
              {parameters.filter(means).map((parameter) => {
                const path = pathOf(parameter, index)
                return (
                  <Field
                    key={parameter.path}
                    parameter={parameter}
                    path={pathText(path)}
                    of={name}
                    value={valueAt(draft, path) ?? parameter.default}
                    {...(fieldOf(parameter) === 'layer'
                      ? { suggestions: layers.map((value) => ({ value, label: '' })) }
                      : {})}
                    onChange={(next) => change((now) => withValue(now, path, next))}
                  />
                )
              })}
            </div>
            <CardFindings path={`${collection.path}.${index}`} />
            <Button
              variant="subtle"
              color="gray"
              leftSection={<Icon name="trash" size={14} />}
              onClick={() => change((now) => without(now, collection, index))}
            >
              Remove {name}
            </Button>
          </section>
        )
      })}
      {findings.map((finding) => (
        <p key={finding.code} className={style.help} data-tone={finding.severity === 'problem' ? 'bad' : 'warn'}>
          {finding.message}
        </p>
      ))}
      <AddButton catalogue={catalogue} collection={collection} word={word} change={change} />
    </div>
  )
}

/** What is wrong with a mesh as a whole, such as its number of bins. */
function CardFindings({ path }: { readonly path: string }) {
  const findings = useFieldFindings(path)
  return findings.map((finding) => (
    <p key={finding.code} className={style.help} data-tone={finding.severity === 'problem' ? 'bad' : 'warn'}>
      {finding.message}
    </p>
  ))
}

interface AddButtonProps {
  readonly catalogue: Catalogue
  readonly collection: Collection
  readonly word: string
  readonly change: Change
}

function AddButton({ catalogue, collection, word, change }: AddButtonProps) {
  return (
    <Button
      variant="default"
      leftSection={<Icon name="plus" size={14} />}
      onClick={() => change((now) => withNew(catalogue, now, collection, word))}
    >
      Add a {word}
    </Button>
  )
}

const membersOf = (draft: Draft, collection: Collection): readonly JsonObject[] => {
  const list = valueAt(draft, pathOf(collection))
  return Array.isArray(list)
    ? list.map((one) => (typeof one === 'object' && one !== null ? (one as JsonObject) : {}))
    : []
}

const namesOf = (draft: Draft, path: readonly string[]): readonly string[] => {
  const list = valueAt(draft, path)
  return Array.isArray(list) ? list.map((one) => String((one as JsonObject | null)?.['name'] ?? '')) : []
}

/** A member with its defaults, a free name, and the last target layer where one is asked for. */
function withNew(catalogue: Catalogue, draft: Draft, collection: Collection, word: string): Draft {
  const taken = new Set([...namesOf(draft, MESHES.split('.')), ...namesOf(draft, ['setup', 'scoring', 'spectra'])])
  const fresh: Record<string, JsonValue> = { name: freeName(`${word}1`, taken) }
  for (const parameter of catalogue.parameters) {
    const field = fieldOf(parameter)
    if (parameter.repeated?.path !== collection.path || field === 'name') continue
    const value = field === 'layer' ? lastTarget(draft) : parameter.default
    if (value !== undefined) fresh[field] = value
  }
  return withValue(draft, pathOf(collection), [...membersOf(draft, collection), fresh])
}

function lastTarget(draft: Draft): JsonValue | undefined {
  const layers = valueAt(draft, LAYERS)
  const objects = Array.isArray(layers) ? (layers as readonly (JsonObject | null)[]) : []
  return (objects.findLast((one) => (one?.['role'] ?? 'target') === 'target') ?? objects.at(-1))?.['name']
}

/** Without any mesh and spectrum the document says nothing of scoring, as one that never had any. */
function without(draft: Draft, collection: Collection, index: number): Draft {
  const less = removeMember(draft, collection, index)
  const left = namesOf(less, MESHES.split('.')).length + namesOf(less, ['setup', 'scoring', 'spectra']).length
  return left === 0 ? withValue(less, ['setup', 'scoring'], undefined) : less
}
