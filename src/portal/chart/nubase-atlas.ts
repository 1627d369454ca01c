/** The atlas of the product: NUBASE2020 with the decay network of the room `nuclides`. */

import { decayBranches, decayParents } from '#nuclides/decay.ts'
import type { Zai } from '#nuclides/nuclide.ts'
import { nuclearDataSources } from '#nuclides/sources.ts'
import { decayModesOf, nuclideStates } from '#nuclides/states.ts'
import { type Atlas, type AtlasBranch, buildAtlas } from './atlas.ts'

const sourceName = (id: string): string => nuclearDataSources.find((source) => source.id === id)?.name ?? id

function branchesOf(parent: Zai): AtlasBranch[] {
  return decayBranches(parent).map((branch) => ({
    parent,
    daughter: branch.daughter,
    mode: branch.mode,
    share: branch.branching,
    source: sourceName(branch.source),
    assumed: branch.assumed,
  }))
}

let atlas: Atlas | undefined

/** The atlas, built once for every page. */
export function nubaseAtlas(): Atlas {
  atlas ??= buildAtlas({
    source: sourceName('nubase2020'),
    states: nuclideStates,
    modes: decayModesOf,
    daughters: branchesOf,
    parents: (zai) =>
      decayParents(zai).flatMap((parent) => branchesOf(parent).filter((branch) => branch.daughter === zai)),
  })
  return atlas
}
