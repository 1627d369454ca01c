import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { chartData } from './chart-data.ts'
import { actionOfKey, type Direction, KEY_HELP, nearestCell, neighbour, nextMode, rowEnd } from './keyboard.ts'
import { nubaseAtlas } from './nubase-atlas.ts'
import { CHART_MODES } from './settings.ts'

const { layout, places } = chartData(nubaseAtlas(), null)
const press = (key: string, more = {}) => ({
  key,
  shiftKey: false,
  ctrlKey: false,
  altKey: false,
  metaKey: false,
  ...more,
})

describe('arrows', () => {
  it('move only to nuclides that exist, in the right direction, and over gaps', () => {
    const start = fc.integer({ min: 0, max: places.length - 1 }).map((i) => places[i]!)
    const way = fc.array(fc.constantFrom<Direction>('left', 'right', 'up', 'down'), { maxLength: 60 })
    fc.assert(
      fc.property(start, way, (from, directions) => {
        let at: { n: number; z: number } = { n: from.n, z: from.z }
        for (const direction of directions) {
          const next = neighbour(layout, at, direction)
          expect(layout.indexAt(next.n, next.z)).toBeGreaterThanOrEqual(0)
          const along = direction === 'left' || direction === 'right' ? next.z === at.z : next.n === at.n
          expect(along).toBe(true)
          const moved = next.n - at.n + (next.z - at.z)
          expect(direction === 'right' || direction === 'up' ? moved >= 0 : moved <= 0).toBe(true)
          at = next
        }
      }),
    )
  })

  it('reach every isotope of silver from the first to the last', () => {
    let at = rowEnd(layout, { n: 64, z: 47 }, 'first')
    const seen = [at.n]
    for (;;) {
      const next = neighbour(layout, at, 'right')
      if (next === at) break
      at = next
      seen.push(at.n)
    }
    expect(seen).toEqual(layout.row(47))
    expect(at).toEqual(rowEnd(layout, { n: 64, z: 47 }, 'last'))
    expect(neighbour(layout, { n: 64, z: 47 }, 'up')).toEqual({ n: 64, z: 48 })
  })

  it('start at what lies nearest', () => {
    expect(nearestCell(layout, { n: 64.3, z: 46.8 })).toEqual({ n: 64, z: 47 })
    expect(nearestCell(layout, { n: 170, z: 5 })).not.toBeNull()
  })
})

describe('keys', () => {
  it('have the meanings of the manual', () => {
    expect(actionOfKey(press('ArrowUp'))).toEqual({ kind: 'move', direction: 'up' })
    expect(actionOfKey(press('ArrowUp', { shiftKey: true }))).toEqual({ kind: 'pan', direction: 'up' })
    expect(actionOfKey(press('+'))).toEqual({ kind: 'zoom', inwards: true })
    expect(actionOfKey(press('-'))).toEqual({ kind: 'zoom', inwards: false })
    expect(actionOfKey(press('0'))).toEqual({ kind: 'reset' })
    expect(actionOfKey(press(']'))).toEqual({ kind: 'mode', step: 1 })
    expect(actionOfKey(press('/'))).toEqual({ kind: 'search' })
    expect(actionOfKey(press('Enter'))).toEqual({ kind: 'panel' })
    expect(actionOfKey(press('t'))).toEqual({ kind: 'table' })
    expect(actionOfKey(press('Escape'))).toEqual({ kind: 'back' })
    expect(actionOfKey(press('Home'))).toEqual({ kind: 'row-end', end: 'first' })
  })

  it('that belong to browser and page are left alone: Tab, shortcuts, and names of object members', () => {
    for (const key of ['Tab', 'F5', 'a', 'constructor', 'toString']) expect(actionOfKey(press(key))).toBeNull()
    expect(actionOfKey(press('+', { ctrlKey: true }))).toBeNull()
    expect(actionOfKey(press('ArrowLeft', { altKey: true }))).toBeNull()
    expect(actionOfKey(press('0', { metaKey: true }))).toBeNull()
    expect(KEY_HELP.length).toBe(11)
  })

  it('go through the modes round and round', () => {
    let mode = CHART_MODES[0]
    for (const _ of CHART_MODES) mode = nextMode(mode, 1) as typeof mode
    expect(mode).toBe(CHART_MODES[0])
    expect(nextMode('half-life', -1)).toBe('model-error')
  })
})
