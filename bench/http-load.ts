/** Many connections to one server from one process, on bare sockets so that the client costs little beside the server. */

import { readFileSync } from 'node:fs'
import net from 'node:net'

/** Connections that ask at the same time. */
export const CONNECTIONS = 32
export const READ_MS = 4000

export interface Server {
  readonly pid: number
  readonly port: number
  readonly token: string
}

const requestOf = (route: string, token: string) =>
  `GET ${route} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\n\r\n`

export function openStream({ port, token }: Server): Promise<{ readonly socket: net.Socket; bytes: number }> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(port, '127.0.0.1')
    const stream = { socket, bytes: 0 }
    socket.once('error', reject)
    socket.once('connect', () => socket.write(requestOf('/api/v1/events', token)))
    socket.once('data', () => resolve(stream))
    let told = false
    socket.on('data', (piece: Buffer) => {
      told ||= piece.includes('event: simulation')
      if (told) stream.bytes += piece.length
    })
  })
}

export interface Load {
  readonly perSecond: number
  readonly p99Ms: number
  /** Processor time of the replica for one. */
  readonly cpuMs: number
}

/** Asks on all connections, on each for the next as soon as the one before is answered. */
export async function load({ pid, port, token }: Server, route: (n: number) => string): Promise<Load> {
  let asked = 0
  const times: number[] = []
  const begun = performance.now()
  const cpu = processorMs(pid)
  const one = () =>
    new Promise<void>((resolve, reject) => {
      const socket = net.connect(port, '127.0.0.1')
      let sentAt = 0
      let got: Buffer = Buffer.alloc(0)
      const next = () => {
        if (performance.now() - begun > READ_MS) {
          socket.destroy()
          resolve()
          return
        }
        sentAt = performance.now()
        socket.write(requestOf(route(asked++), token))
      }
      socket.once('error', reject)
      socket.once('connect', next)
      socket.on('data', (piece: Buffer) => {
        got = got.length === 0 ? piece : Buffer.concat([got, piece])
        const head = got.indexOf('\r\n\r\n')
        if (head < 0) return
        const headers = got.toString('latin1', 0, head)
        if (!headers.startsWith('HTTP/1.1 200')) {
          reject(new Error(headers.split('\r\n')[0]))
          return
        }
        const length = /content-length: (\d+)/i.exec(headers)
        const whole = length ? got.length >= head + 4 + Number(length[1]) : got.subarray(-5).toString() === '0\r\n\r\n'
        if (!whole) return
        times.push(performance.now() - sentAt)
        got = Buffer.alloc(0)
        next()
      })
    })
  await Promise.all(Array.from({ length: CONNECTIONS }, one))
  times.sort((a, b) => a - b)
  return {
    perSecond: times.length / ((performance.now() - begun) / 1000),
    p99Ms: times[Math.floor(times.length * 0.99)] ?? Number.NaN,
    cpuMs: (processorMs(pid) - cpu) / times.length,
  }
}

/** User and system time of a process; Linux counts it in hundredths of a second. */
function processorMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ')
  return (Number(fields[11]) + Number(fields[12])) * 10
}
