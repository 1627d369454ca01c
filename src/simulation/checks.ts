/** What a schema cannot see: relations between fields. Every finding is a problem; none ends the search. */

import { formatNuclide } from '#nuclides/names.ts'
import { parseNuclide } from '#nuclides/parse.ts'
import type { Catalogue } from './catalogue.ts'
import { type Goal, MAX_PRIMARIES, type SimulationDocument } from './document.ts'
import { MIN_GOAL_COUNTS } from './goal.ts'
import { materialLibrary } from './material-library.ts'
import { compositionOf, failureInWords, isBuiltIn } from './materials.ts'
import { nearestWord } from './nearest-word.ts'
import { batchHistoriesOf, batchLimit, primariesPerPoint } from './plan.ts'
import { inWords, oneOf, type Problem, quoted, rangeInWords } from './problem.ts'
import { routineProblems } from './routines.ts'
import { scannable, scannablePaths } from './scan.ts'
import { scoringProblems } from './scoring-checks.ts'

/** Region name that results use for the whole stack; simulation may not import results, so the word stands here too. */
const RESERVED_LAYER_NAMES = new Set(['total'])

/** Mixtures that one document may define. */
export const MAX_MIXTURES = 100

/** All relations of a document whose fields are right one by one. */
export function relationProblems(document: SimulationDocument, catalogue: Catalogue): readonly Problem[] {
  return [
    ...layerProblems(document),
    ...materialProblems(document),
    ...scoringProblems(document),
    ...templateProblems(document),
    ...scanProblems(document, catalogue),
    ...goalProblems(document.job.goal),
    ...planProblems(document),
  ]
}

function templateProblems({ setup: { engine } }: SimulationDocument): readonly Problem[] {
  if (engine.id !== 'fluka') return []
  return routineProblems(engine.template?.routines ?? [], 'setup.engine.template.routines')
}

function layerProblems({ setup }: SimulationDocument): readonly Problem[] {
  const problems: Problem[] = []
  const { layers } = setup.target
  const firstWithName = new Map<string, number>()
  for (const [index, { name }] of layers.entries()) {
    const path = `setup.target.layers.${index}.name`
    const first = firstWithName.get(name)
    if (first !== undefined) {
      const message = `Layer ${index + 1} has the name "${name}" of layer ${first + 1}; results are kept by layer name, so give each its own.`
      problems.push({ code: 'LAYER_NAME_REPEATED', path, message, received: quoted(name) })
    } else firstWithName.set(name, index)
    if (RESERVED_LAYER_NAMES.has(name)) {
      const message = `A layer cannot be called "${name}": results use it for the sum over all layers. Choose another name.`
      problems.push({ code: 'LAYER_NAME_RESERVED', path, message, received: quoted(name) })
    }
  }
  if (!layers.some(({ role }) => role === 'target')) {
    const message = 'No layer has the role "target", so nothing would be scored. Set the role of at least one layer.'
    problems.push({
      code: 'TARGET_LAYER_MISSING',
      path: 'setup.target.layers',
      message,
      allowed: 'at least one target',
    })
  }
  return problems
}

