import { defineConfig } from 'vite'

/**
 * The bundle of the npm package: types are not stripped below node_modules, so an installed package carries JavaScript.
 * Packages of `dependencies` stay outside; rooms are inlined.
 */
export default defineConfig({
  build: {
    ssr: 'src/main/isolario.ts',
    outDir: 'dist/isolario',
    emptyOutDir: true,
    target: 'node24',
    minify: false,
    rollupOptions: {
      output: { format: 'es', entryFileNames: 'isolario.mjs', chunkFileNames: 'rooms/[name]-[hash].mjs' },
    },
  },
  publicDir: false,
})
