/**
 * What the functions below share. Every function gets the seven keys of one job, always in this order:
 *
 * | key | kind | holds |
 * |---|---|---|
 * | `meta` | hash | `generation`, `leaseMs`, `maxAttempts`, `order`, `filled`, `seen` (server's clock when somebody last looked), `texts`, `arrivals`, `lost` (counters: shared texts, reports, tasks given up) |
 * | `payloads` | hash | task -> `<text number>:<rest of the payload>`; `text:<n>` -> the part many payloads begin with; `number:<hash>` -> n |
 * | `waiting` | list | tasks that wait, next one first |
 * | `tries` | hash | task -> `<attempt> <spent> <histories done> <worker>`; only of tasks that were taken at least once |
 * | `leases` | sorted set | leased task, by the end of its lease in milliseconds of the server's clock |
 * | `reported` | sorted set | reported task, by order of arrival |
 * | `reports` | hash | reported task -> its report |
 *
 * A task is known when it has a payload or tries. It is confirmed when it has tries and no payload any more. So no key
 * says in what state a task is: a function that moves a task takes it out of one key and puts it into another, and the
 * server runs functions one after the other, whole.
 *
 * Answers are texts and lists of texts: numbers of Lua lose their digits on the way, texts do not.
 */
export const SHARED = `
local META, PAYLOADS, WAITING, TRIES, LEASES, REPORTED, REPORTS = 1, 2, 3, 4, 5, 6, 7

local function now_ms()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

local function whole(number)
  return string.format('%.0f', number)
end

local function meta_of(keys)
  local found = redis.call('HMGET', keys[META], 'generation', 'leaseMs', 'maxAttempts', 'order', 'filled', 'seen')
  if not found[1] then return nil end
  return {
    generation = found[1],
    lease_ms = tonumber(found[2]),
    max_attempts = tonumber(found[3]),
    order = found[4],
    filled = found[5] == '1',
    seen = tonumber(found[6] or nil),
  }
end

local function parse_tries(value)
  if not value then return { attempt = '0', spent = 0, histories = '0', worker = '' } end
  local attempt, spent, histories, worker = string.match(value, '^(%d+) (%d+) (%S+) (.*)$')
  return { attempt = attempt, spent = tonumber(spent), histories = histories, worker = worker }
end

local function write_tries(tries)
  return tries.attempt .. ' ' .. whole(tries.spent) .. ' ' .. tries.histories .. ' ' .. tries.worker
end

local function tries_of(keys, task)
  return parse_tries(redis.call('HGET', keys[TRIES], task))
end

-- The tries of a task whose lease has this fence, or nil.
local function current(keys, meta, task, generation, attempt)
  if generation ~= meta.generation or not redis.call('ZSCORE', keys[LEASES], task) then return nil end
  local tries = tries_of(keys, task)
  if tries.attempt ~= attempt then return nil end
  return tries
end

-- Ends a lease; who held it and how far it was is forgotten.
local function end_lease(keys, task, tries)
  redis.call('ZREM', keys[LEASES], task)
  tries.histories, tries.worker = '0', ''
  redis.call('HSET', keys[TRIES], task, write_tries(tries))
end

-- What is reported hardly ever comes back, so the payload is emptied: who gives the task out again brings a new one. It
-- is deleted when the report is confirmed.
local function keep_report(keys, task, value)
  redis.call('HSET', keys[PAYLOADS], task, '')
  local arrival = redis.call('HINCRBY', keys[META], 'arrivals', 1)
  redis.call('ZADD', keys[REPORTED], arrival, task)
  redis.call('HSET', keys[REPORTS], task, value)
end

-- While nobody could speak to this server, nobody could extend a lease. So a silence of the whole queue ages leases by a
-- quarter of their length at most: who held them has time to come back. A clock that was set back, or that of another
-- server after a failover, is made up for in the same way.
local function note_silence(keys, meta)
  local now = now_ms()
  local silence = now - (meta.seen or now)
  local later = silence < 0 and silence or math.max(0, silence - meta.lease_ms / 4)
  if later ~= 0 then
    local leases = redis.call('ZRANGE', keys[LEASES], 0, -1, 'WITHSCORES')
    for at = 1, #leases, 2 do redis.call('ZADD', keys[LEASES], whole(leases[at + 1] + later), leases[at]) end
  end
  -- Not with every call: each write goes to the replicas.
  if not meta.seen or silence < 0 or silence > meta.lease_ms / 10 then
    redis.call('HSET', keys[META], 'seen', whole(now))
    meta.seen = now
  end
  return now
end

-- Returns expired leases to the front of the line, at most 'limit' of them; those out of attempts become reports.
local function return_expired(keys, meta, channel, job, limit)
  local now = note_silence(keys, meta)
  local tasks = redis.call('ZRANGEBYSCORE', keys[LEASES], '-inf', whole(now), 'LIMIT', 0, limit)
  table.sort(tasks, function(one, other) return tonumber(one) < tonumber(other) end)
  local returned, dead = {}, 0
  for _, task in ipairs(tasks) do
    local tries = tries_of(keys, task)
    local worker = tries.worker
    end_lease(keys, task, tries)
    if tries.spent < meta.max_attempts then
      table.insert(returned, task)
    else
      dead = dead + 1
      keep_report(keys, task, 'lost ' .. whole(tries.spent) .. ' ' .. worker)
    end
  end
  for at = #returned, 1, -1 do redis.call('LPUSH', keys[WAITING], returned[at]) end
  if dead > 0 then
    redis.call('HINCRBY', keys[META], 'lost', dead)
    redis.call('PUBLISH', channel, job)
  end
  return #returned, dead
end

-- Gives every key its time to live: new keys at once, old ones when a tenth of it has gone.
local function touch(keys, keep_ms)
  local old = redis.call('PTTL', keys[META]) < keep_ms * 0.9
  for _, key in ipairs(keys) do
    if old or redis.call('PTTL', key) == -1 then redis.call('PEXPIRE', key, whole(keep_ms)) end
  end
end
`
