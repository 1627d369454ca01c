/** What FLUKA could be told of a simulation, where no FLUKA is: so that one knows before a site has it. */

import type { EngineRemark } from '#engines/engine/engine.ts'
import type { Setup } from '#simulation/document.ts'
import { forFluka } from './deck-of-document.ts'
import { remarksOn } from './scope.ts'
import { anySite } from './site.ts'

/**
 * Refusals and notes by parameter, as at a site with a FLUKA of CERN; what is written for the other line is the same today.
 * @param setup of a checked document; for another engine it is taken with what FLUKA does by default
 */
export const remarksAnywhere = (setup: Setup): readonly EngineRemark[] => remarksOn(forFluka(setup), anySite('cern4'))
