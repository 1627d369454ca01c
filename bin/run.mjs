#!/usr/bin/env node
// Runs a TypeScript file of this repository on Node 24, also when the machine's own Node is older:
//   node bin/run.mjs FILE [ARG ...]
// Plain JavaScript in old syntax: it must parse on any Node.
import { runOnNode24 } from './node24.mjs'

const [file, ...args] = process.argv.slice(2)
if (!file) {
  process.stderr.write('usage: node bin/run.mjs FILE [ARG ...]\n')
  process.exit(2)
}
runOnNode24(file, args)
