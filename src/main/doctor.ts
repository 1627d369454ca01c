/** What this machine has, what it lacks and how to get it: the findings of `isolario doctor`. */

import { accessSync, constants, existsSync, statfsSync } from 'node:fs'
import { availableParallelism, totalmem } from 'node:os'
import path from 'node:path'
import type { Finding } from '#cli/context.ts'
import type { FlukaSite } from '#engines/fluka/site.ts'
import { nuclearDataSources } from '#nuclides/sources.ts'
import { openPostgresRecords } from '#records/postgres.ts'
import { createEngines } from './engines.ts'
import type { Environment } from './environment.ts'
import { probeFluka } from './fluka-probe.ts'
import { routineFindings } from './fluka-routine.ts'
import { findFluka } from './fluka-site.ts'
import { PORTAL_FOLDER, VERSION } from './root.ts'

const WANTED_NODE_MAJOR = 24
/** Below this the records and objects of a few large jobs no longer fit. */
const LITTLE_SPACE_GIB = 1

export async function examine(environment: Environment): Promise<readonly Finding[]> {
  return [
    { name: 'Isolario', state: 'ok', sentence: `version ${VERSION}` },
    node(),
    {
      name: 'cores',
      state: 'ok',
      sentence: `${availableParallelism()} cores, ${Math.round(totalmem() / 2 ** 30)} GiB of memory; one worker per core`,
    },
    portal(),
    dataFolder(environment.dataFolder),
    await records(environment),
    ...createEngines().map(
      ({ identity }): Finding => ({
        name: `engine ${identity.id}`,
        state: 'ok',
        sentence: `${identity.label} ${identity.version}`,
      }),
    ),
    ...(await flukaFindings(process.env)),
    {
      name: 'nuclear data',
      state: 'ok',
      sentence: nuclearDataSources.map(({ name, version }) => (version ? `${name} ${version}` : name)).join(', '),
    },
  ]
}

/** What of FLUKA is asked for and not there, or not what it is said to be. */
export async function flukaFindings(variables: NodeJS.ProcessEnv): Promise<readonly Finding[]> {
  const name = 'FLUKA'
  const fluka = findFluka(variables)
  switch (fluka.kind) {
    case 'none':
      return [
        {
          name,
          state: 'missing',
          sentence:
            'not set up: ISOLARIO_FLUKA names the folder of an installed FLUKA, or "stand-in" for the imitation (docs/fluka.md)',
        },
      ]
    case 'wrong':
      return fluka.reasons.map((sentence): Finding => ({ name, state: 'bad', sentence }))
    case 'site':
      return [await siteFinding(name, fluka.site), ...routineFindings(fluka.site), ...unproven(fluka.site)]
  }
}

async function siteFinding(name: string, site: FlukaSite): Promise<Finding> {
  const { program, label, version, standIn } = site
  if (standIn)
    return { name, state: 'ok', sentence: `${label}: an imitation for trying the way; its numbers are not FLUKA's` }
  if (!program)
    return { name, state: 'ok', sentence: `jobs for ${label} are accepted for workers elsewhere; it is not here` }
  const probe = await probeFluka(site, program)
  if (probe.kind === 'unknown') {
    return { name, state: 'bad', sentence: `${program.program} does not run: ${probe.sentence}` }
  }
  const found = probe.found.version
  return found === version
    ? { name, state: 'ok', sentence: `${label} runs: ${program.program}` }
    : {
        name,
        state: 'bad',
        sentence: `${program.program} is version ${found}, not ${version}: set ISOLARIO_FLUKA_VERSION to "${site.flavour === 'infn' ? 'infn' : 'cern'} ${found}"`,
      }
}

/** What no real file has shown yet: whoever has FLUKA can send one. */
const unproven = ({ standIn }: FlukaSite): readonly Finding[] =>
  standIn
    ? []
    : [
        {
          name: 'FLUKA files',
          state: 'ok',
          sentence:
            'the file of a single run of RESNUCLEi and headers of 136 bytes are unproven on real files; docs/fluka.md says what to send',
        },
      ]

function node(): Finding {
  const major = Number(process.versions.node.split('.')[0])
  return major >= WANTED_NODE_MAJOR
    ? { name: 'Node.js', state: 'ok', sentence: process.version }
    : { name: 'Node.js', state: 'bad', sentence: `${process.version}; ${WANTED_NODE_MAJOR} or newer is needed` }
}

function portal(): Finding {
  return existsSync(path.join(PORTAL_FOLDER, 'index.html'))
    ? { name: 'portal', state: 'ok', sentence: 'built' }
    : { name: 'portal', state: 'missing', sentence: 'not built; "npm start" in a clone builds it' }
}

function dataFolder(folder: string): Finding {
  try {
    // Looked at, not made: the nearest folder that is there tells.
    let there = folder
    while (!existsSync(there)) there = path.dirname(there)
    accessSync(there, constants.W_OK)
    const { bavail, bsize } = statfsSync(there)
    const free = (bavail * bsize) / 2 ** 30
    const sentence = `${folder}, ${free.toFixed(1)} GiB free`
    return { name: 'data folder', state: free < LITTLE_SPACE_GIB ? 'bad' : 'ok', sentence }
  } catch (error) {
    return { name: 'data folder', state: 'bad', sentence: `${folder} cannot be written: ${(error as Error).message}` }
  }
}

async function records(environment: Environment): Promise<Finding> {
  if (environment.databaseUrl === null) return { name: 'records', state: 'ok', sentence: 'SQLite in the data folder' }
  try {
    const opened = await openPostgresRecords({ url: environment.databaseUrl, connections: 1 })
    await opened.close()
    return { name: 'records', state: 'ok', sentence: 'PostgreSQL answers' }
  } catch (error) {
    // Never the address itself: it holds the password.
    return {
      name: 'records',
      state: 'bad',
      sentence: `PostgreSQL of ISOLARIO_DATABASE_URL: ${(error as Error).message}`,
    }
  }
}
