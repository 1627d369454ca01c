/** Rules for the names in a deck, and the names that FLUKA knows without being told. */

/**
 * What may stand as a name in one of a card's ten columns: visible ASCII without the marks that mean something else
 * (`!` remark, `*`, `#`, `$`, quotes, separators of the free form). `E+&E-` is a particle.
 */
export const NAME_IN_FIELD = /^(?:@[A-Z]{1,9}|-?[A-Za-z0-9_][A-Za-z0-9_.+&()-]{0,9})$/u

/** A body: begins with a letter, eight characters. */
export const BODY_NAME = /^[A-Za-z][A-Za-z0-9_]{0,7}$/u
/** A region: begins with a letter, eight characters; FLUKA keeps capitals and small letters apart. */
export const REGION_NAME = /^[A-Za-z][A-Za-z0-9_]{0,7}$/u
/** A material of our own: begins with a letter, eight characters. Other decks use `136-XE` and the like, which is read. */
export const MATERIAL_NAME = /^[A-Za-z][A-Za-z0-9_-]{0,7}$/u
/** A detector: ten characters. */
export const DETECTOR_NAME = /^[A-Za-z][A-Za-z0-9_-]{0,9}$/u

/** Longest name of a body, a region or a material. */
export const NAME_LENGTH = 8
/** Longest name of a detector. */
export const DETECTOR_NAME_LENGTH = 10

/** A material that FLUKA defines itself. */
export interface KnownMaterial {
  readonly name: string
  /** FLUKA's number of it; `null` for the predefined compounds, which have none before they are used. */
  readonly number: number | null
}

const NUMBERED = (
  'BLCKHOLE VACUUM HYDROGEN HELIUM BERYLLIU CARBON NITROGEN OXYGEN MAGNESIU ALUMINUM IRON COPPER SILVER SILICON GOLD ' +
  'MERCURY LEAD TANTALUM SODIUM ARGON CALCIUM TIN TUNGSTEN TITANIUM NICKEL'
).split(' ')

const COMPOUNDS = 'WATER POLYSTYR PLASCINT PMMA BONECOMP BONECORT MUSCLESK MUSCLEST ADTISSUE KAPTON POLYETHY AIR'.split(
  ' ',
)

/**
 * Materials that need no MATERIAL card: the 25 elements by number, and compounds. Source: FLUKA manual, "Pre-defined
 * materials".
 */
export const KNOWN_MATERIALS: ReadonlyMap<string, KnownMaterial> = new Map<string, KnownMaterial>([
  ...NUMBERED.map((name, index): [string, KnownMaterial] => [name, { name, number: index + 1 }]),
  ...COMPOUNDS.map((name): [string, KnownMaterial] => [name, { name, number: null }]),
])

/**
 * A name for something that a person named: at most `length` letters, digits and `_`, beginning with a letter, and none of
 * `taken`; the last characters give way to a number when two would be the same. Never empty, never a word that the
 * geometry reads otherwise.
 */
export function deckName(text: string, taken: ReadonlySet<string>, length = NAME_LENGTH): string {
  const plain = text.normalize('NFKD').replace(/[^A-Za-z0-9_]/gu, '')
  const letters = /^[A-Za-z]/u.test(plain) ? plain : `X${plain}`
  const first = letters.slice(0, length)
  if (!taken.has(first) && !RESERVED.has(first.toUpperCase())) return first
  for (let number = 2; ; number++) {
    const tail = String(number)
    const name = letters.slice(0, length - tail.length) + tail
    if (!taken.has(name)) return name
  }
}

/** Words of the geometry. */
const RESERVED = new Set(['END', 'OR', 'GEOEND'])
