/** Where a detector says into which file it writes. Source: FLUKA manual, the cards named. */

/** Number of the WHAT that holds the unit, by command. */
export const UNIT_FIELD: Readonly<Partial<Record<string, number>>> = {
  RESNUCLE: 2,
  USRBIN: 3,
  USRBDX: 3,
  USRTRACK: 3,
  USRCOLL: 3,
  USRYIELD: 3,
  EVENTBIN: 3,
}
