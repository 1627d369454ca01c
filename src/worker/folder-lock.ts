/**
 * A lock on a folder that ends with its process, whatever ends it.
 *
 * The system gives a file lock back when the process that holds it dies, also with -9; a note with a process id has to be
 * judged by others, and two that find the same dead note can both go on. SQLite is Node's way to the system's locks: an
 * exclusive transaction that is never committed. The database itself stays empty. What stands in the note beside it is
 * for people.
 */

import { readFile, rm, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'

/** Thrown when somebody else works in the folder. */
export class FolderInUseError extends Error {
  override readonly name = 'FolderInUseError'
  readonly code = 'FOLDER_IN_USE'
}

/** SQLite's result code for "another connection holds the lock" (sqlite.org/rescode.html#busy). */
const SQLITE_BUSY = 5

/**
 * Takes the lock of a folder. @returns a function that gives it back.
 * @throws FolderInUseError that names the process that has it, as far as it said so.
 */
export async function lockFolder(folder: string): Promise<() => Promise<void>> {
  const note = path.join(folder, 'lock.txt')
  const database = new DatabaseSync(path.join(folder, 'lock'), { timeout: 0 })
  try {
    database.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    database.close()
    if ((error as { errcode?: number }).errcode !== SQLITE_BUSY) throw error
    const holder = (await readFile(note, 'utf8').catch(() => '')).trim() || 'another process'
    throw new FolderInUseError(
      `The folder ${folder} is in use by ${holder}. Wait until it ends, or end it, and try again.`,
      {
        cause: error,
      },
    )
  }
  await writeFile(note, `process ${process.pid} on ${hostname()}\n`, { mode: 0o600 })
  return async () => {
    await rm(note, { force: true })
    database.close()
  }
}
