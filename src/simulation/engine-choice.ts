/** Which engine simulates the histories, with the physics that only it can be asked for. All of it is part of the setup. */

import { z } from 'zod'
import { real, yesOrNo } from './parameter.ts'
import { LONGEST_ROUTINES, MOST_ROUTINES } from './routines.ts'

const group = { group: 'Engine' } as const

/** Longest text of a template, in characters: the largest decks that were met have 200 kB. */
export const LONGEST_TEMPLATE = 256 * 1024

const routineGroup = { group: 'User routines' } as const

/** What a set of these may be, routines.ts says; here only what keeps a document within bounds. */
const routineSchema = z.strictObject({
  name: z
    .string()
    .max(200)
    .meta({
      ...routineGroup,
      expert: true,
      title: 'Routine file',
      description: 'Plain name of a source file: source.f is compiled, names that end in .inc are included.',
    }),
  text: z
    .string()
    .max(LONGEST_ROUTINES)
    .meta({
      ...routineGroup,
      expert: true,
      title: 'Routine text',
      description: 'Fortran of the user, compiled by the site with its FLUKA.',
    }),
})

/** A deck of the user's own, whole: so that the document tells all that is simulated, and its digest covers it. */
export const deckTemplateSchema = z.strictObject({
  name: z
    .string()
    .min(1)
    .max(100)
    .meta({
      ...group,
      expert: true,
      title: 'Template',
      description: 'Name of the template that the deck is made from.',
      flag: 'engine-template-name',
    }),
  version: z
    .int()
    .min(1)
    .max(1_000_000)
    .meta({
      ...group,
      expert: true,
      title: 'Template version',
      description: 'Counts up each time the template is saved.',
      flag: 'engine-template-version',
    }),
  text: z
    .string()
    .min(1)
    .max(LONGEST_TEMPLATE)
    .meta({
      ...group,
      expert: true,
      title: 'Template text',
      description: 'The template itself: a deck in which parameters stand as {{ name }}.',
      flag: 'engine-template',
    }),
  /** Left out where there are none, as in documents that were written before there were any: the digest stays theirs. */
  routines: z
    .array(routineSchema)
    .max(MOST_ROUTINES)
    .optional()
    .meta({
      ...routineGroup,
      expert: true,
      title: 'User routines',
      description:
        'Source files of user routines that the template brings along. Only where the site allows routines: they are code that runs on its workers.',
      flag: 'engine-routines',
    }),
})

const builtin = z.strictObject({ id: z.literal('builtin') })

/** The flavour and version of FLUKA are the site's, not the document's: they are part of the engine's version. */
const fluka = z.strictObject({
  id: z.literal('fluka'),
  transportIons: yesOrNo(
    {
      ...group,
      expert: true,
      title: 'Transport of ions',
      description:
        'Yes: residual nuclei move and are counted where they stop (slower, for thin discs). No: they are counted where they are born.',
    },
    false,
  ),
  interactionBias: real(
    {
      ...group,
      expert: true,
      title: 'Interaction bias',
      description:
        'Inelastic interactions of protons in the target are this much more frequent, and weigh so much less. 1: as in nature.',
      source: 'FLUKA manual, card LAM-BIAS',
    },
    { min: 1, max: 1000, default: 1, sensibleMax: 100 },
  ),
  decayInEngine: yesOrNo(
    {
      ...group,
      expert: true,
      title: 'Decay in the engine',
      description:
        'Yes: FLUKA also computes activities for irradiation and cooling of the operation. No: decay is evaluated from the production rates alone.',
    },
    false,
  ),
  template: deckTemplateSchema
    .nullable()
    .default(null)
    .meta({
      ...group,
      expert: true,
      title: 'Deck template',
      description: "A deck of one's own in place of the one that is written from the parameters.",
    }),
})

export const engineSchema = z.discriminatedUnion('id', [builtin, fluka]).meta({
  ...group,
  title: 'Engine',
  description:
    'What simulates the histories. `builtin` is part of Isolario; `fluka` needs FLUKA at the site, under its own licence.',
  flag: 'engine',
})

export type EngineChoice = z.output<typeof engineSchema>
export type FlukaChoice = Extract<EngineChoice, { id: 'fluka' }>
export type DeckTemplate = z.output<typeof deckTemplateSchema>
