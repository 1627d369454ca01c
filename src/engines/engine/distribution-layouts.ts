/** From what a setup asks for to the layouts of meshes and spectra, the same for every engine. */

import type { DistributionLayout } from '#results/distribution.ts'
import type { Setup } from '#simulation/document.ts'
import { scoredThings } from '#simulation/scored-axes.ts'

/** The layouts of the meshes and then the spectra of a setup, in its order. */
export const distributionLayouts = (setup: Setup): readonly DistributionLayout[] => scoredThings(setup)
