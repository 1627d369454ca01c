/**
 * Projects share a cluster through Kueue: each has a LocalQueue, and whose job it is decides which one its workers wait in.
 * Who belongs to a project is told by the site, by user or by group of the provider.
 */

export interface ProjectQueue {
  readonly localQueue: string
  /** Ids of users, as they own jobs. */
  readonly users: readonly string[]
  /** Groups, as the provider's tokens name them. */
  readonly groups: readonly string[]
}

/** Whether it has to be known which groups a user is in. */
export const asksForGroups = (projects: readonly ProjectQueue[]): boolean =>
  projects.some(({ groups }) => groups.length > 0)

/**
 * Who is named belongs there, whatever the groups say; of several projects the first one counts.
 * @returns `null` for a user of no project
 */
export function projectOf(
  projects: readonly ProjectQueue[],
  owner: string,
  groupsOfOwner: readonly string[],
): ProjectQueue | null {
  const named = projects.find(({ users }) => users.includes(owner))
  return named ?? projects.find(({ groups }) => groups.some((group) => groupsOfOwner.includes(group))) ?? null
}
