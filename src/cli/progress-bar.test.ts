import { describe, expect, it } from 'vitest'
import { progressBar } from './progress-bar.ts'

function bar(terminal: boolean) {
  let printed = ''
  let now = 0
  const made = progressBar(
    {
      err: (text) => {
        printed += text
      },
      terminal,
      columns: 80,
    },
    () => now,
  )
  return { made, printed: () => printed, pass: (ms: number) => (now += ms) }
}

describe('progressBar', () => {
  it('is silent in a pipe', () => {
    const { made, printed } = bar(false)
    made.update(0.5, 'half')
    made.end()
    expect(printed()).toBe('')
  })

  it('never goes backwards, and draws at most ten times a second', () => {
    const { made, printed, pass } = bar(true)
    made.update(0.5, 'a')
    made.update(0.6, 'too soon')
    pass(200)
    made.update(0.2, 'b')
    made.update(1, 'end')
    made.end()
    expect(printed()).not.toContain('too soon')
    expect([...printed().matchAll(/(\d+) %/g)].map((m) => m[1])).toEqual(['50', '60', '100'])
    expect(printed().endsWith('\r\x1b[2K')).toBe(true)
  })

  it('stays within the width of the terminal', () => {
    const { made, printed } = bar(true)
    made.update(0.5, 'x'.repeat(200))
    expect(printed().replace('\r\x1b[2K', '').length).toBeLessThan(80)
  })
})
