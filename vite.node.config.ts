import { defineConfig } from 'vite'

/**
 * The bundle of the npm package: types are not stripped below node_modules, so an installed package carries JavaScript.
 * Packages of `dependencies` stay outside; rooms are inlined. Threads load the second and third entry by their address
 * (src/main/module-addresses.ts), and so is the stand-in of FLUKA.
 */
export default defineConfig({
  build: {
    ssr: true,
    outDir: 'dist/isolario',
    emptyOutDir: true,
    target: 'node24',
    minify: false,
    rollupOptions: {
      input: {
        isolario: 'src/main/isolario.ts',
        engines: 'src/main/engines.ts',
        'stand-in': 'src/main/stand-in.ts',
        'engine-thread': 'src/worker/engine-thread.ts',
      },
      output: { format: 'es', entryFileNames: '[name].mjs', chunkFileNames: 'rooms/[name]-[hash].mjs' },
    },
  },
  publicDir: false,
})
