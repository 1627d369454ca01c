// Runs a job folder with toy engines, to be killed by tests: node toy-run-folder.ts FOLDER WORKERS
// Says `PUT key` whenever a tally has become durable and `REPORT n` when tasks were reported.
import { memoryQueue } from '#queue/memory.ts'
import { folderStorage } from '#storage/folder.ts'
import { runJobFolder } from '#worker/run-folder.ts'
import { createEngines, TOY_ENGINE_MODULE } from './toy-engines.ts'

const [folder, workers] = process.argv.slice(2)
const say = (line: string) => process.stdout.write(`${line}\n`)

try {
  const run = await runJobFolder({
    folder: folder!,
    workers: Number(workers),
    openStorage: async (name) => {
      const storage = await folderStorage({ folder: name, clock: Date.now })
      const put = storage.put.bind(storage)
      storage.put = async (key, content) => {
        const info = await put(key, content)
        say(`PUT ${key}`)
        return info
      }
      return storage
    },
    queue: memoryQueue({ clock: Date.now }),
    engines: createEngines(),
    engineModule: TOY_ENGINE_MODULE,
    clock: Date.now,
    log: say,
  })
  say(`END ${run.ending} ${run.points[0]!.merge.histories}`)
} catch (error) {
  say(`ERROR ${(error as Error).message}`)
  process.exitCode = 1
}
