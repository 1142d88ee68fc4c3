import { BarChart } from 'echarts/charts'
import { AriaComponent, GridComponent, LegendComponent, TooltipComponent } from 'echarts/components'
import { init, use } from 'echarts/core'
import { SVGRenderer } from 'echarts/renderers'

use([BarChart, GridComponent, TooltipComponent, LegendComponent, AriaComponent, SVGRenderer])

// Series is one colour of a chart: a number for every word of its axis.
export type Series = { name: string; values: number[] }

// The colours differ in lightness too, for who does not see hues.
const colours = ['#1f5fb8', '#8fb0dd', '#1d6b34', '#8a5300', '#b3261e', '#5a6270', '#0f766e', '#7c5295']

// Drawn is a chart on the page.
export type Drawn = { fit: () => void; end: () => void }

// draw shows bars: lying for words on the axis, standing for months.
export function draw(at: HTMLElement, words: string[], series: Series[], lying: boolean): Drawn {
  const chart = init(at, undefined, { renderer: 'svg' })
  const axis = { type: 'category' as const, data: words, axisLabel: { color: '#343a46', interval: 0, width: 140, overflow: 'truncate' as const }, axisTick: { show: false }, inverse: lying }
  const numbers = { type: 'value' as const, minInterval: 1, axisLabel: { color: '#5a6270' }, splitLine: { lineStyle: { color: '#edf0f4' } } }
  chart.setOption({
    animation: false,
    aria: { enabled: false }, // the table behind the chart says it better
    color: colours,
    grid: { left: 8, right: 32, top: series.length > 1 ? 40 : 8, bottom: 8, containLabel: true },
    tooltip: { trigger: 'axis', renderMode: 'richText', axisPointer: { type: 'shadow' } },
    ...(series.length > 1 ? { legend: { top: 0, left: 0, type: 'plain' } } : {}),
    xAxis: lying ? numbers : axis,
    yAxis: lying ? axis : numbers,
    series: series.map((s) => ({
      type: 'bar',
      name: s.name,
      data: s.values,
      barMaxWidth: 24,
      stack: 'all',
      ...(series.length === 1 ? { label: { show: true, position: lying ? 'right' : 'top', color: '#343a46' } } : {}),
    })),
  })
  return {
    fit: () => chart.resize(),
    end: () => {
      // The library empties its elements by innerHTML, which Trusted Types refuse.
      for (const e of [at, ...at.querySelectorAll('div, svg')]) Object.defineProperty(e, 'innerHTML', { configurable: true, set: () => (e.textContent = '') })
      chart.dispose()
    },
  }
}
