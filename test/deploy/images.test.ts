/** Images made by deploy/images/build.ts: the same bytes every time, readable by others, running without rights. */

import { execFileSync, spawnSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CHROOT, describeWith } from '#test/needs.ts'
import { baseOf } from '../../deploy/images/base.ts'
import { type Built, buildImage, OURS } from '../../deploy/images/build.ts'
import { contentOf, type ImageKind, ordered } from '../../deploy/images/content.ts'
import { entriesOf, imageOf, layerOf, type OpenedImage, openImage } from '../../deploy/images/oci.ts'
import { runtimePackages } from '../../deploy/images/packages.ts'
import { type TarEntry, tar, untar } from '../../deploy/images/tar.ts'
import { entering, makeBundle, unpackImage } from './entered-image.ts'
import { ROOT } from './render.ts'

const scratch = mkdtempSync(path.join(tmpdir(), 'isolario-image-'))
const bundle = path.join(scratch, 'bundle')
const portal = path.join(scratch, 'portal')
/** The unpacked image of control. */
const root = path.join(scratch, 'root')
const architecture = process.arch === 'arm64' ? 'arm64' : 'amd64'
/** Without compression: the layers weigh 170 MB, and what gzip does is looked at on small ones. */
const request = {
  name: 'localhost/isolario/test:1',
  created: '1970-01-01T00:00:00Z',
  compress: false,
  architecture,
} as const

beforeAll(() => {
  makeBundle(bundle)
  mkdirSync(portal)
  writeFileSync(path.join(portal, 'index.html'), '<!doctype html>\n')
})
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

const file = (at: string, text: string, mode = 0o644): TarEntry => ({
  kind: 'file',
  path: at,
  mode,
  content: () => Buffer.from(text),
})
const read = (entries: Iterable<TarEntry>) =>
  [...entries].map((entry) =>
    entry.kind === 'file' ? { ...entry, content: Buffer.from(entry.content()).toString('latin1') } : entry,
  )

describe('tar', () => {
  const part = fc.stringMatching(/^[a-zA-Z0-9@_é-]{1,60}$/)
  const place = fc.array(part, { minLength: 1, maxLength: 6 }).map((parts) => parts.join('/'))
  const entry: fc.Arbitrary<TarEntry> = fc.oneof(
    fc.record({
      kind: fc.constant('file' as const),
      path: place,
      mode: fc.constantFrom(0o644, 0o755),
      content: fc.uint8Array({ maxLength: 1500 }).map((bytes) => () => bytes),
    }),
    fc.record({ kind: fc.constant('folder' as const), path: place, mode: fc.constant(0o755) }),
    fc.record({ kind: fc.constant('link' as const), path: place, target: place }),
  )

  it('gives back what was put in, long names too', () => {
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 12 }), (entries) => {
        const archive = Buffer.concat([...tar(entries)])
        expect(archive.length % 512).toBe(0)
        expect(read(untar(archive))).toEqual(read(entries))
      }),
    )
  })

  it('is read by the tar of the system', () => {
    const long = `${'a'.repeat(90)}/${'b'.repeat(90)}/${'c'.repeat(120)}/${'é'.repeat(60)}`
    const entries: TarEntry[] = [
      { kind: 'folder', path: 'bin', mode: 0o755 },
      file('bin/run', 'hello', 0o755),
      { kind: 'link', path: 'sh', target: 'bin/run' },
      file(long, 'far'),
    ]
    const archive = path.join(scratch, 'one.tar')
    writeFileSync(archive, Buffer.concat([...tar(entries)]))
    const folder = mkdtempSync(path.join(scratch, 'tar-'))
    execFileSync('tar', ['-xf', archive, '-C', folder])
    expect(readFileSync(path.join(folder, 'sh'), 'utf8')).toBe('hello')
    expect(readFileSync(path.join(folder, long), 'utf8')).toBe('far')
    const list = execFileSync('tar', ['--numeric-owner', '--utc', '-tvf', archive], { encoding: 'utf8' })
    expect(list).toMatch(/-rwxr-xr-x 0\/0 +5 1970-01-01 00:00 bin\/run/)
  })
})

