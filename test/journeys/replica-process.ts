/** One replica of control as a process, for journeys that kill it. Its records are PostgreSQL, its storage a folder. */

import type { Cluster } from '#cluster/cluster.ts'
import { createControl } from '#control/control.ts'
import type { ControlLimits } from '#control/limits.ts'
import { createLog } from '#control/log.ts'
import { builtinEngine } from '#engines/builtin/engine.ts'
import { localIdentity } from '#identity/local.ts'
import type { Queue } from '#queue/queue.ts'
import { openPostgresRecords } from '#records/postgres.ts'
import { folderStorage } from '#storage/folder.ts'
import { wiredAdapters } from './adapter-wire.ts'

export interface ReplicaSettings {
  readonly databaseUrl: string
  readonly objects: string
  readonly token: string
  readonly limits: Partial<ControlLimits>
}

const { databaseUrl, objects, token, limits } = JSON.parse(process.argv[2]!) as ReplicaSettings
const records = await openPostgresRecords({ url: databaseUrl, migrate: false, statementMs: 5000 })
const storage = await folderStorage({ folder: objects, clock: Date.now })
const control = createControl({
  version: '0.0.0-test',
  records,
  storage,
  ...wiredAdapters<Queue, Cluster>(),
  identity: localIdentity({ token }),
  engines: [builtinEngine],
  clock: Date.now,
  log: createLog('info'),
  limits,
  replicated: true,
  metricsListen: { host: '127.0.0.1', port: 0 },
})
process.once('SIGTERM', async () => {
  await control.close()
  await records.close()
  await storage.close()
  process.exit(0)
})
const url = await control.listen('127.0.0.1', 0)
await control.start()
process.send!({ url, metricsUrl: control.metricsUrl() })
