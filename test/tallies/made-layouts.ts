/** Layouts of distributions for tests. */

import type { DistributionLayout } from '#results/distribution.ts'

/** Neutrons through the back of a disc, with bins of different width. */
export const BEHIND: DistributionLayout = {
  name: 'behind',
  kind: 'spectrum',
  quantity: 'current',
  particle: 'neutron',
  where: 'face',
  layer: 'disc1',
  direction: 'forward',
  axes: [{ name: 'energy', unit: 'MeV', scale: 'linear', edges: [0, 1, 3, 10] }],
  extent: 4,
}
