// A worker for tests of clusters: does what its first argument says, and notes its process id in a folder.
//   node toy-worker.mjs BEHAVIOUR PID_FOLDER
import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import path from 'node:path'

const [behaviour, folder] = process.argv.slice(2)
const note = (name, pid) => writeFileSync(path.join(folder, name + '-' + pid), JSON.stringify(process.env))
note(behaviour, process.pid)

const stay = () => setInterval(() => {}, 1000)
process.stdin.on('data', (chunk) => {
  if (String(chunk).includes('leave')) process.exit(0)
})
// The parent is gone.
process.stdin.on('end', () => process.exit(3))

switch (behaviour) {
  case 'drain':
    process.stdin.pause()
    process.exit(0)
    break
  case 'stay':
    process.on('SIGTERM', () => process.exit(143))
    stay()
    break
  case 'stubborn': {
    // Ignores SIGTERM, and so does its child, which is in the same process group.
    const child = spawn(process.execPath, ['-e', 'process.on("SIGTERM",()=>{});setInterval(()=>{},1000)'], {
      stdio: 'ignore',
    })
    note('stubborn', child.pid)
    process.on('SIGTERM', () => {})
    stay()
    break
  }
  case 'crash':
    process.stderr.write('first line\nthe toy broke its spring\n', () => process.exit(1))
    break
  case 'config':
    process.stderr.write('the engine "toy" is unknown\n', () => process.exit(10))
    break
  case 'progress-then-crash':
    process.stdout.write('progress\n', () => process.exit(1))
    break
}
