/** What an engine that this installation lacks could be told: asked in the browser, as no service can be asked. */

import { queryOptions } from '@tanstack/react-query'
import type { EngineRemark } from '#engines/engine/engine.ts'
import type { SimulationDocument } from '#simulation/document.ts'

/** Engines whose scope is known without their programs. */
export const KNOWN_WITHOUT_PROGRAM: ReadonlySet<string> = new Set(['fluka'])

/** Refusals and notes of FLUKA by parameter. Its part of the page is loaded when the question is asked. */
export const missingEngineRemarks = (document: SimulationDocument | null) =>
  queryOptions({
    queryKey: ['what FLUKA could be told', document],
    async queryFn(): Promise<readonly EngineRemark[]> {
      const { remarksAnywhere } = await import('#engines/fluka/remarks-anywhere.ts')
      return document === null ? [] : remarksAnywhere(document.setup)
    },
    staleTime: Number.POSITIVE_INFINITY,
    // A template is a large key: only the last ones are kept.
    gcTime: 10_000,
  })
