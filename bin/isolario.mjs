#!/usr/bin/env node
// The command `isolario`: the bundle where this is an installed package, the sources where it is a clone.
import { existsSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { runOnNode24 } from './node24.mjs'

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..')
const sources = path.join(root, 'src', 'main', 'isolario.ts')
const bundle = path.join(root, 'dist', 'isolario', 'isolario.mjs')
// Types are not stripped below node_modules, so an installed package carries no sources.
runOnNode24(existsSync(sources) ? sources : bundle, process.argv.slice(2))
