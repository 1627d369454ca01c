/** The FLUKA of a site: its flavour and version, and where its programs are. */

import { WOBBLED_ROUTINE } from './compose/source-routine.ts'
import { FLAVOURS, type Flavour, flavourLabel } from './flavour.ts'

/** What a machine with FLUKA has. */
export interface FlukaProgram {
  /** Absolute path of the script rfluka, or of what runs it. */
  readonly program: string
  /** Arguments before its own. */
  readonly args: readonly string[]
  /** Environment of a run, whole. */
  readonly environment: Readonly<Record<string, string>>
  /** Executables with compiled source routines, by the name and version of the routine. */
  readonly routines: ReadonlyMap<string, string>
}

export interface FlukaSite {
  readonly flavour: Flavour
  /** As the listing names it: `4-4.1`. */
  readonly version: string
  /** For people: `FLUKA 4-4.1 (CERN)`. */
  readonly label: string
  /** True for a stand-in. */
  readonly standIn: boolean
  /** Source routines that the site's workers have, by name and version. */
  readonly routines: ReadonlySet<string>
  /** `null` where jobs are only accepted, for workers elsewhere. */
  readonly program: FlukaProgram | null
}

/**
 * A FLUKA that nobody has named yet, for asking what could be written for it: one of this line, with the source routines that
 * a site can compile, and no program.
 */
export const anySite = (flavour: Flavour): FlukaSite => ({
  flavour,
  version: '',
  label: flavourLabel[flavour],
  standIn: false,
  routines: new Set([WOBBLED_ROUTINE.name]),
  program: null,
})

/** Version of the part between FLUKA and Isolario; grows when the deck or the meaning of a number changes. */
export const ADAPTER_VERSION = '1.0'

/** How a site's flavour is called in versions. */
const SHORT: Readonly<Record<Flavour, string>> = { cern4: 'cern', infn: 'infn' }

/**
 * Version of the engine, part of every result: results of different builds of FLUKA are never added up.
 * For example `1.0+cern.4-4.1`, or `1.0+STAND-IN.cern.4-0.0`.
 */
export const engineVersion = ({
  flavour,
  version,
  standIn,
}: Pick<FlukaSite, 'flavour' | 'version' | 'standIn'>): string =>
  `${ADAPTER_VERSION}+${standIn ? 'STAND-IN.' : ''}${SHORT[flavour]}.${version.replace(/[^A-Za-z0-9.-]/g, '_')}`

/** The flavour that the version of an engine names; `null` where it names none. */
export function flavourOfVersion(version: string): Flavour | null {
  const [, word] = /^[\d.]+\+(?:STAND-IN\.)?([a-z]+)\./.exec(version) ?? []
  return FLAVOURS.find((flavour) => SHORT[flavour] === word) ?? null
}
