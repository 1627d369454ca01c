/** Listens to what the cluster says on a worker's standard input; its end means that the parent is gone. */

import type { Readable } from 'node:stream'

/** The word by which a worker is asked to leave; the same as in the process cluster. */
const LEAVE = 'leave'

export interface ParentWatch {
  /** The parent is gone, whatever killed it: end at once. Leases run out by themselves. */
  readonly onGone: () => void
  /** Take nothing more and end when the tasks in hand are finished. */
  readonly onLeave: () => void
}

/** @param input the worker's standard input. */
export function watchParent(input: Readable, { onGone, onLeave }: ParentWatch): void {
  let rest = ''
  input.setEncoding('utf8')
  input.on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop()!.slice(-100)
    if (lines.includes(LEAVE)) onLeave()
  })
  input.once('end', onGone)
  input.once('error', onGone)
}
