/** Names inside the data folder, and the note by which the command line finds a running service. */

import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'

export interface DataFolder {
  readonly folder: string
  readonly records: string
  readonly objects: string
  readonly scratch: string
  readonly lock: string
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
    lock: path.join(folder, 'lock'),
    serverNote: path.join(folder, 'server.json'),
    token: path.join(folder, 'token'),
  }
  // Results and the token are the user's: nobody else on the machine reads them.
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  mkdirSync(names.objects, { recursive: true })
  mkdirSync(names.scratch, { recursive: true })
  return names
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
