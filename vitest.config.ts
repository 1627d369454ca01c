import { defineConfig } from 'vitest/config'

/** Unit tests stand beside their file; what spans rooms stands in test/. */
export default defineConfig({
  test: {
    include: ['src/**/*.test.{ts,tsx}', 'test/**/*.test.ts', 'bench/**/*.test.ts'],
    environment: 'node',
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // Two cores: real servers, browsers and worker processes run beside the tests.
    maxWorkers: 2,
  },
})
