/**
 * `npm run bench [NAME ...]` runs the benchmarks (all, or those whose names are given) and writes bench/RESULTS.md.
 * A run of some replaces their rows only.
 */

import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import path from 'node:path'
import type { Benchmark, Measurement } from './measurement.ts'
import { verdict } from './measurement.ts'

const HERE = import.meta.dirname
const RESULTS = path.join(HERE, 'RESULTS.md')
const NOT_BENCHMARKS = new Set([
  ...['run.ts', 'measurement.ts', 'http-load.ts', 'processor-times.ts', 'watched-job.ts', 'job-rows.ts'],
])

const asked = process.argv.slice(2)
const names = readdirSync(HERE)
  .filter((file) => file.endsWith('.ts') && !NOT_BENCHMARKS.has(file))
  .map((file) => file.slice(0, -3))
const unknown = asked.filter((name) => !names.includes(name))
if (unknown.length > 0) {
  console.error(`There is no benchmark ${unknown.join(', ')}. There are: ${names.join(', ')}.`)
  process.exit(2)
}

const rows = readRows()
for (const name of names) {
  if (asked.length > 0 && !asked.includes(name)) continue
  const { benchmark } = (await import(`./${name}.ts`)) as { benchmark: Benchmark }
  const reason = benchmark.unavailable?.() ?? null
  if (reason !== null) {
    console.log(`${name}: not run. ${reason}`)
    continue
  }
  let measurements: readonly Measurement[]
  try {
    measurements = await benchmark.run()
  } catch (error) {
    console.error(`${name}: broke off. ${error instanceof Error ? error.stack : String(error)}`)
    process.exitCode = 1
    continue
  }
  rows.set(
    name,
    measurements.map((one) => row(name, one)),
  )
  for (const one of measurements) console.log(`${name}: ${one.name} ${figure(one.value)} ${one.unit} (${verdict(one)})`)
}
writeFileSync(RESULTS, page())
const missed = [...rows.values()].flat().filter((line) => line.includes('| **missed** |'))
console.log(`${missed.length} of ${[...rows.values()].flat().length} figures miss their budget; see bench/RESULTS.md`)

function row(name: string, one: Measurement): string {
  const budget = one.budget ? `${one.budget.kind} ${figure(one.budget.limit)} ${one.unit}` : '-'
  const told = verdict(one)
  const day = new Date().toISOString().slice(0, 10)
  return `| ${name} | ${one.name} | ${figure(one.value)} ${one.unit} | ${budget} | ${told === 'missed' ? '**missed**' : told} | ${one.how} | ${day} |`
}

function figure(value: number): string {
  if (value === 0) return '0'
  const magnitude = Math.abs(value)
  return magnitude >= 1e5 || magnitude < 0.01 ? value.toExponential(2) : String(Number(value.toPrecision(3)))
}

function page(): string {
  const processor = cpus()[0]?.model ?? 'unknown processor'
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: HERE, encoding: 'utf8' }).trim()
  return [
    '# Benchmark results',
    '',
    'Written by `npm run bench`. Budgets are those of the design; a missed one is said to be missed. Times on a shared machine',
    'swing by tens of percent: medians of several runs are shown.',
    '',
    `Last run: ${new Date().toISOString().slice(0, 16).replace('T', ' ')} UTC, commit ${commit}, ${cpus().length} cores of ${processor}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}.`,
    '',
    '| benchmark | figure | measured | budget | verdict | how | date |',
    '|---|---|---|---|---|---|---|',
    ...names.flatMap((name) => rows.get(name) ?? []),
    '',
  ].join('\n')
}

/** Rows of the last page, by benchmark. */
function readRows(): Map<string, string[]> {
  const known = new Map<string, string[]>()
  if (!existsSync(RESULTS)) return known
  for (const line of readFileSync(RESULTS, 'utf8').split('\n')) {
    const name = /^\| ([a-z0-9-]+) \|/.exec(line)?.[1]
    if (name && name !== 'benchmark' && names.includes(name)) known.set(name, [...(known.get(name) ?? []), line])
  }
  return known
}
