/**
 * What `fff` and `lfluka` are for FLUKA: sources become objects, objects a program. The compiler is a real one where the
 * machine has gfortran, so that a wrong line is found here too. The program is a marker: the stand-in has nothing of FLUKA
 * to link with, cannot run a routine, and says so wherever the marker is named.
 *
 * A source that includes files of FLUKA cannot be compiled without FLUKA. It is passed on unread, and that is said as well.
 */

import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { STAND_IN_LABEL } from './version.ts'

/** The compiler, where it is. */
export const GFORTRAN = '/usr/bin/gfortran'

/** First line of a marker, behind that of its interpreter. */
const MARKER = `# ${STAND_IN_LABEL}: a marker in the place of an executable of FLUKA. It runs nothing.`
const NOT_READ = 'not compiled, it needs '
const COMPILED = 'compiled'

export interface ToolOptions {
  readonly args: readonly string[]
  readonly folder: string
  readonly out: (text: string) => void
  readonly err: (text: string) => void
}

/** Exit codes as of a shell: nothing to compile with, and any other failure. */
const NOT_FOUND = 127
const FAILED = 1

/** `fff source.f`: leaves `source.o`. @returns the exit code */
export function compileRoutine({ args, folder, out, err }: ToolOptions): number {
  const source = args.at(-1)
  if (source === undefined || !/^[\w-]+\.f$/.test(source) || !existsSync(path.join(folder, source))) {
    err(`${STAND_IN_LABEL}: fff takes the name of a source that ends in .f\n`)
    return FAILED
  }
  const object = path.join(folder, source.replace(/\.f$/, '.o'))
  const foreign = foreignIncludes(source, folder)
  if (foreign.length > 0) {
    out(`${STAND_IN_LABEL}: ${source} is ${NOT_READ}${foreign.join(', ')} of FLUKA\n`)
    writeFileSync(object, `${STAND_IN_LABEL}\n${NOT_READ}${foreign.join(', ')} of FLUKA\n`)
    return 0
  }
  if (!existsSync(GFORTRAN)) {
    err(`${GFORTRAN}: not found. The stand-in compiles routines with it.\n`)
    return NOT_FOUND
  }
  const flags = ['-c', '-std=legacy', '-fno-automatic', '-I', folder, '-o', object]
  const { status, stdout, stderr } = spawnSync(GFORTRAN, [...flags, source], { cwd: folder, encoding: 'utf8' })
  out(stdout)
  err(stderr)
  return status ?? FAILED
}

/** Files that a source, or one that it includes, includes and that do not lie beside it. */
function foreignIncludes(source: string, folder: string, seen = new Set<string>()): readonly string[] {
  if (seen.has(source)) return []
  seen.add(source)
  const lines = readFileSync(path.join(folder, source), 'utf8').split('\n')
  const names = lines.flatMap((line) => /^\s+include\s+['"]([^'"]+)['"]/i.exec(line)?.[1] ?? [])
  const found = names.flatMap((name) =>
    path.basename(name) === name && existsSync(path.join(folder, name)) ? foreignIncludes(name, folder, seen) : [name],
  )
  return [...new Set(found)]
}

/** `lfluka -m fluka -o program a.o b.o`: leaves the marker. @returns the exit code */
export function linkRoutines({ args, folder, out, err }: ToolOptions): number {
  const rest = [...args]
  const objects: string[] = []
  let program = 'flukahp'
  while (rest.length > 0) {
    const word = rest.shift()!
    if (word === '-o') program = rest.shift() ?? program
    else if (word === '-m') rest.shift()
    else objects.push(word)
  }
  const missing = objects.find((name) => !existsSync(path.join(folder, name)))
  if (objects.length === 0 || missing !== undefined) {
    err(`${STAND_IN_LABEL}: lfluka needs objects${missing === undefined ? '' : `; there is no ${missing}`}\n`)
    return FAILED
  }
  const facts = objects.map((name) => {
    const head = readFileSync(path.join(folder, name)).subarray(0, 400).toString('latin1')
    const [first, state] = head.split('\n')
    return `# ${name.replace(/\.o$/, '.f')}: ${first === STAND_IN_LABEL ? state : COMPILED}`
  })
  const text = [
    '#!/bin/sh',
    MARKER,
    ...facts,
    `echo '${STAND_IN_LABEL}: this is no executable of FLUKA' >&2`,
    'exit 1',
    '',
  ]
  writeFileSync(path.join(folder, program), text.join('\n'), { mode: 0o755 })
  out(`${STAND_IN_LABEL}: ${program} is a marker; nothing was linked with FLUKA\n`)
  return 0
}

/** What a marker says of each of its sources: `source.f: compiled`. `null` for what is no marker. */
export function routinesInMarker(file: string): readonly string[] | null {
  if (!existsSync(file)) return null
  const [, marker, ...lines] = readFileSync(file, 'utf8').slice(0, 20_000).split('\n')
  return marker === MARKER ? lines.filter((line) => line.startsWith('# ')).map((line) => line.slice(2)) : null
}
