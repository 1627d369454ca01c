/**
 * The records with a witness beside them: after every change the witness looks at what was promised. An accepted result
 * never changes and was reported by the task's holder, sums are those of the rows, states follow the life cycle, events
 * are numbered without gaps, and nothing is accepted after a cancel or an end.
 */

import { type AcceptedResult, type Hint, type Records, RecordsError, type SimulationRecord } from '#records/records.ts'
import { isBundle } from '#results/tally-bundle.ts'
import { FINAL_STATES, NEXT_STATES, type SimulationState } from '#simulation/life-cycle.ts'
import { type Links, QUIET, type Service } from './links.ts'
import type { MemoryStorage } from './memory-storage.ts'
import { expectedTally, identityOfPoint } from './toy-tallies.ts'
import type { Actor, World } from './world.ts'

/** What the witness knows of a job. */
interface Known {
  record: SimulationRecord
  /** Rows of accepted results as text, by task. */
  readonly accepted: Map<number, string>
  readonly settled: Set<number>
  /** How often primaries were added to it after its end. */
  additions: number
  isDeleted: boolean
}

type Method = Exclude<keyof Records, 'close' | 'listen'>

const METHODS: readonly Method[] = [
  'accept',
  'simulation',
  'list',
  'active',
  'changeState',
  'setPriority',
  'answered',
  'nextGeneration',
  'addTasks',
  'acceptResults',
  'failTasks',
  'dropWaitingTasks',
  'tasks',
  'task',
  'openTasks',
  'acceptedResults',
  'points',
  'remove',
  'eventsAfter',
  'lastEvent',
  'prunedEvents',
  'pruneEvents',
  'setCondition',
  'holdLease',
  'releaseLease',
  'ping',
]
const CHANGING: ReadonlySet<Method> = new Set<Method>([
  'accept',
  'changeState',
  'setPriority',
  'nextGeneration',
  'addTasks',
  'acceptResults',
  'failTasks',
  'dropWaitingTasks',
  'remove',
])
/** States in which a result may still be accepted. */
const OPEN: ReadonlySet<SimulationState> = new Set(['accepted', 'running', 'stopping'])
/** A whole comparison of all rows after so many changes. */
const WHOLE_EVERY = 64

export class RecordsHost {
  readonly service: Service
  readonly #world: World
  readonly #links: Links
  readonly #inner: Records
  readonly #listeners = new Map<Actor, (hint: Hint) => void>()
  readonly #storage: MemoryStorage
  readonly #known = new Map<string, Known>()
  /** Tries whose report the queue took: task and fence. */
  readonly #acknowledged = new Set<string>()
  #lastEvent = 0
  /** Told when a job is done. */
  onDone: (id: string) => void = () => {}
  #changes = 0

  constructor(world: World, links: Links, inner: Records, storage: MemoryStorage) {
    this.#world = world
    this.#links = links
    this.#inner = inner
    this.#storage = storage
    inner.listen((hint) => {
      if (hint.kind !== 'missed') this.#tell(hint)
    })
    this.service = {
      name: 'records',
      host: world.actor('records'),
      awayUntilMs: 0,
      noise: QUIET,
      resends: 0,
      unavailable: (method) =>
        new RecordsError('RECORDS_UNAVAILABLE', `The connection to the database was lost (${method}).`),
    }
  }

  port(caller: Actor): Records {
    const call =
      (method: Method) =>
      (...args: unknown[]) =>
        this.#links.call(caller, this.service, method, () => this.#execute(method, args), args)
    const methods = Object.fromEntries(METHODS.map((method) => [method, call(method)]))
    const listen = (listener: (hint: Hint) => void) => {
      this.#listeners.set(caller, listener)
      this.#hint(caller, listener, { kind: 'missed' })
      return () => this.#listeners.delete(caller)
    }
    return { ...methods, listen, close: async () => undefined } as unknown as Records
  }

  acknowledged(jobId: string, { task, generation, attempt }: Pick<AcceptedResult, 'task' | 'generation' | 'attempt'>) {
    this.#acknowledged.add(`${jobId} ${task} ${generation} ${attempt}`)
  }

  /** Whether the rows know what became of a task, or no longer want to. */
  isSettled(jobId: string, task: number): boolean {
    const known = this.#known.get(jobId)
    return !known || known.isDeleted || !OPEN.has(known.record.state) || known.settled.has(task)
  }

