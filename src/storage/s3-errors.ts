/**
 * What went wrong between us and an S3 server, in sentences for whoever runs the service.
 *
 * Errors of the SDK carry the request, and with it signatures: none of them leaves this room. What is kept of one is its
 * status and its S3 code.
 */

import { nestedKey } from './key-rules.ts'
import { StorageError, type StorageErrorCode } from './storage.ts'

/** What a server answered when it refused. The cause of the storage errors of this file. */
export class S3Refusal extends Error {
  override readonly name = 'S3Refusal'
  /** HTTP status; 0 when there was no answer. */
  readonly status: number
  /** Code of S3 (`NoSuchBucket`) or of the connection (`ECONNREFUSED`). */
  readonly code: string
  constructor(status: number, code: string) {
    super(status === 0 ? `no answer: ${code}` : `the server answered ${status} ${code}`)
    this.status = status
    this.code = code
  }
}

/** The refusal behind a storage error, if a server spoke it. */
export const refusalOf = (error: unknown): S3Refusal | undefined =>
  error instanceof StorageError && error.cause instanceof S3Refusal ? error.cause : undefined

/** HTTP status of the refusal behind an error; 0 when nobody answered or it is another error. */
export const statusOf = (error: unknown): number => refusalOf(error)?.status ?? 0

/** Where something was tried, for sentences: no secrets. */
export interface S3Place {
  readonly endpoint: string
  readonly bucket: string
}

/**
 * @param doing what was tried: "store the object x"
 * @param key object in question, if one is
 */
export function refusalError(refusal: S3Refusal, doing: string, place: S3Place, key?: string): StorageError {
  const cannot = (code: StorageErrorCode, sentence: string, retriable: boolean) =>
    new StorageError(code, `Cannot ${doing}: ${sentence}`, { retriable, cause: refusal })
  const { status, code } = refusal
  switch (code) {
    case 'NoSuchBucket':
      return cannot(
        'STORAGE_UNAVAILABLE',
        `there is no bucket "${place.bucket}" at ${place.endpoint}. Create it, or correct the name in the settings.`,
        false,
      )
    case 'InvalidAccessKeyId':
    case 'SignatureDoesNotMatch':
      return cannot(
        'STORAGE_UNAVAILABLE',
        `${place.endpoint} does not know the access key or the secret key is another (${code}). Correct the keys in the settings.`,
        false,
      )
    case 'RequestTimeTooSkewed':
      return cannot(
        'STORAGE_UNAVAILABLE',
        `the clocks of this machine and of ${place.endpoint} differ by more than the quarter of an hour that S3 allows. Set them by NTP.`,
        false,
      )
    case 'QuotaExceeded':
    case 'InsufficientStorage':
      return cannot(
        'STORAGE_FULL',
        `the quota of the bucket "${place.bucket}" or of its user is used up (${code}). ` +
          'Delete simulations or have it raised; what is stored already is safe.',
        true,
      )
    case 'EntityTooLarge':
      return cannot('STORAGE_UNAVAILABLE', `the object is larger than ${place.endpoint} takes at once.`, false)
    case 'BadDigest':
    case 'IncompleteBody':
      return cannot('STORAGE_UNAVAILABLE', `what arrived at the server was not what was sent (${code}).`, true)
    case 'ExistingObjectIsDirectory':
      return nestedKey(key ?? doing, 'is a folder of other objects')
    case 'ObjectParentIsFile':
      return nestedKey(key ?? doing, 'would lie below another object')
    case 'ENOTFOUND':
      return cannot(
        'STORAGE_UNAVAILABLE',
        `the name of ${place.endpoint} is not known to the name service (${code}).`,
        true,
      )
  }
  if (status === 507) return refusalError(new S3Refusal(status, 'InsufficientStorage'), doing, place, key)
  if (CERTIFICATE_TROUBLE.test(code)) {
    return cannot(
      'STORAGE_UNAVAILABLE',
      `the certificate of ${place.endpoint} is not trusted here (${code}). ` +
        'Give the certificate of its authority by NODE_EXTRA_CA_CERTS.',
      false,
    )
  }
  if (code === NOT_S3 || (status >= 300 && status < 400)) {
    return cannot(
      'STORAGE_UNAVAILABLE',
      `what answers at ${place.endpoint}${status > 0 ? ` (with status ${status})` : ''} does not speak S3 for the bucket "${place.bucket}". ` +
        'Check address, port and region.',
      false,
    )
  }
  if (code === 'EPROTO') {
    return cannot('STORAGE_UNAVAILABLE', `${place.endpoint} does not speak TLS. Is its address http:// instead?`, false)
  }
  if (status === 0) {
    return cannot('STORAGE_UNAVAILABLE', `${place.endpoint} cannot be reached or does not answer (${code}).`, true)
  }
  if (status === 403 || status === 401) {
    return cannot(
      'STORAGE_UNAVAILABLE',
      `${place.endpoint} does not allow it in the bucket "${place.bucket}" (${code}). ` +
        "Check the bucket's policy and whose the keys are.",
      false,
    )
  }
  const passing = status >= 500 || status === 429 || status === 408 || code === 'SlowDown' || code === 'RequestTimeout'
  return cannot('STORAGE_UNAVAILABLE', `${place.endpoint} answered ${status} ${code}.`, passing || status === 409)
}

/** Code of an answer that is no S3 answer. */
export const NOT_S3 = 'NotS3'

const CERTIFICATE_TROUBLE = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ALTNAME/

/** Turns whatever the SDK or a connection throws into a refusal, leaving everything but status and code behind. */
export function refusalFrom(error: unknown): S3Refusal {
  const found = error as {
    name?: string
    code?: unknown
    cause?: unknown
    $metadata?: { httpStatusCode?: number }
    $response?: { statusCode?: number }
  }
  const status = found.$metadata?.httpStatusCode ?? found.$response?.statusCode ?? 0
  if (status >= 200 && status < 300) return new S3Refusal(status, NOT_S3)
  if (status > 0) {
    const name = found.name ?? ''
    // A body that is no XML, or says nothing: the SDK then names the class of the error, or nothing at all.
    const isNamed = /^[A-Z][A-Za-z0-9]+$/.test(name) && !UNNAMED.has(name)
    return new S3Refusal(status, isNamed ? name : codeOf(status))
  }
  // A mistake of ours is no trouble of the server: it must be seen.
  if ((error instanceof TypeError || error instanceof RangeError) && found.cause === undefined) throw error
  if (found.name === 'TimeoutError' || found.name === 'AbortError') return new S3Refusal(0, 'no answer in time')
  const inner = found.cause as { code?: unknown } | undefined
  const code = [found.code, inner?.code].find((one) => typeof one === 'string')
  // An answer that is no HTTP.
  if (typeof code === 'string' && /^HPE_/.test(code)) return new S3Refusal(0, NOT_S3)
  return new S3Refusal(0, typeof code === 'string' ? code : 'connection lost')
}

const UNNAMED = new Set(['Error', 'SyntaxError', 'TypeError', 'Unknown', 'UnknownError', 'S3ServiceException'])
/** Code for a status that came without one: answers to HEAD have no body. */
export const codeOf = (status: number): string => NAMES[status] ?? NOT_S3

const NAMES: Readonly<Record<number, string>> = {
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'AccessDenied',
  404: 'NotFound',
  409: 'Conflict',
  412: 'PreconditionFailed',
  416: 'InvalidRange',
  429: 'SlowDown',
  500: 'InternalError',
  502: 'BadGateway',
  503: 'ServiceUnavailable',
  504: 'GatewayTimeout',
}
