/** From what a cluster says, as recorded of Kubernetes 1.37 and Kueue 0.19, to what a person reads. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type JobView, lacksPods, wantedOf, withWish, workersStatus } from './kubernetes-status.ts'
import type { WireCondition, WireJob, WirePod, WireWorkload } from './kubernetes-wire.ts'

const NOW = Date.parse('2026-11-27T12:00:00Z')
const ago = (seconds: number) => new Date(NOW - 1000 * seconds).toISOString()
const meta = (name: string, more: object = {}) => ({
  name,
  uid: name,
  resourceVersion: '1',
  creationTimestamp: ago(100),
  ...more,
})
const condition = (type: string, status: string, reason = '', message = ''): WireCondition => ({
  type,
  status,
  reason,
  message,
})
const job = (spec: Partial<WireJob['spec']> = {}, status: WireJob['status'] = {}, more: object = {}): WireJob => ({
  metadata: meta('isolario-j', more),
  spec: { parallelism: 2, completions: 2, suspend: false, ...spec },
  status,
})
const inQueue = { labels: { 'kueue.x-k8s.io/queue-name': 'physics' } }
const pod = (status: NonNullable<WirePod['status']>, more: object = {}): WirePod => ({
  metadata: meta('p', more),
  spec: { nodeName: 'node7' },
  status,
})
const worker = (state: object) => [{ name: 'worker', state }]
const running = pod({ phase: 'Running', containerStatuses: worker({ running: {} }) })
const ended = (exitCode: number, more: object = {}): WirePod =>
  pod({ phase: 'Failed', containerStatuses: worker({ terminated: { exitCode, finishedAt: ago(5), ...more } }) })
const waiting = (reason: string, message: string) =>
  pod({ phase: 'Pending', containerStatuses: worker({ waiting: { reason, message } }) })
const disrupted = (reason: string) =>
  pod({ phase: 'Failed', conditions: [condition('DisruptionTarget', 'True', reason, 'because')] })
const workload = (conditions: WireCondition[], spec: object = {}): WireWorkload => ({
  metadata: meta('job-isolario-j-01234'),
  spec: { queueName: 'physics', active: true, ...spec },
  status: { conditions },
})
const view = (more: Partial<JobView>): JobView => ({
  jobId: 'j',
  job: job(),
  pods: [],
  events: [],
  workload: undefined,
  ahead: 0,
  nowMs: NOW,
  ...more,
})
const event = (reason: string, message: string, secondsAgo = 1) => ({
  reason,
  message,
  lastTimestamp: ago(secondsAgo),
  metadata: {},
})
const failedCreate = (message: string) =>
  event('FailedCreate', `Error creating: pods "isolario-j-0-x" is forbidden: ${message}`)

describe('why fewer workers run than are wanted', () => {
  it.each<[string, Partial<JobView>, string]>([
    ['a fresh Job', {}, 'Workers are being started.'],
    [
      'one of two is being started',
      { pods: [running, waiting('ContainerCreating', '')] },
      '2 workers are wanted, 1 run: workers are being started.',
    ],
    [
      'no room on any machine',
      {
        pods: [
          pod({
            phase: 'Pending',
            conditions: [
              condition(
                'PodScheduled',
                'False',
                'Unschedulable',
                '0/3 nodes are available: 1 node(s) had untolerated taint(s), 2 Insufficient cpu. preemption: 0/3 nodes are available: 3 No preemption victims found for incoming pod.',
              ),
            ],
          }),
        ],
      },
      'No machine of the cluster has room: 0/3 nodes are available: 1 node(s) had untolerated taint(s), 2 Insufficient cpu; it starts when others end.',
    ],
    [
      'an image that cannot be pulled',
      { pods: [waiting('ImagePullBackOff', 'Back-off pulling image "registry.example/isolario:9"')] },
      'The image of the worker cannot be had: Back-off pulling image "registry.example/isolario:9". An administrator can put that right.',
    ],
    [
      'a missing Secret',
      { pods: [waiting('CreateContainerConfigError', 'secret "isolario-j" not found')] },
      'The worker cannot be set up: secret "isolario-j" not found. It is tried again.',
    ],
    [
      'a node without the seccomp profile of the engine',
      {
        pods: [
          pod({
            phase: 'Pending',
            initContainerStatuses: [
              {
                name: 'payload',
                state: { waiting: { reason: 'CreateContainerError', message: 'cannot load seccomp profile' } },
              },
            ],
          }),
        ],
      },
      'The payload cannot be started: cannot load seccomp profile. It is tried again.',
    ],
    [
      'a quota',
      {
        events: [
          failedCreate(
            'exceeded quota: team, requested: requests.cpu=1, used: requests.cpu=64, limited: requests.cpu=64',
          ),
        ],
      },
      'No more workers may start: the quota team of the namespace is used up (used requests.cpu=64, at most requests.cpu=64); they start when others end.',
    ],
    [
      'a rule of the namespace',
      { events: [failedCreate('violates PodSecurity "restricted:latest": runAsNonRoot != true')] },
      'No more workers may start: the rules of the namespace refuse the workers: violates PodSecurity "restricted:latest": runAsNonRoot != true. An administrator can put that right.',
    ],
    [
      'a refusal that is over',
      {
        events: [
          failedCreate('exceeded quota: a, requested: b, used: c, limited: d'),
          event('SuccessfulCreate', '', 0),
        ],
      },
      'Workers are being started.',
    ],
    [
      'a crash that is waited for',
      { pods: [running, ended(1, { message: 'first\nthe toy broke its spring\n' })] },
      '2 workers are wanted, 1 run: a worker ended with exit code 1; it said last: the toy broke its spring. A new worker starts after a pause that grows with every failure.',
    ],
    [
      'a machine that does not answer',
      {
        job: job({ completions: 3, parallelism: 3 }),
        pods: [pod({ phase: 'Running', containerStatuses: worker({ running: {} }) }, { deletionTimestamp: ago(60) })],
      },
      'The machine node7 does not answer; the tasks of its workers go to others.',
    ],
    ['somebody suspended it', { job: job({ suspend: true }) }, 'Held: somebody has suspended the job on the cluster.'],
  ])('%s', (_, known, reason) => {
    expect(workersStatus(view(known)).reason).toBe(reason)
  })
})

describe('what Kueue says', () => {
  const short =
    "couldn't assign flavors to pod set main: insufficient unused quota for cpu in flavor default, 100m more needed"
  const never =
    "couldn't assign flavors to pod set main: insufficient quota for cpu in flavor default, previously considered podsets requests (0) + current podset request (400m) > maximum capacity (300m)"
  it.each<[string, Partial<JobView>, string]>([
    ['nothing yet', {}, 'Waiting for the queue physics: Kueue has not looked at this job yet.'],
    [
      'no room now',
      { workload: workload([condition('QuotaReserved', 'False', 'Pending', short)]), ahead: 3 },
      'Waiting in the queue physics, 3 jobs are before it: 100m of cpu more are needed.',
    ],
    [
      'no room ever',
      { workload: workload([condition('QuotaReserved', 'False', 'Pending', never)]) },
      `This job can never start in the queue physics: one worker asks for more than the whole queue has (${never}). Ask for less memory, or for a larger queue.`,
    ],
    [
      'no room ever, in the word of later versions',
      { workload: workload([condition('QuotaReserved', 'False', 'ExceedsMaxQuota', 'too much')]) },
      'This job can never start in the queue physics: one worker asks for more than the whole queue has (too much). Ask for less memory, or for a larger queue.',
    ],
    [
      'no such queue',
      { workload: workload([condition('QuotaReserved', 'False', 'Inadmissible', "LocalQueue physics doesn't exist")]) },
      "The queue physics cannot take this job: LocalQueue physics doesn't exist. An administrator can put that right.",
    ],
    [
      'a resource that the queue does not count',
      {
        workload: workload([
          condition(
            'QuotaReserved',
            'False',
            'Pending',
            "couldn't assign flavors to pod set main: resource ephemeral-storage unavailable in ClusterQueue",
          ),
        ]),
      },
      "The queue physics cannot take this job: couldn't assign flavors to pod set main: resource ephemeral-storage unavailable in ClusterQueue. An administrator can put that right.",
    ],
    [
      'preempted by another project',
      {
        workload: workload([
          condition('QuotaReserved', 'False', 'Pending', short),
          condition('Admitted', 'False', 'NoReservation'),
          condition('Evicted', 'True', 'Preempted'),
          condition('Preempted', 'True', 'InCohortReclamation'),
        ]),
        ahead: 1,
      },
      'Its workers made room for another project, which takes back its share; nothing is lost, and it goes on when the queue physics has room (1 job is before it).',
    ],
    [
      'workers that were not ready in time',
      { workload: workload([condition('Evicted', 'True', 'PodsReadyTimeout')]) },
      'Its workers were not ready in time; it waits in the queue physics again (it is next).',
    ],
    [
      'a check that is not done',
      { workload: workload([condition('QuotaReserved', 'True', 'QuotaReserved')]) },
      'Room is reserved in the queue physics; it starts when the last check is done.',
    ],
    [
      'held by an administrator',
      { workload: workload([], { active: false }) },
      'Held: an administrator has deactivated this job in the queue physics.',
    ],
    [
      'go, a moment before it does',
      { workload: workload([condition('QuotaReserved', 'True'), condition('Admitted', 'True')]) },
      'The queue physics lets it start now.',
    ],
  ])('%s', (_, known, reason) => {
    const suspended = job({ suspend: true }, {}, inQueue)
    expect(workersStatus(view({ job: suspended, ...known }))).toMatchObject({ state: 'waiting', wanted: 2, reason })
  })
})

describe('how workers ended', () => {
  it.each<[string, WirePod, object]>([
    [
      'for want of memory',
      ended(137, { reason: 'OOMKilled' }),
      {
        exitCode: null,
        signal: 'SIGKILL',
        message:
          'A worker needed more memory than it was given and was killed. A larger memory or a smaller simulation helps.',
      },
    ],
    [
      'killed',
      ended(137, { reason: 'Error' }),
      {
        exitCode: null,
        signal: 'SIGKILL',
        message: 'A worker was killed (SIGKILL): by somebody, or by the system for want of memory.',
      },
    ],
    [
      'because its machine cannot work',
      ended(11, { message: 'no space left' }),
      {
        exitCode: 11,
        signal: null,
        message: 'A worker found that its machine (node7) cannot work now; it said last: no space left.',
      },
    ],
    [
      'not started at all',
      ended(128, { reason: 'StartError', message: 'exec: "isolario": not found' }),
      { exitCode: 128, message: 'A worker could not be started; it said last: exec: "isolario": not found.' },
    ],
    [
      'evicted for what it wrote',
      pod({
        phase: 'Failed',
        reason: 'Evicted',
        message: 'Usage of EmptyDir volume "scratch" exceeds the limit "2Gi". ',
      }),
      {
        exitCode: null,
        message:
          'A worker wrote more to its scratch folder than it may (node7): Usage of EmptyDir volume "scratch" exceeds the limit "2Gi".',
      },
    ],
    [
      'evicted for want of memory of the machine',
      pod({ phase: 'Failed', reason: 'Evicted', message: 'The node was low on resource: memory.' }),
      {
        message: 'A worker was evicted from its machine (node7): The node was low on resource: memory.',
      },
    ],
    [
      'preempted by the scheduler',
      disrupted('PreemptionByScheduler'),
      { message: 'A worker had to make room for something more urgent (node7); another one is started.' },
    ],
    [
      'drained with its machine',
      disrupted('EvictionByEvictionAPI'),
      {
        message: 'The machine of a worker (node7) is being emptied for maintenance; another worker is started.',
      },
    ],
    [
      'lost with its machine',
      disrupted('DeletionByPodGC'),
      { message: 'The machine of a worker (node7) is gone; its tasks go to other workers.' },
    ],
    ['taken away', disrupted('Other'), { message: 'The cluster took a worker away (node7): because.' }],
  ])('%s', (_, pod, failure) => {
    expect(workersStatus(view({ pods: [pod] })).failures).toMatchObject([failure])
  })

  it.each([
    ['drained', ended(0)],
    ['left in order', ended(143)],
  ])('%s is no failure', (_, pod) => {
    expect(workersStatus(view({ pods: [pod] })).failures).toEqual([])
  })

  it('are told newest last, and at most twenty', () => {
    const pods = Array.from({ length: 30 }, (_, n) => ended(1, { message: `${n}`, finishedAt: ago(n) }))
    const { failures } = workersStatus(view({ pods }))
    expect(failures).toHaveLength(20)
    expect(failures.at(-1)!.message).toContain('said last: 0.')
  })
})

describe('how a job ends', () => {
  const failed = (reason: string, status: object = {}) =>
    job({ activeDeadlineSeconds: 60 }, { conditions: [condition('Failed', 'True', reason)], ...status })
  it.each<[string, WireJob, string | null]>([
    ['drained', job({}, { conditions: [condition('Complete', 'True')] }), null],
    ['drained, its last pods still going', job({}, { conditions: [condition('SuccessCriteriaMet', 'True')] }), null],
    [
      'it can work nowhere',
      failed('PodFailurePolicy'),
      'The workers of this job cannot work. A worker ended with exit code 10; it said last: no.',
    ],
    [
      'it crashes everywhere',
      failed('FailedIndexes'),
      'No more workers are started: they keep ending badly. A worker ended with exit code 10; it said last: no.',
    ],
    [
      'one place was given up, the others drained',
      failed('FailedIndexes', { completedIndexes: '1', failedIndexes: '0' }),
      null,
    ],
    ['its time is over', failed('DeadlineExceeded'), 'Its workers were ended: they may run for 60 s at most.'],
  ])('%s', (_, job, reason) => {
    const status = workersStatus(view({ job, pods: [ended(10, { message: 'no' })] }))
    expect(status).toMatchObject({ state: 'ended', wanted: 0, running: 0, reason })
  })

  it('deleted is absent', () => {
    const going = job({}, {}, { deletionTimestamp: ago(1) })
    expect(workersStatus(view({ job: going, pods: [running] }))).toMatchObject({ state: 'absent', wanted: 0 })
  })
})

describe('places', () => {
  it('are wanted back when they are lost, but not from a Job that Kueue has admitted', () => {
    const lost = pod({ phase: 'Running' }, { deletionTimestamp: ago(60) })
    expect(wantedOf(job(), [lost], NOW)).toBe(1)
    expect(wantedOf(job({}, {}, inQueue), [lost], NOW)).toBe(2)
    // Its grace is not over yet, or has just ended.
    expect(wantedOf(job(), [pod({ phase: 'Running' }, { deletionTimestamp: ago(5) })], NOW)).toBe(2)
  })

  it('given up are wanted back while somebody works, and not for ever', () => {
    const many = job({ completions: 20, parallelism: 20 }, { failedIndexes: '0-2' })
    expect(wantedOf(many, [running], NOW)).toBe(17)
    expect(wantedOf(many, [], NOW)).toBe(20)
    expect(wantedOf(job({ completions: 20, parallelism: 20 }, { failedIndexes: '0-8' }), [running], NOW)).toBe(20)
  })

  it('are counted alike whatever has ended, in any state of the pods', () => {
    const phases = fc.constantFrom('Pending', 'Running', 'Succeeded', 'Failed', 'Unknown')
    fc.assert(
      fc.property(fc.nat(30), fc.nat(30), fc.array(phases, { maxLength: 20 }), (places, done, phases) => {
        const drained = Math.min(places, done)
        const one = job(
          { completions: places, parallelism: places },
          drained > 0 ? { completedIndexes: drained > 1 ? `0-${drained - 1}` : '0' } : {},
        )
        const pods = phases.map((phase) => pod({ phase, containerStatuses: worker({ running: {} }) }))
        const status = workersStatus(view({ job: one, pods }))
        expect(status.wanted).toBe(places - drained)
        expect(status.running).toBe(phases.filter((phase) => phase === 'Running').length)
        // Whoever waits is told why.
        if (status.running < status.wanted) expect(status.reason).toMatch(/\.$/)
        else expect(status.reason).toBeNull()
        const live = phases.filter((phase) => phase !== 'Succeeded' && phase !== 'Failed').length
        expect(lacksPods(one, pods)).toBe(live < places - drained)
      }),
    )
  })
})

describe('places that are shared', () => {
  const none = {
    jobId: 'j',
    state: 'absent',
    wanted: 0,
    running: 0,
    priority: null,
    reason: null,
    failures: [],
  } as const
  const next = 'All 8 places for workers are given to other jobs; this job is next.'
  const third = 'All 8 places for workers are given to other jobs; this job is number 3 in line.'
  const turn = 'All 8 places for workers are taken; one is being made free for this job, whose turn it is.'
  const wished = { slots: 4, priority: 1, waits: false, position: 0 }
  it.each([
    [
      'without a place',
      none,
      { ...wished, waits: true, position: 1 },
      { ...none, state: 'waiting', priority: 1, reason: next },
    ],
    [
      'further back',
      none,
      { ...wished, waits: true, position: 3 },
      { ...none, state: 'waiting', priority: 1, reason: third },
    ],
    ['whose turn it is', none, { ...wished, waits: true }, { ...none, state: 'waiting', priority: 1, reason: turn }],
    ['nothing wished', none, { ...wished, slots: 0 }, none],
    ['drained, with a wish of before', { ...none, state: 'ended' }, wished, { ...none, state: 'ended' }],
    [
      'fewer than wished',
      { ...none, state: 'running', wanted: 2, running: 2, priority: 0 },
      wished,
      {
        ...none,
        state: 'running',
        wanted: 2,
        running: 2,
        priority: 1,
        reason: 'It would use 4 workers and has 2: the 8 places are shared with other jobs.',
      },
    ],
  ] as const)('%s', (_, status, wish, told) => {
    expect(withWish(status, wish, 8)).toEqual(told)
  })
})
