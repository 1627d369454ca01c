/** Names inside the data folder, and the note by which the command line finds a running service. */

import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { CliError } from '#cli/exit-codes.ts'

export interface DataFolder {
  readonly folder: string
  readonly records: string
  readonly objects: string
  readonly scratch: string
  /** Address and token of the running service; readable by its owner only. */
  readonly serverNote: string
  readonly token: string
}

export function openDataFolder(folder: string): DataFolder {
  const names: DataFolder = {
    folder,
    records: path.join(folder, 'records.sqlite'),
    objects: path.join(folder, 'objects'),
    scratch: path.join(folder, 'scratch'),
    serverNote: path.join(folder, 'server.json'),
    token: path.join(folder, 'token'),
  }
  // Results and the token are the user's: nobody else on the machine reads them.
  for (const place of [folder, names.objects, names.scratch]) makeFolder(place)
  chmodSync(folder, 0o700)
  return names
}

/**
 * Makes a folder and those above it, step by step: Node's own recursive way never ends where a parent cannot be made,
 * as below /proc.
 * @throws CliError `DATA_FOLDER_UNUSABLE`.
 */
function makeFolder(folder: string): void {
  const missing: string[] = []
  for (let at = folder; !existsSync(at); at = path.dirname(at)) missing.unshift(at)
  for (const one of missing) {
    try {
      mkdirSync(one, { mode: 0o700 })
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') continue
      throw new CliError(
        'BAD_INPUT',
        'DATA_FOLDER_UNUSABLE',
        `The data folder ${folder} cannot be made: ${(error as Error).message}. Choose one that this user may write: --data or ISOLARIO_DATA.`,
      )
    }
  }
}

export interface ServerNote {
  readonly url: string
  readonly token: string
  readonly pid: number
}

export function writeServerNote(data: DataFolder, note: ServerNote): void {
  writeFileSync(data.serverNote, `${JSON.stringify(note)}\n`, { mode: 0o600 })
  chmodSync(data.serverNote, 0o600)
}

/** The note of a running service, or `null` when there is none in this folder. */
export function readServerNote(folder: string): ServerNote | null {
  const file = path.join(folder, 'server.json')
  if (!existsSync(file)) return null
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as ServerNote
  } catch {
    return null
  }
}

export function removeServerNote(data: DataFolder): void {
  rmSync(data.serverNote, { force: true })
}

/** The token of this data folder: made once, so that a bookmarked page goes on working after a restart. */
export function readOrMakeToken(data: DataFolder, make: () => string): string {
  if (existsSync(data.token)) {
    const kept = readFileSync(data.token, 'utf8').trim()
    if (/^[0-9a-f]{32,}$/.test(kept)) return kept
  }
  const token = make()
  writeFileSync(data.token, `${token}\n`, { mode: 0o600 })
  return token
}
