import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { WORKER_EXIT } from '#cluster/exit-codes.ts'
import { runWorkerProcess } from './worker.ts'

let folder: string
let said: string
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'isolario-worker-'))
  said = ''
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    said += text
    return true
  })
})
afterEach(() => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
  rmSync(folder, { recursive: true, force: true })
})

const run = (options: Parameters<typeof runWorkerProcess>[0]) =>
  runWorkerProcess({ job: 'j', ...options }, new AbortController().signal)

describe('a worker on a machine that cannot work', () => {
  const letIn = () => {
    vi.stubEnv('ISOLARIO_CONTROL_URL', 'http://127.0.0.1:9')
    vi.stubEnv('ISOLARIO_JOB_TOKEN', 'token')
  }

  it('says so with its exit code where the scratch is not there', async () => {
    letIn()
    const scratch = path.join(folder, 'none')
    expect(await run({ scratch })).toBe(WORKER_EXIT.machine)
    expect(said).toContain(`No folder can be made in the scratch ${scratch} (ENOENT)`)
  })

  it('says so where a folder cannot be made in the scratch', async () => {
    letIn()
    const scratch = path.join(folder, 'file')
    writeFileSync(scratch, '')
    vi.stubEnv('ISOLARIO_SCRATCH', scratch)
    expect(await run({})).toBe(WORKER_EXIT.machine)
    expect(said).toContain('(ENOTDIR): it must be there, be writable and have space')
  })

  it('says so where the folder of the results cannot be used', async () => {
    vi.stubEnv('ISOLARIO_WORKER_SECRET', 'secret')
    const storage = path.join(folder, 'file')
    writeFileSync(storage, '')
    expect(await run({ socket: path.join(folder, 'queue'), storage })).toBe(WORKER_EXIT.machine)
    expect(said).toContain(storage)
  })

  it('leaves what the command line does not say to the command line', async () => {
    await expect(run({})).rejects.toMatchObject({ code: 'WORKER_NOT_LET_IN' })
    await expect(run({ socket: path.join(folder, 'queue') })).rejects.toMatchObject({
      code: 'WORKER_NOT_STARTED_BY_SERVICE',
    })
  })
})
