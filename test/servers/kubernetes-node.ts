/**
 * A real node for a control plane of tests: containerd, runc, a bridge and the kubelet, so real containers with limits,
 * exit codes and evictions. Needs root and Debian's containerd, runc, containernetworking-plugins, iptables and
 * busybox-static; nothing is pulled. What it changes on the machine is undone by `stop`.
 *
 * Pods are on a bridge of their own and reach servers that listen on this machine's loopback under the bridge's address,
 * and the API server under the address that every pod is told. No other Service has an address: there is no kube-proxy.
 */

import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { freePorts } from './free-ports.ts'
import type { ControlPlane, NODE_NUMBERS } from './kubernetes.ts'
import { packImage, shellFolder } from './oci-image.ts'
import { type Part, startPart, untilReady } from './parts.ts'

export interface KubernetesNode {
  readonly name: string
  /** At this address pods reach this machine's loopback, port by port. */
  readonly gateway: string
  readonly kubelet: Part
  readonly containerd: Part
  /** Takes in an OCI archive. */
  importImage(archive: string): void
  stop(): Promise<void>
}

export interface NodeOptions {
  /** Of bridge, network and name. Default 1. */
  readonly number?: (typeof NODE_NUMBERS)[number]
  /** Folder whose files kubelet offers as seccomp profiles. */
  readonly seccompFolder?: string
}

/** First of the addresses of services, which the API server takes for itself and has in its certificate. */
const API_ADDRESS = '10.96.0.1'
const CGROUPS = '/sys/fs/cgroup'
/** The kubelet changes these, and not always back. */
const SETTINGS = [
  'net.ipv4.ip_forward',
  'vm.overcommit_memory',
  'vm.panic_on_oom',
  'kernel.panic',
  'kernel.panic_on_oops',
  'kernel.keys.root_maxkeys',
  'kernel.keys.root_maxbytes',
]

