/** A bar for a fraction that only grows (server/progress.ts sees to that). */

import style from './words.module.css'

export function ProgressBar({ fraction, label }: { readonly fraction: number; readonly label: string }) {
  const value = Math.min(1, Math.max(0, fraction))
  return (
    <span
      className={style.bar}
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.floor(value * 100)}
    >
      <span style={{ transform: `scaleX(${value})` }} />
    </span>
  )
}
