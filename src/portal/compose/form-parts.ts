/** What every part of the form is handed: the draft, the way to change it, and the catalogue of parameters. */

import { createContext } from 'react'
import { catalogueOf } from '#simulation/catalogue.ts'
import type { Draft } from './draft.ts'

/** The parameters that the form shows: the product's own, or those of a test. */
export const CatalogueContext = createContext(catalogueOf())

export type Change = (step: (draft: Draft) => Draft) => void

export interface FormProps {
  readonly draft: Draft
  readonly change: Change
  readonly expert: boolean
}
