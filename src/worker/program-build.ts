/**
 * Programs that are made of sources: once for each key and platform, kept in a folder, and looked at before each use.
 *
 * A finished program is called `program-<SHA-256 of its bytes>`, and comes to its name by one rename: whoever sees the name
 * sees the whole file, and a file that was damaged since does not fit its name and is made anew. A lock that ends with its
 * holder keeps two workers of one machine from doing the same work; without it they would do no harm either.
 *
 * What stands in the folder is run: it must be this user's own, and nobody else may write there. The programs that run
 * are the same user and could write there as well. That is what trusting a routine means (docs/fluka.md).
 */

import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { chmod, copyFile, lstat, mkdir, mkdtemp, readdir, rename, rm, utimes } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { ProgramBuild, ProgramEnding } from '#engines/engine/engine.ts'
import type { TaskLimits } from '#engines/engine/task-payload.ts'
import { FolderInUseError, lockFolder } from './folder-lock.ts'

/** The program of a build, or how making it ended. */
export type Built =
  | {
      readonly ok: true
      /** Absolute path. */
      readonly program: string
      /** SHA-256 of its bytes. */
      readonly sha256: string
      /** How it was made, where it was made for this run; `null` where it was there. */
      readonly made: ProgramEnding | null
    }
  | { readonly ok: false; readonly ending: ProgramEnding }

export interface BuildOptions {
  readonly build: ProgramBuild
  /** Where programs are kept. Made where it is missing. */
  readonly folder: string
  /** Memory is that of the task; time is the build's own. */
  readonly limits: TaskLimits
  readonly abandon: AbortSignal
  /** Runs the build in a folder that must not exist, and hands the folder to `keep` before it is wiped. */
  readonly run: (folder: string, limits: TaskLimits, keep: (folder: string) => Promise<void>) => Promise<ProgramEnding>
}

/** The folder for programs is not one that can be trusted. */
export class BuildFolderError extends Error {
  override readonly name = 'BuildFolderError'
  readonly code = 'PROGRAM_FOLDER_UNSAFE'
}

const KEY = /^[A-Za-z0-9][A-Za-z0-9._+-]{0,199}$/
const PROGRAM = /^program-([0-9a-f]{64})$/
const LOOK_AGAIN_MS = 100
/** Ninety days. */
const KEPT_UNUSED_MS = 90 * 24 * 3_600_000

/** @throws BuildFolderError, and file system errors as they come. */
export async function builtProgram(options: BuildOptions): Promise<Built> {
  const { build, abandon } = options
  if (!KEY.test(build.key)) throw new TypeError(`"${build.key}" is no key of a build`)
  await ownFolder(options.folder)
  // What is compiled here runs on this kind of machine only; a folder may be shared by several.
  const folder = path.join(options.folder, `${build.key}-${process.platform}-${process.arch}`)
  await ownFolder(folder)
  const there = await wholeProgram(folder)
  if (there) return { ok: true, ...there, made: null }
  const unlock = await lock(folder, abandon)
  try {
    const meanwhile = await wholeProgram(folder)
    if (meanwhile) return { ok: true, ...meanwhile, made: null }
    return await make(options, folder)
  } finally {
    await unlock?.()
  }
}

async function make({ build, limits, run }: BuildOptions, folder: string): Promise<Built> {
  const place = await mkdtemp(path.join(folder, 'making-'))
  const kept = path.join(place, 'kept')
  try {
    let found = false
    const ending = await run(
      path.join(place, 'build'),
      { ...limits, timeSeconds: build.timeSeconds },
      async (where) => {
        const file = path.join(where, build.output)
        if (!(await lstat(file).catch(() => undefined))?.isFile()) return
        await copyFile(file, kept)
        await chmod(kept, 0o500)
        found = true
      },
    )
    if (!found || ending.exitCode !== 0) return { ok: false, ending }
    const sha256 = await digestOf(kept)
    const program = path.join(folder, `program-${sha256}`)
    await rename(kept, program)
    await forgetUnused(path.dirname(folder), path.basename(folder))
    return { ok: true, program, sha256, made: ending }
  } finally {
    await rm(place, { recursive: true, force: true, maxRetries: 3 })
  }
}

/** Takes away what nobody used for a long time: it can be made again. */
async function forgetUnused(root: string, except: string): Promise<void> {
  const before = Date.now() - KEPT_UNUSED_MS
  for (const name of await readdir(root)) {
    if (name === except) continue
    const folder = path.join(root, name)
    const programs = (await readdir(folder).catch(() => [])).filter((one) => PROGRAM.test(one))
    const times = await Promise.all(programs.map((one) => lstat(path.join(folder, one)).catch(() => undefined)))
    const isOld = programs.length > 0 && times.every((found) => found !== undefined && found.mtimeMs < before)
    if (isOld) await rm(folder, { recursive: true, force: true }).catch(() => undefined)
  }
}

/** A program that fits its name; one that does not is taken away. */
async function wholeProgram(folder: string): Promise<{ program: string; sha256: string } | undefined> {
  for (const name of (await readdir(folder)).sort()) {
    const sha256 = PROGRAM.exec(name)?.[1]
    if (sha256 === undefined) continue
    const program = path.join(folder, name)
    const found = await lstat(program).catch(() => undefined)
    const executable = found?.isFile() === true && (found.mode & 0o100) !== 0
    if (executable && (await digestOf(program).catch(() => '')) === sha256) {
      // Its time tells when it was used last.
      const now = new Date()
      await utimes(program, now, now).catch(() => undefined)
      return { program, sha256 }
    }
    await rm(program, { recursive: true, force: true })
  }
  return undefined
}

/** Waits for whoever makes the same program now. `undefined` when nobody waits for the task any more. */
async function lock(folder: string, abandon: AbortSignal): Promise<(() => Promise<void>) | undefined> {
  while (!abandon.aborted) {
    try {
      return await lockFolder(folder)
    } catch (error) {
      if (!(error instanceof FolderInUseError)) throw error
      await pause(LOOK_AGAIN_MS)
    }
  }
  return undefined
}

async function ownFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const found = await lstat(folder)
  const mine = process.getuid === undefined || found.uid === process.getuid()
  if (found.isDirectory() && mine && (found.mode & 0o022) === 0) return
  throw new BuildFolderError(
    `${folder} is where compiled programs are kept, and it is not a folder that only this user may write to. Take it away, or set ISOLARIO_SCRATCH to another place.`,
  )
}

async function digestOf(file: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer)
  return hash.digest('hex')
}
