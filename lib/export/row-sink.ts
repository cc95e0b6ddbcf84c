/** What takes the rows of a table, whatever the format. */
import type { Value } from './cells.js'

/** Takes the rows of one table and writes them in a format. */
export interface RowSink {
  /** Takes a row; undefined where nothing has to be waited for. */
  add(values: readonly Value[]): Promise<void> | undefined
  /** Writes what is left. The output stays open. */
  end(): Promise<void>
}