function materialProblems({ setup }: SimulationDocument): readonly Problem[] {
  const { layers, materials, uranium235Percent } = setup.target
  const keys = Object.keys(materials)
  if (keys.length > MAX_MIXTURES) {
    const message = `The document defines ${keys.length} mixtures; at most ${MAX_MIXTURES} are allowed.`
    return [
      {
        code: 'LIST_TOO_LONG',
        path: 'setup.target.materials',
        message,
        allowed: `at most ${MAX_MIXTURES} entries`,
        received: `${keys.length} entries`,
      },
    ]
  }
  const problems: Problem[] = []
  const names = [...keys, ...materialLibrary.map(({ key }) => key)]
  const advice = (name: string): string => {
    const near = nearestWord(name, names)
    return near ? ` Did you mean ${near}?` : ` The library has ${oneOf(names.slice(0, 40))}.`
  }
  const inCycle = new Set<string>()
  for (const [key, mixture] of Object.entries(materials)) {
    const path = `setup.target.materials.${key}`
    if (isBuiltIn(key)) {
      const message = `A mixture cannot be called "${key}": an element, a nuclide or a material of the library has this name. Choose another one.`
      problems.push({ code: 'MATERIAL_KEY_TAKEN', path, message, received: quoted(key) })
    }
    for (const [index, { of }] of mixture.components.entries()) {
      if (Object.hasOwn(materials, of)) continue
      const found = compositionOf(of, materials, uranium235Percent)
      if (found.ok) continue
      const natural = found.failure.cause === 'not-natural'
      const message = `${failureInWords(found.failure)}${natural ? '' : advice(of)}`
      problems.push({
        code: natural ? 'COMPONENT_NOT_NATURAL' : 'COMPONENT_UNKNOWN',
        path: `${path}.components.${index}.of`,
        message,
        received: quoted(of),
      })
    }
    if (isBuiltIn(key)) continue
    const whole = compositionOf(key, materials, uranium235Percent)
    // A cycle is told once, at the first of its mixtures, and not again at every mixture that leads into it.
    if (!whole.ok && whole.failure.cause === 'cycle' && !whole.failure.chain.some((name) => inCycle.has(name))) {
      for (const name of whole.failure.chain) inCycle.add(name)
      const message = `${failureInWords(whole.failure)} Take one of these components out.`
      problems.push({ code: 'MATERIAL_CYCLE', path: `setup.target.materials.${whole.failure.chain[0]}`, message })
    }
  }
  for (const [index, { name, material }] of layers.entries()) {
    if (Object.hasOwn(materials, material)) continue
    const found = compositionOf(material, materials, uranium235Percent)
    if (found.ok) continue
    const natural = found.failure.cause === 'not-natural'
    const message = `Material of layer ${name}: ${failureInWords(found.failure)}${natural ? '' : advice(material)}`
    problems.push({
      code: natural ? 'COMPONENT_NOT_NATURAL' : 'MATERIAL_UNKNOWN',
      path: `setup.target.layers.${index}.material`,
      message,
      received: quoted(material),
    })
  }
  return problems
}

function scanProblems(document: SimulationDocument, catalogue: Catalogue): readonly Problem[] {
  const { scan } = document.job
  if (!scan) return []
  const path = 'job.scan.parameter'
  const found = scannable(document, scan.parameter, catalogue)
  if (!found.ok) {
    const paths = scannablePaths(document, catalogue)
    const near = nearestWord(scan.parameter, paths)
    const advice = near ? `Did you mean ${near}?` : `For example ${paths[0] ?? 'setup.beam.energyMeV'}.`
    const known =
      found.cause === 'unknown' ? 'is not a parameter of this setup' : 'is not a number, so it cannot be scanned'
    return [
      {
        code: found.cause === 'unknown' ? 'SCAN_PARAMETER_UNKNOWN' : 'SCAN_PARAMETER_NOT_NUMBER',
        path,
        message: `"${scan.parameter}" ${known}. ${advice}`,
        received: quoted(scan.parameter),
      },
    ]
  }
  const { parameter } = found
  const range = rangeInWords(parameter.min, parameter.max, parameter.unit)
  const common = { ...(parameter.unit === null ? {} : { unit: parameter.unit }), ...(range ? { allowed: range } : {}) }
  const problems: Problem[] = []
  const seen = new Set<number>()
  for (const [index, value] of scan.values.entries()) {
    const place = `job.scan.values.${index}`
    const low = parameter.min !== null && value < parameter.min
    const high = parameter.max !== null && value > parameter.max
    const unit = parameter.unit ? ` ${parameter.unit}` : ''
    const whole = parameter.type === 'integer' && !Number.isInteger(value)
    if (low || high || whole) {
      const message = `Scan value ${inWords(value)}${unit} is outside the range of ${parameter.title} (${scan.parameter}): ${whole ? 'whole number, ' : ''}${range}.`
      problems.push({ code: 'SCAN_VALUE_OUT_OF_RANGE', path: place, message, ...common, received: String(value) })
    }
    if (seen.has(value)) {
      const message = `Scan value ${inWords(value)}${unit} stands twice; both points would hold the same. Keep one.`
      problems.push({ code: 'SCAN_VALUE_REPEATED', path: place, message, ...common, received: String(value) })
    }
    seen.add(value)
  }
  return problems
}

