/**
 * An image for FLUKA above a site's own base. The base here is ours, with the stand-in where FLUKA would be; what is looked
 * at is the way in: that the builder finds it, that a task runs in it without rights, and that no file of FLUKA is ours.
 */

import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ResultDocument } from '#results/document.ts'
import { CHROOT, describeWith } from '#test/needs.ts'
import { buildImage, OURS } from '../../deploy/images/build.ts'
import { contentOf } from '../../deploy/images/content.ts'
import { flukaFilesAmong, flukaIn } from '../../deploy/images/fluka-files.ts'
import { entriesOf, openImage } from '../../deploy/images/oci.ts'
import { entering, makeBundle, unpackImage } from './entered-image.ts'
import { baseOfSite, file, REQUEST } from './fluka-base.ts'
import { ROOT } from './render.ts'

const scratch = mkdtempSync(path.join(tmpdir(), 'isolario-fluka-image-'))
const bundle = path.join(scratch, 'bundle')
const request = { ...REQUEST, kind: 'worker', bundle, portal: path.join(scratch, 'none') } as const

beforeAll(() => makeBundle(bundle))
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

/** The two lines as they install themselves; the stand-in tells one version in its listing whatever it lies in. */
const SITES = [
  {
    name: 'FLUKA 4 of CERN',
    folder: '/opt/fluka4-4.1',
    version: 'cern 4-STAND-IN',
    files: ['bin/rfluka', 'bin/fluka', 'data/neuxsc.bin'],
  },
  {
    name: 'FLUKA of INFN',
    folder: '/usr/local/fluka',
    version: 'infn 4-STAND-IN',
    files: ['flutil/rfluka', 'flukahp', 'xnloan.dat'],
  },
] as const
describe.each(SITES)('an image for $name', (site) => {
  const { folder, version } = site
  const root = path.join(scratch, path.basename(folder))
  const base = baseOfSite(scratch, site)
  let built: ReturnType<typeof build>
  const build = () => {
    const made = buildImage({ ...request, base: base.archive, baseName: 'site/fluka:1', fluka: { folder, version } })
    return { ...made, opened: openImage(made.archive) }
  }
  beforeAll(() => {
    built = build()
    if (CHROOT.find()) unpackImage(built.opened, root)
  }, 180_000)

  it('says what it is, whose FLUKA it holds, and where', () => {
    const { config, annotations } = built.opened
    expect(annotations).toEqual(config.config.Labels)
    expect(annotations).toMatchObject({
      'org.opencontainers.image.title': 'Isolario worker for FLUKA',
      'org.opencontainers.image.licenses': 'Apache-2.0 AND LicenseRef-FLUKA',
      'org.opencontainers.image.base.name': 'site/fluka:1',
      'isolario.engine': 'fluka',
      'isolario.engine.version': version,
      'isolario.sbom.path': '/opt/isolario/sbom.cdx.json',
    })
    expect(config.config.User).toBe('10001:10001')
    expect(config.config.Env).toEqual(
      expect.arrayContaining([`FLUPRO=${folder}`, `ISOLARIO_FLUKA=${folder}`, `ISOLARIO_FLUKA_VERSION=${version}`]),
    )
    expect(build().digest).toBe(built.digest)
  })

  it("keeps the site's layers bit by bit, and puts nothing into FLUKA's folder", () => {
    const { layers } = built.opened
    const theirs = base.layers.map(({ digest }) => digest)
    expect(layers.slice(0, theirs.length).map(({ digest }) => digest)).toEqual(theirs)
    const ours = layers.slice(theirs.length).flatMap((layer) => [...entriesOf(layer)].map((entry) => entry.path))
    expect(ours.length).toBeGreaterThan(1000)
    expect(ours.filter((one) => one.startsWith(`${folder.slice(1)}/`))).toEqual([])
    expect(flukaFilesAmong(ours)).toEqual([])
    expect(JSON.stringify(JSON.parse(built.sbom).components)).not.toMatch(/fluka/i)
  })

  describeWith(CHROOT, 'entered read-only, as its user', (chroot) => {
    const enter = (...command: readonly string[]) => {
      const [program, args] = entering(chroot!, root, command, true, true)
      const { Env = [] } = built.opened.config.config
      const env = Object.fromEntries(
        Env.map((one) => [one.slice(0, one.indexOf('=')), one.slice(one.indexOf('=') + 1)]),
      )
      return spawnSync(program, args, { encoding: 'utf8', maxBuffer: 2 ** 26, env: { ...env, PATH: process.env.PATH } })
    }

    it('finds it', () => {
      const { stdout, stderr } = enter('/usr/local/bin/isolario', 'doctor')
      expect(stdout, stderr).toMatch(/engine fluka.*FLUKA 4-STAND-IN/)
    })

    it('runs a task', { timeout: 240_000 }, () => {
      const run = ['run', '--engine', 'fluka', '--primaries', '2000', '--batch-histories', '1000', '--json']
      const { status, stdout, stderr } = enter('/usr/local/bin/isolario', ...run)
      expect(status, stderr).toBe(0)
      const result = JSON.parse(stdout) as ResultDocument
      expect(result).toMatchObject({ primaries: 2000, batches: 2, engine: { id: 'fluka' } })
      expect(result.engine.version).toBe(`1.0+${version.replace(' ', '.')}`)
      expect(result.residuals.some(({ independent }) => (independent.perPrimary ?? 0) > 0)).toBe(true)
    })
  })
})

