/** Whether the executable that a site names holds our source routine, and which executable it is. */

import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import type { Finding } from '#cli/context.ts'
import { WOBBLED_ROUTINE } from '#engines/fluka/compose/source-routine.ts'
import { SOURCE_PLACES, UNPROVEN_TOOLS } from '#engines/fluka/run/routine-build.ts'
import type { FlukaSite } from '#engines/fluka/site.ts'
import { GFORTRAN } from '#stand-in/compile-routine.ts'

/** Whether templates may bring code, what compiles it, and one finding for each program that was linked by hand. */
export function routineFindings(site: FlukaSite): readonly Finding[] {
  return [...byHandFindings(site), ...workshopFindings(site)]
}

function workshopFindings({ userRoutines, program, standIn, label, flavour }: FlukaSite): readonly Finding[] {
  const name = 'FLUKA, user routines'
  if (userRoutines !== true) {
    const sentence =
      'not allowed: templates with code are refused. ISOLARIO_FLUKA_ROUTINES=yes allows them (trust tier 2, docs/fluka.md)'
    return [{ name, state: 'ok', sentence }]
  }
  if (program === null) {
    return [{ name, state: 'ok', sentence: `allowed; the workers elsewhere compile them with their ${label}` }]
  }
  if (standIn) {
    const sentence = existsSync(GFORTRAN)
      ? `allowed; the stand-in compiles with ${GFORTRAN} what needs nothing of FLUKA, and runs none of it`
      : `allowed, and ${GFORTRAN}, which the stand-in compiles with, is not there`
    return [{ name, state: existsSync(GFORTRAN) ? 'ok' : 'bad', sentence }]
  }
  const { tools, wobbled } = program.workshop!
  const compilers = ['/usr/local/bin/gfortran', '/usr/bin/gfortran'].filter((file) => existsSync(file))
  return [
    typeof tools === 'string'
      ? { name, state: 'bad', sentence: `allowed, but ${tools.charAt(0).toLowerCase()}${tools.slice(1)}` }
      : {
          name,
          state: compilers.length > 0 ? 'ok' : 'bad',
          sentence: `allowed: ${tools.compile.join(' ')} and ${tools.link.join(' ')}${compilers.length > 0 ? ` with ${compilers[0]}` : ', but no gfortran is in /usr/local/bin or /usr/bin; FLUKA must be compiled for by the compiler that it was built with'}; ${UNPROVEN_TOOLS}`,
        },
    ...(program.routines.size > 0
      ? []
      : [
          {
            name: 'FLUKA, wobbled beam',
            state: typeof wobbled === 'string' ? ('missing' as const) : ('ok' as const),
            sentence:
              typeof wobbled === 'string'
                ? wobbled
                : `compiled at its first use from ${SOURCE_PLACES[flavour].join(' or ')} and ${WOBBLED_ROUTINE.name}; unproven, look at the spot of a first run`,
          },
        ]),
  ]
}

/** None of the stand-in, which needs no executable. */
function byHandFindings({ standIn, program }: FlukaSite): readonly Finding[] {
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
