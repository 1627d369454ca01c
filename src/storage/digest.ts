/** What content is compared by. */

import { createHash } from 'node:crypto'

/** SHA-256 as 64 hexadecimal digits. */
export const digestOf = (content: Uint8Array): string => createHash('sha256').update(content).digest('hex')

/** MD5 in base64, as `Content-MD5` of RFC 1864 wants it: against accidents on the way, not against people. */
export const md5Of = (content: Uint8Array): string => createHash('md5').update(content).digest('base64')
