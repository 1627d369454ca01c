/** New simulation: describe beam and target, see at once what comes of it, run it. */

import { Button, Menu, SegmentedControl, Switch } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useLocation, useNavigate } from '@tanstack/react-router'
import {
  type DragEvent,
  lazy,
  Suspense,
  useCallback,
  useDeferredValue,
  useEffect,
  useMemo,
  useRef,
  useState,
} from 'react'
import type { SimulationDocument } from '#simulation/document.ts'
import { documentFromLink, linkQuery } from '#simulation/link.ts'
import { MAX_DOCUMENT_BYTES, parseDocument, parseDocumentText } from '#simulation/parse.ts'
import { DEFAULT_PRESET, presetById, presets } from '#simulation/presets.ts'
import { warningsOf } from '#simulation/warnings.ts'
import { asFailure, call } from '../server/api.ts'
import { engineList } from '../server/queries.ts'
import { FailureNote } from '../shell/failure-page.tsx'
import { Icon } from '../shell/icons.tsx'
import { usePageTitle } from '../shell/page-title.ts'
import { StandInBanner } from '../shell/stand-in-banner.tsx'
import style from './compose.module.css'
import { costInWords, costOf } from './cost.ts'
import { asJson, isUnsaved, type TemplateEdit } from './deck/template-edit.ts'
import { type Draft, withValue } from './draft.ts'
import { EnginesContext } from './engine-choice.tsx'
import { EstimatePanel } from './estimate-panel.tsx'
import { type Finding, FindingsProvider, goToField, useFindingsByPath } from './findings.tsx'
import { Form } from './form.tsx'
import { JsonView } from './json-view.tsx'
import { forgetDraft, keepDraft, keptDraft } from './kept-draft.ts'
import { TargetFigure } from './target-figure.tsx'
import { SHOW_DECK, TEMPLATE_PATH } from './template-part.tsx'
import { useEngineRemarks } from './use-engine-remarks.ts'
import { useEstimate } from './use-estimate.ts'

const DeckSide = lazy(() => import('./deck-side.tsx').then(({ DeckSide }) => ({ default: DeckSide })))

const asDraft = (document: SimulationDocument): Draft => JSON.parse(JSON.stringify(document)) as Draft

interface Start {
  readonly draft: Draft
  /** What could not be read, said above the form. */
  readonly complaints: readonly Finding[]
}

function startFrom(query: string): Start {
  const preset = asDraft(presetById(DEFAULT_PRESET)!.document)
  if (query.replace(/^\?/, '') === '') return { draft: keptDraft() ?? preset, complaints: [] }
  const linked = documentFromLink(query)
  if (linked.ok) return { draft: asDraft(linked.document), complaints: [] }
  return { draft: preset, complaints: linked.problems.map((one) => ({ ...one, severity: 'problem' })) }
}

