/** Reads request bodies: JSON in UTF-8, with line and column where it breaks. */

import type { FastifyInstance } from 'fastify'
import { readJsonText } from '#simulation/json-text.ts'
import { ControlError } from './control-error.ts'

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** @throws ControlError `NOT_JSON`; `DOCUMENT_INVALID` where a key stands twice, so that one value would be lost. */
export function readJsonBody(bytes: Uint8Array): unknown {
  if (bytes.length === 0) return undefined
  let text: string
  try {
    text = utf8.decode(bytes)
  } catch (error) {
    throw new ControlError('NOT_JSON', 'The body is not UTF-8. Save it as UTF-8 and send it again.', { cause: error })
  }
  const read = readJsonText(text)
  if (read.ok) return read.value
  const { code, line, column, path, message } = read.error
  const detail = `Line ${line}, column ${column}: ${message}`
  const problems = [{ code, path, message: detail }]
  throw new ControlError(code === 'DOCUMENT_NOT_JSON' ? 'NOT_JSON' : 'DOCUMENT_INVALID', detail, { problems })
}

/** Makes JSON the only body this service reads: what a form of another site can send without asking is refused. */
export function addJsonBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, async (_request: unknown, body: Buffer) =>
    readJsonBody(body),
  )
}
