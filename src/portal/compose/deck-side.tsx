/** The deck beside the form: a part of its own, loaded when somebody asks for it. */

import type { ComponentProps } from 'react'
import { flavourOfVersion } from '#engines/fluka/site.ts'
import { DeckPanel } from './deck/deck-panel.tsx'

type DeckSideProps = Omit<ComponentProps<typeof DeckPanel>, 'siteFlavour'> & {
  /** Version of the engine of this installation; `null` where it has none. */
  readonly engineVersion: string | null
}

export const DeckSide = ({ engineVersion, ...rest }: DeckSideProps) => (
  <DeckPanel {...rest} siteFlavour={engineVersion === null ? null : flavourOfVersion(engineVersion)} />
)
