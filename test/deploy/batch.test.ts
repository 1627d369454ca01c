/** Workers of a batch system: the launcher as it runs, and files whose exit codes, names and signals agree with the worker. */

import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { WORKER_EXIT } from '#cluster/exit-codes.ts'
import { ENVIRONMENT } from './names.ts'
import { ROOT } from './render.ts'

const folder = path.join(ROOT, 'deploy/batch')
const launcher = path.join(folder, 'isolario-worker')
const read = (name: string) => readFileSync(path.join(folder, name), 'utf8')
const TOKEN = 'a-token-that-nobody-may-see'

describe('the launcher of a worker', () => {
  const scratch = mkdtempSync(path.join(tmpdir(), 'isolario-batch-'))
  const settings = path.join(scratch, 'job.env')
  const write = (text: string, mode = 0o600) => {
    writeFileSync(settings, text)
    chmodSync(settings, mode)
  }
  const good = `# of a test\nISOLARIO_CONTROL_URL=http://127.0.0.1:1\nISOLARIO_JOB=spes-1\nISOLARIO_JOB_TOKEN=${TOKEN}`
  const env = { PATH: `${scratch}:${process.env['PATH']}`, TMPDIR: scratch }
  const run = (file = settings) => spawnSync(launcher, [file], { encoding: 'utf8', env })

  beforeAll(() => {
    // In place of the true command: says what it was given, and waits for a signal when the job is called so.
    const stub = `#!${process.execPath}
      const { argv, env, pid, ppid } = process
      process.on('SIGTERM', () => process.exit(${WORKER_EXIT.released}))
      console.log(JSON.stringify({ args: argv.slice(2), url: env.ISOLARIO_CONTROL_URL, job: env.ISOLARIO_JOB,
        token: env.ISOLARIO_JOB_TOKEN, scratch: env.ISOLARIO_SCRATCH, pid, ppid }))
      if (env.ISOLARIO_JOB === 'wait') setInterval(() => {}, 1000)`
    writeFileSync(path.join(scratch, 'isolario'), stub, { mode: 0o755 })
  })
  afterAll(() => rmSync(scratch, { recursive: true, force: true }))

  it('gives the worker its job, its token in the environment and the disk of the batch system', () => {
    write(good)
    const before = readdirSync(scratch)
    const said = (more: Record<string, string> = {}) =>
      JSON.parse(spawnSync(launcher, [settings], { encoding: 'utf8', env: { ...env, ...more } }).stdout)
    expect(said()).toMatchObject({ args: ['worker', '--job', 'spes-1'], url: 'http://127.0.0.1:1', token: TOKEN })
    expect(said().scratch).toBe(scratch)
    expect(said({ MESOS_SANDBOX: '/sandbox' }).scratch).toBe('/sandbox')
    expect(said({ MESOS_SANDBOX: '/sandbox', _CONDOR_SCRATCH_DIR: '/condor' }).scratch).toBe('/condor')
    expect(said({ _CONDOR_SCRATCH_DIR: '/condor', SLURM_TMPDIR: '/slurm' }).scratch).toBe('/slurm')
    expect(said({ SLURM_TMPDIR: '/slurm', ISOLARIO_SCRATCH: '/fast' }).scratch).toBe('/fast')
    expect(readdirSync(scratch)).toEqual(before)
  })

  it('leaves nothing there after a worker, whose folder is its own while it works', { timeout: 60_000 }, async () => {
    const disk = mkdtempSync(path.join(scratch, 'disk-'))
    const programs = mkdtempSync(path.join(scratch, 'programs-'))
    const main = path.join(ROOT, 'src/main/isolario.ts')
    const command = `#!/bin/sh\nexec ${process.execPath} ${main} "$@"\n`
    writeFileSync(path.join(programs, 'isolario'), command, { mode: 0o755 })
    // In place of control: keeps the worker waiting, and then says that its job is over.
    let answer = (): void => undefined
    const asked = new Promise<void>((resolve) => {
      answer = resolve
    })
    const over = { type: 'about:blank', title: '', status: 409, code: 'JOB_ENDED', detail: 'Over.', advice: '' }
    const control = createServer(async (_, response) => {
      await asked
      response.writeHead(409, { 'content-type': 'application/problem+json' }).end(JSON.stringify(over))
    })
    control.listen(0, '127.0.0.1')
    await once(control, 'listening')
    write(good.replace('127.0.0.1:1', `127.0.0.1:${(control.address() as AddressInfo).port}`))
    const real = { PATH: `${programs}:${process.env['PATH']}`, SLURM_TMPDIR: disk }
    const child = spawn(launcher, [settings], { env: real, stdio: 'ignore' })
    const ended = once(child, 'exit')
    try {
      await expect.poll(() => readdirSync(disk), { timeout: 30_000 }).toEqual([expect.stringMatching(/^worker-/)])
      expect(statSync(path.join(disk, readdirSync(disk)[0]!)).mode & 0o777).toBe(0o700)
      answer()
      expect(await ended).toEqual([WORKER_EXIT.drained, null])
      expect(readdirSync(disk)).toEqual([])
    } finally {
      child.kill('SIGKILL')
      control.close()
    }
  })

  it('becomes the worker: a signal reaches it, its code comes back, and no command line shows the token', async () => {
    write(good.replace('spes-1', 'wait'))
    const child = spawn(launcher, [settings], { env, stdio: ['ignore', 'pipe', 'inherit'] })
    const [line] = (await once(child.stdout.setEncoding('utf8'), 'data')) as [string]
    expect(JSON.parse(line).pid).toBe(child.pid)
    expect(readFileSync(`/proc/${child.pid}/cmdline`, 'utf8')).not.toContain(TOKEN)
    child.kill('SIGTERM')
    expect(await once(child, 'exit')).toEqual([WORKER_EXIT.released, null])
  })

  it.each([
    ['a file that everybody may read', good, 0o644, /may be read by everybody: chmod 600/],
    ['a file without a token', good.replace(/ISOLARIO_JOB_TOKEN.*/, ''), 0o600, /does not set ISOLARIO_JOB_TOKEN/],
    ['another variable', `${good}\nPATH=/evil`, 0o600, /may set ISOLARIO_CONTROL_URL.*not PATH/],
    ['a command in place of a value', `${good}\n$(touch /tmp/x)=1`, 0o600, /may set/],
  ])('refuses %s as "nowhere else either"', (_, text, mode, sentence) => {
    write(text, mode)
    const { status, stderr, stdout } = run()
    expect(status).toBe(WORKER_EXIT.job)
    expect(stderr).toMatch(sentence)
    expect(stdout + stderr).not.toContain(TOKEN)
  })

  it('takes values as they are: nothing in them is run', () => {
    const odd = '$(exit 7)`exit 8`"\'; =x'
    write(good.replace(TOKEN, odd))
    expect(JSON.parse(run().stdout).token).toBe(odd)
  })

  it('refuses a file that is not there', () => {
    expect(run(path.join(scratch, 'none'))).toMatchObject({ status: WORKER_EXIT.job })
  })
})

