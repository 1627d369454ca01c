/** The portal's built files. Names under assets/ carry a digest and never change; the page itself is always asked for. */

import { existsSync } from 'node:fs'
import path from 'node:path'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance } from 'fastify'

/** Folder of the built portal. Files may lie beside their `.br` and `.gz` forms, which are sent where accepted. */
export interface StaticFiles {
  readonly folder: string
}

const A_YEAR_SECONDS = 365 * 24 * 3600

/** @returns whether there is a portal to show */
export async function addStaticFiles(app: FastifyInstance, files: StaticFiles | null): Promise<boolean> {
  if (!files || !existsSync(path.join(files.folder, 'index.html'))) return false
  const assets = path.join(files.folder, 'assets') + path.sep
  await app.register(fastifyStatic, {
    root: files.folder,
    preCompressed: true,
    cacheControl: false,
    setHeaders: (reply, file) => {
      const forEver = `public, max-age=${A_YEAR_SECONDS}, immutable`
      reply.header('cache-control', file.startsWith(assets) ? forEver : 'no-cache')
    },
  })
  return true
}
