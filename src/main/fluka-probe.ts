/** Finds out what the FLUKA of this machine is by running it on a deck that asks for nothing: without START it only reads. */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { causeOf } from '#engines/fluka/run/cause.ts'
import { type ListingVersion, readListing } from '#engines/fluka/run/listing.ts'
import { DECK_FILE, ERRORS_FILE, LISTING_FILE, LOG_FILE, RUN_NAME, WORK_FOLDER } from '#engines/fluka/run/run-files.ts'
import type { FlukaProgram, FlukaSite } from '#engines/fluka/site.ts'
import { runProgram } from '#worker/program-run.ts'

const LIMITS = { timeSeconds: 120, memoryMebibytes: 4096 }
const OUTPUT_BYTES = 64 * 2 ** 20

/** A beam into a ball of carbon, without START: the deck is read and repeated, and nothing is transported. */
const DECK = `TITLE
Isolario asks for the version
DEFAULTS                                                              PRECISIO
BEAM           -0.04                                                  PROTON
BEAMPOS          0.0       0.0       -5.
GEOBEGIN                                                              COMBNAME
    0    0          Ball
SPH black      0.0 0.0 0.0 100.
SPH void       0.0 0.0 0.0 50.
SPH ball       0.0 0.0 0.0 1.
END
BLKBODY      5 +black -void
VOID         5 +void -ball
BALL         5 +ball
END
GEOEND
ASSIGNMA    BLCKHOLE   BLKBODY
ASSIGNMA      VACUUM      VOID
ASSIGNMA      CARBON      BALL
RANDOMIZ          1.        1.
STOP
`

export type Probe =
  | { readonly kind: 'version'; readonly found: ListingVersion }
  /** Why it is not known, as a sentence. */
  | { readonly kind: 'unknown'; readonly sentence: string }

/** @param site with a program that is not the stand-in's */
export async function probeFluka(site: FlukaSite, program: FlukaProgram): Promise<Probe> {
  const root = mkdtempSync(path.join(tmpdir(), 'isolario-probe-'))
  try {
    const listings = [LISTING_FILE, `${WORK_FOLDER}/${LISTING_FILE}`]
    const { ending, outputs } = await runProgram({
      input: {
        files: [{ name: DECK_FILE, content: DECK }],
        program: program.program,
        args: [...program.args, '-N0', '-M1', DECK_FILE],
        environment: program.environment,
        outputs: listings,
        diagnostics: [LISTING_FILE, ERRORS_FILE, LOG_FILE].flatMap((name) => [name, `${WORK_FOLDER}/${name}`]),
      },
      folder: path.join(root, RUN_NAME),
      limits: LIMITS,
      outputBytes: OUTPUT_BYTES,
      onLine: () => undefined,
      abandon: new AbortController().signal,
    })
    for (const bytes of outputs.values()) {
      const { version } = readListing(Buffer.from(bytes).toString('latin1'))
      if (version) return { kind: 'version', found: version }
    }
    return { kind: 'unknown', sentence: causeOf(ending, site.label).message }
  } catch (error) {
    return { kind: 'unknown', sentence: (error as Error).message }
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
}
