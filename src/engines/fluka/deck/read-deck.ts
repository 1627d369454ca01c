/**
 * Reads the text of a deck, of either flavour. Nothing is dropped: what cannot be understood is kept as it is and named as a
 * problem, all problems at once. Source of the language: FLUKA manual, "The FLUKA input file" and the pages of the cards.
 */

import { nearestWord } from '#simulation/nearest-word.ts'
import { type Card, numberIn, what } from './card.ts'
import { COMMANDS, cardHelp } from './card-help.ts'
import type { Deck, DeckNode } from './deck.ts'
import { type DeckProblem, deckProblem, listedProblems, MAX_DECK_PROBLEMS, quoted } from './deck-problem.ts'
import { numbersExpected } from './field-kinds.ts'
import { isActive, type Place } from './place.ts'
import { type CardLine, fixedLine, freeLine } from './read-fields.ts'
import { readGeometry } from './read-geometry.ts'
import { Reading, type SourceLine } from './reading.ts'

/** Longer texts are no decks. */
export const MAX_DECK_CHARACTERS = 8 * 1024 * 1024

export interface ReadDeckOptions {
  /** Texts of files that `#include` names. Without them each `#include` is a problem. */
  readonly includes?: ReadonlyMap<string, string>
  /** Names defined from outside, with their values. */
  readonly defined?: ReadonlyMap<string, string>
}

export interface ReadDeck {
  readonly deck: Deck
  readonly problems: readonly DeckProblem[]
}

export function readDeck(text: string, options: ReadDeckOptions = {}): ReadDeck {
  if (text.length > MAX_DECK_CHARACTERS) {
    const limit = MAX_DECK_CHARACTERS / 1024 / 1024
    const message = `The text has ${text.length} characters; a deck may have ${limit} million.`
    return { deck: { nodes: [] }, problems: [deckProblem('DECK_TOO_LARGE', null, message)] }
  }
  const reading = new Reading(text, options.includes ?? new Map(), options.defined ?? new Map())
  return new DeckReader(reading).read()
}

class DeckReader {
  readonly #reading: Reading
  readonly #nodes: DeckNode[] = []
  #form: 'fixed' | 'free' = 'fixed'
  #freeGeometry = false
  /** flair's formulas that wait for their card, with the lines they stand on. */
  #formulas = new Map<number, string>()

  constructor(reading: Reading) {
    this.#reading = reading
  }

