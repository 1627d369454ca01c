/** Symbols and English names of the elements (IUPAC, 2016), with the neutron as Z = 0. */

/** Highest charge number with a name. */
export const Z_MAX = 118

const SYMBOLS: readonly string[] = (
  'n H He Li Be B C N O F Ne Na Mg Al Si P S Cl Ar K Ca Sc Ti V Cr Mn Fe Co Ni Cu Zn Ga Ge As Se Br Kr Rb Sr Y Zr Nb Mo ' +
  'Tc Ru Rh Pd Ag Cd In Sn Sb Te I Xe Cs Ba La Ce Pr Nd Pm Sm Eu Gd Tb Dy Ho Er Tm Yb Lu Hf Ta W Re Os Ir Pt Au Hg Tl Pb ' +
  'Bi Po At Rn Fr Ra Ac Th Pa U Np Pu Am Cm Bk Cf Es Fm Md No Lr Rf Db Sg Bh Hs Mt Ds Rg Cn Nh Fl Mc Lv Ts Og'
).split(' ')

const NAMES: readonly string[] = (
  'neutron hydrogen helium lithium beryllium boron carbon nitrogen oxygen fluorine neon sodium magnesium aluminium ' +
  'silicon phosphorus sulfur chlorine argon potassium calcium scandium titanium vanadium chromium manganese iron cobalt ' +
  'nickel copper zinc gallium germanium arsenic selenium bromine krypton rubidium strontium yttrium zirconium niobium ' +
  'molybdenum technetium ruthenium rhodium palladium silver cadmium indium tin antimony tellurium iodine xenon caesium ' +
  'barium lanthanum cerium praseodymium neodymium promethium samarium europium gadolinium terbium dysprosium holmium ' +
  'erbium thulium ytterbium lutetium hafnium tantalum tungsten rhenium osmium iridium platinum gold mercury thallium ' +
  'lead bismuth polonium astatine radon francium radium actinium thorium protactinium uranium neptunium plutonium ' +
  'americium curium berkelium californium einsteinium fermium mendelevium nobelium lawrencium rutherfordium dubnium ' +
  'seaborgium bohrium hassium meitnerium darmstadtium roentgenium copernicium nihonium flerovium moscovium livermorium ' +
  'tennessine oganesson'
).split(' ')

/** Spellings that people also use; they are read, never written. */
const OTHER_NAMES: readonly (readonly [string, number])[] = [
  ['aluminum', 13],
  ['sulphur', 16],
  ['cesium', 55],
  ['wolfram', 74],
]

const BY_SYMBOL = new Map(SYMBOLS.map((symbol, z) => [symbol, z]))
/** Lower case; where the neutron's `n` and nitrogen's `N` meet, nitrogen is meant. */
const BY_LOWER_CASE_SYMBOL = new Map(SYMBOLS.map((symbol, z) => [symbol.toLowerCase(), z]))
const BY_NAME = new Map([...NAMES.map((name, z) => [name, z] as const), ...OTHER_NAMES])

/** Symbol of the element (`Ag` for 47, `n` for 0). Throws a RangeError outside 0 to 118. */
export function elementSymbol(z: number): string {
  const symbol = SYMBOLS[z]
  if (symbol === undefined) throw new RangeError(`no element has charge number ${z}: expected an integer 0 to ${Z_MAX}`)
  return symbol
}

/** English name of the element in lower case (`silver` for 47). Throws a RangeError outside 0 to 118. */
export function elementName(z: number): string {
  const name = NAMES[z]
  if (name === undefined) throw new RangeError(`no element has charge number ${z}: expected an integer 0 to ${Z_MAX}`)
  return name
}

/** Charge number of a symbol in its exact spelling (`Ag`, `n`, `N`), or undefined. */
export const chargeOfSymbol = (symbol: string): number | undefined => BY_SYMBOL.get(symbol)

/**
 * Charge number of a symbol or English name as people type it, upper and lower case alike, or undefined.
 * `N` and `n` alone cannot be told apart by case-blind reading: the exact symbol wins, so `n` is the neutron.
 */
export function chargeOfElement(text: string): number | undefined {
  const lower = text.toLowerCase()
  return BY_SYMBOL.get(text) ?? BY_LOWER_CASE_SYMBOL.get(lower) ?? BY_NAME.get(lower)
}
