/** The source files that come with a template: listed, looked at, added from files, taken out. */

import { Button } from '@mantine/core'
import { useId, useRef, useState } from 'react'
import type { Problem } from '#simulation/problem.ts'
import { LONGEST_ROUTINES, type RoutineFile, routinesDigest } from '#simulation/routines.ts'
import style from './deck.module.css'

interface RoutineFilesProps {
  readonly files: readonly RoutineFile[]
  readonly problems: readonly Problem[]
  readonly onFiles: (files: readonly RoutineFile[]) => void
}

export function RoutineFiles({ files, problems, onFiles }: RoutineFilesProps) {
  const input = useRef<HTMLInputElement>(null)
  const adding = useRef<HTMLButtonElement>(null)
  const [open, setOpen] = useState<string | null>(null)
  const [said, setSaid] = useState('')
  const id = useId()
  const digest = routinesDigest(files)
  const add = async (chosen: readonly File[]) => {
    const tooLarge = chosen.filter(({ size }) => size > LONGEST_ROUTINES)
    const read = await Promise.all(
      chosen.filter((one) => !tooLarge.includes(one)).map(async (one) => ({ name: one.name, text: await textOf(one) })),
    )
    const names = new Set(read.map(({ name }) => name))
    const replaced = files.filter(({ name }) => names.has(name))
    onFiles([...files.filter(({ name }) => !names.has(name)), ...read])
    setSaid(
      [
        ...(read.length > 0 ? [`Added ${read.map(({ name }) => name).join(', ')}.`] : []),
        ...(replaced.length > 0 ? [`${replaced.map(({ name }) => name).join(', ')} was replaced.`] : []),
        ...tooLarge.map(
          ({ name, size }) => `${name} has ${kibibytes(size)}; ${kibibytes(LONGEST_ROUTINES)} are allowed.`,
        ),
      ].join(' '),
    )
  }
  return (
    <section className={style.routines} aria-label="User routines">
      <div className={style.bar}>
        <h3 className={style.file}>User routines</h3>
        <Button ref={adding} variant="default" size="compact-xs" onClick={() => input.current?.click()}>
          Add files
        </Button>
        <input
          ref={input}
          type="file"
          hidden
          multiple
          accept=".f,.inc"
          aria-label="Routine files"
          onChange={(event) => {
            void add([...(event.currentTarget.files ?? [])])
            event.currentTarget.value = ''
          }}
        />
      </div>
      {files.length === 0 ? (
        <p className={style.soft}>
          None. Fortran (.f, .inc) that cards such as SOURCE or USERWEIG call can come with the template, where the site
          allows it: it is code that runs there.
        </p>
      ) : (
        <ul>
          {files.map(({ name, text }, index) => (
            <li key={name}>
              <div className={style.bar}>
                <span className={style.file}>
                  <code>{name}</code>{' '}
                  <span className={style.soft}>
                    {linesIn(text)}, {kibibytes(text.length)}
                  </span>
                </span>
                <span className={style.fileButtons}>
                  <Button
                    variant="default"
                    size="compact-xs"
                    aria-label={`${open === name ? 'Hide' : 'View'} ${name}`}
                    aria-expanded={open === name}
                    aria-controls={`${id}-${index}`}
                    onClick={() => setOpen(open === name ? null : name)}
                  >
                    {open === name ? 'Hide' : 'View'}
                  </Button>
                  <Button
                    variant="default"
                    size="compact-xs"
                    aria-label={`Remove ${name}`}
                    onClick={() => {
                      onFiles(files.filter((one) => one.name !== name))
                      setSaid(`${name} was removed; "Discard changes" brings it back as long as it is saved.`)
                      // The button under the finger is gone: the keyboard goes on from here.
                      adding.current?.focus()
                    }}
                  >
                    Remove
                  </Button>
                </span>
              </div>
              <div id={`${id}-${index}`} hidden={open !== name}>
                {open === name && (
                  <section aria-label={`Text of ${name}`}>
                    {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling text must be reachable by keyboard */}
                    <pre tabIndex={0}>
                      {text
                        .replace(/\n$/, '')
                        .split('\n')
                        .map((line, at) => (
                          // biome-ignore lint/suspicious/noArrayIndexKey: lines of one text have no other name
                          <span key={at}>{`${line}\n`}</span>
                        ))}
                    </pre>
                  </section>
                )}
              </div>
            </li>
          ))}
        </ul>
      )}
      {problems.length > 0 && (
        <ul className={style.wrong} aria-label="Problems of the routines">
          {problems.map(({ path, message }) => (
            <li key={path + message}>{message}</li>
          ))}
        </ul>
      )}
      {digest !== null && (
        <p className={style.soft}>
          SHA-256 of names and texts: <code>{digest}</code>
        </p>
      )}
      <p className={style.soft} role="status">
        {said}
      </p>
    </section>
  )
}

/** Sources are older than UTF-8: what is none is read as Latin-1, letter by letter. */
async function textOf(file: File): Promise<string> {
  const bytes = await file.arrayBuffer()
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return new TextDecoder('latin1').decode(bytes)
  }
}

const kibibytes = (bytes: number): string => `${Math.max(0.1, Math.round((10 * bytes) / 1024) / 10)} KiB`

function linesIn(text: string): string {
  const count = text.replace(/\n$/, '').split('\n').length
  return `${count} ${count === 1 ? 'line' : 'lines'}`
}
