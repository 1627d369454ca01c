/**
 * Makes new names in a directory durable, one fsync for all that were made while the one before was under way.
 * Thousands of small objects in one directory would otherwise pay for it one by one.
 */

import { open } from 'node:fs/promises'

interface Turn {
  running: Promise<void> | undefined
  /** The next one, which everybody who comes now shares; it has not begun yet. */
  next: Promise<void> | undefined
}

export class DirectorySync {
  readonly #turns = new Map<string, Turn>()

  /** Resolves when every name made in the directory before this call is durable. */
  sync(directory: string): Promise<void> {
    const turn = this.#turns.get(directory) ?? { running: undefined, next: undefined }
    this.#turns.set(directory, turn)
    if (turn.next) return turn.next
    const begin = async () => {
      await turn.running?.catch(() => {})
      turn.running = turn.next
      turn.next = undefined
      try {
        await syncNow(directory)
      } finally {
        if (!turn.next) this.#turns.delete(directory)
      }
    }
    turn.next = begin()
    return turn.next
  }
}

async function syncNow(directory: string) {
  const handle = await open(directory, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
