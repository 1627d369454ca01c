/**
 * Opening a queue: `begin`, then `fill` for every few hundred tasks, then `finish`. Only the last one sets `filled`, so a
 * queue whose filler was killed is never taken for a full one: `counts` does not know it, workers are told to wait, and
 * who opens it again either goes on (same generation; tasks that are in it are left alone) or begins anew.
 */

/**
 * Begins a queue. Arguments: generation, lease in ms, most attempts, ms to live.
 * Reads `meta`; where it is absent or of a lower generation, deletes all keys and writes a new `meta`, not filled.
 * Answers `kept` (a queue of this generation is full, or there is a higher one: nothing to do) or `fill`.
 * Repeated: the second answers `fill` and deletes nothing, because the generation is the same.
 */
export const BEGIN = `
local function begin(keys, args)
  local meta = meta_of(keys)
  if meta then
    local has, wanted = tonumber(meta.generation), tonumber(args[1])
    if has > wanted or (has == wanted and meta.filled) then return 'kept' end
    if has == wanted then return 'fill' end
  end
  redis.call('UNLINK', unpack(keys))
  redis.call('HSET', keys[META], 'generation', args[1], 'leaseMs', args[2], 'maxAttempts', args[3], 'order', 'go-on', 'filled', '0', 'seen', whole(now_ms()))
  touch(keys, tonumber(args[4]))
  return 'fill'
end
`

/**
 * Adds tasks. Arguments: generation (empty: whichever is there, if it is full), ms to live, number of shared texts n,
 * then n times hash and text, then for every task its index, the number of its text among these (0: none) and the rest.
 * Writes `payloads` and `waiting` for tasks that are not known yet.
 * Answers `done`, or `gone` where the queue is not there or of another generation: somebody else has taken over.
 * Repeated: the tasks are known and left alone, whatever became of them.
 */
export const FILL = `
local function fill(keys, args)
  local meta = meta_of(keys)
  if not meta then return 'gone' end
  if args[1] == '' then
    if not meta.filled then return 'gone' end
  elseif args[1] ~= meta.generation then
    return 'gone'
  end
  local at, texts = 4, { [0] = '0' }
  for number = 1, tonumber(args[3]) do
    local field = 'number:' .. args[at]
    local kept = redis.call('HGET', keys[PAYLOADS], field)
    if not kept then
      kept = whole(redis.call('HINCRBY', keys[META], 'texts', 1))
      redis.call('HSET', keys[PAYLOADS], field, kept, 'text:' .. kept, args[at + 1])
    end
    texts[number] = kept
    at = at + 2
  end
  local tasks, values = {}, {}
  for from = at, #args, 3 do
    table.insert(tasks, args[from])
    table.insert(values, texts[tonumber(args[from + 1])] .. ':' .. args[from + 2])
  end
  if #tasks == 0 then return 'done' end
  local payloads = redis.call('HMGET', keys[PAYLOADS], unpack(tasks))
  local tries = redis.call('HMGET', keys[TRIES], unpack(tasks))
  local pairs_to_set, line, seen = {}, {}, {}
  for index, task in ipairs(tasks) do
    if not payloads[index] and not tries[index] and not seen[task] then
      seen[task] = true
      table.insert(line, task)
      table.insert(pairs_to_set, task)
      table.insert(pairs_to_set, values[index])
    end
  end
  if #line > 0 then
    redis.call('HSET', keys[PAYLOADS], unpack(pairs_to_set))
    redis.call('RPUSH', keys[WAITING], unpack(line))
    touch(keys, tonumber(args[2]))
  end
  return 'done'
end
`

/**
 * Says that the queue is full. Argument: generation. Sets `filled` where the generation is that one.
 * Answers `done` or `gone`. Repeated: sets what is set.
 */
export const FINISH = `
local function finish(keys, args)
  local meta = meta_of(keys)
  if not meta or meta.generation ~= args[1] then return 'gone' end
  redis.call('HSET', keys[META], 'filled', '1')
  return 'done'
end
`
