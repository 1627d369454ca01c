/** States as words, and the tone in which they are shown; never by colour alone. */

import type { JobPriority } from '#simulation/document.ts'
import type { SimulationAction, SimulationState, TaskState } from '#simulation/life-cycle.ts'

export type Tone = 'quiet' | 'busy' | 'good' | 'warn' | 'bad'

export const SIMULATION_STATE_WORDS: Readonly<Record<SimulationState, { readonly word: string; readonly tone: Tone }>> =
  {
    accepted: { word: 'waiting', tone: 'quiet' },
    running: { word: 'running', tone: 'busy' },
    stopping: { word: 'stopping', tone: 'warn' },
    cancelling: { word: 'cancelling', tone: 'warn' },
    done: { word: 'done', tone: 'good' },
    failed: { word: 'failed', tone: 'bad' },
    cancelled: { word: 'cancelled', tone: 'quiet' },
  }

export const TASK_STATE_WORDS: Readonly<Record<TaskState, { readonly word: string; readonly tone: Tone }>> = {
  waiting: { word: 'waiting', tone: 'quiet' },
  leased: { word: 'running', tone: 'busy' },
  done: { word: 'done', tone: 'good' },
  failed: { word: 'failed', tone: 'bad' },
  dropped: { word: 'dropped', tone: 'quiet' },
}

export const PRIORITY_WORDS: Readonly<Record<JobPriority, string>> = { low: 'Low', normal: 'Normal', high: 'High' }

export const ACTION_WORDS: Readonly<Record<SimulationAction, string>> = {
  stop: 'Stop and merge',
  cancel: 'Cancel',
  'add-primaries': 'Add primaries',
  rerun: 'Run again',
  delete: 'Delete',
  download: 'Download',
}
