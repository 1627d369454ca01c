/** Pages that say that something is not there, or did not work, and what to do. */

import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link, useRouter } from '@tanstack/react-router'
import { useEffect } from 'react'
import { asFailure } from '../server/api.ts'
import { health } from '../server/queries.ts'
import { usePageTitle } from './page-title.ts'
import style from './shell.module.css'
import { loginAddress } from './sign-in.ts'

export function NotFoundPage() {
  usePageTitle('Not found')
  return (
    <section className={style.failure}>
      <h1>There is no page at this address</h1>
      <p>The address may be cut off, or it may belong to another version of Isolario.</p>
      <Link to="/">To the simulations</Link>
    </section>
  )
}

export function SignInPage() {
  usePageTitle('Sign in')
  const service = useQuery(health)
  // The sign-in happens in another tab or window: look again when this one is shown again.
  useEffect(() => {
    const again = () => document.visibilityState === 'visible' && window.location.reload()
    document.addEventListener('visibilitychange', again)
    return () => document.removeEventListener('visibilitychange', again)
  }, [])
  if (service.isPending) return null
  const provider = service.data?.signIn
  if (provider) {
    return (
      <section className={style.failure}>
        <h1>You are not signed in</h1>
        <p>Sign in with your account at {provider.providerName}. Afterwards you are back at this page.</p>
        <Button component="a" href={loginAddress(window.location)} variant="filled">
          Sign in with {provider.providerName}
        </Button>
      </section>
    )
  }
  return (
    <section className={style.failure}>
      <h1>You are not signed in</h1>
      <p>
        Isolario lets in whoever opens the address that it printed when it started. Look into the terminal where{' '}
        <code>isolario serve</code> runs, and open the whole address, token included:
      </p>
      <pre>{`${window.location.origin}/?token=…`}</pre>
      <p className={style.soft}>
        The token is kept in a cookie of this browser; afterwards this page opens without it. After a restart of the
        service with another data folder it has to be opened once more.
      </p>
      <Button variant="default" onClick={() => window.location.reload()}>
        Try again
      </Button>
    </section>
  )
}

export function FailurePage({ error, reset }: { readonly error: unknown; readonly reset?: () => void }) {
  usePageTitle('Error')
  const router = useRouter()
  const failure = asFailure(error)
  if (failure.code === 'NOT_SIGNED_IN') return <SignInPage />
  return (
    <section className={style.failure} role="alert">
      <h1>{failure.title}</h1>
      <p>{failure.message}</p>
      <p className={style.soft}>{failure.advice}</p>
      {failure.reference && (
        <p className={style.soft}>
          Reference for a report: <code>{failure.reference}</code>
        </p>
      )}
      <Button
        variant="default"
        onClick={() => {
          reset?.()
          void router.invalidate()
        }}
      >
        Try again
      </Button>
    </section>
  )
}

/** A failure inside a page, where the rest of the page still stands. */
export function FailureNote({ error, onRetry }: { readonly error: unknown; readonly onRetry?: () => void }) {
  const failure = asFailure(error)
  return (
    <div className={style.note} data-tone="bad" role="alert">
      <p>
        <strong>{failure.title}.</strong>{' '}
        {failure.code === 'NOT_SIGNED_IN'
          ? 'Nothing was done. Sign in as the top of this page says, then try again.'
          : `${failure.message} ${failure.advice}`}
      </p>
      {failure.problems.length > 0 && (
        <ul>
          {failure.problems.map((problem) => (
            <li key={`${problem.path} ${problem.code}`}>
              {problem.path !== '' && <code>{problem.path}</code>} {problem.message}
            </li>
          ))}
        </ul>
      )}
      {onRetry && (
        <Button variant="default" mt={8} onClick={onRetry}>
          Try again
        </Button>
      )}
    </div>
  )
}

export { style as noteStyle }
