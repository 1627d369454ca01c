/** What the colours and marks mean: as data for a page, and drawn for the exported pictures. */

import { colourRamp } from './colour-maps.ts'
import type { Hex } from './contrast.ts'
import { inkOn, mix } from './contrast.ts'
import { DECAY_FAMILIES, decayColour, decayLabel, decayLetter } from './decay-families.ts'
import { ERROR_EDGES, errorStepColour, errorStepLabel, MODEL_CLASSES, modelErrorColour } from './error-scale.ts'
import { HALF_LIFE_EDGES, HALF_LIFE_STEPS, halfLifeColour, halfLifeStepLabel } from './half-life-scale.ts'
import type { Scene } from './scene.ts'
import { MODE_LABELS, UNIT_LABELS } from './settings.ts'
import type { ChartStyle } from './style.ts'
import type { Hatching, Surface } from './surface.ts'
import { superscript, widthInEm } from './text.ts'
import type { Theme } from './theme.ts'

/** A colour with its meaning. */
export interface LegendStep {
  readonly colour: Hex
  readonly hatching: Hatching | null
  readonly label: string
  /** A letter in the swatch: the second cue of the decay modes. */
  readonly letter: string
}

/** A sign on a cell with its meaning. */
export interface LegendSign {
  readonly sign:
    | 'below-floor'
    | 'zero'
    | 'not-scored'
    | 'isomer-not-resolved'
    | 'uncertain'
    | 'hollow'
    | 'estimate'
    | 'foreign'
  readonly label: string
}

export interface Legend {
  readonly title: string
  readonly unit: string
  /** A continuous scale with its ticks (place 0 to 1), or `null` where the colours are steps. */
  readonly ramp: {
    readonly colours: readonly Hex[]
    readonly ticks: readonly { readonly place: number; readonly label: string }[]
  } | null
  readonly steps: readonly LegendStep[]
  readonly signs: readonly LegendSign[]
}

/** The legend of a scene: only what can occur in it. */
export function legendOf(scene: Scene, theme: Theme): Legend {
  const { settings } = scene
  const base = { title: MODE_LABELS[settings.mode], unit: '', ramp: null, steps: [], signs: signsOf(scene) }
  switch (settings.mode) {
    case 'half-life':
      return { ...base, steps: halfLifeSteps(theme) }
    case 'decay':
      return {
        ...base,
        steps: DECAY_FAMILIES.map((family) => step(decayColour(family), decayLabel(family), decayLetter(family))),
      }
    case 'particles':
      return {
        ...base,
        title: `Production, ${settings.yield}`,
        unit: UNIT_LABELS[settings.per],
        ramp: rampOf(scene, theme),
      }
    case 'error':
      return { ...base, title: `Statistical error, ${settings.yield}`, steps: errorSteps(scene, theme) }
    case 'model-error':
      return {
        ...base,
        title: `Model error, ${settings.yield}`,
        steps: MODEL_CLASSES.map((name) => step(modelErrorColour(name, settings, theme), `class ${name}`)),
      }
  }
}

const step = (colour: Hex, label: string, letter = ''): LegendStep => ({ colour, hatching: null, label, letter })

function halfLifeSteps(theme: Theme): LegendStep[] {
  const steps = Array.from({ length: HALF_LIFE_STEPS }, (_, i) => step(halfLifeColour(i, theme), halfLifeStepLabel(i)))
  steps.push(step(theme.stable, 'stable'))
  steps.push({ colour: theme.unknown, hatching: 'unknown', label: 'not known', letter: '' })
  return steps
}

function errorSteps(scene: Scene, theme: Theme): LegendStep[] {
  const steps = Array.from({ length: ERROR_EDGES.length + 1 }, (_, i) =>
    step(errorStepColour(i, scene.settings, theme), errorStepLabel(i)),
  )
  steps.push({ colour: theme.unknown, hatching: 'unknown', label: 'no statistical error known', letter: '' })
  return steps
}

