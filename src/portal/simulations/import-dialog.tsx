/** Takes over what FLUKA gave elsewhere: its files, and the simulation they are of. */

import { Button, Modal, NativeSelect, Textarea, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { type ChangeEvent, useState } from 'react'
import { IMPORT_BYTES } from '#protocol/routes.ts'
import { presets } from '#simulation/presets.ts'
import { readNumber } from '#simulation/unit-suffix.ts'
import { call } from '../server/api.ts'
import { FailureNote } from '../shell/failure-page.tsx'
import style from './page.module.css'

/** Of a body, for the document and the names. */
const ROOM_BYTES = 2 * 1024 * 1024
const OWN_FILE = 'file'

export function ImportDialog({ onClose }: { readonly onClose: () => void }) {
  const queries = useQueryClient()
  const navigate = useNavigate()
  const [files, setFiles] = useState<readonly File[]>([])
  const [setup, setSetup] = useState(presets()[0]!.id as string)
  const [document, setDocument] = useState<File | null>(null)
  const [name, setName] = useState('')
  const [detectors, setDetectors] = useState('')
  const [primaries, setPrimaries] = useState('')
  // One key for one dialog: pressing again after a lost answer imports nothing twice.
  const [key, setKey] = useState(freshKey)
  /** What was refused under a key may be mended and sent again. */
  const changed = <T,>(set: (value: T) => void) => {
    return (value: T) => {
      set(value)
      setKey(freshKey())
    }
  }
  const read = primaries.trim() === '' ? null : readNumber(primaries, null)
  const isPrimariesWrong = read !== null && !(read.ok && Number.isInteger(read.value) && read.value >= 2)
  const pairs = detectors
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
  const wrongPair = pairs.find((line) => !/^[^=]+=.+$/.test(line))
  const tooLarge = files.reduce((sum, { size }) => sum + (size / 3) * 4, 0) > IMPORT_BYTES - ROOM_BYTES
  const canSend =
    files.length > 0 && !tooLarge && !isPrimariesWrong && wrongPair === undefined && (setup !== OWN_FILE || document)

  const run = useMutation({
    mutationFn: async () =>
      call('importResult', {
        headers: { 'idempotency-key': key },
        body: {
          document:
            setup === OWN_FILE
              ? (JSON.parse(await document!.text()) as unknown)
              : presets().find(({ id }) => id === setup)!.document,
          files: await Promise.all(files.map(async (file) => ({ name: file.name, base64: await base64Of(file) }))),
          detectors: Object.fromEntries(
            pairs.map((pair) =>
              pair
                .split(/=(.*)/s)
                .map((part) => part.trim())
                .slice(0, 2),
            ),
          ),
          ...(name.trim() === '' ? {} : { name: name.trim() }),
          ...(read?.ok ? { primaries: read.value } : {}),
        },
      }),
    onSuccess: ({ id }) => {
      onClose()
      void queries.invalidateQueries({ queryKey: ['simulations'] })
      void navigate({ to: '/simulations/$id', params: { id }, search: {} })
    },
  })

  return (
    <Modal opened onClose={onClose} title="Import a FLUKA result">
      <form
        className={style.import}
        onSubmit={(event) => {
          event.preventDefault()
          if (!run.isPending && canSend) run.mutate()
        }}
      >
        <p>
          Residual nuclei that FLUKA gave elsewhere. They are shown and compared like any result, marked imported, and
          never merged with others.
        </p>
        <label>
          Files: raw RESNUCLEi files, one of each run; or one merged file; or one _tab.lis
          <input
            type="file"
            multiple
            onChange={(event: ChangeEvent<HTMLInputElement>) =>
              changed(setFiles)([...(event.currentTarget.files ?? [])])
            }
          />
        </label>
        {tooLarge && <p role="alert">These files are too large together: merge the runs first, or use fewer.</p>}
        <NativeSelect
          label="Simulation that they are of"
          value={setup}
          onChange={(event) => changed(setSetup)(event.currentTarget.value)}
          data={[
            ...presets().map(({ id, title }) => ({ value: id, label: title })),
            { value: OWN_FILE, label: 'a document (JSON file)' },
          ]}
        />
        {setup === OWN_FILE && (
          <label>
            Document
            <input
              type="file"
              accept=".json,application/json"
              onChange={(event) => changed(setDocument)(event.currentTarget.files?.[0] ?? null)}
            />
          </label>
        )}
        <TextInput
          label="Name"
          value={name}
          maxLength={200}
          onChange={(event) => changed(setName)(event.currentTarget.value)}
        />
        <Textarea
          label="Detectors, where their names are not those of the layers"
          placeholder="layer=detector, one a line"
          value={detectors}
          error={wrongPair === undefined ? null : `"${wrongPair}" is not layer=detector.`}
          onChange={(event) => changed(setDetectors)(event.currentTarget.value)}
        />
        <TextInput
          label="Primaries, for a table, which does not tell them"
          value={primaries}
          error={isPrimariesWrong ? 'A whole number from 2 on.' : null}
          onChange={(event) => changed(setPrimaries)(event.currentTarget.value)}
        />
        {run.error && <FailureNote error={run.error} />}
        <div className={style.importButtons}>
          <Button variant="default" onClick={onClose}>
            Back
          </Button>
          <Button type="submit" loading={run.isPending} disabled={!canSend}>
            Import
          </Button>
        </div>
      </form>
    </Modal>
  )
}

const freshKey = (): string => crypto.getRandomValues(new Uint32Array(4)).join('-')

/** Content of a file as base64: what a data address has behind its comma. */
function base64Of(file: File): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader()
    reader.onload = () => resolve(String(reader.result).replace(/^[^,]*,/, ''))
    reader.onerror = () =>
      reject(new Error(`${file.name} cannot be read: ${reader.error?.message ?? 'no reason given'}.`))
    reader.readAsDataURL(file)
  })
}
