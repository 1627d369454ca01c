/** Text that a program wanted to put into a deck and that cannot stand there. */
export class DeckTextError extends Error {
  readonly code = 'DECK_TEXT_IMPOSSIBLE'

  constructor(message: string) {
    super(message)
    this.name = 'DeckTextError'
  }
}
