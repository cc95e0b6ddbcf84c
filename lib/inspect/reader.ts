/**
 * Goes over a database program by program, as it was at one moment: without a lock, without a change, with the rows of
 * one program in memory at a time.
 */
import { mustBeDatabase } from '../check/check.js'
import { settleAnew } from '../check/settle.js'
import { Survey } from '../check/survey.js'
import { isAsSeen, readStoredIndex } from '../database/database.js'
import { TABLES, type Table } from '../database/tables.js'
import type { Settled } from '../rules/program.js'

/** The tables that tell what became of each dataset; features are not among them. */
const holdsDatasets = ({ holds }: Table) => holds === 'rows' || holds === 'hidden'

/** The files in which something waits. */
const WAITING_FILES: readonly string[] = ['ingest.csv', 'mosaics.csv']

/** An open database; to be closed. */
export class DatabaseReader {
  /** Lines and tables that cannot be read, and so are left out; `jwst-ingest check` names them. */
  readonly damaged: number
  readonly #survey: Survey
  readonly #signal: AbortSignal | undefined

  private constructor(survey: Survey, damaged: number, signal: AbortSignal | undefined) {
    this.#survey = survey
    this.damaged = damaged
    this.#signal = signal
  }

  /**
   * Opens a database, which may be in use. Where its index can be trusted only the programs that are asked for are read;
   * else every line is looked at once to find out where each program's lines are.
   *
   * @throws IngestError DATABASE_UNUSABLE where there is no database, or none that can be read
   */
  static async open(folder: string, signal?: AbortSignal): Promise<DatabaseReader> {
    await mustBeDatabase(folder)
    let damaged = 0
    const count = () => {
      damaged++
    }
    const survey = await Survey.of(folder, async () => {
      const stored = await readStoredIndex(folder)
      const index = stored !== undefined && (await isAsSeen(folder, stored)) ? stored : undefined
      return { listener: { damaged: count }, others: stored?.others, asksFor: holdsDatasets, index }
    })
    return new DatabaseReader(survey, damaged, signal)
  }

  /** The programs that have rows, ascending. */
  get programs(): readonly number[] {
    return this.#survey.programs
  }

  /** Those of them in which something waits. */
  get waitingPrograms(): readonly number[] {
    const waiting = TABLES.filter(({ file }) => WAITING_FILES.includes(file))
    const pids = waiting.flatMap(({ number }) => [...(this.#survey.tables.get(number)?.segments.programs ?? [])])
    return [...new Set(pids)].sort((a, b) => a - b)
  }

  /** Everything that resolving a program's stored rows anew gives; nothing for a program without rows. */
  async settle(pid: number): Promise<Settled> {
    this.#signal?.throwIfAborted()
    return settleAnew(pid, this.#survey.linesOf(pid), this.#survey.layout)
  }

  async close(): Promise<void> {
    await this.#survey.close()
  }
}
