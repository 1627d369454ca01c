/**
 * The command `isolario`. What Node makes of the sources is kept from one start to the next (in the folder for temporary
 * files, checked by content): it more than halves the start of a worker, which a job may wait for.
 */

import { enableCompileCache } from 'node:module'

enableCompileCache()
await import('./command-line.ts')
