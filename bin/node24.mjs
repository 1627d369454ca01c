// Finds a Node 24 (the machine's own, or the one that npm installed as an optional dependency) and runs a file on it.
// Plain JavaScript in old syntax: it must parse on any Node.
import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import path from 'node:path'

const WANTED_MAJOR = 24

/** Path of a Node binary of version 24 or newer, or undefined. */
export function findNode24() {
  if (Number(process.versions.node.split('.')[0]) >= WANTED_MAJOR) return process.execPath
  const require = createRequire(import.meta.url)
  const platform = process.platform === 'win32' ? 'win' : process.platform
  const name = 'node-' + platform + '-' + process.arch
  try {
    const manifest = require.resolve(name + '/package.json')
    return path.join(path.dirname(manifest), require(manifest).bin.node)
  } catch {
    return undefined
  }
}

/** Runs `file` with `args` on Node 24, passing signals on, and ends this process the way the child ended. */
export function runOnNode24(file, args) {
  const node = findNode24()
  if (!node) {
    process.stderr.write(
      'Isolario needs Node.js ' +
        WANTED_MAJOR +
        ' or newer; this is ' +
        process.version +
        '.\n' +
        'On Linux "npm install" brings it along; elsewhere install Node.js ' +
        WANTED_MAJOR +
        ' and try again.\n',
    )
    process.exit(1)
  }
  const child = spawn(node, [file, ...args], { stdio: 'inherit' })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('exit', (code, signal) => {
    if (signal) {
      process.removeAllListeners(signal)
      process.kill(process.pid, signal)
    } else process.exit(code === null ? 1 : code)
  })
}