function rampOf(scene: Scene, theme: Theme): Legend['ramp'] {
  const { limits, settings } = scene
  if (!limits) return null
  const colours = colourRamp(settings.colourMap, theme.name, settings.reversed)
  const low = Math.log10(limits.min)
  const span = Math.max(1e-9, Math.log10(limits.max) - low)
  const every = Math.max(1, Math.ceil(span / 9))
  const ticks: { place: number; label: string }[] = []
  for (let decade = Math.ceil(low - 1e-9); decade <= low + span + 1e-9; decade++) {
    if (decade % every === 0) ticks.push({ place: (decade - low) / span, label: shortPower(decade) })
  }
  return { colours, ticks }
}

const shortPower = (decade: number): string =>
  decade >= 0 && decade <= 2 ? String(10 ** decade) : `10${superscript(decade)}`

function signsOf(scene: Scene): LegendSign[] {
  const signs: LegendSign[] = []
  const { settings } = scene
  const aboutResult = settings.mode !== 'half-life' && settings.mode !== 'decay'
  if (aboutResult && scene.hasResult) {
    if (settings.mode === 'particles') signs.push({ sign: 'below-floor', label: 'below floor' })
    signs.push({ sign: 'zero', label: 'nothing counted' }, { sign: 'not-scored', label: 'not scored' })
    signs.push({ sign: 'isomer-not-resolved', label: 'isomer not resolved' })
    if (settings.mode !== 'model-error') {
      signs.push({ sign: 'uncertain', label: `error > ${Math.round(settings.errorLimit * 100)} %` })
    }
    if (settings.mode === 'particles') signs.push({ sign: 'hollow', label: 'one count or less' })
  }
  signs.push({ sign: 'estimate', label: 'never observed' })
  if (scene.cells.some((cell) => cell.foreign)) signs.push({ sign: 'foreign', label: 'not in NUBASE2020' })
  return signs
}

/** Height of the drawn legend, CSS pixels. */
export const LEGEND_HEIGHT = 78

const SWATCH = 14

/** Draws the legend into a strip of this width; its height is {@link LEGEND_HEIGHT}. */
export function drawLegend(
  surface: Surface,
  scene: Scene,
  style: ChartStyle,
  left: number,
  top: number,
  width: number,
): void {
  const { theme } = style
  const legend = legendOf(scene, theme)
  surface.fillStyle = theme.ink
  surface.font = `600 12px ${style.font}`
  surface.textAlign = 'left'
  surface.textBaseline = 'middle'
  const title = legend.unit === '' ? legend.title : `${legend.title}  (${legend.unit})`
  surface.fillText(title, left, top + 8)
  if (legend.ramp) drawRamp(surface, legend.ramp, style, left, top + 20, Math.min(width, 520))
  else if (legend.steps.length > 0) drawSteps(surface, legend.steps, scene, style, left, top + 20, width)
  let x = left
  for (const { sign, label } of legend.signs) {
    drawSign(surface, sign, style, x, top + 58)
    surface.fillStyle = theme.softInk
    surface.font = `11px ${style.font}`
    surface.textAlign = 'left'
    surface.fillText(label, x + SWATCH + 6, top + 58 + SWATCH / 2)
    x += SWATCH + 6 + widthInEm(label) * 11 + 18
  }
}

function drawRamp(
  surface: Surface,
  ramp: NonNullable<Legend['ramp']>,
  { theme, font }: ChartStyle,
  left: number,
  top: number,
  width: number,
): void {
  const each = width / ramp.colours.length
  ramp.colours.forEach((colour, i) => {
    surface.fillStyle = colour
    surface.fillRect(left + i * each, top, each + 0.5, SWATCH)
  })
  border(surface, theme.softInk, left, top, width, SWATCH)
  surface.font = `11px ${font}`
  surface.textAlign = 'center'
  for (const { place, label } of ramp.ticks) {
    surface.fillStyle = theme.softInk
    surface.fillRect(left + place * width - 0.5, top + SWATCH, 1, 4)
    surface.fillText(label, left + place * width, top + SWATCH + 12)
  }
}

