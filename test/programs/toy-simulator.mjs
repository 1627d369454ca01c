// A simulation program for tests of workers. Its first argument says how it behaves.
import { spawn } from 'node:child_process'
import { appendFileSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'

const [mode, seed] = process.argv.slice(2)
const batches = JSON.parse(readFileSync('input.json', 'utf8'))
const say = (line) => process.stdout.write(line + '\n')
const folder = 'toy_' + process.pid
const list = (line) => appendFileSync(folder + '/listing.txt', line + '\n')
const finish = () => writeFileSync('done.json', JSON.stringify(batches))

switch (mode) {
  case 'work':
    finish()
    say('done ' + batches.reduce((sum, batch) => sum + batch.histories, 0))
    break
  case 'slow': {
    // With a child in the same process group, and one that made a group of its own.
    spawn('/bin/sleep', ['30'], { stdio: 'ignore' })
    spawn('/bin/sleep', ['30'], { stdio: 'ignore', detached: true })
    let done = 0
    for (const batch of batches) {
      await new Promise((resolve) => setTimeout(resolve, 100))
      say('done ' + (done += batch.histories))
    }
    finish()
    process.exit(0)
    break
  }
  case 'broken':
    process.stderr.write('no such region DISC3\n')
    process.exitCode = 1
    break
  case 'hungry': {
    const hoard = []
    setInterval(() => hoard.push(Buffer.alloc(8 * 2 ** 20, 1)), 5)
    break
  }
  case 'sleepy':
    setInterval(() => {}, 1000)
    break
  case 'link':
    symlinkSync('/etc/passwd', 'done.json')
    break
  case 'flood':
    for (let i = 0; i < 1e6; i++) writeFileSync('flood-' + (i % 50), Buffer.alloc(2 ** 20))
    break
  case 'mute':
    break
  case 'seeded':
    mkdirSync(folder)
    list('seed ' + seed)
    finish()
    break
  case 'patient':
  case 'graceful': {
    // Its folder comes late; it looks for the file that ends it after every tenth of its work. Without it the patient one
    // does not end.
    await new Promise((resolve) => setTimeout(resolve, 300))
    mkdirSync(folder)
    const [batch] = batches
    let done = 0
    while (done < batch.histories && !existsSync(folder + '/toy.stop')) {
      await new Promise((resolve) => setTimeout(resolve, 200))
      if (mode === 'patient' && done === batch.histories / 2) continue
      list('done ' + (done += batch.histories / 10))
    }
    writeFileSync('done.json', JSON.stringify([{ ...batch, histories: done }]))
    break
  }
  case 'brittle':
    mkdirSync(folder)
    list('done 10')
    list('spring 7 is missing')
    process.exitCode = 3
    break
}