describe('the OCI archive', () => {
  const settings = {
    ...request,
    user: '10001:10001',
    environment: ['PATH=/bin'],
    entrypoint: ['/bin/run'],
    workingFolder: '/',
    labels: { a: 'b' },
    annotations: { a: 'b' },
  }

  it.each([true, false])('holds layers, settings and digests that agree (compressed: %s)', (compress) => {
    const layers = [layerOf([file('one', '1')], 'first', compress), layerOf([file('two', '2')], 'second', compress)]
    const made = imageOf(layers, settings)
    expect(imageOf(layers, settings)).toEqual(made)
    const opened = openImage(made.archive)
    expect(opened.digest).toBe(made.digest)
    expect(opened.config.config).toMatchObject({ User: '10001:10001', Entrypoint: ['/bin/run'], Labels: { a: 'b' } })
    expect(opened.layers.map(({ comment }) => comment)).toEqual(['first', 'second'])
    expect(opened.layers.flatMap((layer) => read(entriesOf(layer)))).toMatchObject([
      { path: 'one', content: '1' },
      { path: 'two', content: '2' },
    ])
  })

  it('compresses without name, time and system of the builder', () => {
    const { bytes } = layerOf([file('one', '1')], 'first', true)
    expect([...bytes.subarray(0, 10)]).toEqual([31, 139, 8, 0, 0, 0, 0, 0, 0, 255])
  })

  it('is refused when a blob is damaged or missing', () => {
    const { archive } = imageOf([layerOf([file('one', 'what it was')], 'first', false)], settings)
    const damaged = Buffer.from(archive)
    damaged.write('hacked', damaged.indexOf('what it was'))
    expect(() => openImage(damaged)).toThrow(/has other content than its name says/)
    expect(() => openImage(Buffer.concat([...tar([file('index.json', '{}')])]))).toThrow()
    expect(() => openImage(new Uint8Array(1024))).toThrow(/no index\.json: it is no OCI image archive/)
  })

  it('keeps the layers of its base untouched', () => {
    const base = imageOf([layerOf([file('lib/libc.so.6', 'ELF')], 'libraries', true)], settings)
    const archive = path.join(scratch, 'base.tar')
    writeFileSync(archive, base.archive)
    const { layers, digest } = baseOf(archive, architecture, true)
    expect(digest).toBe(base.digest)
    expect(layers[0]!.digest).toBe(openImage(base.archive).layers[0]!.digest)
    expect(layers).toHaveLength(2)
    expect(() => baseOf(archive, 'riscv64', true)).toThrow(/is for \w+64, and the image is made for riscv64/)
  })

  it('lists folders before what lies in them, whatever the names', () => {
    const paths = ordered([file('a/b', ''), file('a.b', ''), file('a/b-c/d', '')])
    expect(paths.map((one) => one.path)).toEqual(['a', 'a/b', 'a/b-c', 'a/b-c/d', 'a.b'])
  })
})

