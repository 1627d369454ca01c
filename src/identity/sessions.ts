/**
 * Sessions without a store: the cookie holds, sealed, who signed in and until when. Any replica with the same secret reads
 * it, and a provider that is away ends none. What cannot be done so: to end a session from the server's side before its
 * time. Therefore they are short, and only use makes them longer, up to a bound.
 */

import type { SessionCookie, User } from './identity.ts'
import { open, seal } from './seal.ts'

export interface SessionOptions {
  readonly cookieName: string
  /** The current key first. */
  readonly keys: readonly Uint8Array[]
  /** A session of one provider and client means nothing at another. */
  readonly boundTo: string
  /** Over https only. */
  readonly secure: boolean
  readonly clock: () => number
}

export interface Sessions {
  create(user: User): SessionCookie
  /** @returns `undefined` for a cookie that is not ours or has ended */
  user(cookie: string | undefined): User | undefined
  /** A cookie that lives longer, or `null` where it is not time yet, or the bound is reached. */
  renew(cookie: string): SessionCookie | null
  readonly removal: SessionCookie
}

const MINUTE_MS = 60_000
/** A session that nobody uses ends after this. */
export const SESSION_IDLE_MS = 2 * 60 * MINUTE_MS
/** A session ends after this, however much it is used: groups are looked at again. */
export const SESSION_LONGEST_MS = 12 * 60 * MINUTE_MS
/** A session in use gets a new cookie after this. */
const RENEW_AFTER_MS = 15 * MINUTE_MS

interface Content {
  readonly id: string
  readonly name: string
  readonly groups: readonly string[]
  /** When the user signed in, when this cookie was made, and when it ends; milliseconds since the epoch. */
  readonly began: number
  readonly made: number
  readonly ends: number
}

export function createSessions({ cookieName, keys, boundTo, secure, clock }: SessionOptions): Sessions {
  const purpose = `session ${boundTo}`
  const cookie = (content: Content): SessionCookie => ({
    name: cookieName,
    value: seal(keys[0]!, purpose, content),
    maxAgeSeconds: Math.max(1, Math.floor((content.ends - content.made) / 1000)),
    secure,
    // The pages themselves are open; what asks for the cookie is asked for by them, never by the site that led here.
    sameSite: 'strict',
  })
  const read = (value: string | undefined) => {
    const opened = open(keys, purpose, value)
    const content = opened?.value as Content | undefined
    return opened && content && clock() < content.ends ? { content, keyIndex: opened.keyIndex } : undefined
  }
  const end = (began: number, now: number) => Math.min(now + SESSION_IDLE_MS, began + SESSION_LONGEST_MS)

  return {
    create({ id, displayName, groups = [] }) {
      const now = clock()
      return cookie({ id, name: displayName, groups, began: now, made: now, ends: end(now, now) })
    },
    user(value) {
      const content = read(value)?.content
      return content && { id: content.id, displayName: content.name, groups: content.groups }
    },
    renew(value) {
      const found = read(value)
      if (!found) return null
      const { content, keyIndex } = found
      const now = clock()
      const ends = end(content.began, now)
      const isTime = now - content.made >= RENEW_AFTER_MS && ends > content.ends
      // A cookie of an earlier secret moves to the current one, so that the earlier one can be taken away.
      return isTime || keyIndex > 0 ? cookie({ ...content, made: now, ends: Math.max(ends, content.ends) }) : null
    },
    removal: { name: cookieName, value: '', maxAgeSeconds: 0, secure, sameSite: 'strict' },
  }
}
