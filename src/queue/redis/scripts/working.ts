/**
 * The four verbs of a worker. They are all that a worker's Redis user has commands for: nothing in here deletes a key,
 * lists keys or sets a time to live.
 */

/**
 * Gives tasks on lease. Arguments: channel, job, worker, most tasks.
 * Where nothing waits it returns expired leases first. Moves tasks from `waiting` to `leases` and counts their tries up.
 * Answers one of: `unknown`; `filling`; `stop`, `cancel`, `drained`; `wait`, number of leases, ms until the first of them
 * is over; `tasks`, generation, lease in ms, tasks still waiting, list of shared texts (number, text, ...), list of
 * tasks (index, attempt, payload, ...).
 * Repeated (the answer was lost): other tasks are given; the first ones come back when their lease is over.
 */
export const TAKE = `
local function take(keys, args)
  local meta = meta_of(keys)
  if not meta then return { 'unknown' } end
  if not meta.filled then return { 'filling' } end
  if meta.order ~= 'go-on' then return { meta.order } end
  -- First, so that a lease that begins now is not taken for one that lasted through a silence.
  local now = note_silence(keys, meta)
  if redis.call('LLEN', keys[WAITING]) == 0 then return_expired(keys, meta, args[1], args[2], 1000) end
  local tasks = redis.call('LPOP', keys[WAITING], args[4])
  if not tasks then
    local leased = redis.call('ZCARD', keys[LEASES])
    if leased == 0 then return { 'drained' } end
    local first = redis.call('ZRANGE', keys[LEASES], 0, 0, 'WITHSCORES')
    return { 'wait', whole(leased), whole(first[2] - now) }
  end
  local payloads = redis.call('HMGET', keys[PAYLOADS], unpack(tasks))
  local tries = redis.call('HMGET', keys[TRIES], unpack(tasks))
  local until_ms = whole(now + meta.lease_ms)
  local leases, written, given, texts, seen = {}, {}, {}, {}, {}
  for index, task in ipairs(tasks) do
    local try = parse_tries(tries[index])
    try.attempt, try.spent, try.histories, try.worker = whole(try.attempt + 1), try.spent + 1, '0', args[3]
    local payload = payloads[index] or '0:'
    local number = string.match(payload, '^%d+')
    if number ~= '0' and not seen[number] then
      seen[number] = true
      table.insert(texts, number)
      table.insert(texts, redis.call('HGET', keys[PAYLOADS], 'text:' .. number) or '')
    end
    table.insert(leases, until_ms)
    table.insert(leases, task)
    table.insert(written, task)
    table.insert(written, write_tries(try))
    table.insert(given, task)
    table.insert(given, try.attempt)
    table.insert(given, payload)
  end
  redis.call('ZADD', keys[LEASES], unpack(leases))
  redis.call('HSET', keys[TRIES], unpack(written))
  return { 'tasks', meta.generation, whole(meta.lease_ms), whole(redis.call('LLEN', keys[WAITING])), texts, given }
end
`

/**
 * Extends leases. Arguments: for every task its index, generation, attempt and histories done.
 * Writes the end of the lease and the histories done, which never go backwards.
 * Answers the order (`unknown` where the queue is not there) and then the tasks whose lease is lost.
 * Repeated: the lease is as long again from the second time on.
 */
export const EXTEND = `
local function extend(keys, args)
  local meta = meta_of(keys)
  local answer = { meta and meta.order or 'unknown' }
  local until_ms = meta and whole(note_silence(keys, meta) + meta.lease_ms)
  for at = 1, #args, 4 do
    local task = args[at]
    local tries = meta and current(keys, meta, task, args[at + 1], args[at + 2])
    if tries then
      redis.call('ZADD', keys[LEASES], until_ms, task)
      if tonumber(args[at + 3]) > tonumber(tries.histories) then
        tries.histories = args[at + 3]
        redis.call('HSET', keys[TRIES], task, write_tries(tries))
      end
    else
      table.insert(answer, task)
    end
  end
  return answer
end
`

/**
 * Takes reports in. Arguments: channel, job, then for every task its index, generation, attempt, `again` (a failure that
 * may be retried) or `final`, and the report.
 * Ends the lease; writes `reported` and `reports`, or puts the task behind the others in `waiting`. A failure that ran
 * out of attempts is kept as `gave-up <attempts spent> <report>`.
 * Answers the tasks whose fence no longer matches.
 * Repeated: the task is reported or confirmed with the same fence, which is not refused and changes nothing.
 */
export const REPORT = `
local function report(keys, args)
  local meta = meta_of(keys)
  local refused, arrived = {}, false
  for at = 3, #args, 5 do
    local task, generation, attempt, value = args[at], args[at + 1], args[at + 2], args[at + 4]
    local tries = meta and current(keys, meta, task, generation, attempt)
    if tries then
      end_lease(keys, task, tries)
      local again = args[at + 3] == 'again'
      if again and tries.spent < meta.max_attempts then
        redis.call('RPUSH', keys[WAITING], task)
      else
        if again then value = 'gave-up ' .. whole(tries.spent) .. ' ' .. value end
        keep_report(keys, task, value)
        arrived = true
      end
    else
      local told = meta and generation == meta.generation and tries_of(keys, task).attempt == attempt
        and not redis.call('ZSCORE', keys[LEASES], task)
        and (redis.call('ZSCORE', keys[REPORTED], task) or redis.call('HEXISTS', keys[PAYLOADS], task) == 0)
      if not told or attempt == '0' then table.insert(refused, task) end
    end
  end
  if arrived then redis.call('PUBLISH', args[1], args[2]) end
  return refused
end
`

/**
 * Takes tasks back untouched. Arguments: for every task its index, generation and attempt.
 * Ends the leases and puts the tasks in front of `waiting` in the order in which they are named; the attempt is not spent.
 * Answers how many. Repeated: nothing is held with these fences any more.
 */
export const RELEASE = `
local function release(keys, args)
  local meta = meta_of(keys)
  if not meta then return '0' end
  local released = 0
  for at = #args - 2, 1, -3 do
    local task = args[at]
    local tries = current(keys, meta, task, args[at + 1], args[at + 2])
    if tries then
      tries.spent = tries.spent - 1
      end_lease(keys, task, tries)
      redis.call('LPUSH', keys[WAITING], task)
      released = released + 1
    end
  end
  return whole(released)
end
`
