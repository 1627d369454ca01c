// Set-up of a clone: packages and the built portal, each only when missing or out of date.
// Plain JavaScript in old syntax: it must parse on any Node.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { findNode24 } from './node24.mjs'

export const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..')

/** Installs the packages of package-lock.json when node_modules is missing or older than the lock file. */
export function ensurePackages() {
  const wanted = path.join(ROOT, 'package-lock.json')
  const done = path.join(ROOT, 'node_modules', '.package-lock.json')
  if (existsSync(done) && statSync(done).mtimeMs >= statSync(wanted).mtimeMs) return
  say('Installing packages (once, about half a minute) ...')
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm'
  // Called by `npm start` the environment carries npm's own settings; npm ci reads the same lock file either way.
  const result = spawnSync(npm, ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: ROOT,
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  if (result.error || result.status !== 0) {
    fail('The packages could not be installed. Look at the lines above; "npm ci" in ' + ROOT + ' tries again.')
  }
}

/** Builds the portal when it is missing or older than its sources. */
export function ensurePortal() {
  const built = path.join(ROOT, 'dist', 'portal', 'index.html')
  if (existsSync(built) && statSync(built).mtimeMs >= newest(portalSources())) return
  say('Building the portal ...')
  runNode(['node_modules/vite/bin/vite.js', 'build', '--logLevel', 'warn'], 'The portal could not be built.')
}

/** Runs Node 24 and waits; ends this process with a sentence when it fails. */
export function runNode(args, sentence) {
  const result = spawnSync(findNode24() || process.execPath, args, {
    cwd: ROOT,
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  if (result.status !== 0) fail(sentence + ' Look at the lines above.')
}

function portalSources() {
  const rooms = ['portal', 'quantities', 'nuclides', 'inventory', 'simulation', 'results', 'engines', 'protocol']
  return rooms
    .map((room) => path.join(ROOT, 'src', room))
    .concat(path.join(ROOT, 'vite.config.ts'), path.join(ROOT, 'package-lock.json'))
}

function newest(places) {
  let time = 0
  for (const place of places) {
    if (!existsSync(place)) continue
    const found = statSync(place)
    time = Math.max(
      time,
      found.isDirectory() ? newest(readdirSync(place).map((name) => path.join(place, name))) : found.mtimeMs,
    )
  }
  return time
}

function say(sentence) {
  process.stderr.write(sentence + '\n')
}

function fail(sentence) {
  say(sentence)
  process.exit(1)
}
