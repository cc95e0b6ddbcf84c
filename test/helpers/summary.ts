/** Summaries for tests of what is counted. */

import type { Summary, Tally } from '../../lib/run/summary.js'
import { totalOf } from '../../lib/settle/census.js'

/** The summary of a run that left in the database `db` what it counted, and nothing else. */
export function summaryOf(tally: Tally, inputs = 1, newCategories: Summary['newCategories'] = []): Summary {
  return tally.summary(inputs, newCategories, {
    database: 'db',
    changed: true,
    written: { bytes: 0, cloned: 0 },
    total: totalOf(tally.census.values()),
    rejectsLeftOut: 0,
  })
}
