/**
 * The numbers behind the charts over time, as tables that are shut at first.
 */
import type { ModelReport, ReportData, TimeBin } from './data.js'
import { share, whole } from './format.js'
import { type Html, html } from './html.js'
import { TRAINED } from './plots-time.js'

/** A cell of a model in a period. */
type Cell = (bin: TimeBin | undefined, model: number, start: string) => string

interface Numbers {
  /** What the table is called, and its caption. */
  readonly what: string
  readonly caption: string
  /** First days of the periods. */
  readonly starts: readonly string[]
  /** The columns of each model by their titles; the first one is titled by the model. */
  readonly columns: readonly (readonly [title: string, cell: Cell])[]
}

/** Products matched, and match rate. */
export function timeTable({ models }: ReportData): Html {
  return numbers(models, {
    what: 'Products and match rate',
    caption: 'Products matched, and the share of the exposures that have theirs',
    starts: models.flatMap(({ time }) => time.map(({ from }) => from)),
    columns: [
      ['', (bin) => whole(bin?.products ?? 0)],
      ['matched', (bin) => share(bin?.matchedExposures ?? 0, bin?.exposures ?? 0)],
    ],
  })
}

/** Trained share, and association files where there are any. */
export function trainedTable({ models }: ReportData): Html {
  const named = models.map((report) => new Map(report.named.map(({ from, products }) => [from, products])))
  const hasFiles = named.some(({ size }) => size > 0)
  return numbers(models, {
    what: 'Trained share',
    caption: `Share of the products that are matched${hasFiles ? ', and products of which association files were made' : ''}`,
    starts: models.flatMap((report) => [...report.time, ...report.named].map(({ from }) => from)),
    columns: [
      ['', (bin) => (bin === undefined ? '–' : share(TRAINED.part(bin), TRAINED.all(bin)))],
      ...(hasFiles ? [['files', (_, model, start) => whole(named[model]?.get(start) ?? 0)] as [string, Cell]] : []),
    ],
  })
}

function numbers(models: readonly ModelReport[], { what, caption, starts, columns }: Numbers): Html {
  const newestFirst = [...new Set(starts)].sort().reverse()
  const period = models[0]?.period ?? 'day'
  const cells = models.map(({ time }) => new Map(time.map((bin) => [bin.from, bin])))
  return html`<details><summary>The numbers</summary>
<div class="scroll" tabindex="0" role="region" aria-label="${what} by ${period}">
<table>
<caption>${caption}, by ${period}.</caption>
<thead><tr><th scope="col">${period === 'day' ? 'Day' : `First day of the ${period}`}</th>${models.map(({ model }) =>
    columns.map(([title]) => html`<th scope="col" class="number">${title === '' ? model : title}</th>`),
  )}</tr></thead>
<tbody>
${newestFirst.map(
  (start) => html`<tr><th scope="row">${start}</th>${cells.map((of, model) =>
    columns.map(([, cell]) => html`<td class="number">${cell(of.get(start), model, start)}</td>`),
  )}</tr>
`,
)}</tbody>
</table>
</div></details>`
}