  /** Jobs that the witness knows of, as they stand. */
  jobs(): readonly SimulationRecord[] {
    return [...this.#known.values()].filter(({ isDeleted }) => !isDeleted).map(({ record }) => record)
  }

  /** How often primaries were added to a job after its end. */
  additionsTo(jobId: string): number {
    return this.#known.get(jobId)?.additions ?? 0
  }

  /** Compares every row with what is known of it. */
  async checkWhole(): Promise<void> {
    for (const [id, known] of this.#known) {
      if (known.isDeleted) continue
      const { items } = await this.#inner.tasks(id, { offset: 0, limit: 1e6 })
      const record = (await this.#inner.simulation(id))!
      let histories = 0
      const count = { done: 0, failed: 0, dropped: 0, waiting: 0, leased: 0 }
      for (const { task, state, accepted } of items) {
        count[state]++
        histories += accepted?.histories ?? 0
        if ((accepted ? textOf(accepted) : undefined) !== known.accepted.get(task)) {
          this.#broken('unchanged', `the accepted result of task ${task} of ${id} is another one than before`)
        }
      }
      if (items.length !== record.tasks) {
        this.#broken('lost', `${id} has ${record.tasks} tasks and ${items.length} rows of tasks`)
      }
      if (
        count.done !== record.tasksDone ||
        histories !== record.historiesDone ||
        count.failed !== record.tasksFailed
      ) {
        this.#broken('counted once', `${id} counts ${record.tasksDone} tasks done and has ${count.done}`)
      }
      const planned = items.reduce((sum, task) => sum + (task.state === 'dropped' ? 0 : task.histories), 0)
      const isCancelled = record.state === 'cancelling' || record.state === 'cancelled'
      if (!isCancelled && planned !== record.primariesPlanned) {
        this.#broken(
          'counted once',
          `${id} has ${record.primariesPlanned} primaries planned and ${planned} in its tasks`,
        )
      }
    }
  }

  async #execute(method: Method, args: readonly unknown[]): Promise<unknown> {
    const answer = await (this.#inner[method] as (...args: readonly unknown[]) => Promise<unknown>)(...args)
    if (!CHANGING.has(method)) return answer
    const id = method === 'accept' ? (answer as { simulation?: { id: string } }).simulation?.id : (args[0] as string)
    if (id !== undefined) await this.#look(id, method, args, answer)
    if (++this.#changes % WHOLE_EVERY === 0) await this.checkWhole()
    return answer
  }

  /** Looks at what a change has done. */
  async #look(id: string, method: Method, args: readonly unknown[], answer: unknown) {
    await this.#checkEvents()
    const record = await this.#inner.simulation(id)
    const known = this.#known.get(id)
    if (!record) {
      if (known && (method !== 'remove' || !FINAL_STATES.has(known.record.state))) {
        this.#broken('lost', `${id} is gone`)
      }
      if (known) known.isDeleted = true
      return
    }
    if (!known) {
      if (method !== 'accept') this.#broken('life cycle', `${id} exists and was never accepted`)
      if (record.state !== 'accepted') this.#broken('life cycle', `${id} began as ${record.state}`)
      this.#known.set(id, { record, accepted: new Map(), settled: new Set(), additions: 0, isDeleted: false })
      return
    }
    const before = known.record
    known.record = record
    if (before.state !== record.state && !NEXT_STATES[before.state].includes(record.state)) {
      this.#broken('life cycle', `${id} went from ${before.state} to ${record.state}`)
    }
    if (record.revision < before.revision || record.generation < before.generation) {
      this.#broken('forward', `revision or generation of ${id} went back`)
    }
    if (method === 'nextGeneration' && (answer as number) <= before.generation) {
      this.#broken('generation', `${id} was given generation ${answer as number} again`)
    }
    if (record.tasksDone !== before.tasksDone && !OPEN.has(before.state)) {
      this.#broken('after the end', `a result of ${id} was accepted while it was ${before.state}`)
    }
    if (before.state !== 'done' && record.state === 'done') this.onDone(id)
    if (before.state === 'done' && record.state === 'running') known.additions++
    switch (method) {
      case 'acceptResults':
        for (const result of args[1] as readonly AcceptedResult[]) await this.#lookAtTask(known, result.task)
        for (const task of answer as readonly number[]) {
          const result = (args[1] as readonly AcceptedResult[]).findLast((one) => one.task === task)
          if (!isHeld(known.accepted.get(task), result)) {
            this.#broken('unique row', `task ${task} of ${id} is said to hold a result that its row does not have`)
          }
        }
        break
      case 'failTasks':
        for (const { task } of args[1] as readonly { task: number }[]) await this.#lookAtTask(known, task)
        break
      case 'dropWaitingTasks':
        if ((answer as number) > 0 && before.state !== 'stopping' && before.state !== 'cancelling') {
          this.#broken('lost', `${answer as number} tasks of ${id} were dropped while it was ${before.state}`)
        }
        for (let task = 0; task < record.tasks; task++) await this.#lookAtTask(known, task)
        break
      default:
    }
    if (known.accepted.size !== record.tasksDone) {
      this.#broken('counted once', `${id} counts ${record.tasksDone} tasks done and has ${known.accepted.size}`)
    }
  }

  async #lookAtTask(known: Known, index: number) {
    const { id, batchHistories, generation } = known.record
    const task = await this.#inner.task(id, index)
    if (!task) return
    if (task.state !== 'waiting') known.settled.add(index)
    else if (known.settled.has(index)) this.#broken('lost', `task ${index} of ${id} is open again`)
    const before = known.accepted.get(index)
    const row = task.accepted ? textOf(task.accepted) : undefined
    if (before !== undefined && row !== before) {
      this.#broken('unchanged', `the accepted result of task ${index} of ${id} is another one than before`)
    }
    if (!task.accepted || before !== undefined) return
    known.accepted.set(index, row!)
    const { accepted } = task
    const fence = `g${accepted.generation}-a${accepted.attempt}`
    if (!this.#acknowledged.has(`${id} ${index} ${accepted.generation} ${accepted.attempt}`)) {
      this.#broken('late fence', `task ${index} of ${id} has the result of ${fence}, whose report the queue never took`)
    }
    // A bundle has the name of one of its tallies; that this one is the right one, its content tells.
    const isOwn = isBundle(accepted.objectKey) || accepted.objectKey.endsWith(`/tasks/${index}/${fence}.tally`)
    if (accepted.generation > generation || !isOwn) {
      this.#broken('late fence', `task ${index} of ${id} has ${accepted.objectKey} as the result of ${fence}`)
    }
    if (accepted.histories !== task.histories) {
      this.#broken('counted once', `task ${index} of ${id} counts ${accepted.histories} histories of ${task.histories}`)
    }
    const object = this.#storage.peek(accepted.objectKey)
    const from = accepted.objectStart ?? 0
    const stored = isBundle(accepted.objectKey) ? object?.subarray(from, from + accepted.bytes) : object
    const expected = expectedTally(identityOfPoint(known.record, task.point), task, batchHistories)
    if (!stored || Buffer.compare(stored, expected) !== 0) {
      this.#broken('stored first', `task ${index} of ${id} was accepted and its result does not lie in storage`)
    }
  }

