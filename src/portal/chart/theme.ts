/** The quiet colours around the data: paper, lines, inks. Data colours live with their scales. */

import type { Hex } from './contrast.ts'

export type ThemeName = 'light' | 'dark'

export interface Theme {
  readonly name: ThemeName
  /** Colour behind everything; empty is never a colour of a scale. */
  readonly paper: Hex
  /** Text on paper. */
  readonly ink: Hex
  /** Secondary text on paper; 4.5 : 1. */
  readonly softInk: Hex
  /** Border of a cell that was scored and never hit. */
  readonly zeroLine: Hex
  /** Cell scored below the floor. */
  readonly belowFloor: Hex
  readonly belowFloorLine: Hex
  /** Ground and stroke of the hatching of cells that are not scored. */
  readonly hatchGround: Hex
  readonly hatchLine: Hex
  /** Stroke of the hatching of an unknown half-life, on `unknown`. */
  readonly unknown: Hex
  readonly unknownLine: Hex
  /** Stroke of the hatching of an isomer that is not resolved. */
  readonly unresolvedLine: Hex
  readonly magicLine: Hex
  readonly stable: Hex
  /** Ring that sets stable nuclides off where black is close to the paper; `null` where it is not needed. */
  readonly stableRing: Hex | null
  /** Selection and focus: the accent and the colour that parts it from any cell. */
  readonly accent: Hex
  readonly accentEdge: Hex
  readonly searchHit: Hex
  /** Ground of rulers and labels that lie over cells. */
  readonly plate: Hex
}

export const LIGHT: Theme = {
  name: 'light',
  paper: '#fcfcfa',
  ink: '#1d2329',
  softInk: '#59636e',
  zeroLine: '#bcc3ca',
  belowFloor: '#e4e8ec',
  belowFloorLine: '#8a949f',
  hatchGround: '#f6f6f3',
  hatchLine: '#d3d6d6',
  unknown: '#e9e9e7',
  unknownLine: '#9b9b98',
  unresolvedLine: '#bcc1c4',
  magicLine: '#49525c',
  stable: '#000000',
  stableRing: null,
  accent: '#d6006c',
  accentEdge: '#ffffff',
  searchHit: '#e06c00',
  plate: '#f1f2f0',
}

export const DARK: Theme = {
  name: 'dark',
  paper: '#14181d',
  ink: '#e8ebee',
  softInk: '#a3adb8',
  zeroLine: '#434c57',
  belowFloor: '#2a313a',
  belowFloorLine: '#5f6a76',
  hatchGround: '#171c21',
  hatchLine: '#2c343d',
  unknown: '#2b2f34',
  unknownLine: '#767d84',
  unresolvedLine: '#4a545f',
  magicLine: '#a9b2bc',
  stable: '#000000',
  stableRing: '#ffffff',
  accent: '#ff5aa5',
  accentEdge: '#000000',
  searchHit: '#ffae42',
  plate: '#1e242b',
}

export const themeOf = (name: ThemeName): Theme => (name === 'dark' ? DARK : LIGHT)
