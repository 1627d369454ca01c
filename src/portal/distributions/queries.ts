/** What the page of maps and spectra asks for. */

import { queryOptions } from '@tanstack/react-query'
import { ApiError, problemOf } from '#protocol/client.ts'
import { type Cells, decodeCells } from '#protocol/distribution-cells.ts'
import { addressOf, asFailure, call } from '../server/api.ts'

export const distributionList = (id: string, point: number) =>
  queryOptions({
    queryKey: ['distributions', id, point],
    queryFn: ({ signal }) => call('distributions', { params: { id }, query: { point }, signal }),
  })

/** A plane of a mesh: two axes that are shown, perhaps a third that is cut. */
export interface Plane {
  readonly name: string
  readonly axes: readonly [string, string]
  readonly cut: { readonly axis: string; readonly bin: number } | null
}

export const planeQuery = ({ axes, cut }: Plane, point: number) => ({
  point,
  axes: axes.join(),
  ...(cut ? { at: `${cut.axis}:${cut.bin}` } : {}),
})

export const cells = (id: string, point: number, plane: Plane) =>
  queryOptions({
    queryKey: ['distributions', id, point, 'cells', plane.name, plane.axes.join(), plane.cut],
    queryFn: async ({ signal }): Promise<Cells> => {
      const address = addressOf('distributionCells', {
        params: { id, name: plane.name },
        query: planeQuery(plane, point),
      })
      // The typed client reads JSON and text; these are bytes.
      const answer = await window.fetch(address, { credentials: 'same-origin', signal }).catch((error: unknown) => {
        if (signal.aborted) throw error
        throw new ApiError(UNREACHABLE, error)
      })
      if (!answer.ok) throw new ApiError(await problemOf(answer))
      try {
        return decodeCells(await answer.arrayBuffer())
      } catch (error) {
        throw error instanceof RangeError ? asFailure(error) : error
      }
    },
    placeholderData: (previous, query) =>
      // The last picture of the same plane may stand for a moment; another plane's numbers under these axes never.
      query?.queryKey[4] === plane.name && query.queryKey[5] === plane.axes.join() ? previous : undefined,
  })

const UNREACHABLE = {
  type: 'about:blank',
  title: 'The service does not answer',
  status: 0,
  code: 'UNREACHABLE',
  detail: 'No answer came from the address of this page.',
  advice: 'Check that "isolario serve" is running there.',
}

export const spectrumView = (id: string, point: number, name: string) =>
  queryOptions({
    queryKey: ['distributions', id, point, 'spectrum', name],
    queryFn: ({ signal }) => call('distribution', { params: { id, name }, query: { point, axes: 'energy' }, signal }),
  })
