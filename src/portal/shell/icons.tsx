/** The few signs of the portal, drawn here so that no icon set is loaded. All are decoration: words stand beside them. */

import type { ReactNode } from 'react'

type IconName =
  | 'plus'
  | 'search'
  | 'sun'
  | 'moon'
  | 'half'
  | 'up'
  | 'down'
  | 'trash'
  | 'copy'
  | 'close'
  | 'download'
  | 'play'
  | 'link'
  | 'more'
  | 'file'
  | 'fit'
  | 'whole'
  | 'leave'

const SHAPES: Readonly<Record<IconName, ReactNode>> = {
  plus: <path d="M8 3v10M3 8h10" />,
  search: (
    <>
      <circle cx="7" cy="7" r="4" />
      <path d="m10 10 3.5 3.5" />
    </>
  ),
  sun: (
    <>
      <circle cx="8" cy="8" r="2.6" />
      <path d="M8 1.5v1.4M8 13.1v1.4M1.5 8h1.4M13.1 8h1.4M3.4 3.4l1 1M11.6 11.6l1 1M12.6 3.4l-1 1M4.4 11.6l-1 1" />
    </>
  ),
  moon: <path d="M13 9.5A5.5 5.5 0 0 1 6.5 3a5.5 5.5 0 1 0 6.5 6.5Z" />,
  half: (
    <>
      <circle cx="8" cy="8" r="5.5" />
      <path d="M8 2.5a5.5 5.5 0 0 1 0 11Z" fill="currentColor" stroke="none" />
    </>
  ),
  up: <path d="m4 10 4-4 4 4" />,
  down: <path d="m4 6 4 4 4-4" />,
  trash: <path d="M3 4.5h10M6.5 4.5V3h3v1.5M4.5 4.5l.6 8.5h5.8l.6-8.5" />,
  copy: (
    <>
      <rect x="5.5" y="5.5" width="7.5" height="7.5" rx="1" />
      <path d="M10.5 5.5V3H3v7.5h2.5" />
    </>
  ),
  close: <path d="m4 4 8 8M12 4l-8 8" />,
  download: <path d="M8 2.5v7.5m-3-3 3 3 3-3M3 13h10" />,
  play: <path d="M5 3.5v9l7-4.5Z" fill="currentColor" />,
  link: (
    <path d="M6.8 9.2a2.4 2.4 0 0 0 3.4 0l2-2a2.4 2.4 0 0 0-3.4-3.4l-.8.8M9.2 6.8a2.4 2.4 0 0 0-3.4 0l-2 2a2.4 2.4 0 0 0 3.4 3.4l.8-.8" />
  ),
  more: (
    <g fill="currentColor" stroke="none">
      <circle cx="3.5" cy="8" r="1.3" />
      <circle cx="8" cy="8" r="1.3" />
      <circle cx="12.5" cy="8" r="1.3" />
    </g>
  ),
  whole: <path d="M2.5 13.5 13.5 2.5M2.5 10v3.5H6M10 2.5h3.5V6" />,
  leave: <path d="M9.5 2.5h-6v11h6M6.5 8h7m-3-3 3 3-3 3" />,
  fit: <path d="M2.5 6V2.5H6M10 2.5h3.5V6M13.5 10v3.5H10M6 13.5H2.5V10M6 6h4v4H6Z" />,
  file: <path d="M4 2.5h5l3 3v8H4ZM9 2.5v3h3" />,
}

interface IconProps {
  readonly name: IconName
  readonly size?: number
}

export function Icon({ name, size = 16 }: IconProps) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.5"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      {SHAPES[name]}
    </svg>
  )
}
