/** Files in a task's folder: found by pattern, read without trusting what the program put there. */

import { constants } from 'node:fs'
import { lstat, open, readdir } from 'node:fs/promises'
import path from 'node:path'
import type { FilePattern } from '#engines/engine/engine.ts'

const MEBIBYTE = 2 ** 20
/** Files that the patterns of a task may match together. */
const MOST_FILES = 2000
const STEP = '[A-Za-z0-9_*][A-Za-z0-9._*-]{0,100}'
const PATTERN = new RegExp(`^(?:${STEP}/)?${STEP}$`)
const NAME = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,100}$/

/** Whether a name is that of a plain file in the task's folder. */
export const isPlainName = (name: string): boolean => NAME.test(name)

/** Whether a pattern stays in the task's folder: plain names with `*`, one folder deep at most. */
export const isFilePattern = (pattern: FilePattern): boolean => PATTERN.test(pattern)

/** One step of a pattern as a regular expression; a star stands for letters, digits and `._-`, never for a slash. */
const stepPattern = (step: string): RegExp =>
  new RegExp(
    `^${step
      .split('*')
      .map((part) => part.replace(/[.]/g, '\\.'))
      .join('[A-Za-z0-9._-]*')}$`,
  )

/** Whether a path in the task's folder fits a pattern. */
export function fitsPattern(pattern: FilePattern, name: string): boolean {
  const wanted = pattern.split('/')
  const steps = name.split('/')
  return wanted.length === steps.length && wanted.every((step, i) => stepPattern(step).test(steps[i]!))
}

const listed = async (folder: string): Promise<readonly string[]> =>
  (await readdir(folder).catch(() => [] as string[])).sort()

/** Names in a folder that fit one step. A step without star is not searched for: what it names may be anything. */
const fitting = async (folder: string, step: string): Promise<readonly string[]> => {
  if (!step.includes('*')) return [step]
  const fits = stepPattern(step)
  return (await listed(folder)).filter((name) => fits.test(name))
}

/** Folders directly below the task's that fit; the task's own for the empty pattern. Links are none. */
export async function foldersOf(root: string, pattern: FilePattern): Promise<readonly string[]> {
  if (pattern === '') return [root]
  const found: string[] = []
  for (const name of await fitting(root, pattern)) {
    const folder = path.join(root, name)
    if ((await lstat(folder).catch(() => undefined))?.isDirectory()) found.push(folder)
  }
  return found
}

/** Paths below the task's folder that fit a pattern, in order of their names. They may be anything, and may be gone. */
export async function pathsOf(root: string, pattern: FilePattern): Promise<readonly string[]> {
  const slash = pattern.indexOf('/')
  const [folderStep, fileStep] = slash < 0 ? ['', pattern] : [pattern.slice(0, slash), pattern.slice(slash + 1)]
  const found: string[] = []
  for (const folder of await foldersOf(root, folderStep)) {
    for (const name of await fitting(folder, fileStep)) {
      found.push(folder === root ? name : `${path.basename(folder)}/${name}`)
    }
  }
  return found
}

export interface CollectedFiles {
  /** By path in the task's folder. */
  readonly files: ReadonlyMap<string, Uint8Array>
  /** What is wrong with what was found, in words; `null` when nothing is. */
  readonly problem: string | null
}

/** Reads all files that fit: plain files only, and not more than so many bytes together. */
export async function collectFiles(
  root: string,
  patterns: readonly FilePattern[],
  mostBytes: number,
): Promise<CollectedFiles> {
  const files = new Map<string, Uint8Array>()
  let left = mostBytes
  for (const pattern of patterns) {
    for (const name of await pathsOf(root, pattern)) {
      if (files.has(name)) continue
      const file = path.join(root, name)
      const found = await lstat(file).catch(() => undefined)
      if (!found) continue
      if (!found.isFile()) return { files, problem: `The output ${name} is not a plain file; links are not followed.` }
      if (found.size > left) {
        const mebibytes = Math.round(mostBytes / MEBIBYTE)
        return {
          files,
          problem: `The output ${name} has ${found.size} bytes; all outputs of a task may have ${mebibytes} MiB.`,
        }
      }
      if (files.size === MOST_FILES) return { files, problem: `There are more than ${MOST_FILES} output files.` }
      const handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW)
      try {
        const content = await handle.readFile()
        files.set(name, content)
        left -= content.byteLength
      } finally {
        await handle.close()
      }
    }
  }
  return { files, problem: null }
}

/** The last part of each text file that fits; what cannot be read is left out. */
export async function tailsOf(
  root: string,
  patterns: readonly FilePattern[],
  bytes: number,
): Promise<ReadonlyMap<string, string>> {
  const tails = new Map<string, string>()
  for (const pattern of patterns) {
    for (const name of await pathsOf(root, pattern)) {
      if (tails.size === MOST_FILES) return tails
      const text = await tailOf(path.join(root, name), bytes).catch(() => undefined)
      if (text !== undefined) tails.set(name, text)
    }
  }
  return tails
}

async function tailOf(file: string, bytes: number): Promise<string | undefined> {
  if (!(await lstat(file)).isFile()) return undefined
  const handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW)
  try {
    const { size } = await handle.stat()
    const length = Math.min(size, bytes)
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, size - length)
    return buffer.subarray(0, bytesRead).toString('utf8')
  } finally {
    await handle.close()
  }
}

/** Bytes of all files below a folder; links are not followed. */
export async function sizeOf(folder: string): Promise<number> {
  let bytes = 0
  for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
    const file = path.join(folder, entry.name)
    if (entry.isDirectory()) bytes += await sizeOf(file)
    else bytes += (await lstat(file).catch(() => undefined))?.size ?? 0
  }
  return bytes
}
