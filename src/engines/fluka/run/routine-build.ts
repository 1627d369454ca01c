/**
 * From the sources of user routines to an executable of FLUKA: what the site's own compiler and linker scripts are told.
 *
 * `fff` compiles one source, `ldpmqmd` (with the models for ions, which COALESCE of newer versions needs) or `lfluka` links
 * objects with FLUKA's library: `-m fluka -o NAME`. Sources: FLUKA manual, chapter 13, and public scripts of users of both
 * lines. **Unproven: never run with FLUKA itself here**; doctor and manual say so.
 */

import type { InputFile, ProgramBuild } from '#engines/engine/engine.ts'
import { isCompiled, type RoutineFile, routinesDigest, sortedRoutines } from '#simulation/routines.ts'
import type { Flavour } from '../flavour.ts'
import { engineVersion, type FlukaSite, type RoutineTools } from '../site.ts'

/** Said wherever the tools are spoken of: nobody could try them with FLUKA for Isolario. */
export const UNPROVEN_TOOLS =
  "unproven: FLUKA's own compiler scripts could not be tried for Isolario, so their words and exit codes may differ"

/** Where the two lines keep their scripts, below the folder of the installation; of linkers the first that is there. */
export const TOOL_PLACES: Readonly<Record<Flavour, { readonly compile: string; readonly link: readonly string[] }>> = {
  cern4: { compile: 'bin/fff', link: ['bin/ldpmqmd', 'bin/lfluka'] },
  infn: { compile: 'flutil/fff', link: ['flutil/ldpm3qmd', 'flutil/ldpmqmd', 'flutil/lfluka'] },
}

/** Where the two lines keep their own source routine, into which that of the wobbled beam is put; the first that is there. */
export const SOURCE_PLACES: Readonly<Record<Flavour, readonly string[]>> = {
  cern4: ['src/user/source.f', 'src/user/source_newgen.f'],
  infn: ['usermvax/source.f'],
}

const PROGRAM = 'isolario_routines'
const SCRIPT = 'isolario-build.sh'
/** Grows when the script does something else. */
const SCRIPT_VERSION = 1
const TIME_SECONDS = 600

/** Exit codes of the script. */
export const COMPILE_FAILED = 10
export const LINK_FAILED = 11
/** What the script says before it compiles a file, and before it links. */
export const COMPILING = 'isolario: compiling '
export const LINKING = 'isolario: linking'

const quotedForShell = (word: string): string => `'${word.replaceAll("'", "'\\''")}'`
const command = (words: readonly string[]): string => words.map(quotedForShell).join(' ')

function script(files: readonly RoutineFile[], { compile, link }: RoutineTools): string {
  const sources = files.filter(isCompiled).map(({ name }) => name)
  const objects = sources.map((name) => name.replace(/\.f$/, '.o'))
  return [
    '#!/bin/sh',
    '# Compiles the routines of a template and links them with FLUKA.',
    '# What the compiler leaves behind goes with this folder; no other place need be writable.',
    'TMPDIR=$PWD; export TMPDIR',
    ...sources.flatMap((name, index) => [
      `echo ${quotedForShell(COMPILING + name)}`,
      `${command(compile)} ${quotedForShell(name)} </dev/null || exit ${COMPILE_FAILED}`,
      `[ -f ${quotedForShell(objects[index]!)} ] || { echo ${quotedForShell(`isolario: ${objects[index]} was not made`)}; exit ${COMPILE_FAILED}; }`,
    ]),
    `echo ${quotedForShell(LINKING)}`,
    `${command(link)} -m fluka -o ${PROGRAM} ${objects.map(quotedForShell).join(' ')} </dev/null || exit ${LINK_FAILED}`,
    `[ -x ${PROGRAM} ] || { echo ${quotedForShell(`isolario: ${PROGRAM} was not made`)}; exit ${LINK_FAILED}; }`,
    '',
  ].join('\n')
}

/**
 * The build of a set of sources with the FLUKA of a site. Its key is flavour and version of FLUKA and the digest of the
 * sources; the platform is added where it is kept.
 */
export function routineBuild(given: readonly RoutineFile[], site: FlukaSite, tools: RoutineTools): ProgramBuild {
  const files = sortedRoutines(given)
  return {
    key: `${engineVersion(site).replace('+', '-')}-b${SCRIPT_VERSION}-${routinesDigest(files)!}`,
    files: [
      ...files.map(({ name, text }): InputFile => ({ name, content: text })),
      { name: SCRIPT, content: script(files, tools) },
    ],
    program: '/bin/sh',
    args: [SCRIPT],
    environment: tools.environment,
    output: PROGRAM,
    timeSeconds: TIME_SECONDS,
  }
}
