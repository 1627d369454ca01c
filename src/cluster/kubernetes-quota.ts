/** How many workers the quotas of a namespace allow. */

import type { V1PodSpec } from '@kubernetes/client-node'
import type { WireQuota } from './kubernetes-wire.ts'

const FACTORS: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
}

/** The number that a quantity such as `500m`, `2`, `64Gi` or `1e3` stands for; `NaN` for anything else. */
export function numberOfQuantity(text: string): number {
  const match = /^([+-]?[0-9.]+(?:[eE][+-]?[0-9]+)?)([numkMGTPE]?i?)$/.exec(text)
  if (!match) return Number.NaN
  return Number(match[1]) * (FACTORS[match[2]!] ?? Number.NaN)
}

/** What one pod asks for, by resource: cores, bytes. */
export type Asked = Readonly<Record<string, number>>

/** What Kubernetes counts for a pod: its containers together, with the sidecars that run beside them. */
export function askedByPod({ containers, initContainers = [] }: V1PodSpec): Asked {
  const asked: Record<string, number> = {}
  const sidecars = initContainers.filter(({ restartPolicy }) => restartPolicy === 'Always')
  for (const { resources } of [...containers, ...sidecars]) {
    for (const [resource, quantity] of Object.entries(resources?.requests ?? {})) {
      asked[resource] = (asked[resource] ?? 0) + numberOfQuantity(quantity)
    }
  }
  return asked
}

/**
 * Limits of memory and storage are the same as what is asked for, so that a quota of either bounds the workers alike.
 * @returns the workers that fit by their number and by what each asks for; `Infinity` where no quota says anything
 */
export function workersWithin(quotas: readonly WireQuota[], asked: Asked): number {
  let most = Number.POSITIVE_INFINITY
  for (const { status } of quotas) {
    const hard = status?.hard ?? {}
    for (const key of ['pods', 'count/pods'])
      if (hard[key] !== undefined) most = Math.min(most, numberOfQuantity(hard[key]))
    for (const [resource, amount] of Object.entries(asked)) {
      const limits = resource === 'cpu' ? [] : [`limits.${resource}`]
      for (const key of [resource, `requests.${resource}`, ...limits]) {
        // A little more than the quotient: 0.3 / 0.1 is 2.9999999999999996.
        if (hard[key] !== undefined) most = Math.min(most, Math.floor(numberOfQuantity(hard[key]) / amount + 1e-9))
      }
    }
  }
  return Math.max(0, most)
}
