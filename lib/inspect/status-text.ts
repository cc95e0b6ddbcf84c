/** The status of a database as text. */

import { MODELS } from '../rules/keywords.js'
import { formatWaiting } from '../settle/counts.js'
import { visibleName } from '../text/visible.js'
import { counted } from '../text/words.js'
import { QUANTILES } from './quantiles.js'
import type { ModelStatus, StatusReport } from './status.js'
import { inColumns, labelled, NONE } from './text.js'

const DECIMALS = 3

/** A row of the table for each model: what it is called, and what is told of a model. */
const ROWS: readonly (readonly [label: string, tell: (model: ModelStatus) => string])[] = [
  ['trained', ({ trained }) => String(trained)],
  ['last date', ({ lastDate }) => lastDate ?? NONE],
  ['waiting', () => ''],
  ['  groups', ({ waiting }) => String(waiting.groups)],
  ['  exposures', ({ waiting }) => String(waiting.exposures)],
  ['  products', ({ waiting }) => String(waiting.products)],
  ['  mosaics', ({ waiting }) => String(waiting.mosaics)],
  ['  since', ({ oldestWaiting }) => oldestWaiting ?? NONE],
  ['size, GB', () => ''],
  ...QUANTILES.map((percent) => [`  ${percent} %`, sizeOf(`p${percent}`)] as const),
  ['  max', sizeOf('max')],
]

function sizeOf(name: keyof NonNullable<ModelStatus['sizes']>): (model: ModelStatus) => string {
  return ({ sizes }) => sizes?.[name].toFixed(DECIMALS) ?? NONE
}

/**
 * The status as a table with a column for each model, and what waits, was pruned and was rejected in all.
 *
 * @param width columns of the terminal, if it goes to one
 */
export function formatStatus(report: StatusReport, width?: number): string {
  const { models, lastDate, waiting, awaited, expired, rejects, damaged } = report
  const database = visibleName(report.database)
  const rows = ROWS.map(([label, tell]) => [label, ...MODELS.map((model) => tell(models[model]))])
  const lines = [
    labelled('waiting  ', formatWaiting(waiting), width),
    labelled('awaited  ', formatAwaited(awaited), width),
    labelled('expired  ', `${counted(expired.exposures, 'exposure')}, ${counted(expired.products, 'product')}`, width),
    labelled('rejects  ', String(rejects), width),
    ...(damaged === 0
      ? []
      : [labelled('', `${counted(damaged, 'line')} cannot be read: see jwst-ingest check ${database}`, width)]),
  ]
  const title = labelled('', `${database}, last date ${lastDate ?? NONE}`, width)
  return `${title}\n\n${inColumns([['model', ...MODELS], ...rows], 1, width)}\n${lines.join('\n')}\n`
}

function formatAwaited({ members, products }: StatusReport['awaited']): string {
  if (members === 0) return 'no exposure that an association file names'
  const lacking = products === 1 ? 'product, which lacks' : 'products, which lack'
  return `${counted(members, 'exposure')} that association files name for ${products} ${lacking} ${members === 1 ? 'it' : 'them'}`
}