export function ComposePage() {
  usePageTitle('New simulation')
  const { searchStr } = useLocation()
  const navigate = useNavigate()
  const [start, setStart] = useState(() => startFrom(searchStr))
  const [draft, setDraft] = useState(start.draft)
  const [expert, setExpert] = useState(false)
  const [view, setView] = useState<'form' | 'json'>('form')
  const [jsonBroken, setJsonBroken] = useState<readonly Finding[]>([])

  const [edit, setEdit] = useState<TemplateEdit | null>(null)
  const [side, setSide] = useState<'estimate' | 'deck'>('estimate')

  const replace = useCallback((next: Start) => {
    setEdit(null)
    setStart(next)
    setDraft(next.draft)
    setJsonBroken([])
  }, [])
  const change = useCallback((step: (draft: Draft) => Draft) => setDraft(step), [])
  // A link opened while the page is shown fills the form anew.
  const lastQuery = useRef(searchStr)
  useEffect(() => {
    if (searchStr === lastQuery.current) return
    lastQuery.current = searchStr
    if (searchStr !== '') replace(startFrom(searchStr))
  }, [searchStr, replace])
  useEffect(() => keepDraft(draft), [draft])

  // Typing is drawn first; checking and estimating follow when there is time.
  const settled = useDeferredValue(draft)
  const parsed = useMemo(() => parseDocument(settled), [settled])
  const document = parsed.ok ? parsed.document : null
  const shown = useLast(document)
  const live = useEstimate(document)
  const findings = useMemo<readonly Finding[]>(() => {
    if (!parsed.ok) return parsed.problems.map((one) => ({ ...one, severity: 'problem' as const }))
    const warnings = warningsOf(parsed.document).filter((one) => one.code !== 'VALUE_UNUSUAL')
    return warnings.map((one) => ({ ...one, severity: 'warning' as const }))
  }, [parsed])
  const engines = useQuery(engineList).data ?? null
  const engine = shown?.setup.engine ?? null
  const info = engines?.find((one) => one.id === engine?.id) ?? null
  const isFluka = engine?.id === 'fluka'
  // The estimate is the built-in engine's: what it refuses stops its own runs only.
  const refusals = live.isOld || isFluka ? [] : (live.answer?.remarks ?? []).filter((one) => one.severity === 'refusal')
  const remarks = useEngineRemarks(document, engines)
  const saved = isFluka ? engine.template : null
  const unsaved = isFluka && isUnsaved(edit, saved)
  const all = useMemo(
    () => [...jsonBroken, ...findings, ...remarks, ...(unsaved ? [TEMPLATE_NOT_SAVED] : [])],
    [jsonBroken, findings, remarks, unsaved],
  )
  const showsDeck = isFluka && expert
  useEffect(() => {
    const show = () => setSide('deck')
    window.addEventListener(SHOW_DECK, show)
    return () => window.removeEventListener(SHOW_DECK, show)
  }, [])
  const byPath = useFindingsByPath(all)
  const problems = all.filter((one) => one.severity === 'problem')

  const drop = useFileDrop((text) => {
    const read = parseDocumentText(text)
    if (read.ok) replace({ draft: asDraft(read.document), complaints: [] })
    else {
      // What is JSON can be mended in the form; what is not stays out, and the reason is said.
      const value = readObject(text)
      const complaints = read.problems.map((one) => ({ ...one, severity: 'problem' as const }))
      replace(value ? { draft: value, complaints: [] } : { draft, complaints })
    }
  })

  return (
    <div className={style.page} {...drop.handlers}>
      <div className={style.bar}>
        <h1>New simulation</h1>
        <SegmentedControl
          aria-label="View"
          value={view}
          onChange={(value) => setView(value as 'form' | 'json')}
          data={[
            { value: 'form', label: 'Form' },
            { value: 'json', label: 'JSON' },
          ]}
        />
        <Switch label="Expert" checked={expert} onChange={(event) => setExpert(event.currentTarget.checked)} />
        <PresetMenu
          onChoose={(document) => {
            replace({ draft: asDraft(document), complaints: [] })
            if (searchStr !== '') void navigate({ to: '/new', search: {}, replace: true })
          }}
        />
        <Button variant="default" leftSection={<Icon name="file" size={14} />} onClick={drop.choose}>
          Open a file
        </Button>
        <CopyLink document={document} />
      </div>
      <FindingsProvider value={byPath}>
        <div className={style.main}>
          {info?.standIn && <StandInBanner />}
          <Summary complaints={start.complaints} findings={all} onGo={() => setView('form')} />
          {view === 'form' ? (
            <EnginesContext value={engines}>
              <Form draft={draft} change={change} expert={expert} />
            </EnginesContext>
          ) : (
            <JsonView draft={draft} onDraft={setDraft} onBroken={setJsonBroken} />
          )}
        </div>
      </FindingsProvider>
      <div className={style.side}>
        {shown && (
          <TargetFigure
            document={shown}
            beam={live.answer?.beam ?? null}
            maxHeight={showsDeck && side === 'deck' ? 120 : 250}
          />
        )}
        {showsDeck && (
          <SegmentedControl
            aria-label="Beside the form"
            className={style.sideChoice!}
            value={side}
            onChange={(value) => setSide(value as 'estimate' | 'deck')}
            data={[
              { value: 'estimate', label: 'Estimate' },
              { value: 'deck', label: 'Deck for FLUKA' },
            ]}
          />
        )}
        {shown && showsDeck && side === 'deck' ? (
          <Suspense fallback={<p className={style.intro}>Loading…</p>}>
            <DeckSide
              document={shown}
              saved={saved}
              edit={edit}
              onEdit={setEdit}
              onSave={(template) =>
                change((now) => withValue(now, TEMPLATE_PATH.split('.'), template && asJson(template)))
              }
              engineVersion={info?.available ? info.version : null}
            />
          </Suspense>
        ) : (
          shown && live.answer && <EstimatePanel document={shown} answer={live.answer} isOld={live.isOld} />
        )}
      </div>
      <RunBar
        document={problems.length === 0 ? document : null}
        current={() => validIn(draft)}
        problems={problems.length}
        refusal={refusals[0]?.message ?? null}
      />
      {drop.isOver && <div className={style.drop}>Drop the simulation document here</div>}
      {drop.input}
    </div>
  )
}

