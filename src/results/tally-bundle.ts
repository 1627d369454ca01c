/**
 * Tallies of short tasks that end together lie in one object, a bundle: storing an object costs an object store more than
 * the few milliseconds that such a task takes. A bundle is nothing but their files, one after the other. Where each begins
 * and how long it is stands with whoever points to it (a report, a row), as does the digest of each.
 */

export const BUNDLE_EXTENSION = '.tallies'

/** A bundle is read whole, by a service that holds several at once. */
export const LARGEST_BUNDLE_BYTES = 8 * 1024 * 1024

export const isBundle = (objectKey: string): boolean => objectKey.endsWith(BUNDLE_EXTENSION)
