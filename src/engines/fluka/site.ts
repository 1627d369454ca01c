/** The FLUKA of a site: its flavour and version, and where its programs are. */

import type { RoutineFile } from '#simulation/routines.ts'
import { FLAVOURS, type Flavour } from './flavour.ts'

/** FLUKA's own scripts that make an executable of sources; each a program with the arguments before its own. */
export interface RoutineTools {
  readonly compile: readonly string[]
  readonly link: readonly string[]
  /** Environment of both, whole. */
  readonly environment: Readonly<Record<string, string>>
}

/** What a site that allows user routines compiles them with; a part that is not there is a sentence that says so. */
export interface RoutineWorkshop {
  readonly tools: RoutineTools | string
  /** FLUKA's own source routine with the sampling of the wobbled beam in it, as a file to be compiled. */
  readonly wobbled: RoutineFile | string
}

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
  /** Left out where user routines are not allowed. */
  readonly workshop?: RoutineWorkshop
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
  /**
   * True where the site allows templates to bring code of their own, which its workers compile and run (trust tier 2).
   * Left out: it does not.
   */
  readonly userRoutines?: boolean
  /** `null` where jobs are only accepted, for workers elsewhere. */
  readonly program: FlukaProgram | null
}

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
