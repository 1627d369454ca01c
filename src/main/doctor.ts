/** What this machine has, what it lacks and how to get it: the findings of `isolario doctor`. */

import { accessSync, constants, existsSync, statfsSync } from 'node:fs'
import { availableParallelism, totalmem } from 'node:os'
import path from 'node:path'
import type { Finding } from '#cli/context.ts'
import { nuclearDataSources } from '#nuclides/sources.ts'
import { openPostgresRecords } from '#records/postgres.ts'
import { createEngines } from './engines.ts'
import type { Environment } from './environment.ts'
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
    {
      name: 'nuclear data',
      state: 'ok',
      sentence: nuclearDataSources.map(({ name, version }) => (version ? `${name} ${version}` : name)).join(', '),
    },
  ]
}

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
