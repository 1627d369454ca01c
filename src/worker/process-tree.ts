/** What a program and its children use, and how all of them are ended. */

import { execFile } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { promisify } from 'node:util'

interface ProcessLine {
  readonly pid: number
  readonly parent: number
  readonly group: number
  readonly residentBytes: number
  /** Tells two processes apart that had the same id one after the other. */
  readonly began: string
}

/** Variable in the environment of a task's program, inherited by all its children: by it the strays are found. */
export const TASK_MARK = 'ISOLARIO_TASK'

const run = promisify(execFile)
let pageBytes: Promise<number> | undefined

/**
 * A program and all that it started: its process group, its descendants, and (on Linux) whoever carries its mark, also
 * after making a group of its own and losing its parent.
 */
export class ProcessTree {
  readonly #leader: number
  readonly #mark: string
  /** Whether a process, by id and beginning, carries the mark: read once for each. */
  readonly #marked = new Map<string, boolean>()

  constructor(leader: number, mark: string) {
    this.#leader = leader
    this.#mark = `${TASK_MARK}=${mark}`
  }

  /**
   * Resident memory of all of them, in bytes. Pages that several share are counted for each: the sum is never too small.
   */
  async residentBytes(): Promise<number> {
    return (await this.#members()).reduce((sum, line) => sum + line.residentBytes, 0)
  }

  /** Ends all of them by force. */
  async kill(): Promise<void> {
    // Found before the first is killed: children of the dead belong to nobody.
    const members = await this.#members()
    signal(-this.#leader)
    for (const { pid } of members) signal(pid)
    // What was born meanwhile.
    for (const { pid } of await this.#members()) signal(pid)
  }

  /** Without the dead that nobody has waited for: they hold no memory and cannot be killed. */
  async #members(): Promise<readonly ProcessLine[]> {
    const all = process.platform === 'linux' ? await fromProc() : await fromPs()
    const members = new Set<number>()
    for (const line of all) {
      if (line.pid === this.#leader || line.group === this.#leader || (await this.#isMarked(line)))
        members.add(line.pid)
    }
    for (let before = -1; before !== members.size; ) {
      before = members.size
      for (const line of all) if (members.has(line.parent)) members.add(line.pid)
    }
    return all.filter((line) => members.has(line.pid))
  }

  async #isMarked({ pid, began }: ProcessLine): Promise<boolean> {
    if (process.platform !== 'linux') return false
    const key = `${pid} ${began}`
    const known = this.#marked.get(key)
    if (known !== undefined) return known
    // Only of our own processes can the environment be read; the others are not ours to kill.
    const environment = await readFile(`/proc/${pid}/environ`, 'latin1').catch(() => undefined)
    // Between fork and exec the environment may be empty for a moment: then it is asked again next time.
    if (!environment) return false
    const marked = environment.split('\0').includes(this.#mark)
    this.#marked.set(key, marked)
    return marked
  }
}

function signal(pid: number) {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It is gone.
  }
}

async function fromProc(): Promise<ProcessLine[]> {
  pageBytes ??= run('getconf', ['PAGESIZE']).then(
    ({ stdout }) => Number(stdout),
    () => 4096,
  )
  const page = await pageBytes
  const names = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const lines = await Promise.all(
    names.map(async (name): Promise<ProcessLine | undefined> => {
      // Between listing and reading a process may end.
      const stat = await readFile(`/proc/${name}/stat`, 'latin1').catch(() => undefined)
      if (!stat) return undefined
      // The name in parentheses may hold anything; state is field 3 and the first behind it (man 5 proc).
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      if (fields[0] === 'Z' || fields[0] === 'X') return undefined
      return {
        pid: Number(name),
        parent: Number(fields[1]),
        group: Number(fields[2]),
        began: fields[19]!,
        residentBytes: Number(fields[21]) * page,
      }
    }),
  )
  return lines.filter((line) => line !== undefined)
}

async function fromPs(): Promise<ProcessLine[]> {
  const { stdout } = await run('ps', ['-A', '-o', 'pid=,ppid=,pgid=,rss=,state='])
  return stdout.split('\n').flatMap((row) => {
    const [pid, parent, group, kibibytes, state] = row.trim().split(/\s+/)
    if (!pid || !state || state.startsWith('Z')) return []
    const ids = { pid: Number(pid), parent: Number(parent), group: Number(group) }
    return [{ ...ids, began: '', residentBytes: Number(kibibytes) * 1024 }]
  })
}
