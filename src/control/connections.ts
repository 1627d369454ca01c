/**
 * Ends the connections of a server that ends, each as soon as nothing is answered on it. Node's own closing waits for
 * connections on which nothing was asked yet, and browsers keep such ones ready.
 */

import type { Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

export interface Connections {
  /** From now on a connection ends when its last answer is out; those without any end now. */
  endIdle(): void
}

export function trackConnections(server: Server): Connections {
  const answering = new Map<Socket, number>()
  let ending = false

  server.on('connection', (socket: Socket) => {
    if (ending) {
      socket.destroy()
      return
    }
    answering.set(socket, 0)
    socket.once('close', () => answering.delete(socket))
  })
  server.on('request', ({ socket }: { socket: Socket }, response: ServerResponse) => {
    answering.set(socket, (answering.get(socket) ?? 0) + 1)
    response.once('close', () => {
      const left = (answering.get(socket) ?? 1) - 1
      if (answering.has(socket)) answering.set(socket, left)
      if (ending && left === 0) socket.destroySoon()
    })
  })
  return {
    endIdle() {
      ending = true
      for (const [socket, count] of answering) if (count === 0) socket.destroySoon()
    },
  }
}
