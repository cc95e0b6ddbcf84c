/**
 * The charts of sizes: how many products have which, and how they go with numbers of exposures.
 */
import * as Plot from '@observablehq/plot'
import { MEMORY_BINS } from '../rules/memory-bins.js'
import type { ChartDrawer } from './chart.js'
import type { ModelReport } from './data.js'
import { gigabyteText, share, whole, wholeCounted } from './format.js'
import type { Html } from './html.js'
import { COUNT_AXIS, colourOf, PANEL, wholeTick } from './plots.js'

type Domain = readonly [number, number]

/** The decades of size that all models need together, in GB. */
export function sizeDomain(models: readonly ModelReport[]): Domain {
  const bins = models.flatMap(({ sizeHistogram }) => sizeHistogram)
  const least = Math.min(1, ...bins.map(({ from }) => from))
  const most = Math.max(2600, ...bins.map(({ to }) => to ?? 0))
  return [10 ** Math.floor(Math.log10(least) + 1e-9), most]
}

const DECADES = Array.from({ length: 25 }, (_, index) => 10 ** (index - 12))

function decadesIn([from, to]: Domain): number[] {
  return DECADES.filter((decade) => decade >= from * 0.99 && decade <= to)
}

function sizeTick(size: number): string {
  return size >= 0.001 && size < 10_000 ? String(Number(size.toPrecision(1))) : size.toExponential(0)
}

/** How many products have which size; the bins that the models use stand behind it. */
export function sizeHistogram(report: ModelReport, domain: Domain, drawer: ChartDrawer): Html {
  const [least, most] = domain
  const borders = MEMORY_BINS.filter((border) => border > 0)
  const bands = MEMORY_BINS.map((from, bin) => ({ from: Math.max(from, least), to: MEMORY_BINS[bin + 1] ?? most, bin }))
  const anchored = (which: (border: number) => boolean, textAnchor: 'start' | 'middle' | 'end') =>
    Plot.text(borders.filter(which), {
      x: (border) => border,
      text: String,
      frameAnchor: 'top',
      dy: -12,
      textAnchor,
      fill: 'var(--muted)',
    })
  const options: Plot.PlotOptions = {
    ...PANEL,
    marginRight: 24,
    x: {
      type: 'log',
      domain: [...domain],
      label: 'GB',
      labelAnchor: 'right',
      labelArrow: 'none',
      labelOffset: 30,
      ticks: decadesIn(domain),
      tickFormat: sizeTick,
      tickSize: 3,
    },
    y: { ...COUNT_AXIS, ticks: 4 },
    marks: [
      Plot.rectX(
        bands.filter(({ bin }) => bin % 2 === 1),
        { x1: 'from', x2: 'to', fill: 'var(--band)' },
      ),
      Plot.rectY(report.sizeHistogram, {
        x1: 'from',
        x2: 'to',
        y: 'products',
        fill: colourOf(report.model),
        inset: 0.5,
        title: ({ from, to, products }) =>
          `${gigabyteText(from)}–${gigabyteText(to ?? from)} GB\n${wholeCounted(products, 'product')} (${share(products, report.products)})`,
      }),
      Plot.ruleX(borders, { stroke: 'var(--muted)', strokeDasharray: '2,2' }),
      // The borders of the last bin are near to each other: their labels keep off.
      anchored((border) => border === 12 || border === 950, 'middle'),
      anchored((border) => border === 225, 'end'),
      anchored((border) => border === 2000, 'start'),
      Plot.ruleY([0]),
    ],
  }
  return drawer.draw(options, { title: `${report.model}: products by size`, description: sizeText(report) })
}

function sizeText({ sizes, memoryBins, products }: ModelReport): string {
  if (sizes === undefined) return 'No product.'
  const bins = memoryBins.map((bin) => {
    const name = bin.to === undefined ? `${bin.from} GB or more` : `${bin.from} to ${bin.to} GB`
    return `${name}: ${share(bin.products, products)}`
  })
  return `Median ${gigabyteText(sizes.p50)} GB, largest ${gigabyteText(sizes.max)} GB. ${bins.join(', ')}.`
}

/** How sizes go with numbers of exposures: the darker, the more products. */
export function sizeByExposures(report: ModelReport, models: readonly ModelReport[], drawer: ChartDrawer): Html {
  const { model, sizesByExposures: cells } = report
  const [columns, rows] = cellDomains(models)
  const most = Math.max(1, ...cells.map(({ products }) => products))
  const options: Plot.PlotOptions = {
    ...PANEL,
    height: 210,
    marginLeft: 44,
    x: {
      type: 'log',
      domain: [...columns],
      label: 'exposures',
      labelAnchor: 'right',
      labelArrow: 'none',
      labelOffset: 30,
      ticks: ticksIn(columns),
      tickFormat: wholeTick,
      tickSize: 3,
    },
    y: {
      type: 'log',
      domain: [...rows],
      label: 'GB',
      labelArrow: 'none',
      ticks: ticksIn(rows),
      tickFormat: sizeTick,
      tickSize: 3,
      grid: true,
    },
    opacity: { type: 'identity' },
    marks: [
      Plot.rect(cells, {
        x1: ({ exposures }) => exposures.from,
        x2: ({ exposures }) => exposures.to,
        y1: ({ size }) => size.from,
        y2: ({ size }) => size.to,
        inset: 0.4,
        fill: colourOf(model),
        fillOpacity: ({ products }) => 0.2 + (0.8 * Math.log1p(products)) / Math.log1p(most),
        title: ({ exposures, size, products }) =>
          `${exposuresText(exposures)}, ${gigabyteText(size.from)}–${gigabyteText(size.to)} GB\n${wholeCounted(products, 'product')}`,
      }),
    ],
  }
  const description = `${wholeCounted(report.products, 'product')}; the darkest field has ${whole(most)}.`
  return drawer.draw(options, { title: `${model}: size by number of exposures`, description })
}

/** What all models together need of both axes. */
function cellDomains(models: readonly ModelReport[]): readonly [Domain, Domain] {
  const cells = models.flatMap(({ sizesByExposures }) => sizesByExposures)
  const columns: Domain = [1, Math.max(10, ...cells.map(({ exposures }) => exposures.to))]
  if (cells.length === 0) return [columns, [1, 100]]
  return [columns, [Math.min(...cells.map(({ size }) => size.from)), Math.max(...cells.map(({ size }) => size.to))]]
}

/** Ticks of a logarithmic axis: 1, 2 and 5 of each decade where there are few decades. */
function ticksIn([from, to]: Domain): number[] {
  const decades = decadesIn([from / 10, to])
  if (to / from > 1000) return decadesIn([from, to])
  return decades
    .flatMap((decade) => [1, 2, 5].map((step) => step * decade))
    .filter((tick) => tick >= from && tick <= to)
}

function exposuresText({ from, to }: { readonly from: number; readonly to: number }): string {
  return to - from <= 1 ? wholeCounted(from, 'exposure') : `${whole(from)}–${whole(to - 1)} exposures`
}
