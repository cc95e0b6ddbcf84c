/** What waits for programs that read line by line: as lines of words, and as CSV. */
import { formatRow } from '../csv/write.js'
import { visibleName } from '../text/visible.js'
import { labelled } from './text.js'
import type { Wait } from './waits.js'

/**
 * A wait as one line: day, kind, name, model (`-` for none) and reason, each without a blank in it, then the detail.
 *
 * @param width columns of the terminal, if it goes to one, on which it may take several
 */
export function waitLine({ since, kind, name, model, reason, detail }: Wait, width?: number): string {
  const line = visibleName([kind, name, model ?? '-', reason, detail].join(' ').trimEnd())
  return `${width === undefined ? `${since} ${line}` : labelled(`${since} `, line, width)}\n`
}

/** The columns of the CSV, which are the members in JSON, and how a cell is written where it is no plain text. */
const COLUMNS = {
  kind: ({ kind }) => kind,
  name: ({ name }) => name,
  model: ({ model = '' }) => model,
  pid: ({ pid }) => String(pid),
  observation: ({ observation }) => observation,
  instrument: ({ instrument }) => instrument,
  params: ({ params }) => params,
  since: ({ since }) => since,
  members: ({ members }) => String(members),
  exposures: ({ exposures }) => String(exposures),
  reason: ({ reason }) => reason,
  detail: ({ detail }) => detail,
  differs: ({ differs }) => differs.join(' '),
  remedy: ({ remedy }) => remedy,
} as const satisfies Record<keyof Wait, (wait: Wait) => string>

/** The header of the CSV. */
export const WAIT_HEADER = formatRow(Object.keys(COLUMNS))

/** A wait as a row of CSV. */
export function waitRow(wait: Wait): string {
  return formatRow(Object.values(COLUMNS).map((write) => write(wait)))
}
