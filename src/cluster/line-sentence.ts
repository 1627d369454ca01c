/** Why a job has no worker where the places are shared out, in words for a person. */

/** @param position among those that wait for their first worker, from 1; 0 where a place is just being made free for it */
export function waitInLine(capacity: number, position: number): string {
  const all = capacity === 1 ? 'The only place for a worker is' : `All ${capacity} places for workers are`
  if (position === 0) return `${all} taken; one is being made free for this job, whose turn it is.`
  const place = position === 1 ? 'this job is next' : `this job is number ${position} in line`
  return `${all} given to other jobs; ${place}.`
}
