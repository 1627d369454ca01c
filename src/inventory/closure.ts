/** Everything that decay reaches, parents before daughters. */

import { formatZai } from '#nuclides/names.ts'
import type { Zai } from '#nuclides/nuclide.ts'
import { InventoryError } from './inventory-error.ts'

/**
 * Follows all branches from the given nuclides until nothing new is met.
 * @param nodeOf what is known of one nuclide; asked once a nuclide
 * @param daughtersOf the nuclides it leads to
 * @returns every nuclide met with its node, parents before daughters. The order does not depend on that of `start`.
 * Throws an {@link InventoryError} `decay-cycle` when a nuclide leads back to itself.
 */
export function decayClosure<Node>(
  start: readonly Zai[],
  nodeOf: (zai: Zai) => Node,
  daughtersOf: (node: Node) => readonly Zai[],
): Map<Zai, Node> {
  const open = new Set<Zai>()
  const finished = new Map<Zai, Node>()
  const visit = (zai: Zai): void => {
    if (finished.has(zai)) return
    if (open.has(zai)) {
      throw new InventoryError(
        'decay-cycle',
        `the decay data lead from ${formatZai(zai)} back to itself: a cycle cannot be followed`,
      )
    }
    open.add(zai)
    const node = nodeOf(zai)
    for (const daughter of daughtersOf(node)) visit(daughter)
    open.delete(zai)
    finished.set(zai, node)
  }
  // Ascending, so that neither the result nor one bit of it depends on the order of the given nuclides.
  for (const zai of [...start].sort((p, q) => p - q)) visit(zai)
  return new Map([...finished].reverse())
}
