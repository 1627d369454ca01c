/** What stands around every page: header, the page, footer. */

import { ActionIcon, Tooltip, useMantineColorScheme } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link, Outlet } from '@tanstack/react-router'
import { nuclearDataSources } from '#nuclides/sources.ts'
import { API_PREFIX, ROUTES } from '#protocol/routes.ts'
import { useConnection } from '../server/connection.tsx'
import { health } from '../server/queries.ts'
import type { ConnectionState } from '../server/stream.ts'
import { SignInPage } from './failure-page.tsx'
import { Icon } from './icons.tsx'
import { SessionEnded, UserSign, useSession } from './session.tsx'
import style from './shell.module.css'

export function Shell() {
  const { state, name } = useSession()
  return (
    <div className={style.shell}>
      <a href="#page" className={style.skip}>
        Skip to the page
      </a>
      <header className={style.header}>
        <Link to="/" className={style.brand}>
          <img src="/favicon.svg" alt="" width={22} height={22} />
          <span>Isolario</span>
        </Link>
        <nav className={style.nav} aria-label="Pages">
          <Link to="/" activeOptions={{ exact: true, includeSearch: false }}>
            Simulations
          </Link>
          <Link to="/new">
            New<span className={style.wideOnly}> simulation</span>
          </Link>
        </nav>
        <div className={style.aside}>
          {(state === 'signed-in' || state === 'asking') && <ConnectionSign />}
          <a className={style.wideOnly} href={`${API_PREFIX}${ROUTES.openApi.path}`}>
            API
          </a>
          {state === 'signed-in' && name !== null && <UserSign name={name} />}
          <SchemeSwitch />
        </div>
      </header>
      <main id="page" className={style.main} tabIndex={-1}>
        {state === 'ended' && <SessionEnded />}
        {state === 'none' ? <SignInPage /> : <Outlet />}
      </main>
      <Footer />
    </div>
  )
}

const CONNECTION_WORDS: Readonly<Record<ConnectionState, { readonly word: string; readonly help: string }>> = {
  connecting: { word: 'connecting', help: 'Waiting for the event stream of the service.' },
  live: { word: 'live', help: 'Changes arrive by themselves.' },
  lost: {
    word: 'not connected',
    help: 'The service does not answer. What you see may be old; the page goes on by itself when it is back.',
  },
}

function ConnectionSign() {
  const state = useConnection()
  const { word, help } = CONNECTION_WORDS[state]
  return (
    <Tooltip label={help} multiline maw={280}>
      <span className={style.connection} data-state={state} role="status">
        <span className={style.dot} aria-hidden="true" />
        {word}
      </span>
    </Tooltip>
  )
}

const NEXT_SCHEME = { auto: 'light', light: 'dark', dark: 'auto' } as const
const SCHEME_ICON = { auto: 'half', light: 'sun', dark: 'moon' } as const

function SchemeSwitch() {
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  const words = colorScheme === 'auto' ? 'as the system' : colorScheme
  const label = `Colours: ${words}. Change to ${NEXT_SCHEME[colorScheme] === 'auto' ? 'as the system' : NEXT_SCHEME[colorScheme]}.`
  return (
    <Tooltip label={label}>
      <ActionIcon aria-label={label} color="gray" onClick={() => setColorScheme(NEXT_SCHEME[colorScheme])}>
        <Icon name={SCHEME_ICON[colorScheme]} />
      </ActionIcon>
    </Tooltip>
  )
}

function Footer() {
  const service = useQuery(health)
  return (
    <footer className={style.footer}>
      <span>Isolario {service.data?.version ?? ''}</span>
      <span>
        Nuclear data:{' '}
        {nuclearDataSources.map((source, index) => (
          <span key={source.id} title={`${source.use}. ${source.citation}. ${source.terms}`}>
            {index > 0 && ', '}
            <a href={source.url} rel="noreferrer">
              {source.name}
            </a>
          </span>
        ))}
      </span>
      <span>Licence: Apache-2.0</span>
      {service.data?.problems.map((problem) => (
        <strong key={problem} className={style.trouble}>
          {problem}
        </strong>
      ))}
    </footer>
  )
}
