/** The control service as the commands call it. */

import { type Client, createClient, type Fetch } from '#protocol/client.ts'
import { newTraceparent } from '#protocol/traceparent.ts'
import type { CliContext, Connection } from './context.ts'
import { translateApiError } from './service-error.ts'

export function clientOf(connection: Connection): Client {
  return createClient({
    fetch: connection.fetch as Fetch,
    baseUrl: connection.url,
    traceparent: newTraceparent,
    ...(connection.token === undefined ? {} : { token: connection.token }),
  })
}

/** Does something with the service. @throws CliError for every refusal, with the service's own words. */
export async function withClient<T>(context: CliContext, work: (client: Client) => Promise<T>): Promise<T> {
  const connection = await context.connection()
  try {
    return await work(clientOf(connection))
  } catch (error) {
    throw translateApiError(error)
  }
}

export const asJson = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`
