/** What the stand-in cannot do with a deck; its message goes into the listing. */
export class StandInError extends Error {
  override readonly name = 'StandInError'
}
