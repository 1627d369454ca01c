/**
 * A pod of a job in FLUKA on a real node: the image of a site twice, the worker with the token and the payload with FLUKA
 * (here the stand-in), under the profile that is shipped. The worker is played by a few lines that ask as a worker asks.
 */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Cluster } from '#cluster/cluster.ts'
import { kubernetesCluster } from '#cluster/kubernetes.ts'
import { describeWith, KUBERNETES_NODE } from '#test/needs.ts'
import { type ControlPlane, startControlPlane } from '#test/servers/kubernetes.ts'
import { type KubernetesNode, startNode } from '#test/servers/kubernetes-node.ts'
import { jsonFrame } from '#worker/payload-frames.ts'
import { requestToJson } from '#worker/payload-words.ts'
import { buildImage } from '../../deploy/images/build.ts'
import { makeBundle } from './entered-image.ts'
import { baseOfSite, REQUEST } from './fluka-base.ts'
import { ROOT } from './render.ts'

const FOLDER = '/opt/fluka4-4.1'
const PATIENCE = { timeout: 120_000, interval: 200 }

/** What the program tells of its surroundings, and then what FLUKA's script says of itself. */
const SCRIPT = `
/usr/local/bin/node -e '
  const say = (what) => console.log(what)
  say("tokens " + Object.keys(process.env).filter((name) => /TOKEN|CONTROL/.test(name)).length)
  try { require("fs").writeFileSync("/opt/fluka4-4.1/x", "") } catch (error) { say("root " + error.code) }
  require("net").connect(9, "127.0.0.1").on("error", (error) => say("network " + error.code))
'
"$FLUPRO/bin/rfluka" -h
echo whole > out.txt
`
const asked = Buffer.concat(
  jsonFrame(
    requestToJson({
      input: {
        files: [{ name: 'run.sh', content: SCRIPT }],
        program: '/bin/sh',
        args: ['run.sh'],
        environment: { FLUPRO: FOLDER, PATH: '/usr/bin:/bin' },
        outputs: ['out.txt'],
      },
      limits: { timeSeconds: 60, memoryMebibytes: 256 },
      outputBytes: 2 ** 20,
    }),
  ),
)
/** Prints what came as its last words, which the status of the job repeats. */
const PLAYED = `
  const net = require('net'), fs = require('fs')
  let own = 'writable'
  try { fs.writeFileSync('/scratch/x', '') } catch (error) { own = error.code }
  const ask = () => {
    let text = ''
    const socket = net.connect(process.env.ISOLARIO_PAYLOAD_SOCKET, () => socket.write(Buffer.from('${asked.toString('base64')}', 'base64')))
    socket.on('error', () => setTimeout(ask, 200))
    socket.on('data', (chunk) => { text += chunk.toString('latin1') })
    socket.on('close', (failed) => {
      if (failed) return
      const { end, error } = JSON.parse(text.slice(text.search(/\\{"(end|error)":/), text.lastIndexOf('}') + 1))
      const said = error ? error.message : end.ending.exitCode + ' ' + end.ending.stdoutTail + end.ending.stderrTail
      process.stderr.write(('scratch ' + own + '; token ' + (process.env.ISOLARIO_JOB_TOKEN ? 'yes' : 'no') + '; ' + said + text.slice(-6)).replace(/\\n/g, ' | '), () => process.exit(10))
    })
  }
  ask()
`

describeWith(KUBERNETES_NODE, 'a pod for FLUKA', (bin) => {
  const scratch = mkdtempSync(path.join(tmpdir(), 'isolario-fluka-pod-'))
  let plane: ControlPlane
  let node: KubernetesNode
  let cluster: Cluster
  beforeAll(async () => {
    const bundle = path.join(scratch, 'bundle')
    makeBundle(bundle)
    const { archive } = baseOfSite(scratch, { folder: FOLDER, files: ['bin/rfluka', 'bin/fluka', 'data/neuxsc.bin'] })
    const fluka = { folder: FOLDER, version: 'cern 4-STAND-IN' }
    const built = buildImage({ ...REQUEST, kind: 'worker', bundle, portal: '', base: archive, fluka })
    const file = path.join(scratch, 'fluka.tar')
    writeFileSync(file, built.archive)
    plane = await startControlPlane(bin)
    node = await startNode(plane, { number: 2, seccompFolder: path.join(ROOT, 'deploy/seccomp') })
    node.importImage(file)
    cluster = kubernetesCluster({
      config: plane.config,
      namespace: await plane.namespace(),
      image: 'localhost/none:1',
      imagePullPolicy: 'Never',
      engines: { fluka: { image: REQUEST.name, seccompProfile: 'isolario-payload.json' } },
      command: () => ['/usr/local/bin/node', '-e', PLAYED],
      controlUrl: `http://${node.gateway}:80`,
      capacity: 1,
      cpu: '50m',
      scratchMebibytes: 64,
      retries: 0,
      tokenFor: () => 'a token',
      clock: Date.now,
    })
  }, 600_000)
  afterAll(async () => {
    await cluster?.stop('fluka', 1000)
    await cluster?.close()
    await node?.stop()
    await plane?.stop()
    rmSync(scratch, { recursive: true, force: true })
  }, 60_000)

  it('runs the program where neither token nor network is, and its files come back', { timeout: 180_000 }, async () => {
    await cluster.start({ jobId: 'fluka', slots: 1, memoryMebibytes: 256, engine: 'fluka', owner: 'ada', priority: 0 })
    await expect.poll(async () => (await cluster.status('fluka')).state, PATIENCE).toBe('ended')
    const said = (await cluster.status('fluka')).reason
    expect(said).toContain('whole')
    expect(said).toMatch(/scratch EROFS; token yes; 0 tokens 0 \| root EROFS \| network EAFNOSUPPORT/)
    expect(said).toContain('STAND-IN for FLUKA')
  })
})
