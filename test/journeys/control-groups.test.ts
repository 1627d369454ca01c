/** Groups of whoever submits are remembered where the queues of projects ask for them, and nowhere else. */

import { afterEach, expect, it } from 'vitest'
import type { Identity, User } from '#identity/identity.ts'
import { localIdentity } from '#identity/local.ts'
import { primariesDocument } from './calm-run.ts'
import { type Bench, startBench, TOKEN } from './control-bench.ts'

let bench: Bench | undefined
afterEach(async () => {
  await bench?.done()
  bench = undefined
})

const local = localIdentity({ token: TOKEN })
/** Everybody with the token is whoever it is just now. */
const asOneOf = (who: { is: User; may: boolean }): Identity => ({
  ...local,
  authenticate: async (credentials) => ((await local.authenticate(credentials)) ? who.is : undefined),
  may: () => who.may,
})
const submit = () => bench!.client.call('submit', { body: primariesDocument('Small', 1, 1000) })
const groupsOf = (owner: string) => bench!.records.groupsOf(owner)

it('are those of the last submission', async () => {
  const ada = { id: 'ada@iam', displayName: 'Ada', groups: ['spes', 'spes/target'] }
  const who = { is: ada as User, may: true }
  bench = await startBench({ identity: asOneOf(who), keepsGroups: true })
  await bench.client.call('list', {})
  expect(await groupsOf('ada@iam')).toEqual([])
  await submit()
  expect(await groupsOf('ada@iam')).toEqual(['spes', 'spes/target'])
  who.is = { ...ada, groups: ['isolpharm'] }
  await submit()
  expect(await groupsOf('ada@iam')).toEqual(['isolpharm'])
  // Who may not submit leaves nothing behind.
  Object.assign(who, { is: { ...ada, groups: [] }, may: false })
  await expect(submit()).rejects.toMatchObject({ code: 'NOT_ALLOWED' })
  expect(await groupsOf('ada@iam')).toEqual(['isolpharm'])
  // A user of whom no provider tells groups has none.
  Object.assign(who, { is: { id: 'local', displayName: 'Local' }, may: true })
  await submit()
  expect(await groupsOf('local')).toEqual([])
})

it('are not written down where nobody asks', async () => {
  const is: User = { id: 'ada@iam', displayName: 'Ada', groups: ['spes'] }
  bench = await startBench({ identity: asOneOf({ is, may: true }) })
  await submit()
  expect(await groupsOf('ada@iam')).toEqual([])
})
