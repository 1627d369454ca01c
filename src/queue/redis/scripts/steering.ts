/** What control does besides: returns lost leases, takes reports over, orders, looks. */

/**
 * Returns expired leases. Arguments: channel, job, ms to live, most leases at once.
 * Moves them to the front of `waiting`, or to the reports where no attempts are left; gives keys their time to live.
 * Answers how many were returned and how many are dead. Repeated, or by several replicas at once: a lease that is over
 * is there for the first one only.
 */
export const REAP = `
local function reap(keys, args)
  local meta = meta_of(keys)
  if not meta or not meta.filled then return { '0', '0' } end
  local returned, dead = return_expired(keys, meta, args[1], args[2], args[4])
  touch(keys, tonumber(args[3]))
  return { whole(returned), whole(dead) }
end
`

/**
 * Forgets reports. Arguments: for every task its index, generation and attempt.
 * Deletes report and payload; the tries stay, so that the task stays known and the same report may come again.
 * Answers how many. Repeated: there is no report any more.
 */
export const CONFIRM = `
local function confirm(keys, args)
  local meta = meta_of(keys)
  if not meta then return '0' end
  local confirmed = 0
  for at = 1, #args, 3 do
    local task = args[at]
    if args[at + 1] == meta.generation and redis.call('ZSCORE', keys[REPORTED], task)
      and tries_of(keys, task).attempt == args[at + 2] then
      redis.call('ZREM', keys[REPORTED], task)
      redis.call('HDEL', keys[REPORTS], task)
      redis.call('HDEL', keys[PAYLOADS], task)
      confirmed = confirmed + 1
    end
  end
  return whole(confirmed)
end
`

/**
 * Gives reported tasks out again. Arguments: for every task its index, generation, attempt and payload, which is kept
 * whole: no text in common is looked for.
 * Deletes the report and puts the task behind the others in `waiting`; the attempt is spent. A task without attempts left
 * keeps its report. Answers task and attempts spent of each of those.
 * Repeated: the task waits, or is at its next attempt; those without attempts left are answered again.
 */
export const TRY_AGAIN = `
local function try_again(keys, args)
  local meta = meta_of(keys)
  local spent = {}
  if not meta then return spent end
  for at = 1, #args, 4 do
    local task = args[at]
    local tries = tries_of(keys, task)
    if args[at + 1] == meta.generation and tries.attempt == args[at + 2] and redis.call('ZSCORE', keys[REPORTED], task) then
      if tries.spent < meta.max_attempts then
        redis.call('ZREM', keys[REPORTED], task)
        redis.call('HDEL', keys[REPORTS], task)
        redis.call('HSET', keys[PAYLOADS], task, '0:' .. args[at + 3])
        redis.call('RPUSH', keys[WAITING], task)
      else
        table.insert(spent, task)
        table.insert(spent, whole(tries.spent))
      end
    end
  end
  return spent
end
`

/**
 * Orders. Argument: `stop` or `cancel`.
 * Writes the order; a cancel also puts everything leased back to `waiting`. Answers `done` or `gone`.
 * Repeated: the order stands already. A cancelled queue stays cancelled.
 */
export const ORDER = `
local function order(keys, args)
  local meta = meta_of(keys)
  if not meta or not meta.filled then return 'gone' end
  if meta.order == 'cancel' then return 'done' end
  redis.call('HSET', keys[META], 'order', args[1])
  if args[1] == 'stop' then return 'done' end
  for _, task in ipairs(redis.call('ZRANGE', keys[LEASES], 0, -1)) do
    end_lease(keys, task, tries_of(keys, task))
    redis.call('LPUSH', keys[WAITING], task)
  end
  return 'done'
end
`

/**
 * Counts: tasks waiting, leased, reported; each from the length that the key itself keeps. An empty list where there is
 * no queue or it is not full yet. Writes nothing.
 */
export const COUNTS = `
local function counts(keys)
  local meta = meta_of(keys)
  if not meta or not meta.filled then return {} end
  return {
    whole(redis.call('LLEN', keys[WAITING])),
    whole(redis.call('ZCARD', keys[LEASES])),
    whole(redis.call('ZCARD', keys[REPORTED])),
  }
end
`

/** Generation and order. An empty list where there is no queue or it is not full yet. Writes nothing. */
export const STANDING = `
local function standing(keys)
  local meta = meta_of(keys)
  if not meta or not meta.filled then return {} end
  return { meta.generation, meta.order }
end
`

/**
 * The oldest reports. Argument: most of them. Answers the generation, then task, attempt and report of each; nothing
 * where there is no queue. A report of more than 64 kB is none: a worker may write anything there, and 500 of them are
 * read at once. Writes nothing.
 */
export const REPORTS_OF = `
local function reports_of(keys, args)
  local meta = meta_of(keys)
  if not meta then return {} end
  local answer = { meta.generation }
  local tasks = redis.call('ZRANGE', keys[REPORTED], 0, args[1] - 1)
  for _, task in ipairs(tasks) do
    table.insert(answer, task)
    table.insert(answer, tries_of(keys, task).attempt)
    if redis.call('HSTRLEN', keys[REPORTS], task) <= 65536 then
      table.insert(answer, redis.call('HGET', keys[REPORTS], task) or '')
    else
      table.insert(answer, '')
    end
  end
  return answer
end
`

/**
 * The leases. Answers the generation, then task, end of the lease and tries of each, the one that ends first in front;
 * nothing where there is no queue. Writes nothing.
 */
export const LEASES_OF = `
local function leases_of(keys)
  local meta = meta_of(keys)
  if not meta then return {} end
  local answer = { meta.generation }
  local leases = redis.call('ZRANGE', keys[LEASES], 0, -1, 'WITHSCORES')
  for at = 1, #leases, 2 do
    table.insert(answer, leases[at])
    table.insert(answer, leases[at + 1])
    table.insert(answer, redis.call('HGET', keys[TRIES], leases[at]) or '')
  end
  return answer
end
`
