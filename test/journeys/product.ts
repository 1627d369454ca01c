/** The whole product as a process of its own, as a user starts it: for journeys that submit, kill and start again. */

import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type Client, createClient, type Fetch } from '#protocol/client.ts'
import { childrenOf } from '#test/processes.ts'

const ENTRY = path.resolve(import.meta.dirname, '../../src/main/isolario.ts')
const STARTED_WITHIN_MS = 30_000

export interface Product {
  readonly data: string
  /** Client of the running service; a new one after every start. */
  client(): Client
  /** Address with the token, as printed. */
  address(): string
  pid(): number
  /** Living worker processes of the service. */
  workers(): number[]
  start(): Promise<void>
  /** SIGKILL of the service alone; its workers must notice by themselves. */
  kill(): Promise<void>
  /** SIGTERM, as Ctrl+C does, and the exit code. */
  stop(): Promise<number | null>
  /** What it printed since the last start. */
  output(): string
  remove(): void
}

export async function startProduct(
  environment: Record<string, string> = {},
  args: readonly string[] = ['--no-example'],
): Promise<Product> {
  const data = mkdtempSync(path.join(tmpdir(), 'isolario-product-'))
  let child: ChildProcess
  let output = ''
  let url = ''
  let token = ''

  const ended = () =>
    new Promise<number | null>((done) =>
      gone(child) ? done(child.exitCode) : child.once('exit', (code) => done(code)),
    )
  const product: Product = {
    data,
    client: () => createClient({ fetch: fetch as unknown as Fetch, baseUrl: url, token }),
    address: () => `${url}/?token=${token}`,
    pid: () => child.pid!,
    workers: () => childrenOf(child.pid!),
    async start() {
      output = ''
      child = spawn(process.execPath, [ENTRY, 'serve', '--data', data, '--port', '0', ...args], {
        env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', ...environment },
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      const collect = (bytes: Buffer) => {
        output += bytes.toString()
      }
      child.stdout!.on('data', collect)
      child.stderr!.on('data', collect)
      const deadline = Date.now() + STARTED_WITHIN_MS
      for (;;) {
        const found = /(http:\/\/127\.0\.0\.1:\d+)\/\?token=([0-9a-zA-Z_-]+)/.exec(output)
        if (found) {
          url = found[1]!
          token = found[2]!
          return
        }
        if (gone(child))
          throw new Error(`The service ended with code ${child.exitCode} before it printed its address:\n${output}`)
        if (Date.now() > deadline)
          throw new Error(`The service printed no address within ${STARTED_WITHIN_MS} ms:\n${output}`)
        await new Promise((next) => setTimeout(next, 20))
      }
    },
    async kill() {
      child.kill('SIGKILL')
      await ended()
    },
    async stop() {
      child.kill('SIGTERM')
      return ended()
    },
    output: () => output,
    remove: () => rmSync(data, { recursive: true, force: true }),
  }
  await product.start()
  return product
}

const gone = (child: ChildProcess) => child.exitCode !== null || child.signalCode !== null
