import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

/** Address of a running control service, for `npx vite`: the development server passes /api and the sign-in on to it. */
const CONTROL = 'http://127.0.0.1:7411'

/** The portal, built into dist/portal; the control service hands these files out. */
export default defineConfig({
  root: 'src/portal',
  // Addresses such as /simulations/x/… are answered with the same page, so its parts are named from the root.
  base: '/',
  plugins: [react()],
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
