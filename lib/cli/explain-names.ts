/** Names that `explain` is given: what to say of those that nothing has. */
import { IngestError } from '../errors.js'
import { labelled } from '../inspect/text.js'
import { programOf } from '../rules/dataset.js'
import { withExamples } from '../text/words.js'
import { type Terminal, widthOf } from './terminal.js'

const PREFIX = 'jwst-ingest: '

/** Takes what is to be told besides. */
export function warner(terminal: Terminal): (message: string) => void {
  return (message) => terminal.err(`${PREFIX}${wrapped(message, terminal)}\n`)
}

/** What stands behind the name of the program, in lines of the terminal's width if there is one. */
function wrapped(message: string, terminal: Terminal): string {
  const width = widthOf(terminal)
  if (width === undefined) return message
  return labelled('  ', `${PREFIX}${message}`, width).slice(2 + PREFIX.length)
}

/** Whether an argument can be the name of a dataset, or a pattern of such. */
export function canBeName(text: string): boolean {
  return programOf(text) !== undefined || /[*?]/.test(text)
}

/** What helps where nothing has a name. */
export interface NameHints {
  /** A pattern of names that there are; undefined where there are none. */
  readonly pattern: string | undefined
  /** The names that come near. */
  readonly near?: readonly string[]
  /** Why a dataset may be unknown that came. */
  readonly why?: string
}

/** Says that nothing has these names. */
export function unknownNames(
  names: readonly string[],
  what: string,
  terminal: Terminal,
  { pattern, near = [], why }: NameHints,
): IngestError {
  const listed = names.map((name) => JSON.stringify(name)).join(', ')
  const isDataset = names.some((name) => canBeName(name) && /^[^*?]*_[^*?]*$/.test(name))
  const hints = [
    pattern === undefined
      ? 'jwst-ingest status tells what there is'
      : `a pattern such as '${pattern}' shows what there is`,
    ...(why !== undefined && isDataset ? [why] : []),
    ...(near.length > 0 ? ['the nearest names:'] : []),
  ]
  const title = wrapped(`${what} ${listed}; ${hints.join('; ')}`, terminal)
  return new IngestError('NAME_UNKNOWN', withExamples(title, near, near.length))
}