  async #checkEvents() {
    const events = await this.#inner.eventsAfter(this.#lastEvent, 1000)
    for (const { sequence } of events) {
      if (sequence !== ++this.#lastEvent) this.#broken('events', `event ${sequence} follows ${this.#lastEvent - 1}`)
    }
    if ((await this.#inner.lastEvent()) !== this.#lastEvent) this.#broken('events', 'the last event is not the last')
  }

  /** What the database tells all replicas: it may get lost, and then `missed` follows, sooner or later. */
  #tell(hint: Hint) {
    const { dice } = this.#world
    for (const [caller, listener] of this.#listeners) {
      if (!caller.alive) this.#listeners.delete(caller)
      else if (!dice.chance(this.service.noise.lost)) this.#hint(caller, listener, hint)
      else
        this.#world.after(dice.below(5000), this.service.host, 'tells that hints were missed', () => {
          this.#hint(caller, listener, { kind: 'missed' })
        })
    }
  }

  #hint(caller: Actor, listener: (hint: Hint) => void, hint: Hint) {
    const inMs = this.#links.latencyMs(this.service.noise)
    this.#world.after(inMs, caller, `hears: ${hint.kind}`, () => listener(hint))
  }

  #broken(promise: string, message: string) {
    this.#world.violated(promise, message)
  }
}

/** The same histories of the same try, with the same content; where two copies of it lie apart, either is right. */
const isHeld = (row: string | undefined, result: AcceptedResult | undefined): boolean =>
  row !== undefined && result !== undefined && row.startsWith(`${contentOf(result)} `)

const contentOf = ({ task, generation, attempt, digest, bytes, histories }: AcceptedResult): string =>
  `${task} ${generation} ${attempt} ${digest} ${bytes} ${histories}`

const textOf = (result: AcceptedResult): string =>
  `${contentOf(result)} ${result.objectKey} ${result.objectStart ?? 'whole'}`
