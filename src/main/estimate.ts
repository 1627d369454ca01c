/** The built-in engine's estimate of a document, for the command line. */

import { CliError } from '#cli/exit-codes.ts'
import { describeEstimate } from '#engines/builtin/describe-estimate.ts'
import { builtinEngine } from '#engines/builtin/engine.ts'
import { regionsOf } from '#engines/engine/describe-result.ts'
import type { ResultDocument } from '#results/document.ts'
import { setupDigest } from '#simulation/digest.ts'
import type { SimulationDocument } from '#simulation/document.ts'
import { VERSION } from './root.ts'

/** @throws CliError `REGION_UNKNOWN`, `ESTIMATE_REFUSED`. */
export function estimateResult(document: SimulationDocument, region = 'total'): ResultDocument {
  const { setup, operation } = document
  checkRegion(region, regionsOf(setup))
  const origin = { version: VERSION, setupDigest: setupDigest(setup), jobKey: null, replay: false }
  const result = describeEstimate(setup, operation, { region }, origin)
  if (result) return result
  const remarks = builtinEngine.check(setup)
  throw new CliError(
    'BAD_INPUT',
    'ESTIMATE_REFUSED',
    'The built-in engine can estimate nothing of this setup.',
    remarks,
  )
}

export function checkRegion(region: string, known: readonly string[]): void {
  if (known.includes(region)) return
  throw new CliError(
    'BAD_INPUT',
    'REGION_UNKNOWN',
    `There is no region "${region}"; this target has ${known.join(', ')}.`,
  )
}