/** Half-lives and errors form a scale: swatches side by side, words under the edges. Other steps are listed. */
function drawSteps(
  surface: Surface,
  steps: readonly LegendStep[],
  scene: Scene,
  style: ChartStyle,
  left: number,
  top: number,
  width: number,
): void {
  const { theme, font } = style
  surface.font = `11px ${font}`
  if (scene.settings.mode === 'half-life') {
    const each = Math.min(46, width / (steps.length + 3))
    for (const [i, { colour, hatching }] of steps.entries()) {
      const x = left + i * each + (i >= HALF_LIFE_STEPS ? (i - HALF_LIFE_STEPS + 1) * each * 0.5 : 0)
      swatch(surface, colour, hatching, style, x, top, i >= HALF_LIFE_STEPS ? each : each, SWATCH)
      surface.fillStyle = theme.softInk
      surface.textAlign = 'center'
      const edge = HALF_LIFE_EDGES[i]
      if (edge) surface.fillText(edge[1], x + each, top + SWATCH + 10)
      else if (i >= HALF_LIFE_STEPS) surface.fillText(steps[i]!.label, x + each / 2, top + SWATCH + 10)
    }
    return
  }
  let x = left
  for (const { colour, hatching, label, letter } of steps) {
    swatch(surface, colour, hatching, style, x, top, 26, SWATCH)
    surface.textAlign = 'center'
    if (letter !== '') {
      surface.fillStyle = inkOn(colour)
      surface.fillText(letter, x + 13, top + SWATCH / 2 + 0.5)
    }
    surface.fillStyle = theme.softInk
    surface.textAlign = 'left'
    surface.fillText(label, x + 31, top + SWATCH / 2 + 0.5)
    x += 31 + widthInEm(label) * 11 + 14
  }
}

function swatch(
  surface: Surface,
  colour: Hex,
  hatching: Hatching | null,
  style: ChartStyle,
  x: number,
  y: number,
  width: number,
  height: number,
): void {
  surface.fillStyle = colour
  surface.fillRect(x, y, width, height)
  if (hatching) {
    surface.fillStyle = style.hatch[hatching]
    surface.fillRect(x, y, width, height)
  }
  border(surface, style.theme.softInk, x, y, width, height)
}

function border(surface: Surface, colour: Hex, x: number, y: number, width: number, height: number, line = 1): void {
  surface.fillStyle = colour
  surface.fillRect(x, y, width, line)
  surface.fillRect(x, y + height - line, width, line)
  surface.fillRect(x, y, line, height)
  surface.fillRect(x + width - line, y, line, height)
}

function drawSign(surface: Surface, sign: LegendSign['sign'], style: ChartStyle, x: number, y: number): void {
  const { theme } = style
  const s = SWATCH
  switch (sign) {
    case 'below-floor':
      surface.fillStyle = theme.belowFloor
      surface.fillRect(x, y, s, s)
      border(surface, theme.belowFloorLine, x, y, s, s)
      break
    case 'zero':
      border(surface, theme.zeroLine, x, y, s, s)
      break
    case 'not-scored':
    case 'isomer-not-resolved':
      surface.fillStyle = theme.hatchGround
      surface.fillRect(x, y, s, s)
      surface.fillStyle = style.hatch[sign]
      surface.fillRect(x, y, s, s)
      break
    case 'uncertain': {
      const ground = mix(theme.paper, theme.ink, 0.25)
      surface.fillStyle = ground
      surface.fillRect(x, y, s, s)
      surface.fillStyle = inkOn(ground)
      for (const [dx, dy] of [
        [2, 2],
        [6, 2],
        [2, 6],
      ] as const) {
        surface.fillRect(x + s - dx - 2, y + dy, 2, 2)
      }
      break
    }
    case 'hollow':
      border(surface, mix(theme.paper, theme.ink, 0.5), x, y, s, s, 3)
      break
    case 'estimate':
      surface.fillStyle = mix(theme.paper, theme.ink, 0.12)
      surface.fillRect(x, y, s, s)
      border(surface, theme.ink, x + 2, y + 2, s - 4, s - 4)
      break
    case 'foreign':
      border(surface, theme.zeroLine, x, y, s, s)
      surface.fillStyle = theme.accent
      surface.beginPath()
      surface.moveTo(x, y)
      surface.lineTo(x + 7, y)
      surface.lineTo(x, y + 7)
      surface.closePath()
      surface.fill()
      break
  }
}