export async function startNode(plane: ControlPlane, options: NodeOptions = {}): Promise<KubernetesNode> {
  const number = options.number ?? 1
  const name = `node${number}`
  const bridge = `isolario${number}`
  const network = `10.197.${number}`
  const gateway = `${network}.1`
  // Short: the path of a socket has at most 107 characters.
  const folder = mkdtempSync(path.join(tmpdir(), `isok${number}-`))
  const inside = (...names: string[]) => path.join(folder, ...names)
  for (const each of ['run', 'cni', 'containerd', 'kubelet', 'podlogs', 'plugins']) mkdirSync(inside(each))
  const before = SETTINGS.map((key) => `${key}=${run('sysctl', '-n', key).trim()}`)
  // What an earlier run that was killed left behind.
  removeNetwork(bridge, gateway)

  run('ip', 'link', 'add', bridge, 'type', 'bridge')
  run('ip', 'addr', 'add', `${gateway}/24`, 'dev', bridge)
  run('ip', 'link', 'set', bridge, 'up')
  run('sysctl', '-q', '-w', 'net.ipv4.ip_forward=1', `net.ipv4.conf.${bridge}.route_localnet=1`)
  iptables('-N', bridge)
  iptables('-A', bridge, '-i', bridge, ...toLoopback(gateway))
  const toApi = `-d ${API_ADDRESS} -p tcp --dport 443 -j DNAT --to-destination 127.0.0.1:${plane.apiPort}`
  iptables('-A', bridge, '-i', bridge, ...toApi.split(' '))
  iptables('-I', 'PREROUTING', '-j', bridge)
  // The machine itself reaches its servers there as well: one address for both.
  iptables('-I', 'OUTPUT', ...toLoopback(gateway))
  const subnet = { subnet: `${network}.0/24`, gateway }
  const plugin = {
    type: 'bridge',
    bridge,
    isGateway: true,
    ipam: { type: 'host-local', dataDir: inside('run', 'ipam'), ranges: [[subnet]], routes: [{ dst: '0.0.0.0/0' }] },
  }
  writeFileSync(
    inside('cni', 'pods.conflist'),
    JSON.stringify({ cniVersion: '1.0.0', name: bridge, plugins: [plugin] }),
  )

  const socket = inside('run', 'containerd.sock')
  writeFileSync(inside('containerd.toml'), containerdSettings(folder))
  const containerd = startPart(folder, 'containerd', 'containerd', ['--config', inside('containerd.toml')])
  const ctr = (...args: string[]) => run('ctr', '-a', socket, '-n', 'k8s.io', ...args)
  await untilReady('containerd', [containerd], async () => ctr('version') !== '')
  const importImage = (archive: string) => void ctr('images', 'import', archive)
  importPause(inside('pause'), importImage)

  const [port, health] = (await freePorts(2)) as [number, number]
  makeCgroups(bridge)
  if (options.seccompFolder) cpSync(options.seccompFolder, inside('kubelet', 'seccomp'), { recursive: true })
  const settings = kubeletSettings({ folder, socket, bridge, port, health })
  writeFileSync(inside('kubelet.yaml'), JSON.stringify(settings))
  const kubelet = startPart(folder, 'kubelet', path.join(plane.bin, 'kubelet'), [
    `--config=${inside('kubelet.yaml')}`,
    `--kubeconfig=${plane.kubeconfig(name)}`,
    `--hostname-override=${name}`,
    `--node-ip=${gateway}`,
    `--root-dir=${inside('kubelet')}`,
    `--cert-dir=${inside('pki')}`,
  ])
  await untilReady(name, [containerd, kubelet], async () => {
    type Node = { status: { conditions: { type: string; status: string }[] } }
    const { status } = await plane.api.send<Node>('GET', `/api/v1/nodes/${name}`)
    return status.conditions.some(({ type, status }) => type === 'Ready' && status === 'True')
  })

  return {
    name,
    gateway,
    kubelet,
    containerd,
    importImage,
    async stop() {
      await kubelet.kill('SIGKILL')
      if (containerd.pid) {
        for (const id of lines(attempt(() => ctr('tasks', 'ls', '-q')))) attempt(() => ctr('tasks', 'rm', '-f', id))
        for (const id of lines(attempt(() => ctr('containers', 'ls', '-q')))) attempt(() => ctr('containers', 'rm', id))
      }
      await containerd.kill('SIGKILL')
      const mounts = readFileSync('/proc/self/mounts', 'utf8')
        .split('\n')
        .map((line) => line.split(' ')[1] ?? '')
      for (const mount of mounts.filter((each) => each.startsWith(folder)).reverse())
        attempt(() => run('umount', mount))
      removeNetwork(bridge, gateway)
      removeCgroups(bridge)
      attempt(() => run('sysctl', '-q', '-w', ...before))
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** The process that holds a pod's namespaces: it sleeps. */
function importPause(folder: string, importImage: (archive: string) => void): void {
  shellFolder(folder)
  const archive = `${folder}.tar`
  packImage({ name: 'localhost/pause:1', rootFolder: folder, entrypoint: ['/bin/sleep', '2147483647'], archive })
  importImage(archive)
}

function containerdSettings(folder: string): string {
  // restrict_oom_score_adj: a machine whose root may not lower it is enough.
  return `version = 2
root = "${folder}/containerd"
state = "${folder}/run/containerd"
disabled_plugins = ["io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.zfs", "io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.devmapper"]
[grpc]
  address = "${folder}/run/containerd.sock"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "localhost/pause:1"
  restrict_oom_score_adj = true
  disable_apparmor = true
  netns_mounts_under_state_dir = true
  stream_server_address = "127.0.0.1"
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "${folder}/cni"
  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
[plugins."io.containerd.internal.v1.opt"]
  path = "${folder}/run/opt"
`
}

interface KubeletPlace {
  readonly folder: string
  readonly socket: string
  readonly bridge: string
  readonly port: number
  readonly health: number
}

const kubeletSettings = ({ folder, socket, bridge, port, health }: KubeletPlace) => ({
  apiVersion: 'kubelet.config.k8s.io/v1beta1',
  kind: 'KubeletConfiguration',
  address: '127.0.0.1',
  port,
  readOnlyPort: 0,
  healthzBindAddress: '127.0.0.1',
  healthzPort: health,
  containerRuntimeEndpoint: `unix://${socket}`,
  cgroupDriver: 'cgroupfs',
  cgroupRoot: `/${bridge}`,
  // Control groups of version 1 are refused by default since 1.35.
  failCgroupV1: false,
  failSwapOn: false,
  authentication: { anonymous: { enabled: false }, webhook: { enabled: false } },
  authorization: { mode: 'AlwaysAllow' },
  podLogsDir: `${folder}/podlogs`,
  volumePluginDir: `${folder}/plugins`,
  resolvConf: '',
  makeIPTablesUtilChains: false,
  oomScoreAdj: 0,
  enforceNodeAllocatable: ['pods'],
  imageGCHighThresholdPercent: 100,
  imageMaximumGCAge: '0s',
  evictionHard: { 'memory.available': '100Mi', 'nodefs.available': '1%', 'imagefs.available': '1%' },
  // A test does not wait a minute for what the kubelet sees now and then.
  nodeStatusUpdateFrequency: '1s',
  nodeLeaseDurationSeconds: 4,
  volumeStatsAggPeriod: '2s',
  maxPods: 100,
})

/** With version 1 a group exists once for each kind of resource, and a new cpuset has neither processors nor memory. */
function makeCgroups(name: string): void {
  if (existsSync(path.join(CGROUPS, 'cgroup.controllers'))) {
    mkdirSync(path.join(CGROUPS, name), { recursive: true })
    return
  }
  for (const kind of readdirSync(CGROUPS)) {
    if (existsSync(path.join(CGROUPS, kind, 'tasks'))) mkdirSync(path.join(CGROUPS, kind, name), { recursive: true })
  }
  const cpuset = path.join(CGROUPS, 'cpuset')
  if (!existsSync(path.join(cpuset, name))) return
  for (const file of ['cpus', 'mems']) {
    writeFileSync(path.join(cpuset, name, `cpuset.${file}`), readFileSync(path.join(cpuset, `cpuset.${file}`)))
  }
}

const removeCgroups = (name: string): void =>
  void attempt(() => run('find', CGROUPS, '-depth', '-type', 'd', '-path', `*/${name}*`, '-exec', 'rmdir', '{}', '+'))

function removeNetwork(bridge: string, gateway: string): void {
  if (attempt(() => run('ip', 'link', 'show', bridge))) {
    for (const line of lines(attempt(() => run('ip', '-o', 'link', 'show', 'master', bridge)))) {
      attempt(() => run('ip', 'link', 'del', line.split(/[ @:]+/)[1]!))
    }
    attempt(() => run('ip', 'link', 'del', bridge))
  }
  while (attempt(() => iptables('-D', 'PREROUTING', '-j', bridge)) !== undefined);
  while (attempt(() => iptables('-D', 'OUTPUT', ...toLoopback(gateway))) !== undefined);
  attempt(() => iptables('-F', bridge))
  attempt(() => iptables('-X', bridge))
}

const toLoopback = (address: string): string[] => `-d ${address} -p tcp -j DNAT --to-destination 127.0.0.1`.split(' ')

const iptables = (...args: string[]): string => run('iptables', '-w', '-t', 'nat', ...args)

const run = (program: string, ...args: string[]): string =>
  execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })

/** `undefined` when it failed: what is taken away may be gone. */
function attempt(action: () => string): string | undefined {
  try {
    return action()
  } catch {
    return undefined
  }
}

const lines = (text: string | undefined): string[] => text?.split('\n').filter((line) => line !== '') ?? []
