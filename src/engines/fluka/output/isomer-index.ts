/**
 * Which isomer stands at which place of a list of isomers in a RESNUCLEi file. FLUKA's list is fixed, sorted by mass,
 * charge and state, and cut at the greatest mass of the detector, but **it differs between builds of FLUKA, and no file
 * names its list**. So places are resolved only where the length of the list is the one that this table was made for,
 * and only those places that were seen.
 *
 * The table was made by pairing the lists of binary files of FLUKA 2011.2x (2020) with the rows of the text tables that
 * `usrsuw` made of them: 221 of at least 1103 places. A build with another list of the same length cannot be told apart;
 * whoever needs certainty takes isomers from the text table.
 */

/** An isomer by FLUKA's own numbering of states, which need not be that of NUBASE. */
export interface IsomerState {
  readonly Z: number
  readonly A: number
  readonly m: number
}

/** Greatest mass of a detector, and the length of its list of isomers in the build that the table is for. */
const LENGTHS: ReadonlyMap<number, number> = new Map([
  [78, 100],
  [80, 110],
  [105, 252],
  [136, 517],
  [195, 953],
  [198, 980],
  [221, 1102],
  [223, 1103],
])

/** `place:Z-A-m`, places from 0. */
const PLACES = `
0:7-16-1 1:11-24-1 2:13-24-1 3:11-26-1 4:13-26-1 6:17-38-1 7:19-38-1 9:21-42-1 10:21-43-1 13:21-44-1 14:21-44-2
16:21-45-1 17:22-45-1 18:21-46-1 19:21-46-2 20:23-46-1 21:21-50-1 22:25-50-1 23:25-52-1 25:26-53-1 28:27-54-1
30:25-58-1 31:27-58-1 32:27-58-2 36:27-60-1 41:27-62-1 42:28-63-1 46:28-65-1 47:30-65-1 53:28-67-1 54:30-67-1
58:29-68-1 60:30-69-1 61:32-69-1 62:32-69-2 65:29-70-1 66:29-70-2 70:30-71-1 71:32-71-1 75:31-72-1 79:32-73-1
80:32-73-2 81:33-73-1 86:33-75-1 94:33-77-1 95:34-77-1 96:35-77-1 103:34-79-1 105:36-79-1 111:34-81-1 112:35-81-1
113:36-81-1 114:37-81-1 120:36-83-1 121:37-83-1 131:37-85-1 132:38-85-1 133:39-85-1 136:39-86-1 139:38-87-1
140:39-87-1 141:40-87-1 144:39-88-1 145:39-88-2 149:39-89-1 150:40-89-1 155:39-90-1 156:40-90-1 157:41-90-1
158:41-90-2 163:39-91-1 165:41-91-1 170:41-92-1 174:39-93-1 175:41-93-1 183:41-94-1 190:39-95-1 191:41-95-1
192:43-95-1 207:41-97-1 208:43-97-1 218:41-99-1 219:42-99-1 220:43-99-1 230:43-101-1 232:45-101-1 237:45-102-1
240:45-103-1 248:45-105-1 249:46-105-1 253:47-106-1 256:45-107-1 261:47-108-1 265:47-109-1 266:48-109-1
267:48-109-2 268:49-109-1 271:47-110-1 274:47-111-1 275:48-111-1 276:49-111-1 284:48-113-1 285:49-113-1
286:50-113-1 289:49-114-1 296:48-115-1 297:49-115-1 298:50-115-1 314:49-117-1 315:50-117-1 332:50-119-1
335:52-119-1 340:50-120-1 342:51-120-1 347:50-121-1 350:52-121-1 359:51-122-1 361:51-122-3 373:52-123-1
381:51-124-1 384:55-124-1 394:52-125-1 418:54-127-1 446:54-129-1 447:56-129-1 467:54-131-1 485:56-133-1
503:56-135-1 505:59-135-1 518:58-137-1 526:58-139-1 534:60-140-1 535:61-140-1 538:60-141-1 540:62-141-1
551:62-143-1 574:65-147-1 575:66-147-1 579:61-148-1 580:65-148-1 586:63-149-1 587:65-149-1 589:67-149-1
593:65-150-1 601:63-151-1 602:65-151-1 603:67-151-1 617:69-152-1 621:64-153-1 622:64-153-2 623:65-153-1
624:67-153-1 625:69-153-1 650:67-156-1 656:66-157-1 659:71-157-1 669:67-159-1 671:67-160-1 676:67-161-1
685:67-163-1 692:69-165-1 693:69-165-2 696:67-166-1 699:71-166-1 700:71-166-2 703:68-167-1 704:69-167-1
710:71-168-1 712:70-169-1 713:71-169-1 718:71-170-1 722:70-171-1 728:71-172-1 729:71-172-2 734:70-173-1
735:71-173-1 738:70-174-1 739:71-174-1 744:71-175-1 746:72-175-1 765:71-177-2 767:72-177-1 770:73-177-1
781:73-178-1 785:72-179-1 786:72-179-2 788:73-179-1 792:74-179-1 811:73-181-1 812:73-181-2 815:74-181-1
822:73-182-1 823:73-182-2 825:75-182-1 827:74-183-1 829:76-183-1 837:74-184-1 838:75-184-1 839:77-184-1
841:79-184-1 853:75-186-1 859:76-187-1 860:77-187-1 861:78-187-1 874:76-189-1 875:77-189-1 898:77-191-1
900:78-191-1 901:78-191-2 922:78-193-1 923:79-193-1 944:79-195-1 945:80-195-1 999:82-201-1 1013:82-203-1
1024:82-204-1 1032:82-205-1 1033:82-205-2 1041:82-206-1 1049:82-207-1 1061:83-210-1
`

const TABLE: ReadonlyMap<number, IsomerState> = new Map(
  PLACES.trim()
    .split(/\s+/)
    .map((entry) => {
      const [place, Z, A, m] = entry.split(/[:-]/).map(Number) as [number, number, number, number]
      return [place, { Z, A, m }]
    }),
)

/** Whether a list of this length, of a detector up to this mass, is the one that places are known of. */
export const knowsIsomerList = (greatestMass: number, length: number): boolean => LENGTHS.get(greatestMass) === length

/** Isomer at a place (from 0) of a list; `null` where it is not known. */
export function isomerAt(greatestMass: number, length: number, place: number): IsomerState | null {
  return knowsIsomerList(greatestMass, length) ? (TABLE.get(place) ?? null) : null
}

/** Place of an isomer in a list; `null` where it is not known. */
export function placeOfIsomer(greatestMass: number, length: number, { Z, A, m }: IsomerState): number | null {
  if (!knowsIsomerList(greatestMass, length)) return null
  for (const [place, state] of TABLE) {
    if (state.Z === Z && state.A === A && state.m === m) return place < length ? place : null
  }
  return null
}

/** Length of the list of a detector up to this mass; `null` where no file has shown it. */
export const isomerListLength = (greatestMass: number): number | null => LENGTHS.get(greatestMass) ?? null
