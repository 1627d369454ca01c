/** One line on standard error that moves on a terminal and stays silent in a pipe. */

import type { CliContext } from './context.ts'

const BAR_CELLS = 24
/** Standard output may be a pipe without a width while this line stands on a terminal. */
const WIDEST = 100
/** Often enough to look alive, seldom enough to cost nothing. */
const REDRAW_MS = 100

export interface ProgressBar {
  update(fraction: number, text: string): void
  /** Removes the line. */
  end(): void
}

export function progressBar(
  context: Pick<CliContext, 'err' | 'terminal' | 'columns'>,
  now: () => number = () => performance.now(),
): ProgressBar {
  if (!context.terminal) return { update() {}, end() {} }
  let drawnAt = Number.NEGATIVE_INFINITY
  let highest = 0
  return {
    update(fraction, text) {
      // Never backwards: a lost worker's task is run again, what is done stays done.
      highest = Math.max(highest, Math.min(1, fraction))
      if (now() - drawnAt < REDRAW_MS && fraction < 1) return
      drawnAt = now()
      const full = Math.round(highest * BAR_CELLS)
      const line = `${'█'.repeat(full)}${'░'.repeat(BAR_CELLS - full)} ${String(Math.floor(highest * 100)).padStart(3)} %  ${text}`
      context.err(`\r\x1b[2K${line.slice(0, Math.min(context.columns, WIDEST) - 1)}`)
    },
    end() {
      if (drawnAt > Number.NEGATIVE_INFINITY) context.err('\r\x1b[2K')
    },
  }
}
