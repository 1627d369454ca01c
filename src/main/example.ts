/** The finished example of a first start: the SPES target, submitted once for a data folder. */

import { readFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { createClient, type Fetch } from '#protocol/client.ts'
import { FINAL_STATES } from '#simulation/life-cycle.ts'

export interface ExampleRequest {
  readonly url: string
  readonly token: string
  /** The document. */
  readonly file: string
  /** Longest wait for its end. */
  readonly withinMs: number
  readonly signal: AbortSignal
}

/** Submits the example if there is no simulation yet, and waits until it is done. */
export async function submitExample(request: ExampleRequest): Promise<void> {
  const client = createClient({ fetch: fetch as unknown as Fetch, baseUrl: request.url, token: request.token })
  const { total } = await client.call('list', { query: { limit: 1 } })
  if (total > 0) return
  // The same key every time: two starts at once make one example.
  const made = await client.call('submit', {
    body: JSON.parse(readFileSync(request.file, 'utf8')),
    headers: { 'idempotency-key': 'example-spes-uc4' },
  })
  const deadline = Date.now() + request.withinMs
  while (Date.now() < deadline && !request.signal.aborted) {
    const now = await client.call('show', { params: { id: made.id } })
    if (FINAL_STATES.has(now.state)) return
    await pause(50)
  }
}
