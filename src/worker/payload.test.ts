/** Programs beside the worker: real ones over a real socket, and answers that are none. */

import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { BUILT_PROGRAM, type ProgramInput } from '#engines/engine/engine.ts'
import { payloadPrograms } from './payload-client.ts'
import { bytesFrame, FrameReader, jsonFrame } from './payload-frames.ts'
import { type PayloadServer, servePayload } from './payload-server.ts'
import type { ProgramRunOptions } from './program-run.ts'

const LIMITS = { timeSeconds: 60, memoryMebibytes: 512 }
const PATIENCE = { timeout: 20_000, interval: 20 }

let scratch = ''
let socket = ''
let server: PayloadServer | undefined
let liar: Server | undefined
beforeEach(() => {
  scratch = mkdtempSync(path.join(tmpdir(), 'isopay-'))
  socket = path.join(scratch, 'payload.sock')
})
afterEach(async () => {
  await server?.close()
  server = undefined
  await new Promise<void>((resolve) => (liar ? liar.close(() => resolve()) : resolve()))
  liar = undefined
  rmSync(scratch, { recursive: true, force: true })
})
const serve = async () => {
  server = await servePayload({ socket, scratchFolder: scratch })
}

const shell = (script: string, more: Partial<ProgramInput> = {}): ProgramInput => ({
  files: [{ name: 'run.sh', content: script }],
  program: '/bin/sh',
  args: ['run.sh'],
  environment: { PATH: '/usr/bin:/bin', GREETING: 'hello' },
  outputs: ['out*.txt'],
  ...more,
})
const options = (input: ProgramInput, more: Partial<ProgramRunOptions> = {}): ProgramRunOptions => ({
  input,
  folder: '/a/folder/of/the/worker/task1-g1-a1',
  limits: LIMITS,
  outputBytes: 2 ** 26,
  onLine: () => undefined,
  abandon: new AbortController().signal,
  ...more,
})
const run = (request: ProgramRunOptions) => payloadPrograms(socket, 20_000)(request)

describe('a program in the container beside', () => {
  it('has its files and variables, and its lines and outputs come back', async () => {
    await serve()
    const lines: string[] = []
    const large = 3_000_000
    const script = `echo one; echo "$GREETING"; head -c ${large} /dev/zero > out1.txt; cat data > out2.txt; exit 3`
    const input = shell(script, {
      files: [
        { name: 'run.sh', content: script },
        { name: 'data', content: new Uint8Array([0, 255, 10, 128]) },
      ],
    })
    const { ending, outputs, outputProblem } = await run(options(input, { onLine: (line) => lines.push(line) }))
    expect(ending).toMatchObject({
      exitCode: 3,
      signal: null,
      killedFor: null,
      limits: LIMITS,
      stdoutTail: 'one\nhello\n',
    })
    expect(lines).toEqual(['one', 'hello'])
    expect(outputProblem).toBeNull()
    expect([...outputs.keys()]).toEqual(['out1.txt', 'out2.txt'])
    expect(outputs.get('out1.txt')!.byteLength).toBe(large)
    expect([...outputs.get('out2.txt')!]).toEqual([0, 255, 10, 128])
    // Nothing is left of it.
    const [runs, ...others] = readdirSync(scratch).filter((name) => name !== 'payload.sock')
    expect(others).toEqual([])
    expect(readdirSync(path.join(scratch, runs!))).toEqual([])
  })

  it('is made of sources first, once and on that side, where the input asks for it', async () => {
    await serve()
    const made = path.join(scratch, 'made')
    const build = {
      key: 'test-1',
      files: [
        { name: 'source.txt', content: '#!/bin/sh\necho "built says $1" > out1.txt\n' },
        { name: 'make.sh', content: `echo making; echo x >> ${made}; cp source.txt program; chmod +x program\n` },
      ],
      program: '/bin/sh',
      args: ['make.sh'],
      environment: { PATH: '/usr/bin:/bin' },
      output: 'program',
      timeSeconds: 20,
    }
    const input = shell('"$1" there', { build, args: ['run.sh', BUILT_PROGRAM] })
    const first = await run(options(input))
    expect(Buffer.from(first.outputs.get('out1.txt')!).toString()).toBe('built says there\n')
    expect(first.built).toMatchObject({ ok: true, log: 'making\n' })
    expect((await run(options(input))).built).toEqual({ ...first.built, log: null })
    expect(readFileSync(made, 'utf8')).toBe('x\n')
    const bad = { ...build, key: 'test-2', files: [{ name: 'make.sh', content: 'echo "a.f:1: wrong" >&2; exit 10\n' }] }
    const failed = await run(options(shell('true', { build: bad })))
    expect(failed).toMatchObject({ built: { ok: false }, ending: { exitCode: 10, stderrTail: 'a.f:1: wrong\n' } })
  })

  it('shows its last words and the files that tell the cause', async () => {
    await serve()
    const { ending } = await run(
      options(shell('echo why > run.err; echo bad >&2; exit 1', { diagnostics: ['run.err'] })),
    )
    expect(ending).toMatchObject({ exitCode: 1, stderrTail: 'bad\n' })
    expect([...ending.files]).toEqual([['run.err', 'why\n']])
  })

  it('is refused where the engine names what is no file', async () => {
    await serve()
    await expect(run(options(shell('true', { outputs: ['../secret'] })))).rejects.toMatchObject({
      code: 'PROGRAM_INPUT_INVALID',
      message: expect.stringContaining('../secret'),
    })
  })

  it('is ended with its children when it is abandoned, and when it takes too long', async () => {
    await serve()
    const pidFile = path.join(scratch, 'pid')
    const script = `sleep 300 & echo $! > ${pidFile}; wait`
    const abandon = new AbortController()
    const abandoned = run(options(shell(script), { abandon: abandon.signal }))
    await expect.poll(() => existsSync(pidFile) && readFileSync(pidFile, 'utf8').trim() !== '', PATIENCE).toBe(true)
    const pid = Number(readFileSync(pidFile, 'utf8'))
    abandon.abort()
    expect((await abandoned).ending).toMatchObject({ killedFor: 'cancel' })
    await expect.poll(() => isAlive(pid), PATIENCE).toBe(false)
    const { ending } = await run(options(shell('sleep 300'), { limits: { ...LIMITS, timeSeconds: 0.2 } }))
    expect(ending).toMatchObject({ killedFor: 'time' })
  })

  it('hears that it should stop by itself', async () => {
    await serve()
    const stop = new AbortController()
    const script = 'echo began; while [ ! -e halt ]; do sleep 0.05; done; echo half > out.txt'
    const input = shell(script, { stop: { folder: '', file: 'halt', graceSeconds: 30 } })
    const { ending, outputs } = await run(options(input, { stop: stop.signal, onLine: () => stop.abort() }))
    expect(ending).toMatchObject({ exitCode: 0, stoppedFor: 'order' })
    expect(Buffer.from(outputs.get('out.txt')!).toString()).toBe('half\n')
  })

  it('that goes with its container was killed, and the next run waits for the new one', async () => {
    await serve()
    const first = run(options(shell('echo began; sleep 300'), { onLine: () => void server!.close() }))
    expect((await first).ending).toMatchObject({ exitCode: null, signal: 'SIGKILL', killedFor: null })
    // What a killed process leaves: a socket that nobody listens at, and files of its run.
    writeFileSync(socket, '')
    mkdirSync(path.join(scratch, 'runs-old', 'task1-g1-a1'), { recursive: true })
    const second = run(options(shell('echo again')))
    await serve()
    expect((await second).ending).toMatchObject({ exitCode: 0, stdoutTail: 'again\n' })
    expect(existsSync(path.join(scratch, 'runs-old'))).toBe(false)
  })

  it('that never comes is an error of the machine, not of the job', async () => {
    const never = payloadPrograms(socket, 50)(options(shell('true')))
    await expect(never).rejects.toMatchObject({
      syscall: 'connect',
      message: expect.stringContaining('does not answer'),
    })
  })
})

