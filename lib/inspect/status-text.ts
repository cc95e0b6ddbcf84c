/** The status of a database as text. */

import { MODELS } from '../rules/models.js'
import { formatWaiting } from '../settle/counts.js'
import { counted } from '../text/words.js'
import { QUANTILES } from './quantiles.js'
import type { ModelStatus, StatusReport } from './status.js'
import { inColumns, NONE } from './text.js'

const DECIMALS = 3
const HEADER = [
  ...['model', 'trained', 'waiting: groups', 'exposures', 'products', 'mosaics'],
  ...['oldest waiting', 'last date'],
]

/** The status in two small tables, and what waits and was rejected in all. */
export function formatStatus(report: StatusReport): string {
  const { database, models, lastDate, waiting, rejects, damaged } = report
  const counts = MODELS.map((model) => [model, ...countsOf(models[model])])
  const sizes = MODELS.map((model) => [model, ...sizesOf(models[model])])
  return [
    `${database}, last date ${lastDate ?? NONE}\n\n`,
    inColumns([HEADER, ...counts]),
    '\n',
    inColumns([['size, GB', ...QUANTILES.map((percent) => `${percent} %`), 'max'], ...sizes]),
    `\nwaiting  ${formatWaiting(waiting)}\nrejects  ${rejects}\n`,
    damaged === 0 ? '' : `${counted(damaged, 'line')} cannot be read: see jwst-ingest check ${database}\n`,
  ].join('')
}

function countsOf({ trained, waiting, oldestWaiting, lastDate }: ModelStatus): string[] {
  const { groups, exposures, products, mosaics } = waiting
  const counts = [trained, groups, exposures, products, mosaics].map(String)
  return [...counts, oldestWaiting ?? NONE, lastDate ?? NONE]
}

function sizesOf({ sizes }: ModelStatus): string[] {
  const names = [...QUANTILES.map((percent) => `p${percent}` as const), 'max' as const]
  return names.map((name) => sizes?.[name].toFixed(DECIMALS) ?? NONE)
}
