/** The estimate of the built-in engine, away from the page: the same code that the service and the command line use. */

import { describeEstimate } from '#engines/builtin/describe-estimate.ts'
import { estimateSetup } from '#engines/builtin/engine.ts'
import type { ResultDocument } from '#results/document.ts'
import { setupDigest } from '#simulation/digest.ts'
import type { SimulationDocument } from '#simulation/document.ts'
import type { EstimateAnswer, EstimateQuestion } from './estimate.ts'

/** Version of the product; vite.config.ts puts it in. */
declare const __ISOLARIO_VERSION__: string

function answerTo({ id: question, document, region }: EstimateQuestion): EstimateAnswer {
  const began = performance.now()
  const { remarks, estimate, yields } = estimateSetup(document.setup)
  const result = estimate && yields ? describe(document, estimate.regions, region) : null
  return {
    id: question,
    result,
    beam: estimate && {
      layers: estimate.layers,
      missed: estimate.missed,
      leaving: estimate.leaving,
      exitEnergyMeV: estimate.exitEnergyMeV,
    },
    remarks,
    milliseconds: performance.now() - began,
    broken: null,
  }
}

function describe(
  { setup, operation }: SimulationDocument,
  regions: readonly string[],
  wanted: string,
): ResultDocument | null {
  // A layer that makes nothing has no region of its own: the whole target stands in, as the result says.
  const region = regions.includes(wanted) ? wanted : 'total'
  const origin = { version: __ISOLARIO_VERSION__, setupDigest: setupDigest(setup), jobKey: null, replay: false }
  return describeEstimate(setup, operation, { region }, origin, 'without')
}

self.onmessage = ({ data }: MessageEvent<EstimateQuestion>) => {
  try {
    self.postMessage(answerTo(data))
  } catch (error) {
    const broken = error instanceof Error ? error.message : String(error)
    const answer: EstimateAnswer = { id: data.id, result: null, beam: null, remarks: [], milliseconds: 0, broken }
    self.postMessage(answer)
  }
}
