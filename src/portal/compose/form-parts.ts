/** What every part of the form is handed: the draft, the way to change it, and the catalogue of parameters. */

import { createContext } from 'react'
import { catalogueOf } from '#simulation/catalogue.ts'
import type { Draft } from './draft.ts'
import type { LeftVariants } from './left-variants.ts'

/** The parameters that the form shows: the product's own, or those of a test. */
export const CatalogueContext = createContext(catalogueOf())

/** A step is told what was left of variants that are not chosen now. */
export type Change = (step: (draft: Draft, left: LeftVariants) => Draft) => void

export interface FormProps {
  readonly draft: Draft
  readonly change: Change
  readonly expert: boolean
}
