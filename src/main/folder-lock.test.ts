import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { lockFolder } from './folder-lock.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'isolario-lock-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const fresh = (name: string) => path.join(folder, name)

describe('lockFolder', () => {
  it('is held by one process at a time and can be given back', () => {
    const file = fresh('one')
    const unlock = lockFolder(file, folder)
    expect(() => lockFolder(file, folder)).toThrow(
      expect.objectContaining({ code: 'FOLDER_IN_USE', message: expect.stringContaining(String(process.pid)) }),
    )
    unlock()
    expect(existsSync(file)).toBe(false)
    lockFolder(file, folder)()
  })

  it('takes over from a process that was killed', async () => {
    const file = fresh('killed')
    const child = spawn(
      process.execPath,
      [
        '--input-type=module',
        '-e',
        `import { lockFolder } from ${JSON.stringify(path.join(import.meta.dirname, 'folder-lock.ts'))}; lockFolder(${JSON.stringify(file)}, 'f'); console.log('held'); setInterval(() => {}, 1000)`,
      ],
      { cwd: path.resolve(import.meta.dirname, '../..') },
    )
    await new Promise<void>((held) => child.stdout.once('data', () => held()))
    expect(() => lockFolder(file, folder)).toThrow(expect.objectContaining({ code: 'FOLDER_IN_USE' }))
    child.kill('SIGKILL')
    await new Promise((gone) => child.once('exit', gone))
    const unlock = lockFolder(file, folder)
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ pid: process.pid })
    unlock()
  })

  it('does not take a lock for held whose process id now belongs to another program', () => {
    const file = fresh('reused')
    writeFileSync(file, JSON.stringify({ pid: process.pid, began: '1' }))
    lockFolder(file, folder)()
  })

  it('does not take half a lock for a lock', () => {
    const file = fresh('half')
    writeFileSync(file, '{"pid":')
    lockFolder(file, folder)()
  })
})
