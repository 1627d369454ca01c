#!/usr/bin/env node
// `npm start`: sets the clone up and serves the whole product on this machine.
import { runOnNode24 } from './node24.mjs'
import { ensurePackages, ensurePortal, ROOT } from './set-up.mjs'

const major = Number(process.versions.node.split('.')[0])
if (major < 20) {
  process.stderr.write('Isolario needs Node.js 20 or newer to set itself up; this is ' + process.version + '.\n')
  process.exit(1)
}
ensurePackages()
ensurePortal()
runOnNode24(ROOT + '/src/main/isolario.ts', ['serve', ...process.argv.slice(2)])
