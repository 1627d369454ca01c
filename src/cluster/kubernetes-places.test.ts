import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { completionsFor, placesOf } from './kubernetes-places.ts'
import { askedByPod, numberOfQuantity, workersWithin } from './kubernetes-quota.ts'

describe('places of an Indexed Job', () => {
  it('reads ranges', () => {
    expect(placesOf(undefined)).toEqual([])
    expect(placesOf('')).toEqual([])
    expect(placesOf('0,2-4,9')).toEqual([0, 2, 3, 4, 9])
  })

  it('leaves exactly as many places open as are wanted, and no completion too many', () => {
    const closed = fc.uniqueArray(fc.nat(60))
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), closed, (open, gone) => {
        const completions = completionsFor(open, gone)
        const isClosed = new Set(gone)
        const left = Array.from({ length: completions }, (_, place) => place).filter((place) => !isClosed.has(place))
        expect(left).toHaveLength(open)
        expect(left.at(-1)).toBe(completions - 1)
      }),
    )
  })
})

describe('quotas', () => {
  it('reads quantities', () => {
    const numbers = ['500m', '2', '64Gi', '1e3', '1k', '0.5', 'two'].map(numberOfQuantity)
    expect(numbers).toEqual([0.5, 2, 64 * 2 ** 30, 1000, 1000, 0.5, Number.NaN])
  })

  const quota = (hard: Record<string, string>) => ({
    metadata: { name: 'q', uid: 'u', resourceVersion: '1' },
    status: { hard },
  })

  it('counts the workers that fit by their number, by cores, by memory and by storage', () => {
    const cores = (cpu: number) => ({ cpu })
    expect(workersWithin([], cores(1))).toBe(Number.POSITIVE_INFINITY)
    expect(workersWithin([quota({ secrets: '3' })], cores(1))).toBe(Number.POSITIVE_INFINITY)
    expect(workersWithin([quota({ pods: '10', 'requests.cpu': '0.3' })], cores(0.1))).toBe(3)
    expect(workersWithin([quota({ 'count/pods': '4' }), quota({ cpu: '64' })], cores(2))).toBe(4)
    const asked = { cpu: 1.1, memory: 2 ** 30, 'ephemeral-storage': 2 ** 31 }
    expect(workersWithin([quota({ 'requests.cpu': '11' })], asked)).toBe(10)
    expect(workersWithin([quota({ 'requests.memory': '5Gi' })], asked)).toBe(5)
    expect(workersWithin([quota({ 'limits.memory': '3Gi', memory: '4Gi' })], asked)).toBe(3)
    expect(workersWithin([quota({ 'limits.ephemeral-storage': '3Gi' })], asked)).toBe(1)
    // A worker has no limit of cores.
    expect(workersWithin([quota({ 'limits.cpu': '1' })], asked)).toBe(Number.POSITIVE_INFINITY)
  })

  it('counts of a pod its containers and those that run beside them, not those that run before', () => {
    const of = (cpu: string) => ({ name: cpu, resources: { requests: { cpu, memory: '1Mi' } } })
    const initContainers = [{ ...of('100m'), restartPolicy: 'Always' }, of('8')]
    expect(askedByPod({ containers: [of('1'), of('2')], initContainers })).toEqual({ cpu: 3.1, memory: 3 * 2 ** 20 })
  })
})
