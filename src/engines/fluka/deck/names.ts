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