describe('an answer that is none', () => {
  const answering = async (...parts: readonly Uint8Array[]) => {
    liar = createServer((connection) => {
      connection.on('error', () => {}).resume()
      for (const part of parts) connection.write(part)
    })
    await new Promise<void>((resolve) => liar!.listen(socket, resolve))
  }
  const ending = {
    exitCode: 0,
    signal: null,
    killedFor: null,
    stoppedFor: null,
    stdoutTail: '',
    stderrTail: '',
    files: [],
  }
  const end = (more: object) => jsonFrame({ end: { ending, outputs: [], outputProblem: null, ...more } })

  it.each([
    [
      'a file that nobody asked for',
      [...end({ outputs: [{ name: '../token', bytes: 1 }] }), ...bytesFrame(Buffer.from('x'))],
    ],
    [
      'another length than was told',
      [...end({ outputs: [{ name: 'out1.txt', bytes: 2 }] }), ...bytesFrame(Buffer.from('x'))],
    ],
    ['an ending without its fields', end({ ending: {} })],
    ['a word that there is not', end({ ending: { ...ending, killedFor: 'fun' } })],
    ['no JSON', [Buffer.from([0, 0, 0, 1, 0x4a, 0x7b])]],
    ['a length beyond all limits', [Buffer.from([255, 255, 255, 255, 0x42])]],
    ['an unknown kind', [Buffer.from([0, 0, 0, 0, 1])]],
  ])('is refused: %s', async (_, parts) => {
    await answering(...parts)
    await expect(run(options(shell('true')))).rejects.toMatchObject({ name: 'FrameError' })
  })
})

it('frames come back whole, however they are cut', () => {
  const json = fc.jsonValue({ maxDepth: 2 }).map((value) => JSON.parse(JSON.stringify(value)) as unknown)
  const value = fc.oneof(json, fc.uint8Array({ maxLength: 200 }))
  const cuts = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 8 })
  fc.assert(
    fc.property(fc.array(value, { maxLength: 6 }), cuts, (values, lengths) => {
      const all = Buffer.concat(values.flatMap((one) => (one instanceof Uint8Array ? bytesFrame(one) : jsonFrame(one))))
      const reader = new FrameReader({ json: 2 ** 20, bytes: 2 ** 20 })
      const read: unknown[] = []
      for (let at = 0, turn = 0; at < all.length; turn++) {
        const length = lengths[turn % lengths.length]!
        for (const frame of reader.push(all.subarray(at, at + length)))
          read.push(frame.kind === 'json' ? frame.value : new Uint8Array(frame.bytes))
        at += length
      }
      expect(read).toEqual(values)
    }),
    { numRuns: 50 },
  )
})

function isAlive(pid: number): boolean {
  try {
    // A dead one that nobody has waited for is still in the table.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}
