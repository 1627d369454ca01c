import { MantineProvider } from '@mantine/core'
import { renderToStaticMarkup } from 'react-dom/server'
import { expect, it } from 'vitest'
import type { z } from 'zod'
import { catalogueOf } from '#simulation/catalogue.ts'
import { documentSchema, setupSchema } from '#simulation/document.ts'
import { real } from '#simulation/parameter.ts'
import { presets } from '#simulation/presets.ts'
import type { Draft } from './draft.ts'
import { Form } from './form.tsx'
import { CatalogueContext } from './form-parts.ts'

const draft = JSON.parse(JSON.stringify(presets()[0]!.document)) as Draft

const pageOf = (catalogue = catalogueOf(), expert = false) =>
  renderToStaticMarkup(
    <MantineProvider>
      <CatalogueContext value={catalogue}>
        <Form draft={draft} change={() => undefined} expert={expert} />
      </CatalogueContext>
    </MantineProvider>,
  )

it('shows a parameter that was added to the schema and nowhere else', () => {
  const text = { group: 'Heater', title: 'Heater power', unit: 'W', description: 'Power of the tantalum heater.' }
  const schema = documentSchema.extend({
    setup: setupSchema.extend({ heaterPowerWatt: real(text, { min: 0, max: 20_000, default: 4000 }) }),
  })
  const page = pageOf(catalogueOf(schema as unknown as z.ZodType))
  expect(page).toContain('<legend>Heater</legend>')
  expect(page).toMatch(/Heater power.*value="4000"/s)
  expect(page).toContain('Power of the tantalum heater.')
  expect(page).toContain('Allowed: 0 to 20000 W.')
  expect(pageOf()).not.toContain('Heater')
})

it('shows every parameter that is active, expert ones only to experts', () => {
  const plain = pageOf()
  const expert = pageOf(catalogueOf(), true)
  expect(plain).not.toContain('Energy spread')
  expect(expert).toContain('Energy spread')
  // Eleven layers with seven fields each.
  expect(plain.match(/data-path="setup\.target\.layers\.\d+\./g)).toHaveLength(77)
})

it('says what is unusual below the row of its layer', () => {
  const layers = (draft as { setup: { target: { layers: object[] } } }).setup.target.layers
  const thick = {
    ...draft,
    setup: { ...(draft['setup'] as object), target: { layers: [{ ...layers[1], thicknessMm: 9 }] } },
  }
  const page = renderToStaticMarkup(
    <MantineProvider>
      <Form draft={thick as unknown as Draft} change={() => undefined} expert={false} />
    </MantineProvider>,
  )
  expect(page).toContain('Thickness. Unusual: 0.1 to 5 mm makes sense here.')
})

it('shows the fields of a mesh that mean something for its geometry, and names of layers for a spectrum', () => {
  const setup = draft['setup'] as object
  const scoring = {
    meshes: [
      { name: 'heat', geometry: 'rz' },
      { name: 'flux', geometry: 'xyz' },
    ],
    spectra: [{ name: 'out', layer: 'disc7', estimator: 'track-length' }],
  }
  const page = (expert: boolean) =>
    renderToStaticMarkup(
      <MantineProvider>
        <Form draft={{ ...draft, setup: { ...setup, scoring } } as Draft} change={() => undefined} expert={expert} />
      </MantineProvider>,
    )
  const paths = [...page(true).matchAll(/data-path="setup\.scoring\.([^"]+)"/g)].map(([, path]) => path)
  expect(paths).toEqual(expect.arrayContaining(['meshes.0.rBins', 'meshes.1.xBins', 'spectra.0.layer']))
  for (const none of ['meshes.0.xBins', 'meshes.1.rToMm', 'spectra.0.angleBins', 'spectra.0.direction']) {
    expect(paths).not.toContain(none)
  }
  expect(page(false)).toContain('<option value="disc7">')
  expect(pageOf()).toContain('None is asked for.')
})
