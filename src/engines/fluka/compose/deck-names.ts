/** Names a deck gives to what the user named: short, unique, and never one that FLUKA keeps for itself. */

import { NAME_LENGTH } from '../deck/names.ts'

/**
 * Hands out names of at most eight characters, upper case, beginning with a letter: `disc-01` becomes `DISC01`. Two users'
 * names that would become the same are told apart by a number at the end, so the mapping is one to one.
 */
export class DeckNames {
  readonly #taken: Set<string>

  /** @param reserved names that may not be given, upper case. */
  constructor(reserved: Iterable<string>) {
    this.#taken = new Set(reserved)
  }

  /** @param letter put first where the user's name does not begin with a letter. */
  give(wanted: string, letter: string): string {
    const plain = wanted.toUpperCase().replaceAll(/[^A-Z0-9]/g, '')
    const stem = /^[A-Z]/.test(plain) ? plain : letter + plain
    for (let number = 1; ; number++) {
      const tail = number === 1 ? '' : String(number)
      const name = stem.slice(0, NAME_LENGTH - tail.length) + tail
      if (this.#taken.has(name)) continue
      this.#taken.add(name)
      return name
    }
  }
}
