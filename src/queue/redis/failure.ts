/** What an error of Redis means for a call: try again, ask for access again, or give up. */

export type FailureKind =
  /** Nobody answers, or not the primary: knock again on a new connection. */
  | 'away'
  /** The primary answers and cannot do it now (loading, memory full, too few replicas): try again. */
  | 'busy'
  /** The library is not there: control must load it. */
  | 'no-library'
  /** Unknown user or wrong password. */
  | 'login'
  /** The user may not do this. */
  | 'denied'
  /** A fault of ours or of what lies in the keys: the same call would end the same way. */
  | 'fault'

const BUSY = new Set(['LOADING', 'BUSY', 'TRYAGAIN', 'NOREPLICAS', 'MISCONF', 'OOM', 'UNKILLABLE'])
const OTHER_SERVER = new Set(['READONLY', 'MASTERDOWN', 'CLUSTERDOWN', 'MOVED', 'ASK', 'UNBLOCKED'])
const LOGIN = new Set(['NOAUTH', 'WRONGPASS'])

/** Codes: the first word of an error reply, https://redis.io/docs/latest/develop/reference/protocol-spec/ "Simple errors". */
export function kindOf(error: unknown): FailureKind {
  if (!(error instanceof Error) || error.name !== 'ReplyError') return 'away'
  const { message } = error
  const code = message.split(' ', 1)[0]!
  if (LOGIN.has(code)) return 'login'
  // Within a function the refusal of a single command has the code ERR.
  if (code === 'NOPERM' || message.includes('ACL failure') || message.includes("can't run this command"))
    return 'denied'
  if (BUSY.has(code)) return 'busy'
  if (OTHER_SERVER.has(code)) return 'away'
  if (message.includes('Function not found')) return 'no-library'
  // A server that is full of clients answers and hangs up.
  if (message.includes('max number of clients')) return 'away'
  return 'fault'
}
