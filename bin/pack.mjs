#!/usr/bin/env node
// `npm pack` calls this first: builds the portal and the bundle that the package carries.
import { ensurePackages, runNode } from './set-up.mjs'

ensurePackages()
runNode(['node_modules/vite/bin/vite.js', 'build', '--logLevel', 'warn'], 'The portal could not be built.')
runNode(
  ['node_modules/vite/bin/vite.js', 'build', '--config', 'vite.node.config.ts', '--logLevel', 'warn'],
  'The bundle could not be built.',
)
