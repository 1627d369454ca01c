/** Whether the executable that a site names holds our source routine, and which executable it is. */

import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Finding } from '#cli/context.ts'
import type { FlukaSite } from '#engines/fluka/site.ts'

/** One finding for each routine; none of the stand-in, which needs no executable. */
export function routineFindings({ standIn, program }: FlukaSite): readonly Finding[] {
  if (standIn || program === null) return []
  return [...program.routines].map(([routine, executable]): Finding => {
    const name = 'FLUKA, wobbled beam'
    let bytes: Buffer
    try {
      bytes = readFileSync(executable)
    } catch (error) {
      return { name, state: 'bad', sentence: `${executable} cannot be read: ${(error as Error).message}` }
    }
    // The routine writes its name into the listing, so the name is in every executable that was linked with it.
    if (!bytes.includes(routine)) {
      return {
        name,
        state: 'bad',
        sentence: `${executable} does not hold the source routine ${routine}: make it anew ("isolario fluka routine"), link it and name the program in ISOLARIO_FLUKA_WOBBLED`,
      }
    }
    const digest = createHash('sha256').update(bytes).digest('hex')
    return {
      name,
      state: 'ok',
      sentence: `${routine} in ${executable} (SHA-256 ${digest}); unproven, since nobody could compile it with FLUKA for Isolario: look at the spot of a first run`,
    }
  })
}
