/**
 * Names, labels and annotations of what Isolario puts into a namespace. All are functions of the job's id, so that any
 * replica finds what another one made, and what exists already is what was wanted.
 */

import { createHash } from 'node:crypto'

/** Label on every object of ours: its selector is how a replica finds them. The value is the installation's name. */
export const INSTANCE_LABEL = 'isolario/instance'
/** Label on a Job, its pods and its Secret: the name of the Job. Any id may be written so. */
export const JOB_LABEL = 'isolario/job'
/** Annotation on a Job: the id it was made for, letter by letter. */
export const JOB_ID_ANNOTATION = 'isolario/job-id'
/** Annotation on a Job: whose job it is, for the shares among owners. */
export const OWNER_ANNOTATION = 'isolario/owner'
/** Annotation on a Job: its priority among the jobs of its owner, a whole number. */
export const PRIORITY_ANNOTATION = 'isolario/priority'
/** Annotation on a Job: the Secret with its token was written after it. */
export const TOKEN_ANNOTATION = 'isolario/token'
/** Label of Kueue: the LocalQueue that a Job waits in. */
export const QUEUE_LABEL = 'kueue.x-k8s.io/queue-name'
/** Label of Kueue: a WorkloadPriorityClass. */
export const PRIORITY_LABEL = 'kueue.x-k8s.io/priority-class'
/** Label of Kubernetes on a pod of an Indexed Job: its place. */
export const INDEX_LABEL = 'batch.kubernetes.io/job-completion-index'
/** The container whose exit code speaks for a worker. */
export const WORKER_CONTAINER = 'worker'

/** A pod of an Indexed Job is named `JOB-INDEX-SUFFIX` and its host `JOB-INDEX`, at most 63 characters. */
const LONGEST = 52

/** Name of the Job and of the Secret of a job: `isolario-ID` where the id is a name already, else with a digest of it. */
export function nameOfJob(instance: string, jobId: string): string {
  const whole = `${instance}-${jobId}`
  if (whole.length <= LONGEST && /^[a-z]([a-z0-9-]*[a-z0-9])?$/.test(whole)) return whole
  const digest = createHash('sha256').update(whole).digest('hex').slice(0, 12)
  const readable = whole.toLowerCase().replace(/[^a-z0-9]+/g, '-')
  return `${readable.slice(0, LONGEST - digest.length - 1).replace(/-+$/, '')}-${digest}`
}