describe('the files of batch systems', () => {
  it('are shown in the manual, each with what was tried', () => {
    const manual = readFileSync(path.join(ROOT, 'docs/workers-elsewhere.md'), 'utf8')
    const names = readdirSync(folder)
    expect(names.length).toBeGreaterThan(4)
    for (const name of names) expect(manual).toContain(`deploy/batch/${name}`)
  })

  it('name no variable that the worker does not read', () => {
    for (const name of readdirSync(folder)) {
      for (const [variable] of read(name).matchAll(/\bISOLARIO_[A-Z_]+/g)) expect(ENVIRONMENT, name).toContain(variable)
    }
  })

  it('are shell that a shell reads', () => {
    for (const name of ['isolario-worker', 'slurm.sh']) execFileSync('sh', ['-n', path.join(folder, name)])
  })

  it('Slurm: the script becomes the worker and is told before its time is over', () => {
    const script = read('slurm.sh')
    expect(script).toMatch(/^#SBATCH --signal=B:TERM@90$/m)
    expect(script.trim().split('\n').at(-1)).toBe('exec isolario-worker "$1"')
  })

  it('HTCondor: the token is a file, and the code for "nowhere" ends the tries', () => {
    const file = read('htcondor.sub')
    expect(file).toMatch(/^transfer_input_files\s+= \$\(job_file\)$/m)
    expect(file).not.toMatch(/^environment/m)
    expect(file).toMatch(new RegExp(`^retry_until\\s+= ExitCode == ${WORKER_EXIT.job}$`, 'm'))
  })

  it('Swarm: the token is a secret that Node itself reads, and the service is a job', () => {
    const { services, secrets } = parse(read('swarm.yaml'))
    expect(secrets).toEqual({ 'isolario-job': { external: true } })
    expect(services.worker.entrypoint).toContain('--env-file=/run/secrets/isolario-job')
    expect(services.worker.environment).not.toHaveProperty('ISOLARIO_JOB_TOKEN')
    expect(services.worker.deploy.mode).toBe('replicated-job')
  })

  it('Marathon: the token stays in a file that the task reads', () => {
    const app = JSON.parse(read('marathon.json'))
    expect(app.cmd).toBe('exec isolario-worker /shared/isolario/JOB.env')
    expect(app).not.toHaveProperty('env')
    expect(app).not.toHaveProperty('fetch')
  })

  it('systemd: codes of the worker, idle priority, no rights', () => {
    const unit = read('isolario-worker@.service')
    for (const line of [
      `SuccessExitStatus=${WORKER_EXIT.released}`,
      `RestartPreventExitStatus=${WORKER_EXIT.job}`,
      'CPUSchedulingPolicy=idle',
      'NoNewPrivileges=yes',
      'LoadCredential=job.env:/etc/isolario/%i.env',
    ]) {
      expect(unit.split('\n')).toContain(line)
    }
    expect(unit).not.toMatch(/^Environment=.*TOKEN/m)
  })
})
