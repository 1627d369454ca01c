import { execFileSync } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, truncate, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeStorageContract } from '#test/contracts/storage.ts'
import { folderStorage, storageErrorOf } from './folder.ts'

let root = ''
beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'isolario-storage-'))
})
afterAll(() => rm(root, { recursive: true, force: true }))

let folders = 0
const clock = () => Date.now()
const newFolder = () => path.join(root, `f${folders++}`)

describeStorageContract('folder', async () => {
  const folder = newFolder()
  const storage = await folderStorage({ folder, clock })
  return {
    storage,
    refusesNestedKeys: true,
    another: () => folderStorage({ folder, clock }),
    damage: async (key) => {
      const file = path.join(folder, 'objects', key)
      const content = await readFile(file)
      content[0]! ^= 1
      await writeFile(file, content)
    },
    close: () => storage.close(),
  }
})

it('notices an object that was cut or is not ours, also when only a range or the head is asked for', async () => {
  const folder = newFolder()
  const storage = await folderStorage({ folder, clock })
  await storage.put('cut', new Uint8Array(100))
  await truncate(path.join(folder, 'objects/cut'), 90)
  await writeFile(path.join(folder, 'objects/foreign'), 'short')
  for (const key of ['cut', 'foreign']) {
    await expect(storage.head(key)).rejects.toMatchObject({ code: 'STORAGE_DAMAGED' })
    await expect(storage.get(key, { start: 0, end: 2 })).rejects.toMatchObject({ code: 'STORAGE_DAMAGED' })
    await expect(storage.put(key, new Uint8Array(100))).rejects.toMatchObject({ code: 'STORAGE_DAMAGED' })
  }
})

it('leaves no temporary file behind, and collects old ones of dead writers at its start', async () => {
  const folder = newFolder()
  const temporary = path.join(folder, 'temporary')
  const storage = await folderStorage({ folder, clock })
  await storage.put('a', new Uint8Array(10))
  await storage.put('b', new Uint8Array(10))
  await expect(storage.put('a', new Uint8Array(11))).rejects.toMatchObject({ code: 'STORAGE_EXISTS' })
  expect(await readdir(temporary)).toEqual([])
  await writeFile(path.join(temporary, 'old'), 'x')
  await writeFile(path.join(temporary, 'young'), 'x')
  const longAgo = new Date(Date.now() - 2 * 3_600_000)
  await utimes(path.join(temporary, 'old'), longAgo, longAgo)
  await folderStorage({ folder, clock })
  expect(await readdir(temporary)).toEqual(['young'])
  expect(await storage.removeUnfinished(3_600_000)).toBe(0)
  expect(await storage.removeUnfinished(-1000)).toBe(1)
  expect(await readdir(temporary)).toEqual([])
})

it('says in words that the disk is full, keeps what is stored, and goes on when there is space', async ({ skip }) => {
  const folder = newFolder()
  await folderStorage({ folder, clock })
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'isolario-test', folder], { stdio: 'ignore' })
  } catch {
    return skip('mounting a small file system needs the rights of root')
  }
  try {
    const storage = await folderStorage({ folder, clock })
    await storage.put('first', new Uint8Array(400_000))
    const full = storage.put('second', new Uint8Array(900_000))
    await expect(full).rejects.toMatchObject({ code: 'STORAGE_FULL', retriable: true })
    await expect(full).rejects.toThrow('the disk is full')
    expect(await storage.get('second')).toBeUndefined()
    expect(await readdir(path.join(folder, 'temporary'))).toEqual([])
    expect((await storage.get('first'))?.length).toBe(400_000)
    await storage.delete('first')
    await storage.put('second', new Uint8Array(900_000))
  } finally {
    execFileSync('umount', [folder])
  }
})

it('tells failures of the file system apart', () => {
  const failure = (code: string) => storageErrorOf(Object.assign(new Error(`${code}: it failed`), { code }), 'store x')
  expect(failure('ENOSPC')).toMatchObject({ code: 'STORAGE_FULL', retriable: true })
  expect(failure('EDQUOT').message).toContain('quota')
  expect(failure('EROFS')).toMatchObject({ code: 'STORAGE_UNAVAILABLE', retriable: false })
  expect(failure('EIO')).toMatchObject({ code: 'STORAGE_UNAVAILABLE', retriable: true })
  expect(failure('ENAMETOOLONG')).toMatchObject({ code: 'STORAGE_KEY_INVALID' })
  expect(storageErrorOf(failure('ENOSPC'), 'do more')).toMatchObject({ code: 'STORAGE_FULL' })
})

it('refuses a folder that cannot be made, in words', async () => {
  const file = path.join(root, 'plain')
  await writeFile(file, 'x')
  await expect(folderStorage({ folder: path.join(file, 'below'), clock })).rejects.toThrow(
    /Cannot open the storage folder/,
  )
})

it('keeps objects of a writer that is killed whole or not there at all', async () => {
  const folder = newFolder()
  const program = `
    import { folderStorage } from ${JSON.stringify(path.join(import.meta.dirname, 'folder.ts'))}
    const storage = await folderStorage({ folder: process.argv[1], clock: Date.now })
    for (let i = 0; ; i++) {
      await Promise.all([0, 1, 2, 3].map((k) => storage.put('k/' + i + '-' + k, new Uint8Array(50_000).fill(i))))
      if (i === 4) process.stdout.write('writing')
    }`
  const { spawn } = await import('node:child_process')
  let seen = 0
  for (let round = 0; round < 4; round++) {
    const child = spawn(process.execPath, ['--input-type=module', '--eval', program, folder], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    // However long it takes to start on a busy machine: it is in the middle of its writing when it is killed.
    await new Promise((resolve) => child.stdout.once('data', resolve))
    await new Promise((resolve) => setTimeout(resolve, 7 * round))
    child.kill('SIGKILL')
    await new Promise((resolve) => child.once('exit', resolve))
    const storage = await folderStorage({ folder, clock })
    for await (const key of storage.list('')) {
      const content = await storage.get(key)
      expect(content?.length).toBe(50_000)
      seen += 1
    }
    await rm(path.join(folder, 'objects/k'), { recursive: true, force: true })
  }
  expect(seen).toBeGreaterThan(10)
})
