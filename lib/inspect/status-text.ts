/** The status of a database as text. */
import { MODELS } from '../rules/association.js'
import { QUANTILES } from './quantiles.js'
import type { ModelStatus, StatusReport } from './status.js'
import { counted, inColumns, NONE } from './text.js'

const DECIMALS = 3
const HEADER = [
  ...['model', 'trained', 'waiting groups', 'their exposures', 'waiting products'],
  ...['oldest waiting', 'last date'],
]

/** The status in two small tables, and a line about what no model has. */
export function formatStatus(report: StatusReport): string {
  const { database, models, lastDate, ungrouped, mosaics, rejects, damaged } = report
  const counts = MODELS.map((model) => [model, ...countsOf(models[model])])
  const sizes = MODELS.map((model) => [model, ...sizesOf(models[model])])
  const others = `${counted(ungrouped, 'exposure')} in no group, ${counted(mosaics, 'mosaic')}, ${counted(rejects, 'reject')}`
  return [
    `${database}, last date ${lastDate ?? NONE}\n\n`,
    inColumns([HEADER, ...counts]),
    '\n',
    inColumns([['size, GB', ...QUANTILES.map((percent) => `${percent} %`), 'max'], ...sizes]),
    `\n${others}\n`,
    damaged === 0 ? '' : `${counted(damaged, 'line')} cannot be read: see jwst-ingest check ${database}\n`,
  ].join('')
}

function countsOf({ trained, waiting, oldestWaiting, lastDate }: ModelStatus): string[] {
  const counts = [trained, waiting.groups, waiting.exposures, waiting.products].map(String)
  return [...counts, oldestWaiting ?? NONE, lastDate ?? NONE]
}

function sizesOf({ sizes }: ModelStatus): string[] {
  const names = [...QUANTILES.map((percent) => `p${percent}` as const), 'max' as const]
  return names.map((name) => sizes?.[name].toFixed(DECIMALS) ?? NONE)
}
