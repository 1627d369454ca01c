/** Ports for servers that tests start and start again at the same address. */

import { randomInt } from 'node:crypto'
import { createServer } from 'node:net'

/**
 * Below those that the kernel gives to outgoing connections: a port from there may be some client's before its server has
 * started, or while it is dead. Without the range in which Ceph's daemons look for theirs (21800 to 22800).
 */
const RANGES = [
  [12_000, 21_800],
  [22_801, 31_000],
] as const
const given = new Set<number>()

/** A port of loopback on which nobody listens, and which no other caller in this process was given. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < 100; tries++) {
    const [first, end] = RANGES[randomInt(RANGES.length)]!
    const port = randomInt(first, end)
    if (given.has(port) || !(await isFree(port))) continue
    given.add(port)
    return port
  }
  throw new Error('no free port was found in 100 tries')
}

export async function freePorts(count: number): Promise<number[]> {
  const ports: number[] = []
  while (ports.length < count) ports.push(await freePort())
  return ports
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(false))
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)))
  })
}
