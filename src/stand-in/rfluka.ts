/**
 * One cycle, as the script rfluka runs it: a folder `fluka_<pid>` in which everything is written, and from which it is
 * moved at the end; on failure it stays there (fluka.md 4.1).
 */

import { appendFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { type Card, what, whatText } from '#engines/fluka/deck/card.ts'
import { activeCards } from '#engines/fluka/deck/deck.ts'
import { readDeck } from '#engines/fluka/deck/read-deck.ts'
import { STOP_FILE } from '#engines/fluka/run/run-files.ts'
import { routinesInMarker } from './compile-routine.ts'
import { type DeckTask, StandInError, taskOfDeck } from './deck-setup.ts'
import { type Demand, demandOf } from './demanded-failure.ts'
import {
  acceptedPage,
  bannerPage,
  cardEcho,
  progressText,
  routineLine,
  routinesPage,
  stateLine,
  summaryPage,
} from './listing-text.ts'
import { stateAfter, stateFile, unitFiles } from './raw-files.ts'
import { sampleYields } from './sampled-yields.ts'
import { STAND_IN_LABEL } from './version.ts'

export interface RflukaOptions {
  readonly args: readonly string[]
  readonly folder: string
  readonly demands: string | undefined
  readonly pid: number
  readonly out: (text: string) => void
  /** Milliseconds since the epoch. */
  readonly clock: () => number
  /** Ends this process by force. */
  readonly kill: () => void
}

/** Exit codes of the script. */
const BAD_OPTION = 2
const FAILED = 1
const CRASHED = 139
/** Lines of progress in a listing. */
const PROGRESS_EVERY = 10
const SLOW_PART_MS = 500

const HELP = `${STAND_IN_LABEL}: rfluka [-N previous] [-M last] [-e executable] [-t seconds] input[.inp]
It is not FLUKA. It reads a deck of Isolario and answers with the built-in model.
`

/** @returns the exit code */
export function runStandIn(options: RflukaOptions): number {
  const { args, out } = options
  const read = inputOf(args)
  if (read.kind === 'help') {
    out(HELP)
    return 0
  }
  if (read.kind === 'wrong') {
    out(`${read.sentence}\n${HELP}`)
    return BAD_OPTION
  }
  const deckFile = path.resolve(options.folder, read.input.endsWith('.inp') ? read.input : `${read.input}.inp`)
  if (!existsSync(deckFile)) {
    out(`Input file ${deckFile} does not exist\n`)
    return BAD_OPTION
  }
  // FLUKA's own and a program of the wobbled beam are one to it; the marker of its own linker is not.
  const routines = read.executable === null ? null : routinesInMarker(path.resolve(options.folder, read.executable))
  return new Cycle(options, deckFile, routines).run()
}

type Input =
  | { kind: 'input'; input: string; executable: string | null }
  | { kind: 'help' }
  | { kind: 'wrong'; sentence: string }

/** Options take their value with or without a blank before it: `-N0`, `-N 0`. */
function inputOf(args: readonly string[]): Input {
  const rest = [...args]
  let input: string | undefined
  const values: Record<string, string> = {}
  while (rest.length > 0) {
    const word = rest.shift()!
    const option = /^-([NMetpdh])(.*)$/.exec(word)
    if (!option) {
      if (word.startsWith('-') || input !== undefined) return { kind: 'wrong', sentence: `Bad option ${word}` }
      input = word
      continue
    }
    if (option[1] === 'h') return { kind: 'help' }
    values[option[1]!] = option[2] !== '' ? option[2]! : (rest.shift() ?? '')
  }
  if (input === undefined) return { kind: 'wrong', sentence: 'No input file' }
  const [previous, last] = [Number(values['N'] ?? 0), Number(values['M'] ?? 5)]
  if (previous !== 0 || last !== 1) return { kind: 'wrong', sentence: 'The stand-in runs cycle 1 only: -N0 -M1' }
  return { kind: 'input', input, executable: values['e'] ?? null }
}

class Cycle {
  readonly #o: RflukaOptions
  readonly #name: string
  readonly #work: string
  readonly #deck: string
  readonly #began: Date
  /** Routines of the user in the executable that was named: they are not run. `null` without any. */
  readonly #routines: readonly string[] | null

  constructor(options: RflukaOptions, deckFile: string, routines: readonly string[] | null) {
    this.#o = options
    this.#routines = routines
    this.#name = path.basename(deckFile, '.inp')
    this.#work = path.join(options.folder, `fluka_${options.pid}`)
    this.#deck = readFileSync(deckFile, 'utf8')
    this.#began = new Date(options.clock())
  }

  run(): number {
    const { folder, out } = this.#o
    out(`\n${STAND_IN_LABEL.toUpperCase()}\n\nInput: ${path.join(folder, this.#name)}.inp\n`)
    out(`Initial seed copied from nowhere\nRunning the stand-in in ${this.#work}\n\n`)
    out('======================== Running FLUKA for cycle # 1 ========================\n')
    mkdirSync(this.#work)
    writeFileSync(path.join(this.#work, `${this.#name}.inp`), this.#deck)
    for (const kind of ['out', 'err', 'log']) this.#write(kind, '')
    this.#write('out', bannerPage(this.#began.toISOString()))
    try {
      return this.#cycle()
    } catch (error) {
      if (!(error instanceof StandInError)) throw error
      return this.#abort('STANDIN', error.message)
    }
  }

  #cycle(): number {
    const { deck } = readDeck(this.#deck)
    const task = taskOfDeck(deck, { ownSource: this.#routines === null })
    if (this.#routines !== null) this.#write('out', routinesPage(this.#routines))
    const demand = demandOf(this.#o.demands, task.batch)
    if (demand === 'licence') return this.#say('log', 'The licence of this installation has expired.\n', FAILED)
    if (demand === 'data') return this.#say('out', ' Cannot open file /nowhere/data/neuxsc.bin: no such file\n', FAILED)
    for (const card of activeCards(deck)) {
      if (demand === 'card' && card.command === 'RESNUCLE') return this.#wrongCard(card)
      this.#write('out', echoOf(card))
    }
    this.#write('out', acceptedPage(0.1))
    const hasSource = activeCards(deck).some(({ command }) => command === 'SOURCE')
    if (hasSource && this.#routines === null) this.#write('out', routineLine())
    return this.#histories(task, demand)
  }

  /** A region is named in the deck that lies here as it is not there: as if a hand had slipped. */
  #wrongCard(card: Card): number {
    const region = whatText(what(card, 5))
    this.#write('out', echoOf(card))
    return this.#abort('RESNUC', `NO REGION ${region} WAS FOUND`)
  }

  #histories(task: DeckTask, demand: Demand | null): number {
    const half = task.primaries / 2
    const startedMs = this.#o.clock()
    const seconds = () => Math.max(1e-3, (this.#o.clock() - startedMs) / 1000)
    let parts = 0
    let failed: number | null = null
    this.#write('out', stateLine(stateAfter(task.seed, 0)))
    const sampled = sampleYields(task, (done) => {
      parts += 1
      if (parts % PROGRESS_EVERY === 0 || done === task.primaries || demand === 'slow') {
        const line =
          progressText(done, task.primaries - done, seconds() / done, 0) + stateLine(stateAfter(task.seed, done))
        this.#write('out', line)
        this.#write('err', line)
      }
      if (done >= half) failed = this.#halfWay(task, demand)
      if (failed !== null) return false
      if (demand === 'slow') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, SLOW_PART_MS)
      return !existsSync(path.join(this.#work, STOP_FILE))
    })
    if (failed !== null) return failed
    const { primaries, reactions } = sampled
    if (primaries < task.primaries) this.#write('out', stateLine(stateAfter(task.seed, primaries)))
    this.#write('out', ' All cases handled by Feeder.\n')
    const energyGev = task.setup.beam.energyMeV / 1000
    const summary = summaryPage({ primaries, stars: reactions, seconds: seconds(), energyGev })
    this.#write('out', demand === 'no-end' ? summary.slice(0, 150) : summary)
    this.#writeFiles(task, demand, sampled)
    return 0
  }

  #halfWay(task: DeckTask, demand: Demand | null): number | null {
    const { kill } = this.#o
    switch (demand) {
      case 'abort':
        return this.#abort('EVEVAP', 'TOO MANY SECONDARIES IN THE STACK')
      case 'geometry': {
        const region = task.detectors.at(-1)?.region ?? 'VOID'
        return this.#say('err', ` GEOERR: particle lost in region ${region} at x,y,z: 0.25 -1.5 3.125\n`, FAILED)
      }
      case 'crash':
        return this.#say(
          'log',
          'Program received signal SIGSEGV: Segmentation fault - invalid memory reference.\n',
          CRASHED,
        )
      case 'killed':
        kill()
        return this.#stand()
      case 'hang':
        return this.#stand()
      default:
        return null
    }
  }

  /** For ever: whoever waits must end it. */
  #stand(): never {
    for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 60_000)
  }

  #writeFiles(task: DeckTask, demand: Demand | null, sampled: ReturnType<typeof sampleYields>): void {
    const { folder, out } = this.#o
    const told = demand === 'primaries' ? Math.max(1, sampled.primaries - 1) : sampled.primaries
    const units = unitFiles(task, sampled, told, this.#began)
    for (const [unit, bytes] of units) {
      writeFileSync(
        path.join(this.#work, `fort.${unit}`),
        demand === 'cut' ? bytes.subarray(0, bytes.length - 1000) : bytes,
      )
    }
    const state = stateAfter(task.seed, sampled.primaries + (demand === 'state' ? 1 : 0))
    writeFileSync(path.join(this.#work, `ran${this.#name}002`), stateFile(state))
    out('Removing links\nRemoving temporary files\nSaving output and random number seed\n')
    for (const kind of ['out', 'err', 'log']) this.#move(`${this.#name}001.${kind}`, `${this.#name}001.${kind}`)
    this.#move(`ran${this.#name}002`, `ran${this.#name}002`)
    out('Saving additional files generated\n')
    for (const unit of [...units.keys()].slice(demand === 'missing' ? 1 : 0)) {
      out(`     Moving "fort.${unit}" to "${folder}/${this.#name}001_fort.${unit}"\n`)
      this.#move(`fort.${unit}`, `${this.#name}001_fort.${unit}`)
    }
    rmSync(this.#work, { recursive: true, force: true })
    out('End of FLUKA run\n')
  }

  #move(from: string, to: string): void {
    renameSync(path.join(this.#work, from), path.join(this.#o.folder, to))
  }

  #abort(routine: string, reason: string): number {
    this.#write('out', ` Abort called from ${routine} reason ${reason} Run stopped!\n`)
    return this.#say('log', 'STOP FLUKA ABORTED\n', FAILED)
  }

  #say(kind: string, text: string, exitCode: number): number {
    this.#write(kind, text)
    return exitCode
  }

  #write(kind: string, text: string): void {
    appendFileSync(path.join(this.#work, `${this.#name}001.${kind}`), text)
  }
}

function echoOf(card: Card): string {
  const { command, sdum } = card
  return cardEcho(
    command,
    [1, 2, 3, 4, 5, 6].map((index) => whatText(what(card, index))),
    sdum,
  )
}
