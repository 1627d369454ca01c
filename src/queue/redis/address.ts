/** Where Redis is. Plain data: control hands it on to the workers of a cluster. */

import { QueueError } from '../queue.ts'

export type RedisAddress =
  /** `redis://host:port/database` or, with TLS, `rediss://…`. */
  | { readonly url: string }
  /** Sentinels know where the primary called `master` is, also after it has moved. */
  | {
      readonly sentinels: readonly { readonly host: string; readonly port: number }[]
      readonly master: string
    }

/** Where Redis is and who asks. `null`: as the address says, or as the default user. */
export interface RedisLogin {
  readonly address: RedisAddress
  readonly username: string | null
  readonly password: string | null
}

const SENTINEL_PORT = 26379

/**
 * @param text `host:port,host:port,…`; the port is 26379 where none is given. IPv6 addresses stand in brackets.
 * @throws QueueError `QUEUE_ADDRESS_INVALID`
 */
export function parseSentinels(text: string, master: string): RedisAddress {
  const sentinels = text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part) => {
      const [, bracketed, plain, port] = /^(?:\[([0-9A-Fa-f:.]+)\]|([^\s:[\]/@]+))(?::(\d{1,5}))?$/.exec(part) ?? []
      const host = bracketed ?? plain
      const number = port === undefined ? SENTINEL_PORT : Number(port)
      if (!host || number < 1 || number > 65535) throw invalid(`a Sentinel is host:port, got ${JSON.stringify(part)}`)
      return { host, port: number }
    })
  if (sentinels.length === 0) throw invalid('at least one Sentinel is needed')
  if (master === '') throw invalid('Sentinels need the name of the primary, mostly "mymaster"')
  return { sentinels, master }
}

/**
 * @throws QueueError `QUEUE_ADDRESS_INVALID`; the message holds no password.
 */
export function parseRedisUrl(text: string): RedisAddress {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || (url.protocol !== 'redis:' && url.protocol !== 'rediss:') || url.hostname === '') {
    throw invalid(`a URL begins with redis:// or rediss:// and names a host, got ${url?.protocol ?? 'no URL'}`)
  }
  if (!/^\/?\d*$/.test(url.pathname)) throw invalid(`the path of the URL is a database number, got ${url.pathname}`)
  return { url: text }
}

/**
 * Reads what control answers to a worker that asks for its access.
 * @throws QueueError `QUEUE_ADDRESS_INVALID`
 */
export function parseRedisLogin(value: unknown): RedisLogin {
  const { address, username, password } = fieldsOf(value)
  return { address: parseAddress(fieldsOf(address)), username: textOrNull(username), password: textOrNull(password) }
}

function parseAddress({ url, sentinels, master }: Fields): RedisAddress {
  if (typeof url === 'string') return parseRedisUrl(url)
  if (!Array.isArray(sentinels) || typeof master !== 'string') {
    throw invalid('a URL, or Sentinels and the name of the primary, were expected')
  }
  const named = sentinels.map((one: unknown) => {
    const { host, port } = fieldsOf(one)
    return `${String(host).includes(':') ? `[${host}]` : host}:${port}`
  })
  return parseSentinels(named.join(','), master)
}

type Fields = Readonly<Record<string, unknown>>

function fieldsOf(value: unknown): Fields {
  if (typeof value === 'object' && value !== null) return value as Fields
  throw invalid(`an object was expected, got ${JSON.stringify(value) ?? 'nothing'}`)
}

function textOrNull(value: unknown): string | null {
  if (value === null || typeof value === 'string') return value
  throw invalid('name and password are texts or null')
}

/** The address without name and password: what somebody else may know who has a login of his own. */
export function withoutLogin(address: RedisAddress): RedisAddress {
  if (!('url' in address)) return address
  const url = new URL(address.url)
  url.username = ''
  url.password = ''
  return { url: url.href }
}

/** For sentences; without a password. */
export function shownAddress(address: RedisAddress): string {
  if ('url' in address) {
    const { protocol, host } = new URL(address.url)
    return `${protocol}//${host}`
  }
  return `${address.master} of the Sentinels ${address.sentinels.map(({ host, port }) => `${host}:${port}`).join(', ')}`
}

const invalid = (what: string) =>
  new QueueError('QUEUE_ADDRESS_INVALID', `The address of Redis cannot be used: ${what}.`)
