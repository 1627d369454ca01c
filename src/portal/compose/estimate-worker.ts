/** The estimate of the built-in engine, away from the page: the same code that the service and the command line use. */

import { builtinEngine, estimateSetup } from '#engines/builtin/engine.ts'
import { describeResult } from '#inventory/report.ts'
import { nuclearDataSources } from '#nuclides/sources.ts'
import type { ResultDocument } from '#results/document.ts'
import { setupDigest } from '#simulation/digest.ts'
import type { SimulationDocument } from '#simulation/document.ts'
import type { EstimateAnswer, EstimateQuestion } from './estimate.ts'

const { id, version, standIn } = builtinEngine.identity

function answerTo({ id: question, document, region }: EstimateQuestion): EstimateAnswer {
  const began = performance.now()
  const { remarks, estimate, yields } = estimateSetup(document.setup)
  const result = estimate && yields ? describe(document, estimate, region) : null
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

type Estimate = NonNullable<ReturnType<typeof estimateSetup>['estimate']>

function describe(document: SimulationDocument, estimate: Estimate, region: string): ResultDocument {
  const { setup, operation } = document
  return describeResult({
    estimate,
    // A layer that makes nothing has no region of its own: the whole target stands in, as the result says.
    region: estimate.regions.includes(region) ? region : 'total',
    currentMicroampere: operation.currentMicroampere,
    cutDays: operation.cumulativeCutDays,
    coverage: builtinEngine.coverage(setup),
    modelError: (zai, kind) => builtinEngine.modelError(setup, zai, kind),
    engine: { id, version, standIn },
    notes: [],
    provenance: {
      isolario: version,
      setupDigest: setupDigest(setup),
      nuclearData: nuclearDataSources.map(({ name, version: of, citation }) => ({ name, version: of, citation })),
      jobKey: null,
      replay: false,
    },
    layers: estimate.layers,
  })
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
