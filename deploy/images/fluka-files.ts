/**
 * What belongs to FLUKA and may never lie in a file of ours: its licence lets a site use it and lets nobody pass it on.
 * Names as its two lines install them: `bin/rfluka`, `bin/fluka`, `data/` (CERN); `flutil/rfluka`, `flukahp`, includes
 * with brackets (INFN).
 */

import { entriesOf, type Layer } from './oci.ts'

/** Programs, libraries, Fortran includes, and data that FLUKA reads in binary form. */
const NAMES = [
  /^(rfluka|lfluka|fff|ldpmqmd|ldpm3qmd|fluka|fluka\.exe|flukahp|flukadpm3|fluka.*-(dpmjet|rqmd).*)$/,
  /^us(bsuw|xsuw|rsuw|tsuw|ysuw|xrea|brea|trea|rsuwev)$|^detsuw$/,
  /^lib(fluka|dpmjet|rqmd|dpmmod|interface).*\.(a|so|so\..*)$/,
  /^\([A-Z0-9]{2,8}\)$/,
  /^(neuxsc|xsneut|nuclear|sigmapi|elasct|sidae|brems|cohff|gxsect|xnloan|fluodt|dnr|random|neuxs).*\.(bin|dat)$/i,
  /^fluka-?\d[\w.-]*\.(tar|tgz|tar\.gz|deb|rpm|zip)$/i,
]

/** Those of the paths that are named as a file of FLUKA is. */
export const flukaFilesAmong = (paths: Iterable<string>): readonly string[] =>
  [...paths].filter((one) => NAMES.some((name) => name.test(one.slice(one.lastIndexOf('/') + 1))))

/** Where the two lines keep the script that runs FLUKA, below the folder of an installation. */
export const FLUKA_SCRIPTS = ['bin/rfluka', 'flutil/rfluka'] as const

/**
 * Looks for FLUKA in the image of a site.
 * @param folder absolute path of the installation in the image
 * @returns the path of the script, without the slash in front
 * @throws Error in a sentence, when it is not there
 */
export function flukaIn(layers: readonly Layer[], folder: string): string {
  const wanted = FLUKA_SCRIPTS.map((script) => `${folder.replace(/^\/+|\/+$/g, '')}/${script}`)
  // A later layer may have taken a file away: `.wh.NAME` stands for that (image-spec, layer.md).
  const found = new Set<string>()
  for (const layer of layers) {
    for (const { path } of entriesOf(layer, 'skip')) {
      if (wanted.includes(path)) found.add(path)
      const [, before = '', hidden] = /^(.*\/)?\.wh\.([^/]+)$/.exec(path) ?? []
      if (hidden !== undefined)
        for (const one of wanted) if (`${one}/`.startsWith(`${before}${hidden}/`)) found.delete(one)
    }
  }
  const script = wanted.find((one) => found.has(one))
  if (script !== undefined) return script
  throw new Error(
    `The base has neither /${wanted.join(' nor /')}: expected the folder of an installed FLUKA, as /opt/fluka4-4.1. ` +
      'FLUKA is never part of Isolario: the base is an image of the site with its own, licensed FLUKA in it.',
  )
}
