/** A state as a word with a mark of its own shape, so that colour is never the only sign. */

import type { SimulationState, TaskState } from '#simulation/life-cycle.ts'
import { SIMULATION_STATE_WORDS, TASK_STATE_WORDS, type Tone } from './states.ts'
import style from './words.module.css'

export const StateWord = ({ state }: { readonly state: SimulationState }) => <Word {...SIMULATION_STATE_WORDS[state]} />
export const TaskStateWord = ({ state }: { readonly state: TaskState }) => <Word {...TASK_STATE_WORDS[state]} />

const MARKS: Readonly<Record<Tone, string>> = { quiet: '○', busy: '◐', good: '●', warn: '◑', bad: '✕' }

function Word({ word, tone }: { readonly word: string; readonly tone: Tone }) {
  return (
    <span className={style.state} data-tone={tone}>
      <span aria-hidden="true">{MARKS[tone]}</span> {word}
    </span>
  )
}
