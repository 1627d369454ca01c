import { expect, it } from 'vitest'
import { asksForGroups, projectOf } from './kubernetes-projects.ts'

const beams = { localQueue: 'beams', users: ['ada@iam'], groups: ['spes', 'spes/target'] }
const medicine = { localQueue: 'medicine', users: ['bea@iam'], groups: ['isolpharm'] }

it('gives a job to the project that names its owner, else to the first one of the owner’s groups', () => {
  const queueOf = (owner: string, ...groups: string[]) => projectOf([beams, medicine], owner, groups)?.localQueue
  expect(queueOf('ada@iam')).toBe('beams')
  expect(queueOf('bea@iam', 'spes')).toBe('medicine')
  expect(queueOf('cy@iam', 'isolpharm', 'spes')).toBe('beams')
  expect(queueOf('cy@iam', 'isolpharm')).toBe('medicine')
  // A group below, or one with a name that begins alike, is another group.
  expect(queueOf('cy@iam', 'isolpharm/guests', 'isol')).toBeUndefined()
  expect(queueOf('cy@iam')).toBeUndefined()
})

it('asks for groups only where a project names one', () => {
  expect(asksForGroups([])).toBe(false)
  expect(asksForGroups([{ ...beams, groups: [] }])).toBe(false)
  expect(asksForGroups([{ ...beams, groups: [] }, medicine])).toBe(true)
})
