import { spawn } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { behaviourOf, type ClusterTraits, describeClusterContract } from '#test/contracts/cluster.ts'
import { isAlive } from '#test/processes.ts'
import { type ProcessClusterOptions, processCluster } from './processes.ts'

const toyWorker = path.join(import.meta.dirname, '../../test/programs/toy-worker.mjs')
const folders: string[] = []
afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true, force: true })
})

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'isolario-cluster-'))
  folders.push(folder)
  return folder
}

const optionsFor = (folder: string, capacity = 2): ProcessClusterOptions => ({
  capacity,
  clock: () => Date.now(),
  command: ({ jobId }) => ({
    program: process.execPath,
    args: [toyWorker, behaviourOf(jobId), folder],
    environment: { ONLY: 'this' },
    folder,
  }),
  firstDelayMs: 20,
  longestDelayMs: 50,
  giveUpAfter: 3,
  closeGraceMs: 300,
})

async function pidsOf(folder: string, behaviour: string): Promise<number[]> {
  const names = await readdir(folder)
  const pids = names.filter((name) => name.startsWith(`${behaviour}-`)).map((name) => Number(name.split('-').at(-1)))
  return pids.filter(isAlive)
}

const traits: ClusterTraits = {
  sharesPlaces: true,
  endsWorkersOnClose: true,
  fullWords: /given to other jobs; this job is next/,
  concurrent: false,
  patienceMs: 10_000,
}
describeClusterContract('child processes', traits, async () => {
  const folder = await newFolder()
  const cluster = processCluster(optionsFor(folder))
  return {
    cluster,
    alive: async (behaviour) => (await pidsOf(folder, behaviour)).length,
    kill: async (behaviour) => {
      process.kill((await pidsOf(folder, behaviour))[0]!, 'SIGKILL')
    },
    close: () => cluster.close(),
  }
})

it('gives workers the stated environment and nothing else', async () => {
  const folder = await newFolder()
  const cluster = processCluster(optionsFor(folder))
  await cluster.start({ jobId: 'stay', slots: 1, memoryMebibytes: 1, engine: 'builtin', owner: 'ada', priority: 0 })
  await expect.poll(() => pidsOf(folder, 'stay')).toHaveLength(1)
  const [pid] = await pidsOf(folder, 'stay')
  expect(JSON.parse(await readFile(path.join(folder, `stay-${pid}`), 'utf8'))).toEqual({ ONLY: 'this' })
  await cluster.close()
})

it('says what is missing when the command cannot be started', async () => {
  const folder = await newFolder()
  const options = optionsFor(folder)
  const cluster = processCluster({
    ...options,
    command: (request) => ({ ...options.command(request), program: '/no/such/program' }),
  })
  await cluster.start({ jobId: 'j', slots: 1, memoryMebibytes: 1, engine: 'builtin', owner: 'ada', priority: 0 })
  await expect.poll(async () => (await cluster.status('j')).state).toBe('ended')
  expect((await cluster.status('j')).reason).toMatch(/could not be started: .*\/no\/such\/program/)
  await cluster.close()
})

it('does not give up on workers that did something before they ended', async () => {
  const folder = await newFolder()
  const cluster = processCluster(optionsFor(folder))
  await cluster.start({
    jobId: 'progress-then-crash',
    slots: 1,
    memoryMebibytes: 1,
    engine: 'builtin',
    owner: 'ada',
    priority: 0,
  })
  await expect
    .poll(async () => (await cluster.status('progress-then-crash')).failures.length, { timeout: 10_000 })
    .toBeGreaterThan(4)
  expect((await cluster.status('progress-then-crash')).state).not.toBe('ended')
  await cluster.close()
})

it('passes on what workers write to standard error', async () => {
  const folder = await newFolder()
  const lines: string[] = []
  const cluster = processCluster({
    ...optionsFor(folder),
    onLine: (jobId, pid, line) => lines.push(`${jobId} ${pid > 0} ${line}`),
  })
  await cluster.start({ jobId: 'config', slots: 1, memoryMebibytes: 1, engine: 'builtin', owner: 'ada', priority: 0 })
  await expect.poll(() => lines).toEqual(['config true the engine "toy" is unknown'])
  await cluster.close()
})

it('leaves no worker behind when the service is killed with -9', async () => {
  const folder = await newFolder()
  const service = `
    import { processCluster } from ${JSON.stringify(path.join(import.meta.dirname, 'processes.ts'))}
    const cluster = processCluster({ capacity: 2, clock: Date.now, command: () => ({
      program: process.execPath, args: [${JSON.stringify(toyWorker)}, 'stay', process.argv[1]], environment: {}, folder: process.argv[1] }) })
    await cluster.start({ jobId: 'stay', slots: 2, memoryMebibytes: 1, engine: 'builtin', owner: 'ada', priority: 0 })`
  const child = spawn(process.execPath, ['--input-type=module', '--eval', service, folder], { stdio: 'ignore' })
  await expect.poll(() => pidsOf(folder, 'stay'), { timeout: 10_000 }).toHaveLength(2)
  child.kill('SIGKILL')
  await expect.poll(() => pidsOf(folder, 'stay'), { timeout: 10_000 }).toHaveLength(0)
})

it('refuses a capacity below one', () => {
  expect(() => processCluster(optionsFor('/tmp', 0))).toThrow('at least one place')
})
