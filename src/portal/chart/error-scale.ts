/** Colours of the two errors, which are never mixed: the statistical one in steps, the model's by its class. */

import type { ModelErrorClass } from '#results/document.ts'
import { colourRamp, rampColour } from './colour-maps.ts'
import type { Hex } from './contrast.ts'
import type { ChartSettings } from './settings.ts'
import type { Theme } from './theme.ts'

/** Upper edges of the steps of the relative statistical error; the last step has no upper edge. */
export const ERROR_EDGES: readonly number[] = [0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.99]

type ScaleChoice = Pick<ChartSettings, 'colourMap' | 'reversed'>

/** Rank of the step of a relative error, 0 for the smallest. */
export function errorStep(error: number): number {
  const step = ERROR_EDGES.findIndex((edge) => error <= edge)
  return step === -1 ? ERROR_EDGES.length : step
}

/** Colour of a step: what is well known stands out, what is badly known recedes into the paper. */
export function errorStepColour(step: number, choice: ScaleChoice, theme: Theme): Hex {
  const ramp = colourRamp(choice.colourMap, theme.name, choice.reversed)
  return rampColour(ramp, 1 - step / ERROR_EDGES.length)
}

export const errorColour = (error: number, choice: ScaleChoice, theme: Theme): Hex =>
  errorStepColour(errorStep(error), choice, theme)

/** Words for a step: `≤ 1 %`, `10 – 20 %`, `> 99 %`. */
export function errorStepLabel(step: number): string {
  const percent = (share: number): number => Math.round(share * 100)
  const to = ERROR_EDGES[step]
  const from = ERROR_EDGES[step - 1]
  if (to === undefined) return `> ${percent(from!)} %`
  return from === undefined ? `≤ ${percent(to)} %` : `${percent(from)} – ${percent(to)} %`
}

/** Classes of the model error, best first. */
export const MODEL_CLASSES: readonly ModelErrorClass[] = ['A', 'B', 'C', 'D', 'E']

export function modelErrorColour(errorClass: ModelErrorClass, choice: ScaleChoice, theme: Theme): Hex {
  const ramp = colourRamp(choice.colourMap, theme.name, choice.reversed)
  return rampColour(ramp, 1 - MODEL_CLASSES.indexOf(errorClass) / (MODEL_CLASSES.length - 1))
}