function validIn(draft: Draft): SimulationDocument | null {
  const parsed = parseDocument(draft)
  return parsed.ok ? parsed.document : null
}

const TEMPLATE_NOT_SAVED: Finding = {
  severity: 'problem',
  code: 'TEMPLATE_NOT_SAVED',
  path: TEMPLATE_PATH,
  message: `The edited template is not saved: save or discard it beside the form (${TEMPLATE_PATH}).`,
}

/** The last document that was valid: drawing and estimate stay while somebody is in the middle of typing. */
function useLast(document: SimulationDocument | null): SimulationDocument | null {
  const [last, setLast] = useState(document)
  if (document && document !== last) setLast(document)
  return document ?? last
}

function readObject(text: string): Draft | null {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Draft) : null
  } catch {
    return null
  }
}

function PresetMenu({ onChoose }: { readonly onChoose: (document: SimulationDocument) => void }) {
  return (
    <Menu position="bottom-start" shadow="sm" width={340}>
      <Menu.Target>
        <Button variant="default" rightSection={<Icon name="down" size={12} />}>
          Start from
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {presets().map((preset) => (
          <Menu.Item key={preset.id} onClick={() => onChoose(preset.document)}>
            {preset.title}
            <div className={style.help}>{preset.description}</div>
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}

function CopyLink({ document }: { readonly document: SimulationDocument | null }) {
  const [said, setSaid] = useState('')
  const copy = () => {
    if (!document) return
    const link = `${window.location.origin}/new?${linkQuery(document)}`
    const written = window.navigator.clipboard?.writeText(link)
    void (written ?? Promise.reject(new Error('no clipboard')))
      .then(() => setSaid('Copied'))
      // Without a clipboard (plain http on another host) the address bar holds the link.
      .catch(() => {
        window.history.replaceState(window.history.state, '', link)
        setSaid('See the address')
      })
  }
  useEffect(() => {
    if (said === '') return
    const timer = setTimeout(() => setSaid(''), 2500)
    return () => clearTimeout(timer)
  }, [said])
  return (
    <Button
      variant="default"
      miw={104}
      leftSection={<Icon name="link" size={14} />}
      disabled={!document}
      title="A link that fills this form with the same simulation"
      onClick={copy}
    >
      <span role="status">{said || 'Copy link'}</span>
    </Button>
  )
}

interface SummaryProps {
  readonly complaints: readonly Finding[]
  readonly findings: readonly Finding[]
  readonly onGo: () => void
}

function Summary({ complaints, findings, onGo }: SummaryProps) {
  const problems = findings.filter((one) => one.severity === 'problem')
  const warnings = findings.filter((one) => one.severity === 'warning')
  const notes = findings.filter((one) => one.severity === 'note')
  return (
    <div role="status">
      {complaints.length > 0 && (
        <List title="The file or link could not be used" findings={complaints} tone="bad" onGo={onGo} />
      )}
      {problems.length > 0 && (
        <List
          title={
            problems.length === 1
              ? '1 problem to mend before it can run'
              : `${problems.length} problems to mend before it can run`
          }
          findings={problems}
          tone="bad"
          onGo={onGo}
        />
      )}
      {notes.length > 0 && (
        <details className={style.summary} data-tone="note">
          <summary>
            {notes.length === 1 ? '1 thing' : `${notes.length} things`} to know about the numbers of this engine
          </summary>
          <Items findings={notes} onGo={onGo} />
        </details>
      )}
      {warnings.length > 0 && <List title="Worth a look" findings={warnings} tone="warn" onGo={onGo} />}
    </div>
  )
}

function List(props: {
  readonly title: string
  readonly findings: readonly Finding[]
  readonly tone: string
  readonly onGo: () => void
}) {
  return (
    <section className={style.summary} data-tone={props.tone}>
      <h2>{props.title}</h2>
      <Items findings={props.findings} onGo={props.onGo} />
    </section>
  )
}

function Items({ findings, onGo }: { readonly findings: readonly Finding[]; readonly onGo: () => void }) {
  return (
    <ul>
      {findings.map((finding) => (
        <li key={`${finding.path} ${finding.code} ${finding.message}`}>
          <button
            type="button"
            onClick={() => {
              onGo()
              setTimeout(() => goToField(finding.path))
            }}
          >
            {finding.message}
          </button>
        </li>
      ))}
    </ul>
  )
}

interface RunBarProps {
  /** As last checked; `null` with problems. */
  readonly document: SimulationDocument | null
  /** What stands in the form now, where it is valid. */
  readonly current: () => SimulationDocument | null
  readonly problems: number
  readonly refusal: string | null
}

function RunBar({ document, current, problems, refusal }: RunBarProps) {
  const navigate = useNavigate()
  const queries = useQueryClient()
  // One key for one content: pressing Run again after a lost answer cannot make a second simulation.
  const key = useRef<{ content: string; key: string } | null>(null)
  const submit = useMutation({
    mutationFn: (body: SimulationDocument) => {
      const content = JSON.stringify(body)
      if (key.current?.content !== content) key.current = { content, key: freshKey() }
      return call('submit', { body, headers: { 'idempotency-key': key.current.key } })
    },
    onSuccess: (detail) => {
      key.current = null
      forgetDraft()
      queries.setQueryData(['simulation', detail.id], detail)
      void queries.invalidateQueries({ queryKey: ['simulations'] })
      void navigate({ to: '/simulations/$id', params: { id: detail.id } })
    },
  })
  const cost = useMemo(() => (document ? costInWords(costOf(document)) : null), [document])
  const blocked = !document || refusal !== null
  const run = () => {
    // What was typed last may not be checked yet, and it is what is meant.
    const meant = blocked ? null : current()
    if (meant && !submit.isPending) submit.mutate(meant)
  }
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) run()
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  })
  return (
    <div className={style.run}>
      {submit.error ? (
        <FailureNote error={asFailure(submit.error)} />
      ) : refusal !== null ? (
        <p data-tone="bad">{refusal}</p>
      ) : cost ? (
        <p>{cost}</p>
      ) : (
        <p data-tone="bad">{problems === 1 ? '1 problem' : `${problems} problems`} to mend</p>
      )}
      <Button
        size="sm"
        leftSection={<Icon name="play" size={13} />}
        disabled={blocked}
        loading={submit.isPending}
        onClick={run}
        title="Ctrl + Enter"
      >
        Run
      </Button>
    </div>
  )
}

function freshKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** A file dropped on the page or chosen in a dialog. */
function useFileDrop(onText: (text: string) => void) {
  const [isOver, setOver] = useState(false)
  const field = useRef<HTMLInputElement>(null)
  const read = async (file: File | undefined) => {
    if (!file) return
    // A file that is certainly no document is not read into memory; a little text brings the ordinary refusal.
    onText(file.size > 8 * MAX_DOCUMENT_BYTES ? ' '.repeat(MAX_DOCUMENT_BYTES + 1) : await file.text())
  }
  const isFile = (event: DragEvent) => event.dataTransfer.types.includes('Files')
  return {
    isOver,
    choose: () => field.current?.click(),
    input: (
      <input
        ref={field}
        type="file"
        accept=".json,application/json"
        hidden
        aria-label="Simulation document"
        onChange={(event) => {
          void read(event.currentTarget.files?.[0])
          event.currentTarget.value = ''
        }}
      />
    ),
    handlers: {
      onDragOver: (event: DragEvent) => {
        if (!isFile(event)) return
        event.preventDefault()
        setOver(true)
      },
      onDragLeave: (event: DragEvent) => {
        if (event.relatedTarget === null) setOver(false)
      },
      onDrop: (event: DragEvent) => {
        if (!isFile(event)) return
        event.preventDefault()
        setOver(false)
        void read(event.dataTransfer.files[0])
      },
    },
  }
}
