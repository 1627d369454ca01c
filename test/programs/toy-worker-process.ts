// A worker process as `main` starts it, with toy engines: node toy-worker-process.ts SOCKET JOB SECRET STORAGE SCRATCH
// Says `PUT key` on standard error when a tally has become durable, before it is reported.
import { WORKER_EXIT } from '#cluster/exit-codes.ts'
import { PROGRESS } from '#cluster/pipe.ts'
import { socketQueue } from '#queue/socket-client.ts'
import { folderStorage } from '#storage/folder.ts'
import { runWorker } from '#worker/loop.ts'
import { watchParent } from '#worker/parent-watch.ts'
import { createEngines, TOY_ENGINE_MODULE } from './toy-engines.ts'

const [socketPath, jobId, secret, folder, scratchFolder] = process.argv.slice(2) as [
  string,
  string,
  string,
  string,
  string,
]
const leave = new AbortController()
const release = new AbortController()
process.on('SIGTERM', () => release.abort())
watchParent(process.stdin, { onGone: () => process.exit(WORKER_EXIT.machine), onLeave: () => leave.abort() })

const storage = await folderStorage({ folder, clock: Date.now })
const put = storage.put.bind(storage)
storage.put = async (key, content) => {
  const info = await put(key, content)
  process.stderr.write(`PUT ${key}\n`)
  return info
}
const end = await runWorker({
  queue: socketQueue({ socketPath, jobId, secret, giveUpAfterMs: 10_000 }),
  storage,
  jobId,
  workerId: `process ${process.pid}`,
  engines: createEngines(),
  engineModule: TOY_ENGINE_MODULE,
  scratchFolder,
  clock: Date.now,
  log: (line) => process.stderr.write(`${line}\n`),
  release: release.signal,
  leave: leave.signal,
  onReported: () => process.stdout.write(`${PROGRESS}\n`),
})
process.exit(end.reason === 'released' ? WORKER_EXIT.released : WORKER_EXIT.drained)
