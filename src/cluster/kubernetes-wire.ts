/** What is read of the API's JSON: only the fields that are used, all of them optional as on the wire. */

export interface WireMeta {
  readonly name: string
  readonly uid: string
  readonly resourceVersion: string
  readonly creationTimestamp?: string
  readonly deletionTimestamp?: string
  readonly deletionGracePeriodSeconds?: number
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
  readonly ownerReferences?: readonly { readonly uid: string; readonly controller?: boolean }[]
}

export interface WireObject {
  readonly metadata: WireMeta
}

export interface WireCondition {
  readonly type: string
  readonly status: string
  readonly reason?: string
  readonly message?: string
  readonly lastTransitionTime?: string
}

export interface WireJob extends WireObject {
  readonly spec: {
    readonly parallelism?: number
    readonly completions?: number
    readonly suspend?: boolean
    readonly activeDeadlineSeconds?: number
  }
  readonly status?: {
    readonly conditions?: readonly WireCondition[]
    readonly active?: number
    readonly terminating?: number
    /** Ranges as `0,2-4`. */
    readonly completedIndexes?: string
    readonly failedIndexes?: string
  }
}

export interface WireContainerStatus {
  readonly name: string
  readonly state?: {
    readonly running?: { readonly startedAt?: string }
    readonly waiting?: { readonly reason?: string; readonly message?: string }
    readonly terminated?: {
      readonly exitCode: number
      readonly reason?: string
      readonly message?: string
      readonly finishedAt?: string
    }
  }
}

export interface WirePod extends WireObject {
  readonly spec?: { readonly nodeName?: string }
  readonly status?: {
    readonly phase?: string
    readonly reason?: string
    readonly message?: string
    readonly conditions?: readonly WireCondition[]
    readonly containerStatuses?: readonly WireContainerStatus[]
    readonly initContainerStatuses?: readonly WireContainerStatus[]
  }
}

export interface WireEvent {
  readonly reason?: string
  readonly message?: string
  readonly lastTimestamp?: string | null
  readonly eventTime?: string | null
  readonly metadata: { readonly creationTimestamp?: string }
}

/** `kueue.x-k8s.io/v1beta2` Workload. */
export interface WireWorkload extends WireObject {
  readonly spec?: {
    readonly queueName?: string
    readonly priority?: number
    readonly active?: boolean
    readonly podSets?: readonly { readonly count?: number }[]
  }
  readonly status?: { readonly conditions?: readonly WireCondition[] }
}

export interface WireQuota extends WireObject {
  readonly status?: { readonly hard?: Readonly<Record<string, string>> }
}

export const conditionOf = (
  conditions: readonly WireCondition[] | undefined,
  type: string,
): WireCondition | undefined => conditions?.find((condition) => condition.type === type)

export const isTrue = (conditions: readonly WireCondition[] | undefined, type: string): boolean =>
  conditionOf(conditions, type)?.status === 'True'
