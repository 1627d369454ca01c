/**
 * The three words between the process cluster and its workers, over the workers' standard streams.
 *
 * The end of a worker's standard input means that its parent is gone: it ends at once, and so no worker outlives the
 * service, even one that was killed with -9. The pipe closes with the parent whatever kills it; asking for the parent's
 * process id would need asking again and again.
 */

/** Cluster to worker: finish the tasks you hold and end with code 0; another job needs the place. */
export const LEAVE = 'leave'
/** Worker to cluster, on standard output: a task was reported. What follows is no start-up failure any more. */
export const PROGRESS = 'progress'
