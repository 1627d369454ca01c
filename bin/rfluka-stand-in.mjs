#!/usr/bin/env node
// The stand-in of FLUKA, by hand: node bin/rfluka-stand-in.mjs -N0 -M1 NAME.inp. It is not FLUKA (docs/fluka.md).
import { existsSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { runOnNode24 } from './node24.mjs'

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..')
const sources = path.join(root, 'src', 'main', 'stand-in.ts')
const bundle = path.join(root, 'dist', 'isolario', 'stand-in.mjs')
runOnNode24(existsSync(sources) ? sources : bundle, process.argv.slice(2))
