/** Where the clone or the installed package lies, and what it calls itself. */

import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'

/** Nearest folder upwards that holds our package.json: the same from the sources and from the bundle. */
export const ROOT: string = (() => {
  for (let folder = import.meta.dirname; ; folder = path.dirname(folder)) {
    const manifest = path.join(folder, 'package.json')
    if (existsSync(manifest) && (JSON.parse(readFileSync(manifest, 'utf8')) as { name?: string }).name === 'isolario')
      return folder
    if (folder === path.dirname(folder)) throw new Error('The package.json of Isolario was not found.')
  }
})()

export const VERSION: string = (
  JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as { version: string }
).version

/** Folder of the built portal. */
export const PORTAL_FOLDER: string = path.join(ROOT, 'dist', 'portal')
export const EXAMPLES_FOLDER: string = path.join(ROOT, 'examples')
