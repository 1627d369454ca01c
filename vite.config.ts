import { readdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin } from 'vite'
import manifest from './package.json' with { type: 'json' }

/** Address of a running control service, for `npx vite`: the development server passes /api and the sign-in on to it. */
const CONTROL = 'http://127.0.0.1:7411'

/** Writes each text file also compressed, so that the service sends it as it lies there and compresses nothing itself. */
function compressed(): Plugin {
  let folder = ''
  return {
    name: 'compressed',
    apply: 'build',
    configResolved(config) {
      folder = path.resolve(config.root, config.build.outDir)
    },
    async closeBundle() {
      const entries = await readdir(folder, { recursive: true, withFileTypes: true })
      const files = entries.filter((one) => one.isFile() && /\.(js|css|html|svg|json)$/.test(one.name))
      await Promise.all(
        files.map(async (one) => {
          const file = path.join(one.parentPath, one.name)
          const bytes = await readFile(file)
          const parameters = { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }
          await writeFile(`${file}.gz`, await promisify(gzip)(bytes, { level: 9 }))
          await writeFile(`${file}.br`, await promisify(brotliCompress)(bytes, parameters))
        }),
      )
    },
  }
}

/** The portal, built into dist/portal; the control service hands these files out. */
export default defineConfig({
  root: 'src/portal',
  // Addresses such as /simulations/x/… are answered with the same page, so its parts are named from the root.
  base: '/',
  plugins: [react(), compressed()],
  define: { __ISOLARIO_VERSION__: JSON.stringify(manifest.version) },
  build: {
    outDir: '../../dist/portal',
    emptyOutDir: true,
    target: 'es2023',
    // What is loaded on the first page is budgeted by a test (250 kB gzipped), not by this warning.
    chunkSizeWarningLimit: 900,
    reportCompressedSize: false,
  },
  worker: { format: 'es' },
  server: { host: '127.0.0.1', proxy: { '/api': CONTROL } },
})
