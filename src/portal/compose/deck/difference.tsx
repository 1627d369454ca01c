/** How a template differs from the one that Isolario writes for the same parameters. */

import type { DiffLine } from '#engines/engine/line-diff.ts'
import style from './deck.module.css'

const SIGNS = { same: ' ', removed: '-', added: '+' } as const
const WORDS = { same: '', removed: 'taken out: ', added: 'put in: ' } as const

export function Difference({ hunks }: { readonly hunks: readonly (DiffLine | null)[] }) {
  const changed = hunks.filter((line) => line !== null && line.kind !== 'same').length
  if (changed === 0) return <p className={style.words}>The template is the one that Isolario writes.</p>
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling text must be reachable by keyboard
    <section className={style.difference} tabIndex={0} aria-label="Difference to Isolario's own template">
      <table>
        <tbody>
          {hunks.map((line, index) =>
            line === null ? (
              // biome-ignore lint/suspicious/noArrayIndexKey: a gap has nothing but its place
              <tr key={`gap ${index}`}>
                <td colSpan={4} className={style.gap}>
                  …
                </td>
              </tr>
            ) : (
              <tr key={`${line.kind} ${line.before} ${line.after}`} data-kind={line.kind}>
                <td>{line.before ?? ''}</td>
                <td>{line.after ?? ''}</td>
                <td aria-hidden="true">{SIGNS[line.kind]}</td>
                <td>
                  <span className="only-heard">{WORDS[line.kind]}</span>
                  {line.text}
                </td>
              </tr>
            ),
          )}
        </tbody>
      </table>
    </section>
  )
}
