/** The plot of spectra: steps with error bars, on linear or logarithmic axes. */

import { Button, useComputedColorScheme } from '@mantine/core'
import { useElementSize } from '@mantine/hooks'
import { useEffect, useRef } from 'react'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import type { DistributionViewBody } from '#protocol/distribution-shapes.ts'
import { Icon } from '../shell/icons.tsx'
import { significant } from '../words/amounts.ts'
import style from './distributions.module.css'
import { type Per, shownUnit } from './quantities.ts'
import { type ErrorBar, errorBarsOf, stepsOf } from './spectrum-curve.ts'

/** Colours that stay apart for colour-blind readers on light and dark ground (after Okabe and Ito); dashes differ too. */
const LIGHT = ['#0072b2', '#a8480a', '#00745a', '#8a3d73', '#5c5c00', '#333333']
const DARK = ['#6ab7e8', '#f0935a', '#4cc9a5', '#dd99c7', '#d5cf5e', '#dddddd']
const DASHES: readonly (readonly number[])[] = [[], [6, 3], [2, 3], [10, 3, 2, 3], [4, 2], [1, 2]]

interface SpectrumPlotProps {
  readonly curves: readonly DistributionViewBody[]
  readonly per: Per
  readonly current: number
  readonly isLogX: boolean
  readonly isLogY: boolean
  /** Of all curves. */
  readonly unit: string
}

export function SpectrumPlot({ curves, per, current, isLogX, isLogY, unit }: SpectrumPlotProps) {
  const { ref, width } = useElementSize<HTMLDivElement>()
  const holder = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot | null>(null)
  const dark = useComputedColorScheme('light') === 'dark'
  const { per: words } = shownUnit({ quantity: 'current', unit: '1' }, per, current)
  useEffect(() => {
    const element = holder.current
    if (!element || width < 50) return
    const colours = dark ? DARK : LIGHT
    const ink = dark ? '#a3b2bb' : '#4c5b66'
    const grid = dark ? '#2b363c' : '#dbe1e4'
    const factors = curves.map((curve) => shownUnit(curve, per, current).factor)
    const { x, y } = stepsOf(curves, factors, isLogX, isLogY)
    const bars = curves.map((curve, i) => errorBarsOf(curve, factors[i]!, isLogX, isLogY))
    const axis = {
      stroke: ink,
      grid: { stroke: grid, width: 1 },
      ticks: { stroke: grid },
      font: '12px system-ui',
      labelFont: '12px system-ui',
    }
    const ticks = (_: uPlot, values: readonly (number | null)[]) =>
      values.map((tick) => (tick === null ? '' : significant(tick, 3)))
    const made = new uPlot(
      {
        width,
        height: 340,
        scales: {
          x: { time: false, distr: isLogX ? 3 : 1, range: [x[0] ?? 0, x.at(-1) ?? 1] },
          y: { distr: isLogY ? 3 : 1 },
        },
        axes: [
          { ...axis, label: 'energy, MeV', values: ticks },
          { ...axis, size: 92, label: `${unit} ${words}`, values: ticks },
        ],
        series: [
          {
            label: 'energy, MeV',
            value: (_: uPlot, value: number | null) => (value === null ? '—' : significant(value, 3)),
          },
          ...curves.map((curve, index) => ({
            label: curve.name,
            stroke: colours[index % colours.length]!,
            dash: [...DASHES[index % DASHES.length]!],
            width: 1.5,
            points: { show: false },
            value: (_: uPlot, value: number | null) => (value === null ? '—' : significant(value, 3)),
          })),
        ],
        hooks: { draw: [(u) => drawBars(u, bars, colours)] },
      },
      [x, ...y] as unknown as uPlot.AlignedData,
      element,
    )
    plot.current = made
    return () => {
      plot.current = null
      made.destroy()
    }
  }, [width, dark, curves, per, current, isLogX, isLogY, unit, words])
  return (
    <figure
      ref={ref}
      className={style.plot}
      aria-label={`Spectra ${curves.map(({ name }) => name).join(', ')}; the tables below have the same numbers`}
    >
      <div ref={holder} />
      <Button
        className={style.pictureButton!}
        variant="default"
        leftSection={<Icon name="download" size={14} />}
        onClick={() =>
          plot.current && save(plot.current, dark ? '#182024' : '#ffffff', curves.map(({ name }) => name).join('-'))
        }
      >
        Picture, PNG
      </Button>
    </figure>
  )
}

function drawBars(u: uPlot, bars: readonly (readonly ErrorBar[])[], colours: readonly string[]): void {
  const { ctx } = u
  ctx.save()
  ctx.beginPath()
  ctx.rect(u.bbox.left, u.bbox.top, u.bbox.width, u.bbox.height)
  ctx.clip()
  ctx.lineWidth = devicePixelRatio
  for (const [index, ofCurve] of bars.entries()) {
    if (u.series[index + 1]?.show === false) continue
    ctx.strokeStyle = colours[index % colours.length]!
    ctx.beginPath()
    for (const { x, low, high } of ofCurve) {
      const at = u.valToPos(x, 'x', true)
      ctx.moveTo(at, u.valToPos(low, 'y', true))
      ctx.lineTo(at, u.valToPos(high, 'y', true))
    }
    ctx.stroke()
  }
  ctx.restore()
}

function save(plot: uPlot, paper: string, name: string): void {
  const { canvas } = plot.ctx
  const picture = document.createElement('canvas')
  picture.width = canvas.width
  picture.height = canvas.height
  const ctx = picture.getContext('2d')!
  ctx.fillStyle = paper
  ctx.fillRect(0, 0, picture.width, picture.height)
  ctx.drawImage(canvas, 0, 0)
  picture.toBlob((blob) => {
    if (!blob) return
    const link = document.createElement('a')
    link.href = URL.createObjectURL(blob)
    link.download = `${name}.png`
    link.click()
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
  }, 'image/png')
}
