/**
 * The FLUKA of this installation, from the environment: where it is, what it is, and what is missing in words.
 *
 * Nothing is run here: a process that starts in a hurry reads its variables only. What the FLUKA that is found really is,
 * `isolario doctor` finds out by running it (fluka-probe.ts), and every listing is compared with the version named here.
 */

import { accessSync, constants, existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { ROUTINE_FILE, WOBBLED_ROUTINE, withWobble } from '#engines/fluka/compose/source-routine.ts'
import { FLAVOURS, type Flavour } from '#engines/fluka/flavour.ts'
import { SOURCE_PLACES, TOOL_PLACES } from '#engines/fluka/run/routine-build.ts'
import type { FlukaProgram, FlukaSite, RoutineWorkshop } from '#engines/fluka/site.ts'
import type { RoutineFile } from '#simulation/routines.ts'
import { DEMAND_VARIABLE } from '#stand-in/demanded-failure.ts'
import { STAND_IN_LABEL, STAND_IN_VERSION } from '#stand-in/version.ts'
import { STAND_IN_MODULE } from './module-addresses.ts'
import { given } from './variables.ts'

/** Value of ISOLARIO_FLUKA that asks for the stand-in. */
export const STAND_IN = 'stand-in'

/** Variables that lead to FLUKA: handed to the workers that a service starts. */
const HANDED_ON = [
  'ISOLARIO_FLUKA',
  'ISOLARIO_FLUKA_VERSION',
  'ISOLARIO_FLUKA_WOBBLED',
  'ISOLARIO_FLUKA_ROUTINES',
  'ISOLARIO_FLUKA_STAND_IN_FAILS',
] as const

/** The script is a shell's, and so are the programs it calls. */
const PATH = '/usr/local/bin:/usr/bin:/bin'

export type FoundFluka =
  /** Nothing of FLUKA is asked for. */
  | { readonly kind: 'none' }
  | { readonly kind: 'site'; readonly site: FlukaSite }
  /** Asked for, and not usable: every reason, as sentences. */
  | { readonly kind: 'wrong'; readonly reasons: readonly string[] }

/** Variables of workers that a service starts on its own machine. */
export const flukaEnvironment = (variables: NodeJS.ProcessEnv): Record<string, string> =>
  Object.fromEntries(HANDED_ON.flatMap((name) => (given(variables, name) === null ? [] : [[name, variables[name]!]])))

/** What pods are told of it: everything else is their image's to know. */
export const routinesEnvironment = (variables: NodeJS.ProcessEnv): Record<string, string> => {
  const said = given(variables, 'ISOLARIO_FLUKA_ROUTINES')
  return said === null ? {} : { ISOLARIO_FLUKA_ROUTINES: said }
}

/** What the environment says of FLUKA. */
export function findFluka(variables: NodeJS.ProcessEnv): FoundFluka {
  const place = given(variables, 'ISOLARIO_FLUKA')
  const named = given(variables, 'ISOLARIO_FLUKA_VERSION')
  if (place === null && named === null) return { kind: 'none' }
  const reasons: string[] = []
  const allowed = allowsRoutines(variables, reasons)
  if (place === STAND_IN) {
    return reasons.length > 0 ? { kind: 'wrong', reasons } : { kind: 'site', site: standIn(variables, allowed) }
  }
  const version = named === null ? versionOfFolder(place!) : readVersion(named)
  if (named !== null && version === null) {
    reasons.push(
      `ISOLARIO_FLUKA_VERSION takes a flavour (${FLAVOURS.map(short).join(' or ')}) and a version, as "cern 4-4.1" or "infn 2024.1.3", not "${named}".`,
    )
  } else if (version === null) {
    reasons.push(
      `The version of FLUKA cannot be told from the name of its folder: set ISOLARIO_FLUKA_VERSION, as "cern 4-4.1"; its listing says it behind "FLUKA Version".`,
    )
  }
  const program = place === null ? null : programIn(place, version?.flavour ?? null, variables, allowed, reasons)
  if (reasons.length > 0 || version === null) return { kind: 'wrong', reasons }
  return { kind: 'site', site: siteOf(version, program, variables, allowed) }
}

/** Whether templates may bring code; off where nothing is said. */
function allowsRoutines(variables: NodeJS.ProcessEnv, reasons: string[]): boolean {
  const said = given(variables, 'ISOLARIO_FLUKA_ROUTINES')?.trim() ?? 'no'
  if (said !== 'yes' && said !== 'no') reasons.push(`ISOLARIO_FLUKA_ROUTINES takes yes or no, not "${said}".`)
  return said === 'yes'
}

interface Version {
  readonly flavour: Flavour
  readonly version: string
}

const short = (flavour: Flavour): string => (flavour === 'cern4' ? 'cern' : flavour)

function readVersion(text: string): Version | null {
  const match = /^\s*(cern4?|infn)\s+(\d[A-Za-z0-9.-]{0,20})\s*$/i.exec(text)
  return match ? { flavour: match[1]!.toLowerCase() === 'infn' ? 'infn' : 'cern4', version: match[2]! } : null
}

/** Packages unpack into `fluka4-4.1` (CERN) or `fluka2024.1` (INFN). */
function versionOfFolder(folder: string): Version | null {
  const match = /^fluka[_-]?(\d[\w.-]*)$/i.exec(path.basename(path.resolve(folder)))
  if (!match) return null
  return { flavour: match[1]!.startsWith('4') ? 'cern4' : 'infn', version: match[1]! }
}

function siteOf(
  { flavour, version }: Version,
  program: FlukaProgram | null,
  variables: NodeJS.ProcessEnv,
  userRoutines: boolean,
): FlukaSite {
  const byHand = given(variables, 'ISOLARIO_FLUKA_WOBBLED') !== null
  // Where workers are elsewhere, nobody here can look for their tools: they look themselves.
  const { tools, wobbled } = program?.workshop ?? {}
  const compiled = userRoutines && typeof tools !== 'string' && typeof wobbled !== 'string'
  return {
    flavour,
    version,
    label: `FLUKA ${version} (${flavour === 'cern4' ? 'CERN' : 'INFN'})`,
    standIn: false,
    routines: new Set(byHand || compiled ? [WOBBLED_ROUTINE.name] : []),
    userRoutines,
    program,
  }
}

/** Where the two lines keep their script: `bin/rfluka` (CERN), `flutil/rfluka` (INFN). */
const SCRIPTS: Readonly<Record<Flavour, string>> = { cern4: 'bin/rfluka', infn: 'flutil/rfluka' }

function programIn(
  place: string,
  flavour: Flavour | null,
  variables: NodeJS.ProcessEnv,
  userRoutines: boolean,
  reasons: string[],
): FlukaProgram | null {
  const folder = path.resolve(place)
  if (!existsSync(folder) || !statSync(folder).isDirectory()) {
    reasons.push(`ISOLARIO_FLUKA names the folder ${folder}, which does not exist.`)
    return null
  }
  const wanted = flavour === null ? FLAVOURS : [flavour]
  const script = wanted.map((one) => path.join(folder, SCRIPTS[one])).find((file) => existsSync(file))
  if (script === undefined) {
    const names = wanted.map((one) => SCRIPTS[one]).join(' nor ')
    reasons.push(
      `${folder} has neither ${names}; it is not the folder of an installed FLUKA.`.replace(
        'neither',
        wanted.length > 1 ? 'neither' : 'no',
      ),
    )
    return null
  }
  if (!isExecutable(script)) reasons.push(`${script} may not be executed by this user.`)
  if (!hasData(folder)) {
    reasons.push(`${folder} has no data files (*.bin or *.dat in it or in data/): they are part of an installation.`)
  }
  const wobbled = given(variables, 'ISOLARIO_FLUKA_WOBBLED')
  if (wobbled !== null && !isExecutable(path.resolve(wobbled))) {
    reasons.push(`ISOLARIO_FLUKA_WOBBLED names ${wobbled}, which is not an executable of this machine.`)
  }
  const found = wanted.find((one) => script === path.join(folder, SCRIPTS[one]))!
  return {
    ...(userRoutines ? { workshop: workshopIn(folder, found) } : {}),
    program: script,
    args: [],
    environment: { PATH, HOME: '/nonexistent', LC_ALL: 'C', FLUPRO: folder, FLUKADATA: dataFolder(folder) },
    routines: new Map(wobbled === null ? [] : [[WOBBLED_ROUTINE.name, path.resolve(wobbled)]]),
  }
}

/** What of an installation compiles routines. What is missing is a sentence, not a reason to run nothing at all. */
function workshopIn(folder: string, flavour: Flavour): RoutineWorkshop {
  const { compile, link } = TOOL_PLACES[flavour]
  const compiler = path.join(folder, compile)
  const linker = link.map((name) => path.join(folder, name)).find(isExecutable)
  const missing = [
    ...(isExecutable(compiler) ? [] : [`${compiler}, FLUKA's compiler script`]),
    ...(linker === undefined ? [`a linker script (${link.map((name) => path.join(folder, name)).join(' or ')})`] : []),
  ]
  const environment = {
    ...{ PATH, HOME: '/nonexistent', LC_ALL: 'C', FLUPRO: folder },
    ...(flavour === 'infn' ? { FLUFOR: 'gfortran' } : {}),
  }
  return {
    tools:
      linker === undefined || missing.length > 0
        ? `User routines cannot be compiled on this machine: ${missing.join(' and ')} ${missing.length === 1 ? 'is' : 'are'} not there, or may not be executed.`
        : { compile: [compiler], link: [linker], environment },
    wobbled: wobbledIn(folder, flavour),
  }
}

/** FLUKA's own source routine with our call in it; it stays on this machine. */
function wobbledIn(folder: string, flavour: Flavour): RoutineFile | string {
  const places = SOURCE_PLACES[flavour].map((name) => path.join(folder, name))
  const file = places.find((one) => existsSync(one))
  if (file === undefined) {
    return `FLUKA's own source routine, into which that of the wobbled beam is put, is not there (${places.join(' or ')}).`
  }
  try {
    return { name: ROUTINE_FILE, text: withWobble(readFileSync(file, 'latin1'), flavour).text }
  } catch (error) {
    return `The routine of the wobbled beam cannot be put into ${file}: ${(error as Error).message}`
  }
}

const dataFolder = (folder: string): string => {
  const data = path.join(folder, 'data')
  return existsSync(data) ? data : folder
}

const hasData = (folder: string): boolean =>
  [folder, path.join(folder, 'data')].some(
    (one) =>
      existsSync(one) && statSync(one).isDirectory() && readdirSync(one).some((name) => /\.(bin|dat)$/.test(name)),
  )

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return statSync(file).isFile()
  } catch {
    return false
  }
}

/** The stand-in runs on this Node, and has every source routine. */
function standIn(variables: NodeJS.ProcessEnv, userRoutines: boolean): FlukaSite {
  const fails = given(variables, 'ISOLARIO_FLUKA_STAND_IN_FAILS')
  const environment = { PATH, LC_ALL: 'C' }
  const tools = {
    compile: [process.execPath, STAND_IN_MODULE, 'fff'],
    link: [process.execPath, STAND_IN_MODULE, 'lfluka'],
    environment,
  }
  const workshop = { tools, wobbled: 'The stand-in has the wobbled beam without its routine.' }
  return {
    flavour: 'cern4',
    version: STAND_IN_VERSION,
    label: STAND_IN_LABEL,
    standIn: true,
    routines: new Set([WOBBLED_ROUTINE.name]),
    userRoutines,
    program: {
      ...(userRoutines ? { workshop } : {}),
      program: process.execPath,
      args: [STAND_IN_MODULE],
      environment: { PATH, ...(fails === null ? {} : { [DEMAND_VARIABLE]: fails }) },
      routines: new Map([[WOBBLED_ROUTINE.name, STAND_IN_MODULE]]),
    },
  }
}
