/** What is allowed and probably not meant. */

import { parseNuclide } from '#nuclides/parse.ts'
import type { Millimetres } from '#quantities/units.ts'
import { structuredCopy } from './assignments.ts'
import { fractionOutside } from './beam-spot.ts'
import { type Catalogue, catalogueOf, parameterAt } from './catalogue.ts'
import type { SimulationDocument } from './document.ts'
import { targetDiameter } from './geometry.ts'
import { MIN_GOAL_COUNTS } from './goal.ts'
import { libraryMaterial } from './material-library.ts'
import { inWords, rangeInWords, type Warning } from './problem.ts'
import { roughExitEnergies } from './range-guide.ts'
import { scoringWarnings } from './scoring-checks.ts'

/** Less than this part of the beam beside the target is not worth a word. */
const MISSED_FRACTION = 0.001
/** Density may exceed that of the solid by this much: handbooks differ among each other. */
const DENSITY_MARGIN = 1.05
/** Chain yield per primary of a good fission product in the SPES target (target-and-beam 2.1): for guesses only. */
const GOOD_YIELD_PER_PRIMARY = 2e-4

/** All warnings of a checked document. */
export function warningsOf(document: SimulationDocument, catalogue: Catalogue = catalogueOf()): readonly Warning[] {
  return [
    ...unusualValues(document, catalogue),
    ...beamWarnings(document),
    ...densityWarnings(document),
    ...mixtureWarnings(document),
    ...scoringWarnings(document),
    ...goalWarnings(document),
  ]
}

function unusualValues(document: SimulationDocument, catalogue: Catalogue): readonly Warning[] {
  const warnings: Warning[] = []
  const visit = (value: unknown, path: string, kind: string | undefined): void => {
    if (typeof value === 'number') {
      const parameter = parameterAt(catalogue, path, kind)
      if (!parameter) return
      const { sensibleMin: min, sensibleMax: max, unit, title } = parameter
      if ((min === null || value >= min) && (max === null || value <= max)) return
      const range = rangeInWords(min, max, unit)
      warnings.push({
        code: 'VALUE_UNUSUAL',
        path,
        message: `${title} (${path}) is ${inWords(value)}${unit ? ` ${unit}` : ''}; usual: ${range}.`,
        ...(unit === null ? {} : { unit }),
        allowed: range,
        received: String(value),
      })
      return
    }
    if (typeof value !== 'object' || value === null) return
    const own = (value as { readonly kind?: unknown }).kind
    for (const [step, member] of Object.entries(value)) {
      visit(member, path === '' ? step : `${path}.${step}`, typeof own === 'string' ? own : undefined)
    }
  }
  visit(structuredCopy(document), '', undefined)
  return warnings
}

function beamWarnings({ setup, operation }: SimulationDocument): readonly Warning[] {
  const warnings: Warning[] = []
  const { layers } = setup.target
  const exits = roughExitEnergies(setup)
  const stopped = exits.indexOf(0 as never)
  const lastTarget = layers.findLastIndex(({ role }) => role === 'target')
  if (stopped >= 0 && stopped < lastTarget) {
    const later = layers.slice(stopped + 1).filter(({ role }) => role === 'target')
    warnings.push({
      code: 'BEAM_STOPS_EARLY',
      path: `setup.target.layers.${stopped}`,
      message:
        `The beam of ${setup.beam.energyMeV} MeV stops in ${layers[stopped]!.name}; ` +
        `${later.length === 1 ? `${later[0]!.name} gets` : `${later[0]!.name} and what follows get`} no beam. ` +
        'Make the layers thinner or lighter, or raise the energy.',
    })
  }
  if (stopped < 0 && layers.at(-1)?.role === 'dump') {
    warnings.push({
      code: 'BEAM_PASSES_DUMPS',
      path: `setup.target.layers.${layers.length - 1}`,
      message: `The beam leaves the last dump with about ${Math.round(exits.at(-1)!)} MeV. Make the dumps thicker.`,
      unit: 'MeV',
    })
  }
  const missed = fractionOutside(setup.beam.shape, (targetDiameter(layers) / 2) as Millimetres)
  if (missed > MISSED_FRACTION) {
    warnings.push({
      code: 'BEAM_MISSES_TARGET',
      path: 'setup.beam.shape',
      message: `${(100 * missed).toPrecision(3)} % of the beam passes beside the smallest target layer and makes nothing there; rates at the stated current count it.`,
    })
  }
  if (operation.dutyCycle === 0) {
    const message =
      'The duty cycle is 0: the beam is never on, so every activity is zero. Production rates are stated for beam on.'
    warnings.push({ code: 'BEAM_OFF', path: 'operation.dutyCycle', message, received: '0' })
  }
  return warnings
}

function densityWarnings({ setup }: SimulationDocument): readonly Warning[] {
  return setup.target.layers.flatMap(({ name, material, densityGramPerCm3 }, index): readonly Warning[] => {
    const solid = libraryMaterial(material)?.solidGramPerCm3
    if (solid === undefined || densityGramPerCm3 <= solid * DENSITY_MARGIN) return []
    return [
      {
        code: 'DENSITY_ABOVE_SOLID',
        path: `setup.target.layers.${index}.densityGramPerCm3`,
        message: `Layer ${name}: ${densityGramPerCm3} g/cm3 is more than ${material} without any pores, ${solid} g/cm3.`,
        unit: 'g/cm3',
        allowed: `up to ${solid} g/cm3`,
        received: String(densityGramPerCm3),
      },
    ]
  })
}

function mixtureWarnings({ setup }: SimulationDocument): readonly Warning[] {
  const { layers, materials } = setup.target
  const used = new Set<string>()
  const mark = (name: string): void => {
    if (used.has(name) || !Object.hasOwn(materials, name)) return
    used.add(name)
    for (const { of } of materials[name]!.components) mark(of)
  }
  for (const { material } of layers) mark(material)
  return Object.keys(materials).flatMap((key): readonly Warning[] => {
    if (used.has(key)) return []
    const message = `No layer uses the mixture ${key}.`
    return [{ code: 'MIXTURE_UNUSED', path: `setup.target.materials.${key}`, message }]
  })
}

function goalWarnings({ job }: SimulationDocument): readonly Warning[] {
  const { goal } = job
  if (goal.kind !== 'statistical-error') return []
  const warnings: Warning[] = []
  const counts = Math.max(MIN_GOAL_COUNTS, (100 / goal.relativePercent) ** 2)
  const guess = counts / GOOD_YIELD_PER_PRIMARY
  if (guess > goal.maxPrimaries) {
    warnings.push({
      code: 'GOAL_FAR',
      path: 'job.goal.relativePercent',
      message: `${goal.relativePercent} % needs about ${inWords(Number(guess.toPrecision(1)))} primaries for a frequent fission product; the job ends at ${inWords(goal.maxPrimaries)} in any case.`,
      unit: '%',
    })
  }
  for (const [index, text] of goal.nuclides.entries()) {
    const parsed = parseNuclide(text)
    if (!parsed.ok || parsed.note === null) continue
    warnings.push({
      code: 'ISOMER_MEANT',
      path: `job.goal.nuclides.${index}`,
      message: `${parsed.note}.`,
      received: text,
    })
  }
  return warnings
}
