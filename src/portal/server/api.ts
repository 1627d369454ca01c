/** The portal's client of the control service: #protocol/client.ts with the browser's fetch and the page's own address. */

import { ApiError, createClient } from '#protocol/client.ts'
import { newTraceparent } from '#protocol/traceparent.ts'

export const { call, address: addressOf } = createClient({
  fetch: (address, options) => window.fetch(address, options),
  baseUrl: '',
  traceparent: newTraceparent,
})

/** Any thrown value as an error to show. */
export function asFailure(error: unknown): ApiError {
  if (error instanceof ApiError) return error
  return new ApiError({
    type: 'about:blank',
    title: 'Something went wrong on this page',
    status: 0,
    code: 'PAGE',
    detail: error instanceof Error ? error.message : String(error),
    advice: 'Reload the page; report the sentence above if it happens twice.',
  })
}
