/** What can be done with a simulation: exactly what its state allows, as the service says. */

import { Button, Checkbox, Menu, Modal, SegmentedControl, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { type ReactNode, useState } from 'react'
import type { SimulationDetail } from '#protocol/shapes.ts'
import { JOB_PRIORITIES, type JobPriority } from '#simulation/document.ts'
import type { SimulationAction } from '#simulation/life-cycle.ts'
import { readNumber } from '#simulation/unit-suffix.ts'
import { call } from '../server/api.ts'
import { newer } from '../server/progress.ts'
import { FailureNote } from '../shell/failure-page.tsx'
import { Icon } from '../shell/icons.tsx'
import { whole } from '../words/amounts.ts'
import { ACTION_WORDS, PRIORITY_WORDS } from '../words/states.ts'
import style from './simulation.module.css'

type Asked = 'stop' | 'cancel' | 'add-primaries' | 'priority' | 'rerun' | 'delete'

export function Actions({ detail }: { readonly detail: SimulationDetail }) {
  const [asked, setAsked] = useState<Asked | null>(null)
  const can = (action: SimulationAction) => detail.actions.includes(action)
  const editAsNew = useEditAsNew(detail)
  return (
    <div className={style.actions}>
      {can('stop') && <Button onClick={() => setAsked('stop')}>{ACTION_WORDS.stop}</Button>}
      {can('add-primaries') && (
        <Button onClick={() => setAsked('add-primaries')}>{ACTION_WORDS['add-primaries']}</Button>
      )}
      <Button variant="default" onClick={editAsNew}>
        Change and run
      </Button>
      <Menu position="bottom-end" shadow="sm">
        <Menu.Target>
          <Button variant="default" rightSection={<Icon name="down" size={12} />}>
            More
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item disabled={detail.endedAtMs !== null} onClick={() => setAsked('priority')}>
            Priority…
          </Menu.Item>
          <Menu.Item disabled={!can('rerun')} onClick={() => setAsked('rerun')}>
            {ACTION_WORDS.rerun}…
          </Menu.Item>
          <Menu.Item disabled={!can('cancel')} onClick={() => setAsked('cancel')}>
            {ACTION_WORDS.cancel}…
          </Menu.Item>
          <Menu.Item disabled={!can('delete')} onClick={() => setAsked('delete')}>
            {ACTION_WORDS.delete}…
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {asked && <ActionDialog key={asked} action={asked} detail={detail} onClose={() => setAsked(null)} />}
    </div>
  )
}

/** Opens the form filled with this simulation's document. */
function useEditAsNew(detail: SimulationDetail) {
  const navigate = useNavigate()
  return async () => {
    const [{ linkQuery }, { parseDocument }] = await Promise.all([
      import('#simulation/link.ts'),
      import('#simulation/parse.ts'),
    ])
    const parsed = parseDocument(detail.document)
    if (!parsed.ok) return
    // The key belongs to the run before: a changed run draws its own.
    const document = { ...parsed.document, job: { ...parsed.document.job, key: null } }
    const search = Object.fromEntries(new URLSearchParams(linkQuery(document)))
    void navigate({ to: '/new', search })
  }
}

interface DialogProps {
  readonly action: Asked
  readonly detail: SimulationDetail
  readonly onClose: () => void
}

function ActionDialog({ action, detail, onClose }: DialogProps) {
  const queries = useQueryClient()
  const navigate = useNavigate()
  const [more, setMore] = useState(String(detail.progress.primariesAsked ?? 1e7))
  const [replay, setReplay] = useState(false)
  const [priority, setPriority] = useState<JobPriority>(detail.priority ?? 'normal')
  const params = { id: detail.id }
  // One key for one dialog: pressing again after a lost answer does nothing twice.
  const [key] = useState(() => crypto.getRandomValues(new Uint32Array(4)).join('-'))
  const number = readNumber(more, null)
  const primaries =
    number.ok && Number.isInteger(number.value) && number.value >= 1 && number.value <= 1e12 ? number.value : null

  const run = useMutation({
    mutationFn: async (): Promise<SimulationDetail | null> => {
      const headers = { 'idempotency-key': key }
      if (action === 'stop') return call('stop', { params, headers })
      if (action === 'cancel') return call('cancel', { params, headers })
      if (action === 'priority') return call('prioritize', { params, body: { priority } })
      if (action === 'delete') return call('remove', { params })
      if (action === 'rerun') return call('rerun', { params, body: { replay }, headers })
      return call('addPrimaries', { params, body: { primaries }, headers })
    },
    onSuccess: (answer) => {
      onClose()
      void queries.invalidateQueries({ queryKey: ['simulations'] })
      if (action === 'delete') {
        queries.removeQueries({ queryKey: ['simulation', detail.id] })
        void navigate({ to: '/', search: {} })
      } else if (answer) {
        queries.setQueryData<SimulationDetail>(['simulation', answer.id], (shown) =>
          shown ? { ...answer, ...newer(shown, answer) } : answer,
        )
        if (action === 'rerun') void navigate({ to: '/simulations/$id', params: { id: answer.id }, search: {} })
      }
    },
  })

  const texts: Readonly<Record<Asked, { readonly title: string; readonly body: ReactNode; readonly button: string }>> =
    {
      stop: {
        title: 'Stop and merge?',
        body: `No new tasks are started; what is finished is merged. ${whole(detail.progress.primariesDone)} primaries are done so far. Primaries can be added later.`,
        button: 'Stop and merge',
      },
      cancel: {
        title: 'Cancel this simulation?',
        body: 'Running tasks are abandoned and there will be no result. To keep what is done, stop and merge instead.',
        button: 'Cancel the simulation',
      },
      'add-primaries': {
        title: 'Add primaries',
        body: (
          <TextInput
            label="Primaries to add, for each scan point"
            description="The random numbers go on where they ended; the result becomes that of one larger run."
            value={more}
            inputMode="numeric"
            error={primaries === null ? 'Expected a whole number from 1 to 10¹², for example 1e7.' : undefined}
            onChange={(event) => setMore(event.currentTarget.value)}
            data-autofocus
          />
        ),
        button: 'Add',
      },
      priority: {
        title: 'Priority among your simulations',
        body: (
          <>
            <p>
              Your share of the workers goes to the simulations of higher priority first. It takes nothing from other
              users and changes no result.
            </p>
            <SegmentedControl
              fullWidth
              aria-label="Priority"
              data={JOB_PRIORITIES.map((value) => ({ value, label: PRIORITY_WORDS[value] }))}
              value={priority}
              onChange={(value) => setPriority(value as JobPriority)}
            />
          </>
        ),
        button: 'Set the priority',
      },
      rerun: {
        title: 'Run again',
        body: (
          <>
            <p>The same document as a new simulation.</p>
            <Checkbox
              label="Replay: repeat the same random numbers"
              description="The result is identical, is marked as a replay and is never merged with this one."
              checked={replay}
              onChange={(event) => setReplay(event.currentTarget.checked)}
            />
          </>
        ),
        button: 'Run again',
      },
      delete: {
        title: 'Delete this simulation?',
        body: `"${detail.name || detail.id}" and its results are deleted for good.`,
        button: 'Delete for good',
      },
    }
  const { title, body, button } = texts[action]
  const isGrave = action === 'cancel' || action === 'delete'
  return (
    <Modal opened onClose={onClose} title={title}>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          if (!run.isPending && (action !== 'add-primaries' || primaries !== null)) run.mutate()
        }}
      >
        <div className={style.dialog}>{typeof body === 'string' ? <p>{body}</p> : body}</div>
        {run.error && <FailureNote error={run.error} />}
        <div className={style.dialogButtons}>
          <Button variant="default" onClick={onClose}>
            Back
          </Button>
          <Button
            type="submit"
            loading={run.isPending}
            disabled={action === 'add-primaries' && primaries === null}
            {...(isGrave ? { className: style.grave! } : {})}
          >
            {button}
          </Button>
        </div>
      </form>
    </Modal>
  )
}
