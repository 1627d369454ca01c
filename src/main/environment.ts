/** The environment of one machine: of `serve` and of the command line. docs/operation.md lists it. */

import { homedir } from 'node:os'
import path from 'node:path'
import { given } from './variables.ts'

export interface Environment {
  /** `ISOLARIO_DATA`: folder of everything this machine keeps. */
  readonly dataFolder: string
  /** `ISOLARIO_DATABASE_URL`: PostgreSQL for the records; `null` keeps them in the data folder. A secret. */
  readonly databaseUrl: string | null
  /** `ISOLARIO_SERVER`: address of the control service for the command line; `null`: the one of the data folder. */
  readonly serverUrl: string | null
  /** `ISOLARIO_TOKEN`: token for that service. A secret. */
  readonly token: string | null
  /** `NO_COLOR` (https://no-color.org): any non-empty value. */
  readonly noColor: boolean
  /** `ISOLARIO_LOG_LEVEL`: of the service's log; default `warn`. */
  readonly logLevel: string
}

/** @param root folder of the clone or of the installed package. */
export function readEnvironment(root: string, variables: NodeJS.ProcessEnv = process.env): Environment {
  return {
    dataFolder: path.resolve(given(variables, 'ISOLARIO_DATA') ?? defaultDataFolder(root, variables)),
    databaseUrl: given(variables, 'ISOLARIO_DATABASE_URL'),
    serverUrl: given(variables, 'ISOLARIO_SERVER'),
    token: given(variables, 'ISOLARIO_TOKEN'),
    noColor: given(variables, 'NO_COLOR') !== null,
    logLevel: given(variables, 'ISOLARIO_LOG_LEVEL') ?? 'warn',
  }
}

/** A clone keeps its data beside itself; an installed package where the system wants data of users. */
function defaultDataFolder(root: string, variables: NodeJS.ProcessEnv): string {
  if (!root.split(path.sep).includes('node_modules')) return path.join(root, 'isolario-data')
  return path.join(variables.XDG_DATA_HOME?.trim() || path.join(homedir(), '.local', 'share'), 'isolario')
}
