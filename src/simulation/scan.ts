/** Scans: which numbers of a setup can be scanned, and the setup at a value. */

import { getAt, setAt, structuredCopy } from './assignments.ts'
import { type Catalogue, catalogueOf, type Parameter, parameterAt } from './catalogue.ts'
import type { Setup, SimulationDocument } from './document.ts'

export type Scannable =
  | { readonly ok: true; readonly parameter: Parameter }
  | { readonly ok: false; readonly cause: 'unknown' | 'not-a-number' }

/**
 * The parameter behind a scan path, if this document has it and it is a number of the setup.
 * @param path for example `setup.beam.energyMeV` or `setup.target.layers.3.thicknessMm`.
 */
export function scannable(document: unknown, path: string, catalogue: Catalogue = catalogueOf()): Scannable {
  if (!path.startsWith('setup.') || path.includes('*') || getAt(document, path) === undefined) {
    return { ok: false, cause: 'unknown' }
  }
  const part = getAt(document, path.slice(0, path.lastIndexOf('.')))
  const kind = (part as { readonly kind?: unknown } | undefined)?.kind
  const parameter = parameterAt(catalogue, path, typeof kind === 'string' ? kind : undefined)
  const number = parameter?.type === 'number' || parameter?.type === 'integer'
  return number ? { ok: true, parameter } : { ok: false, cause: 'not-a-number' }
}

/** Paths of all numbers of this setup, for suggestions and for the form's choice. */
export function scannablePaths(document: SimulationDocument, catalogue: Catalogue = catalogueOf()): readonly string[] {
  const paths: string[] = []
  const walk = (value: unknown, path: string) => {
    if (typeof value === 'object' && value !== null) {
      for (const [step, member] of Object.entries(value)) walk(member, `${path}.${step}`)
    } else if (scannable(document, path, catalogue).ok) paths.push(path)
  }
  walk(document.setup, 'setup')
  return paths
}

/** The setup with one number replaced. The path must be one that {@link scannable} accepts. */
export function setupAt(setup: Setup, path: string, value: number): Setup {
  const copy = structuredCopy({ setup })
  setAt(copy, path, value)
  return copy.setup
}
