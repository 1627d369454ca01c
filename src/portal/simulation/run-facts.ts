/** What a run rests on, as names and values: for the page and for the report that is taken away. */

import type { SimulationDetail } from '#protocol/shapes.ts'
import type { ResultDocument } from '#results/document.ts'
import { catalogueOf, parameterAt } from '#simulation/catalogue.ts'
import type { DeckTemplate, EngineChoice } from '#simulation/engine-choice.ts'
import { type RoutineFile, routinesDigest, sortedRoutines } from '#simulation/routines.ts'
import { STAND_IN_WORDS } from '../shell/stand-in-banner.tsx'
import { whole } from '../words/amounts.ts'
import { moment } from '../words/durations.ts'

export type Fact = readonly [name: string, value: string]

/** What FLUKA's licence says of comparisons is the business of whoever publishes one (docs/fluka.md). */
export const COMPARISON_RULE =
  "Whoever publishes a comparison of codes is responsible for what FLUKA's licence says about it."

const engineOf = ({ document }: SimulationDetail): EngineChoice | null =>
  (document as { setup?: { engine?: EngineChoice } } | null)?.setup?.engine ?? null

/** The settings of the engine, its seeds and its files; empty for the built-in model, which has none of these. */
export function engineFacts(detail: SimulationDetail): readonly Fact[] {
  const engine = engineOf(detail)
  if (engine?.id !== 'fluka') return []
  const catalogue = catalogueOf()
  const settings = Object.entries(engine).flatMap(([key, value]): Fact[] => {
    const title = parameterAt(catalogue, `setup.engine.${key}`)?.title
    if (key === 'id' || key === 'template' || title === undefined) return []
    return [[title, typeof value === 'boolean' ? (value ? 'yes' : 'no') : String(value)]]
  })
  return [
    ...settings,
    ['Deck', deckWords(engine.template)],
    ...routineFacts(engine.template?.routines ?? []),
    [
      'Seeds',
      'one for each task, in the table of tasks and in WHAT(2) of RANDOMIZ; never given twice, but to a replay',
    ],
    [
      'Files',
      'of each task: deck, listing, state of the random numbers and raw outputs, packed as .raw.tar beside its tally in the storage',
    ],
  ]
}

const deckWords = (template: DeckTemplate | null): string =>
  template === null ? 'written from the parameters' : `template "${template.name}", version ${template.version}`

/** Code in the engine: whose files, and which text of them. */
function routineFacts(files: readonly RoutineFile[]): readonly Fact[] {
  const digest = routinesDigest(files)
  const names = sortedRoutines(files).map(({ name }) => name)
  return digest === null ? [] : [['User routines', `${names.join(', ')}; SHA-256 ${digest}`]]
}

/** The run as a text to keep beside a table or a paper. */
export function runReport(detail: SimulationDetail, result: ResultDocument | null): string {
  const { engine, progress } = detail
  const facts: readonly Fact[] = [
    ['Simulation', detail.name || detail.id],
    ['Id', detail.id],
    ['Subject', detail.subject],
    ['Owner', detail.owner],
    ['Accepted', moment(detail.createdAtMs)],
    ...(detail.endedAtMs === null ? [] : [['Ended', moment(detail.endedAtMs)] as const]),
    ['State', detail.sentence],
    ['Tasks', `${whole(progress.tasksDone)} of ${whole(progress.tasks)} done, ${whole(progress.tasksFailed)} failed`],
    ['Primaries', whole(progress.primariesDone)],
    ['Engine', `${engine.id} ${engine.version}${engine.standIn ? ' STAND-IN' : ''}`],
    ...engineFacts(detail),
    ['Histories of a batch', whole(detail.batchHistories)],
    ['Setup digest', detail.setupDigest],
    ['Job key', detail.jobKey],
    ...(result ? [['Isolario', result.provenance.isolario] as const, ['Rates', result.time] as const] : []),
  ]
  const notes = [...new Set([...detail.notes, ...(result?.notes ?? [])])]
  const citations = result?.provenance.citations ?? []
  const width = Math.max(...facts.map(([name]) => name.length)) + 2
  const list = (title: string, lines: readonly string[]): string[] =>
    lines.length === 0 ? [] : ['', title, ...lines.map((line) => `- ${line}`)]
  return [
    ...(engine.standIn ? [`${STAND_IN_WORDS}. Not for physics.`, ''] : []),
    'Report of a run',
    '',
    ...facts.map(([name, value]) => `${`${name}:`.padEnd(width)} ${value}`),
    ...list('What a reader must know', notes),
    ...list('To cite with these numbers', citations),
    ...list(
      'Nuclear data',
      result?.provenance.nuclearData.map((one) => `${one.name} ${one.version}: ${one.citation}`) ?? [],
    ),
    ...(engine.id === 'fluka' ? ['', COMPARISON_RULE] : []),
    '',
  ].join('\n')
}
