/** The form: every field comes from the catalogue. A parameter added to the schema shows up here by itself. */

import { memo, useContext, useMemo } from 'react'
import type { Parameter } from '#simulation/catalogue.ts'
import type { JsonValue } from '#simulation/json-schema.ts'
import style from './compose.module.css'
import { chooseVariant, effective, isActive, pathOf, type Section, sectionsOf, valueAt, withValue } from './draft.ts'
import { EngineChoice } from './engine-choice.tsx'
import { Field } from './field.tsx'
import { CatalogueContext, type Change, type FormProps } from './form-parts.ts'
import { Layers } from './layers.tsx'
import { Mixtures } from './mixtures.tsx'
import { OptionalPart, optionalParts } from './optional-part.tsx'
import { Scored } from './scored.tsx'
import { TEMPLATE_PATH, TemplatePart } from './template-part.tsx'

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
  const parts = optionalParts(section).filter((part) =>
    part.parameters.some(
      (one) => (expert || !one.expert) && isActive(catalogue, draft, { ...one, optionalPart: null }),
    ),
  )
  const keyed = section.collections.filter((one) => one.by === 'key')
  const hasMixtures = keyed.some((one) => Object.keys(Object(valueAt(draft, pathOf(one)) ?? {})).length > 0)
  // Routine files belong to a template, which is edited beside the form.
  const collections = section.collections.filter(
    (one) => !one.path.startsWith(`${TEMPLATE_PATH}.`) && (one.by === 'name' || expert || hasMixtures),
  )
  if (shown.length === 0 && collections.length === 0 && parts.length === 0) return null
  return (
    <fieldset className={style.section}>
      <legend>{section.title}</legend>
      {collections.map((collection) =>
        collection.path.startsWith('setup.scoring.') ? (
          <Scored key={collection.path} collection={collection} draft={draft} change={change} expert={expert} />
        ) : collection.by === 'name' ? (
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
      {parts.map((part) =>
        part.path === TEMPLATE_PATH ? (
          <TemplatePart key={part.path} draft={draft} />
        ) : (
          <OptionalPart key={part.path} {...part} draft={draft} change={change} />
        ),
      )}
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
  const onChange = (next: JsonValue | undefined) =>
    change((draft) =>
      parameter.selectsVariant
        ? chooseVariant(catalogue, draft, parameter, String(next))
        : withValue(draft, pathOf(parameter), next),
    )
  return parameter.path === 'setup.engine.id' ? (
    <EngineChoice parameter={parameter} value={value} onChange={onChange} />
  ) : (
    <Field parameter={parameter} path={parameter.path} value={value} onChange={onChange} />
  )
})
