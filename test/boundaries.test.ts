/**
 * Holds the imports of src/ to the room table of ARCHITECTURE.md: rooms and outside packages. It fails on an arrow that
 * is not in the table, on a room of the table that is not on disk, on a folder that is not in the table, and on having
 * looked at nothing; it prints how much it looked at.
 */

import { readdirSync, readFileSync, statSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import path from 'node:path'
import { parseSync } from 'oxc-parser'
import { describe, expect, it } from 'vitest'

const ROOT = path.resolve(import.meta.dirname, '..')
const SRC = path.join(ROOT, 'src')

interface Room {
  readonly name: string
  /** `everything` or names; a name with `contract` allows only the file that states the contract. */
  readonly rooms: 'everything' | ReadonlyMap<string, 'all' | 'contract'>
  readonly packages: 'everything' | ReadonlySet<string>
}

interface Import {
  readonly file: string
  readonly specifier: string
}

const table = readTable()
const rooms = new Map(table.map((room) => [room.name, room]))
const files = sourceFiles(SRC)
const imports = files.flatMap(importsOf)

describe('the room table of ARCHITECTURE.md', () => {
  it('lists exactly the folders under src', () => {
    const onDisk = new Set(files.map((file) => roomOf(file) ?? `(no room) ${path.relative(SRC, file)}`))
    expect([...onDisk].sort()).toEqual([...rooms.keys()].sort())
  })

  it('names every room in the imports of package.json', () => {
    const { imports: names } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as {
      imports: Record<string, string>
    }
    for (const room of rooms.keys()) {
      const covered = room === 'portal/chart' ? 'portal' : room
      expect(names[`#${covered}/*`], room).toBe(`./src/${covered}/*`)
    }
  })

  it('allows every import', () => {
    const refused = imports.map(refusal).filter((reason) => reason !== null)
    process.stdout.write(
      `boundaries: ${imports.length} imports of ${files.length} files in ${rooms.size} rooms looked at\n`,
    )
    expect(refused).toEqual([])
  })

  it('was looked at with open eyes', () => {
    expect(rooms.size).toBeGreaterThan(10)
    expect(files.length).toBeGreaterThan(50)
    expect(imports.length).toBeGreaterThan(100)
  })

  it('would refuse what it must refuse', () => {
    const from = (room: string) => path.join(SRC, room, 'made-up.ts')
    expect(refusal({ file: from('quantities'), specifier: '#nuclides/names.ts' })).toContain(
      'quantities may not import nuclides',
    )
    expect(refusal({ file: from('control'), specifier: '#queue/memory.ts' })).toContain('only the contract of queue')
    expect(refusal({ file: from('control'), specifier: '#queue/queue.ts' })).toBeNull()
    expect(refusal({ file: from('results'), specifier: 'node:fs' })).toContain('results may not use Node')
    expect(refusal({ file: from('queue'), specifier: '../storage/storage.ts' })).toContain('reaches into another room')
    expect(refusal({ file: from('records'), specifier: 'fastify' })).toContain('may not use the package fastify')
    expect(refusal({ file: from('worker'), specifier: '#main/serve.ts' })).toContain('worker may not import main')
    expect(refusal({ file: from('worker'), specifier: '#test/needs.ts' })).toContain('not a room')
  })
})

describe('the environment', () => {
  it('is read in main only', () => {
    const readers = files.filter((file) => roomOf(file) !== 'main' && /process\.env\b/.test(readFileSync(file, 'utf8')))
    expect(readers.map((file) => path.relative(ROOT, file))).toEqual([])
  })
})

function readTable(): Room[] {
  const text = readFileSync(path.join(ROOT, 'ARCHITECTURE.md'), 'utf8')
  const rows = text.split('\n').filter((line) => /^\| (pure|adapter|process|main) \|/.test(line))
  return rows.map((row) => {
    const cells = row.split('|').map((cell) => cell.trim())
    const [, , name, , mayImport, outside] = cells as [string, string, string, string, string, string]
    return {
      name: name.replaceAll('`', ''),
      rooms:
        mayImport === 'everything'
          ? 'everything'
          : new Map(
              [...mayImport.matchAll(/`([^`]+)`( \(contract\))?/g)].map((m) => [m[1]!, m[2] ? 'contract' : 'all']),
            ),
      packages:
        outside === 'everything' ? 'everything' : new Set([...outside.matchAll(/`([^`]+)`/g)].map((m) => m[1]!)),
    }
  })
}

function sourceFiles(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const file = path.join(folder, name)
    if (statSync(file).isDirectory()) return sourceFiles(file)
    return /\.tsx?$/.test(name) && !/\.test(-d)?\.tsx?$/.test(name) ? [file] : []
  })
}

function importsOf(file: string): Import[] {
  const parsed = parseSync(file, readFileSync(file, 'utf8'))
  if (parsed.errors.length > 0) throw new Error(`${file} cannot be parsed: ${parsed.errors[0]!.message}`)
  const { staticImports, staticExports, dynamicImports } = parsed.module
  const text = readFileSync(file, 'utf8')
  const specifiers = [
    ...staticImports.map((i) => i.moduleRequest.value),
    ...staticExports.flatMap((e) =>
      e.entries.flatMap((entry) => (entry.moduleRequest ? [entry.moduleRequest.value] : [])),
    ),
    // An address that is computed names a module of another world (a worker thread loads what main handed it).
    ...dynamicImports
      .map((i) => text.slice(i.moduleRequest.start, i.moduleRequest.end))
      .filter((expression) => /^['"`]/.test(expression))
      .map((literal) => literal.slice(1, -1)),
  ]
  return specifiers.map((specifier) => ({ file, specifier }))
}

/** Longest room of the table that holds the file. */
function roomOf(file: string): string | undefined {
  const parts = path.relative(SRC, file).split(path.sep)
  for (const depth of [2, 1]) {
    const name = parts.slice(0, depth).join('/')
    if (parts.length > depth && rooms.has(name)) return name
  }
  return parts[0] === 'engines' || parts.length < 2 ? undefined : parts[0]
}

function refusal({ file, specifier }: Import): string | null {
  const from = roomOf(file)
  const where = path.relative(ROOT, file)
  const room = from === undefined ? undefined : rooms.get(from)
  if (!room) return `${where}: its folder is not a room of the table`
  if (specifier.startsWith('.')) {
    const target = path.resolve(path.dirname(file), specifier)
    const to = roomOf(target)
    if (to === from) return null
    return `${where}: ${specifier} reaches into another room; import it by its name`
  }
  if (specifier.startsWith('#')) {
    const target = path.join(SRC, specifier.slice(1))
    const to = roomOf(target)
    if (to === undefined || !rooms.has(to)) return `${where}: ${specifier} is not a room of the table`
    if (to === from || room.rooms === 'everything') return null
    const how = room.rooms.get(to)
    if (how === undefined) return `${where}: ${from} may not import ${to} (${specifier})`
    if (how === 'contract' && path.basename(target) !== `${to}.ts`)
      return `${where}: ${from} may import only the contract of ${to}, not ${specifier}`
    return null
  }
  if (room.packages === 'everything') return null
  if (isBuiltin(specifier))
    return room.packages.has('node') ? null : `${where}: ${from} may not use Node (${specifier})`
  const name = specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
  return room.packages.has(name) ? null : `${where}: ${from} may not use the package ${name}`
}