function goalProblems(goal: Goal): readonly Problem[] {
  if (goal.kind !== 'statistical-error') return []
  const problems: Problem[] = []
  const seen = new Set<string>()
  for (const [index, text] of goal.nuclides.entries()) {
    const path = `job.goal.nuclides.${index}`
    const parsed = parseNuclide(text)
    if (!parsed.ok) {
      problems.push({ code: 'GOAL_NUCLIDE_UNKNOWN', path, message: `${parsed.reason}.`, received: quoted(text) })
      continue
    }
    if (seen.has(parsed.name)) {
      const message = `${parsed.name} stands twice in the goal; keep one.`
      problems.push({ code: 'GOAL_NUCLIDE_REPEATED', path, message, received: quoted(text) })
    }
    seen.add(parsed.name)
  }
  // Even if every primary made the nuclide, the error could not fall below one over the root of the primaries.
  const needed = Math.max(MIN_GOAL_COUNTS, Math.ceil((100 / goal.relativePercent) ** 2))
  if (goal.maxPrimaries < needed) {
    const message = `A statistical error of ${goal.relativePercent} % needs at least ${inWords(needed)} counts, and at most ${inWords(goal.maxPrimaries)} primaries are allowed. Allow more primaries or a larger error.`
    problems.push({
      code: 'GOAL_OUT_OF_REACH',
      path: 'job.goal.maxPrimaries',
      message,
      allowed: `at least ${inWords(needed)}`,
      received: String(goal.maxPrimaries),
    })
  }
  return problems
}

function planProblems({ job }: SimulationDocument): readonly Problem[] {
  const points = job.scan?.values.length ?? 1
  const each = primariesPerPoint(job)
  const problems: Problem[] = []
  if (points * each > MAX_PRIMARIES) {
    const message = `${points} scan points of ${inWords(each)} primaries are ${inWords(points * each)} in all; one job may have ${inWords(MAX_PRIMARIES)}. Ask for fewer points or primaries.`
    problems.push({
      code: 'SCAN_TOO_MANY_PRIMARIES',
      path: 'job.scan.values',
      message,
      allowed: `at most ${inWords(MAX_PRIMARIES)} primaries`,
      received: String(points * each),
    })
  }
  const batch = batchHistoriesOf(job)
  const batches = Math.ceil(each / batch)
  const limit = batchLimit(job)
  if (batches > limit) {
    const least = Math.ceil(each / limit)
    const message = `Batches of ${inWords(batch)} histories cut a point of ${inWords(each)} primaries into ${inWords(batches)}; at most ${inWords(limit)} are kept. Make them at least ${inWords(least)} histories large, or leave the field empty.`
    problems.push({
      code: 'PLAN_TOO_MANY_BATCHES',
      path: 'job.batchHistories',
      message,
      allowed: `at least ${inWords(least)}`,
      received: String(batch),
    })
  }
  return problems
}

/** The document with the nuclides of its goal in canonical names: `111ag` becomes `Ag-111`. */
export function withCanonicalNuclides(document: SimulationDocument): SimulationDocument {
  const { goal } = document.job
  if (goal.kind !== 'statistical-error') return document
  const nuclides = goal.nuclides.map((text) => {
    const parsed = parseNuclide(text)
    return parsed.ok ? formatNuclide(parsed.nuclide) : text
  })
  return { ...document, job: { ...document.job, goal: { ...goal, nuclides } } }
}