describe('an image without what it needs', () => {
  const [cern] = SITES
  const build = (more: object) => () =>
    buildImage({ ...request, fluka: { folder: cern.folder, version: 'cern 4-4.1' }, ...more })

  it('is refused in a sentence', () => {
    const { archive } = baseOfSite(scratch, { folder: '/opt/other', files: ['bin/rfluka'] })
    expect(build({ base: archive })).toThrow(/neither \/opt\/fluka4-4\.1\/bin\/rfluka nor .* never part of Isolario/)
    expect(build({})).toThrow(/needs --base/)
    expect(build({ base: archive, fluka: { folder: 'opt/fluka', version: 'cern 4-4.1' } })).toThrow(/absolute path/)
    expect(build({ base: archive, fluka: { folder: '/opt', version: '4-4.1' } })).toThrow(/takes flavour and version/)
    expect(build({ kind: 'control', base: archive, portal: bundle })).toThrow()
  })

  it('does not take what a later layer took away', () => {
    const { layers } = baseOfSite(scratch, cern, [file('opt/fluka4-4.1/.wh.bin', '')])
    expect(() => flukaIn(layers, cern.folder)).toThrow(/has neither/)
    expect(flukaIn(layers.slice(0, 2), cern.folder)).toBe('opt/fluka4-4.1/bin/rfluka')
  })
})

describe('no file of FLUKA', () => {
  const repository = () =>
    execFileSync('git', ['ls-files', '-z'], { cwd: ROOT, encoding: 'utf8', maxBuffer: 2 ** 26 })
      .split('\0')
      .filter((one) => one !== '')

  it('is known by no name that it has', () => {
    const theirs = SITES.flatMap(({ files }) => [...files])
    expect(flukaFilesAmong(theirs)).toEqual(theirs)
    expect(flukaFilesAmong(['lib/libflukahp.a', 'flukapro/(DBLPRC)', 'a/fluka-4-4.1.tgz', 'bin/usbsuw'])).toHaveLength(
      4,
    )
    expect(
      flukaFilesAmong(['bin/rfluka-stand-in.mjs', 'src/stand-in/rfluka.ts', 'docs/fluka.md', 'a/data.bin']),
    ).toEqual([])
  })

  it('lies in the repository, and so none in the package', () => {
    const files = repository()
    expect(files.length).toBeGreaterThan(500)
    expect(flukaFilesAmong(files)).toEqual([])
  })

  it('gets into an image: one in the bundle ends the build', () => {
    const copy = path.join(scratch, 'with-data')
    makeBundle(copy)
    writeFileSync(path.join(copy, 'neuxsc.bin'), '')
    const wanted = { ...request, root: ROOT, bundle: copy }
    expect(() => contentOf(wanted)).toThrow(/dist\/isolario\/neuxsc\.bin: named as a file of FLUKA is/)
  })

  it('is copied by the Containerfile, which takes our two places only', () => {
    const text = readFileSync(path.join(ROOT, 'deploy/images/Containerfile.fluka'), 'utf8')
    expect(text.match(/^COPY.*$/gm)).toEqual([
      'COPY --from=worker /usr/local/bin/node /usr/local/bin/isolario /usr/local/bin/',
      'COPY --from=worker /opt/isolario /opt/isolario',
    ])
    expect(text).not.toMatch(/^ADD|https?:\/\/|^ARG \w+=/m)
    expect(text).toContain(
      `ENV ${Object.entries(OURS)
        .map(([key, value]) => `${key}=${value}`)
        .join(' ')}\n`,
    )
    expect(text).toMatch(/^ENV ISOLARIO_FLUKA="\$\{FLUKA_FOLDER\}" ISOLARIO_FLUKA_VERSION="\$\{FLUKA_VERSION\}"$/m)
    expect(text).toContain('USER 10001:10001\n')
    expect(text).toContain('ENTRYPOINT ["/usr/local/bin/isolario"]\n')
  })
})
