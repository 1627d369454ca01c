/**
 * A Ceph of our own for tests: one monitor, one OSD that keeps objects in memory, one RADOS Gateway. Loopback, free ports,
 * fresh folder, about two seconds. No manager daemon: reading, writing, users and quotas work without it.
 */

import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { freePort } from './free-ports.ts'
import { type Part, startPart, untilReady } from './parts.ts'
import { answers, listens, type S3Server } from './s3-server.ts'

export interface CephServer extends S3Server {
  /** Runs `radosgw-admin`, which knows users, quotas and buckets, and answers what it printed. */
  admin(...args: readonly string[]): Promise<string>
}

const run = promisify(execFile)
const ACCESS_KEY = 'test-access'
const SECRET_KEY = 'test-secret-key-of-ceph'

/** @param bin folder with `ceph-mon`, `ceph-osd`, `radosgw` and their tools. */
export async function startCeph(bin: string): Promise<CephServer> {
  const folder = await mkdtemp(path.join(tmpdir(), 'isolario-ceph-'))
  for (const name of ['mon', 'osd', 'rgw', 'run', 'log']) await mkdir(path.join(folder, name))
  const configuration = path.join(folder, 'ceph.conf')
  const keyring = path.join(folder, 'keyring')
  const id = randomUUID()
  const [monitorPort, gatewayPort] = [await freePort(), await freePort()]
  await writeFile(configuration, configurationOf(folder, id, monitorPort, gatewayPort))
  const environment = { ...process.env, CEPH_CONF: configuration }
  const tool = async (name: string, ...args: readonly string[]) =>
    (await run(path.join(bin, name), args, { env: environment, timeout: 60_000 })).stdout
  const server = (name: string, ...args: readonly string[]) =>
    startPart(path.join(folder, 'log'), name, path.join(bin, name), ['-f', ...args], { environment })

  for (const [number, [name, ...caps]] of KEYS.entries()) {
    const create = number === 0 ? ['--create-keyring'] : []
    const grants = caps.flatMap((cap) => ['--cap', ...cap.split('=')])
    await tool('ceph-authtool', keyring, '--gen-key', ...create, '-n', name!, ...grants)
  }
  const map = path.join(folder, 'monmap')
  await tool('monmaptool', '--create', '--clobber', '--fsid', id, '--addv', 'a', `[v2:127.0.0.1:${monitorPort}]`, map)
  await tool('ceph-mon', '--mkfs', '-i', 'a', '--monmap', map, '--keyring', keyring)
  const parts: Part[] = []
  const stop = async () => {
    // The gateway first: without its OSD it would wait for it.
    for (const part of parts.toReversed()) await part.kill('SIGKILL')
    await rm(folder, { recursive: true, force: true })
  }
  try {
    const monitor = server('ceph-mon', '-i', 'a')
    parts.push(monitor)
    await untilReady('ceph-mon', parts, () => listens(monitorPort))
    const osdId = randomUUID()
    const osd = (await tool('ceph', '--connect-timeout', '30', 'osd', 'new', osdId)).trim()
    await tool('ceph', 'auth', 'import', '-i', keyring)
    await tool('ceph-osd', '--mkfs', '-i', osd, '--osd-uuid', osdId)
    parts.push(server('ceph-osd', '-i', osd))
    const endpoint = `http://127.0.0.1:${gatewayPort}`
    // It waits for the OSD by itself.
    const gateway = server('radosgw', '-n', 'client.rgw')
    parts.push(gateway)
    const gatewayReady = () => untilReady('radosgw', parts, () => answers(endpoint))
    await gatewayReady()
    const admin = (...args: readonly string[]) => tool('radosgw-admin', ...args, '-n', 'client.rgw')
    const keys = ['--access-key', ACCESS_KEY, '--secret-key', SECRET_KEY]
    await admin('user', 'create', '--uid=test', '--display-name=test', ...keys)
    return {
      endpoint,
      region: 'us-east-1',
      accessKey: ACCESS_KEY,
      secretKey: SECRET_KEY,
      refusesUnsignedHeaders: false,
      admin,
      killGateway: () => gateway.kill('SIGKILL'),
      restartGateway() {
        gateway.start()
        return gatewayReady()
      },
      freezeGateway: () => void gateway.kill('SIGSTOP'),
      thawGateway: () => void gateway.kill('SIGCONT'),
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

/** Who may do what inside the cluster. Without keys (`auth none`) the gateway of Ceph 16 never starts. */
const KEYS: readonly (readonly string[])[] = [
  ['mon.', 'mon=allow *'],
  ['client.admin', 'mon=allow *', 'osd=allow *', 'mgr=allow *'],
  ['client.rgw', 'mon=allow rwx', 'osd=allow rwx', 'mgr=allow rw'],
  ['osd.0', 'mon=allow profile osd', 'osd=allow *', 'mgr=allow profile osd'],
]

function configurationOf(folder: string, id: string, monitorPort: number, gatewayPort: number): string {
  return `[global]
fsid = ${id}
mon_host = [v2:127.0.0.1:${monitorPort}]
mon_initial_members = a
public_addr = 127.0.0.1
cluster_addr = 127.0.0.1
ms_bind_ipv6 = false
ms_bind_msgr1 = false
# A range that no test's own port is taken from; several test files at once find their places in it.
ms_bind_port_min = 21800
ms_bind_port_max = 22800
keyring = ${folder}/keyring
auth_allow_insecure_global_id_reclaim = false
run_dir = ${folder}/run
# The pid, because the admin tool runs under the gateway's name.
admin_socket = ${folder}/run/$name.$pid.asok
pid_file = ${folder}/run/$name.pid
log_file = ${folder}/log/$name.log
mon_cluster_log_file = ${folder}/log/cluster.log
crash_dir = ${folder}/log
osd_pool_default_size = 1
osd_pool_default_min_size = 1
osd_pool_default_pg_num = 4
osd_pool_default_pgp_num = 4
osd_pool_default_pg_autoscale_mode = off
osd_crush_chooseleaf_type = 0
mon_allow_pool_size_one = true
mon_max_pg_per_osd = 1000
mon_data_avail_warn = 1
mon_data_avail_crit = 1
# Every pool is a round of the monitors, and the default waits a second for each.
paxos_propose_interval = 0.05
paxos_min_wait = 0.01
osd_mon_heartbeat_interval = 5
# A killed gateway is waited for so long, in seconds, before a new bucket can be made.
osd_client_watch_timeout = 1
[mon.a]
mon_data = ${folder}/mon
[osd.0]
osd_data = ${folder}/osd
osd_objectstore = memstore
memstore_device_bytes = 4294967296
osd_memory_target = 939524096
[client.rgw]
# Without tcp_nodelay every answer waits 40 ms for the other side's acknowledgement.
rgw_frontends = beast endpoint=127.0.0.1:${gatewayPort} tcp_nodelay=1
rgw_data = ${folder}/rgw
rgw_thread_pool_size = 64
rgw_enable_usage_log = false
`
}
