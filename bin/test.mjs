#!/usr/bin/env node
// `npm test`: set-up, format and lint, types, then every suite that can run here. The last line counts.
// With CI=true a need of test/required.json that is missing is a failure instead of a skip.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { findNode24 } from './node24.mjs'
import { ensurePackages, ensurePortal, ROOT } from './set-up.mjs'

ensurePackages()
const node = findNode24()
if (!node) {
  process.stderr.write('The tests need Node.js 24: install it, or use Linux, where npm brings it along.\n')
  process.exit(1)
}
ensurePortal()

const steps = [
  ['format and lint', ['node_modules/@biomejs/biome/bin/biome', 'check', '.']],
  ['types of the pure rooms', ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.pure.json']],
  ['types on Node', ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.node.json']],
  ['types of the portal', ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.browser.json']],
]
const count = { passed: 0, failed: 0, skipped: 0 }
for (const [name, args] of steps) {
  const ok = run(args)
  process.stdout.write((ok ? 'ok   ' : 'FAIL ') + name + '\n')
  count[ok ? 'passed' : 'failed']++
}

const scratch = mkdtempSync(path.join(tmpdir(), 'isolario-test-'))
const report = path.join(scratch, 'report.json')
const suitesOk = run([
  'node_modules/vitest/vitest.mjs',
  'run',
  '--reporter=default',
  '--reporter=json',
  '--outputFile.json=' + report,
  ...process.argv.slice(2),
])
let results
try {
  results = JSON.parse(readFileSync(report, 'utf8'))
} catch {
  results = { numPassedTests: 0, numFailedTests: 1, numPendingTests: 0, testResults: [] }
}
rmSync(scratch, { recursive: true, force: true })
count.passed += results.numPassedTests
count.failed += results.numFailedTests
count.skipped += results.numPendingTests + (results.numTodoTests || 0)
// A file that could not be loaded, or an error outside every test, has no failed test of its own.
if (!suitesOk && results.numFailedTests === 0) count.failed++

const required = JSON.parse(readFileSync(path.join(ROOT, 'test', 'required.json'), 'utf8'))
const missing = new Set()
for (const file of results.testResults) {
  for (const test of file.assertionResults) {
    if (test.status !== 'skipped' && test.status !== 'pending') continue
    const need = /\[needs ([^\]]+)\]/.exec(test.ancestorTitles.concat(test.title).join(' '))
    for (const name of need ? need[1].split(', ') : ['nothing that it names: ' + test.fullName]) missing.add(name)
  }
}
for (const need of missing) {
  const must = process.env.CI === 'true' && (required.includes(need) || need.startsWith('nothing'))
  process.stdout.write(
    (must ? 'FAIL ' : 'skip ') + 'tests that need ' + need + (must ? ' may not be skipped in CI\n' : '\n'),
  )
  if (must) count.failed++
}
process.stdout.write(count.passed + ' passed, ' + count.failed + ' failed, ' + count.skipped + ' skipped\n')
process.exitCode = count.failed > 0 || count.passed <= steps.length ? 1 : 0

function run(args) {
  return spawnSync(node, args, { cwd: ROOT, stdio: ['ignore', 'inherit', 'inherit'] }).status === 0
}