describe('an image of Isolario', () => {
  let control: Built & { readonly opened: OpenedImage }
  let worker: Built & { readonly opened: OpenedImage }
  const build = (kind: ImageKind, more: { readonly revision?: string } = {}) => {
    const built = buildImage({ ...request, kind, bundle, portal, ...more })
    return { ...built, opened: openImage(built.archive) }
  }
  beforeAll(() => {
    control = build('control')
    worker = build('worker', { revision: '0123abc' })
    if (CHROOT.find()) unpackImage(control.opened, root)
    // Two images of 170 MB and six thousand files on disk: long on a busy machine.
  }, 180_000)

  it('has the same digest when all is built again, with other times and masks', () => {
    const copy = path.join(scratch, 'copy')
    makeBundle(copy)
    for (const name of readdirSync(copy)) {
      utimesSync(path.join(copy, name), 1e9, 1e9)
      if (statSync(path.join(copy, name)).isFile()) chmodSync(path.join(copy, name), 0o600)
    }
    const again = buildImage({ ...request, kind: 'control', bundle: copy, portal })
    expect(again.digest).toBe(control.digest)
    expect(again.archive.length).toBe(control.archive.length)
    expect(again.digest).not.toBe(worker.digest)
  })

  it('shares base, Node and packages between control and worker', () => {
    const [a, b] = [control.opened, worker.opened]
    expect(a.layers.map(({ comment }) => comment.replace(/ v?[0-9.]+$/, ''))).toEqual([
      'libraries of the building machine',
      'Node.js',
      'npm packages of package-lock.json',
      'isolario control',
    ])
    expect(a.layers.slice(0, 3).map(({ digest }) => digest)).toEqual(b.layers.slice(0, 3).map(({ digest }) => digest))
  })

  it('says what it is, runs as a numeric user and names its bill of materials', () => {
    const { config, annotations } = worker.opened
    expect(config.config.User).toMatch(/^[1-9]\d{4,}:[1-9]\d{4,}$/)
    expect(config.config.Entrypoint).toEqual(['/usr/local/bin/isolario'])
    expect(annotations).toEqual(config.config.Labels)
    expect(annotations).toMatchObject({
      'org.opencontainers.image.title': 'Isolario worker',
      'org.opencontainers.image.licenses': 'Apache-2.0',
      'org.opencontainers.image.revision': '0123abc',
      'isolario.sbom.path': '/opt/isolario/sbom.cdx.json',
    })
  })

  it('carries the portal in control only, and neither sources nor packages of development in any', () => {
    const entries = (image: OpenedImage) => image.layers.flatMap((one) => [...entriesOf(one)])
    const [inControl, inWorker] = [entries(control.opened), entries(worker.opened)]
    expect(inControl.map((one) => one.path)).toContain('opt/isolario/dist/portal/index.html')
    expect(inWorker.some((one) => one.path.includes('dist/portal'))).toBe(false)
    for (const entry of [...inControl, ...inWorker]) {
      expect(entry.path).not.toMatch(/node_modules\/(vitest|typescript|react)\/|\.ts$|\.map$/)
      if (entry.kind === 'file') expect(entry.mode & 0o6022, entry.path).toBe(0)
    }
  })

  it('keeps what the image of an engine sets in its environment, and finds our command first', () => {
    const engine = imageOf([layerOf([file('opt/engine/run', '#!', 0o755)], 'engine', false)], {
      ...request,
      user: '0:0',
      environment: ['PATH=/opt/engine:/usr/bin', 'ENGINE_DATA=/opt/data=1', 'HOME=/root'],
      entrypoint: ['/opt/engine/run'],
      workingFolder: '/',
      labels: {},
      annotations: {},
    })
    const archive = path.join(scratch, 'engine.tar')
    writeFileSync(archive, engine.archive)
    const built = buildImage({ ...request, kind: 'worker', bundle, portal, base: archive, baseName: 'engine:1' })
    const { config, layers, annotations } = openImage(built.archive)
    expect(config.config.Env).toEqual([
      'PATH=/usr/local/bin:/opt/engine:/usr/bin',
      'ENGINE_DATA=/opt/data=1',
      'HOME=/tmp',
      'NODE_ENV=production',
      'ISOLARIO_DATA=/tmp/isolario',
    ])
    expect(config.config.User).toBe('10001:10001')
    expect(layers[0]!.digest).toBe(openImage(engine.archive).layers[0]!.digest)
    expect(annotations).toMatchObject({
      'org.opencontainers.image.base.name': 'engine:1',
      'org.opencontainers.image.base.digest': engine.digest,
    })
  })

  it.each(['Containerfile', 'Containerfile.engine'])(
    'is made by %s with the same environment, user and command',
    (name) => {
      const text = readFileSync(path.join(ROOT, 'deploy/images', name), 'utf8')
      const { config } = control.opened
      expect(text).toContain(
        `ENV ${Object.entries(OURS)
          .map(([key, value]) => `${key}=${value}`)
          .join(' ')}\n`,
      )
      expect(text).toContain(`USER ${config.config.User}\n`)
      expect(text).toContain(`ENTRYPOINT ${JSON.stringify(config.config.Entrypoint)}\n`)
    },
  )

  it('says in one sentence what is missing', () => {
    const wanted = { root: ROOT, kind: 'control', architecture, bundle, portal: path.join(scratch, 'none') } as const
    expect(() => contentOf(wanted)).toThrow(/none\/index\.html is not there: it should be the built portal/)
  })

  it('lists every package with version, licence and hash', () => {
    const sbom = JSON.parse(control.sbom)
    expect(sbom).toMatchObject({ bomFormat: 'CycloneDX', specVersion: '1.6' })
    const names = sbom.components.map((one: { name: string }) => one.name)
    for (const { name } of runtimePackages(ROOT)) expect(names).toContain(name)
    expect(names).toContain(`node-linux-${architecture === 'arm64' ? 'arm64' : 'x64'}`)
    expect(names).not.toContain('vitest')
    for (const one of sbom.components) {
      expect(one.purl, one.name).toMatch(/^pkg:npm\/(%40[^/]+\/)?[^@]+@\d/)
      expect(one.licenses?.length, `${one.name} has no licence`).toBe(1)
      expect(one.hashes[0].content, one.name).toMatch(/^([0-9a-f]{2})+$/)
    }
    expect(control.sbom).toBe(worker.sbom)
  })

  describeWith(CHROOT, 'entered read-only, as its user', (chroot) => {
    const enter = (...command: readonly string[]) => {
      const [program, args] = entering(chroot!, root, command, false)
      const env = { PATH: '/usr/local/bin:/usr/bin:/bin', HOME: '/tmp' }
      return spawnSync(program, args, { encoding: 'utf8', maxBuffer: 2 ** 26, env })
    }

    it('runs the command', () => {
      const { version } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8'))
      expect(enter('/usr/local/bin/isolario', '--version')).toMatchObject({ status: 0, stdout: `${version}\n` })
    })

    it('computes: every package that the bundle loads is there', () => {
      const { status, stdout, stderr } = enter('/usr/local/bin/isolario', 'estimate', 'spes-uc4', '--json')
      expect(status, stderr).toBe(0)
      expect(JSON.parse(stdout).fissionsPerPrimary).toBeGreaterThan(0)
    })

    it('has no rights and can write nowhere', () => {
      const program = `
        const fs = require('node:fs'), tried = {}
        for (const place of ['/a', '/opt/isolario/a', '/tmp/a', '/usr/local/bin/node'])
          try { fs.writeFileSync(place, 'x'); tried[place] = 'written' } catch (error) { tried[place] = error.code }
        console.log(JSON.stringify({ uid: process.getuid(), gid: process.getgid(), tried }))`
      const { stdout } = enter('/usr/local/bin/node', '-e', program)
      const { uid, gid, tried } = JSON.parse(stdout)
      expect([uid, gid]).toEqual([10001, 10001])
      expect(Object.values(tried)).not.toContain('written')
      expect(existsSync(path.join(root, 'tmp/a'))).toBe(false)
    })

    it('has no shell and no package manager', () => {
      for (const name of ['bin/sh', 'usr/bin/sh', 'bin/bash', 'usr/bin/apt', 'usr/bin/npm']) {
        expect(existsSync(path.join(root, name)), name).toBe(false)
      }
    })
  })
})
