/** The control service that the command line speaks to. */

import type { Connection } from '#cli/context.ts'
import { CliError } from '#cli/exit-codes.ts'
import { FolderInUseError, lockFolder } from '#worker/folder-lock.ts'
import { readServerNote, type ServerNote } from './data-folder.ts'
import type { Environment } from './environment.ts'

/** @throws CliError `NO_SERVER`, `SERVER_ADDRESS_INVALID`, `TOKEN_INVALID`. */
export async function connectionOf(environment: Environment): Promise<Connection> {
  const note = environment.serverUrl === null ? await livingServer(environment.dataFolder) : null
  const address = environment.serverUrl ?? note?.url
  if (address === undefined) {
    throw new CliError(
      'NO_SERVER',
      'NO_SERVER',
      `No service runs on ${environment.dataFolder}. Start one with "isolario serve", or name one with ISOLARIO_SERVER and ISOLARIO_TOKEN.`,
    )
  }
  const url = URL.parse(address)
  if (!url || !/^https?:$/.test(url.protocol)) {
    throw new CliError(
      'BAD_INPUT',
      'SERVER_ADDRESS_INVALID',
      'ISOLARIO_SERVER takes an address such as http://127.0.0.1:7411.',
    )
  }
  const token = environment.token ?? note?.token
  if (token !== undefined && !/^[!-~]+$/.test(token)) {
    throw new CliError(
      'BAD_INPUT',
      'TOKEN_INVALID',
      'ISOLARIO_TOKEN holds characters that no token has; copy it again from the printed address.',
    )
  }
  return { url: url.origin, token, fetch }
}

/**
 * The note of a service that lives: it holds the lock of its folder. The note of a killed one would send the token to
 * whoever listens on its port now.
 */
async function livingServer(folder: string): Promise<ServerNote | null> {
  const note = readServerNote(folder)
  if (note === null) return null
  try {
    const unlock = await lockFolder(folder)
    await unlock()
    return null
  } catch (error) {
    if (error instanceof FolderInUseError) return note
    throw error
  }
}
