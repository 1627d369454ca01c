/** Addresses of modules that threads load by themselves: sources in a clone, files of the bundle in a package. */

import { fileURLToPath } from 'node:url'

const here = import.meta.url
const bundled = here.endsWith('.mjs')
/** The bundle puts shared code one folder below its entries. */
const entries = bundled && /\/rooms\/[^/]+$/.test(here) ? '../' : './'

/** Module that exports `createEngines`. */
export const ENGINE_MODULE: string = new URL(bundled ? `${entries}engines.mjs` : './engines.ts', here).href
/** The stand-in of FLUKA as a program: a path, for a command line. */
export const STAND_IN_MODULE: string = fileURLToPath(
  new URL(bundled ? `${entries}stand-in.mjs` : './stand-in.ts', here),
)
/** The thread in which function engines compute. */
export const THREAD_MODULE: string = new URL(
  bundled ? `${entries}engine-thread.mjs` : '../worker/engine-thread.ts',
  here,
).href