  read(): ReadDeck {
    const reading = this.#reading
    for (let line = reading.next(); line !== undefined; line = reading.next()) {
      if (this.#formula(line)) continue
      const aside = reading.aside(line)
      if (aside !== undefined) {
        this.#nodes.push(aside)
        continue
      }
      if (this.#command(line)) break
    }
    this.#dropFormulas()
    this.#behindStop()
    reading.preprocessor.finish((code, place, message) => reading.tell(code, place, message))
    if (!this.#nodes.some((node) => node.kind === 'card' || node.kind === 'geometry')) {
      reading.problems.push(deckProblem('DECK_EMPTY', null, 'The text holds no card.'))
    }
    const problems = reading.problems.toSorted((a, b) => lineOf(a) - lineOf(b))
    return { deck: { nodes: this.#nodes }, problems: listedProblems(problems) }
  }

  /** `!@what.4=...`: the formula behind a number of the next card. */
  #formula(line: SourceLine): boolean {
    const [, number = '', formula = ''] = /^!@what\.(\d{1,2})=(.*)$/u.exec(line.text) ?? []
    if (number === '') return false
    this.#formulas.set(Number(number), formula.trim())
    return true
  }

  /** Formulas that no card follows stay as comments. */
  #dropFormulas(): void {
    for (const [number, formula] of this.#formulas) {
      this.#nodes.push({ kind: 'comment', text: `!@what.${number}=${formula}`, place: null })
    }
    this.#formulas = new Map()
  }

  /** Answers whether the deck ends here. */
  #command(line: SourceLine): boolean {
    const reading = this.#reading
    const word = line.text.slice(0, 10).trim().split(/[\s,]/u)[0]?.toUpperCase() ?? ''
    if (word === 'TITLE') {
      this.#title(line)
      return false
    }
    if (word === 'FREE' || word === 'FIXED') {
      const place = reading.cardPlace(line)
      const form = word === 'FREE' ? 'free' : 'fixed'
      if (place.active) this.#form = form
      this.#nodes.push({ kind: 'form', form, place })
      return false
    }
    const read = this.cardAt(line)
    if (read.command === 'GEOBEGIN' && !this.#elsewhere(read)) {
      this.#nodes.push(readGeometry(reading, this, read, this.#freeGeometry))
      return false
    }
    this.#nodes.push(read)
    if (read.command === 'GLOBAL' && isActive(read)) {
      if (numberIn(what(read, 4)) === 2) this.#form = 'free'
      if ((numberIn(what(read, 5)) ?? 0) > 0) this.#freeGeometry = true
    }
    return read.command === 'STOP' && isActive(read)
  }

  #title(line: SourceLine): void {
    const reading = this.#reading
    const place = reading.cardPlace(line)
    const next = reading.next()
    if (next === undefined) {
      reading.tell('TITLE_MISSING', place, 'The line below TITLE is the title, and there is none.', 'TITLE')
      this.#nodes.push({ kind: 'title', text: '', place })
      return
    }
    const text = next.text.slice(0, 80).trimEnd()
    if (/^[*#!]/u.test(text) || (text.slice(0, 10).trim() !== '' && COMMANDS.has(text.slice(0, 10).trim()))) {
      reading.tell(
        'TITLE_IS_COMMENT',
        place,
        `TITLE takes the next line whatever it is: ${quoted(text)} is the title, and nothing else.`,
        'TITLE',
      )
    }
    this.#nodes.push({ kind: 'title', text, place })
  }

  /** A geometry in another file: GEOBEGIN WHAT(3) is its unit. */
  #elsewhere(begin: Card): boolean {
    const unit = numberIn(what(begin, 3)) ?? 0
    if (unit <= 0 || unit === 5 || begin.below.length === 0) return false
    this.#reading.tell(
      'GEOMETRY_ELSEWHERE',
      begin.place as Place,
      `The geometry stands in ${quoted(begin.below[0] ?? '')}, which was not read.`,
      'GEOBEGIN',
      3,
    )
    return true
  }

  /** The card on a line with the `&` lines and the file name that belong to it. */
  cardAt(line: SourceLine): Card {
    const reading = this.#reading
    const place = reading.cardPlace(line)
    const first = this.#line(line, place)
    const card = this.#started(first, place)
    if (first.continues) {
      reading.tell(
        'CONTINUATION_WITHOUT_CARD',
        place,
        `The & asks to go on with a ${first.command}, but the card above is none, or stands in another branch of an #if.`,
        first.command,
      )
      return { ...card, sdum: '&' }
    }
    const whole = this.#continued(card)
    return this.#withFiles(whole)
  }

  #line(line: SourceLine, place: Place): CardLine {
    const reading = this.#reading
    const read = this.#form === 'fixed' ? fixedLine : freeLine
    let command: string | undefined
    const found: Parameters<Parameters<typeof fixedLine>[2]>[] = []
    const cardLine = read(line.text, reading.preprocessor, (...finding) => found.push(finding))
    command = cardLine.command
    for (const [code, message, whatNumber] of found) reading.tell(code, place, message, command, whatNumber)
    return cardLine
  }

  #started(line: CardLine, place: Place): Card {
    if (!COMMANDS.has(line.command)) {
      // A text that is no deck has a thousand of them; the search is for people who mistyped a few.
      const few = this.#reading.problems.length < MAX_DECK_PROBLEMS
      const near = few ? nearestWord(line.command, COMMANDS) : undefined
      const hint = near === undefined ? '' : ` Did you mean ${near}?`
      this.#reading.tell(
        'COMMAND_UNKNOWN',
        place,
        `${quoted(line.command)} is not a command known here; it is kept as it is.${hint}`,
        line.command,
      )
    }
    const formulas = this.#formulas
    this.#formulas = new Map()
    return {
      kind: 'card',
      command: line.command,
      whats: line.whats,
      sdum: line.sdum,
      below: [],
      formulas,
      remark: line.remark,
      place,
    }
  }

  /** Takes the `&` lines below. Comments between them are kept, before the card. */
  #continued(card: Card): Card {
    const reading = this.#reading
    const place = card.place as Place
    let whole = card
    for (let skipped: SourceLine[] = []; ; ) {
      const line = reading.next()
      if (line === undefined) {
        reading.putBack(skipped)
        break
      }
      if (line.text.startsWith('*')) {
        skipped.push(line)
        continue
      }
      if (!this.#isContinuation(line, card.command)) {
        reading.putBack([...skipped, line])
        break
      }
      this.#nodes.push(
        ...skipped.map((one) => ({ kind: 'comment', text: one.text, place: reading.place(one) }) as const),
      )
      skipped = []
      const read = this.#line(line, place)
      whole = { ...whole, whats: [...whole.whats, ...read.whats] }
    }
    this.#checkKinds(whole)
    return whole
  }

  #isContinuation(line: SourceLine, command: string): boolean {
    if (/^[*!#]/u.test(line.text) || line.text.trim() === '') return false
    if (!line.text.includes('&')) return false
    // Looked at without telling: it is read again where it belongs.
    const silent = () => undefined
    const read = this.#form === 'fixed' ? fixedLine : freeLine
    const found = read(line.text, this.#reading.preprocessor, silent)
    return found.continues && found.command === command
  }

  #checkKinds(card: Card): void {
    const expected = numbersExpected(card)
    card.whats.forEach((field, index) => {
      if (field.kind !== 'name' || !expected.has(index + 1)) return
      const meaning = cardHelp(card.command, card.sdum)?.whats[index]?.meaning
      this.#reading.tell(
        'FIELD_NOT_NUMBER',
        card.place as Place,
        `${quoted(field.name)} stands where a number belongs${meaning === undefined ? '' : `: ${meaning}`}.`,
        card.command,
        index + 1,
      )
    })
  }

  /** OPEN and GEOBEGIN may be followed by the name of a file. */
  #withFiles(card: Card): Card {
    const wanted = filesBelow(card)
    if (wanted === 0) return card
    const below: string[] = []
    for (let count = 0; count < wanted; count++) {
      const line = this.#reading.next()
      if (line === undefined) {
        const message = 'The next line must be the name of a file, and there is none.'
        this.#reading.tell('FILE_NAME_MISSING', card.place as Place, message, card.command)
        break
      }
      below.push(line.text.trimEnd())
    }
    return { ...card, below }
  }

  #behindStop(): void {
    const reading = this.#reading
    const last = this.#nodes.at(-1)
    const stopped = last?.kind === 'card' && last.command === 'STOP' && isActive(last)
    if (!stopped) {
      if (this.#nodes.length > 0) {
        const message = 'The deck does not end with STOP. FLUKA reads to the end of the file.'
        reading.problems.push(deckProblem('STOP_MISSING', null, message))
      }
      return
    }
    let cards = 0
    let first: Place | undefined
    for (let line = reading.next(); line !== undefined; line = reading.next()) {
      const place = { ...reading.place(line), active: false }
      this.#nodes.push({ kind: 'after-stop', text: line.text, place })
      if (/^[A-Z]/u.test(line.text)) {
        cards++
        first ??= place
      }
    }
    if (first !== undefined) {
      const lines = cards === 1 ? '1 line' : `${cards} lines`
      reading.tell('TEXT_AFTER_STOP', { ...first, active: true }, `${lines} behind STOP are not read by FLUKA.`)
    }
  }
}

/** What is about the whole text comes last. */
const lineOf = (problem: DeckProblem): number => problem.place?.line ?? Number.MAX_SAFE_INTEGER

/** How many lines with names of files follow a card. */
function filesBelow(card: Card): number {
  if (card.command === 'OPEN') return card.sdum.toUpperCase() === 'SCRATCH' ? 0 : 1
  if (card.command !== 'GEOBEGIN') return 0
  const input = numberIn(what(card, 3)) ?? 0
  const output = numberIn(what(card, 4)) ?? 0
  return Number(input > 0 && input !== 5) + Number(output > 0 && output !== 11)
}
