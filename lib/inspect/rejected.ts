/** Rows that could not be used, found by the name of their dataset. */

import { datasetName, programOf } from '../rules/dataset.js'
import { itemsIn, type OpenFile } from '../store/read/files.js'
import { REJECT_COLUMNS } from '../store/tables.js'
import { type Explanation, NOTHING_TOLD, type Rejected } from './explanation.js'
import { observationInName } from './nearest.js'

/**
 * Explains the rows of `rejects.csv` whose dataset is called as wanted: all of a dataset together.
 *
 * @param rejects the table as it was when the database was opened
 */
export async function explainRejected(
  rejects: OpenFile,
  isWanted: (name: string) => boolean,
): Promise<readonly Explanation[]> {
  const found = new Map<string, Rejected[]>()
  for await (const items of itemsIn(rejects)) {
    for (const { record } of items) {
      const { fields = [] } = record ?? {}
      if (fields.length !== REJECT_COLUMNS.length) continue
      const [source = '', line = '', reason = '', text = ''] = fields
      const name = nameIn(text)
      if (name === '' || !isWanted(name)) continue
      const its = found.get(name) ?? []
      found.set(name, its)
      its.push({ source, line: Number(line), reason })
    }
  }
  return [...found].map(([name, rejected]): Explanation => {
    const place = { pid: programOf(name) ?? null, observation: observationInName(name) ?? '' }
    return { ...NOTHING_TOLD, name, kind: 'rejected', outcome: 'rejected', ...place, rejected }
  })
}

/** What the name of a dataset looks like: it begins as all of them do, or it is that of a FITS file. */
const NAME = /^jw\w|\.fits$/i

/**
 * The name of the dataset in a row of an input whose header is not known any more, and which may be no CSV at all: the
 * first text that looks like one, or else the first of all.
 */
function nameIn(text: string): string {
  const parts = text.split(/[\s",;]+/).filter((part) => part !== '')
  return datasetName(parts.find((part) => NAME.test(part)) ?? parts[0] ?? '')
}
