/**
 * Takes every line of a database into a run: one that spacekit wrote, one that was edited by hand, or one that gains a
 * column (specification, section 9). All its lines go through the run like new ones.
 */
import type { Watch } from '../process/progress.js'
import type { LineBuffer } from '../sort/buffer.js'
import { asBuffer } from '../sort/records.js'
import { damaged } from '../store/read/table-reader.js'
import { counted } from '../text/words.js'
import { type KeptLines, Survey } from '../workers/survey.js'
import { Damage } from './damage.js'
import { refuseLoss } from './loss.js'

/** What is done with the tables of a database that is not as a run left it, or gains a column. */
export class TakeOver {
  /** The input's other columns, as the tables will have them. */
  readonly others: readonly string[]
  readonly #folder: string
  readonly #survey: Survey
  readonly #damage: Damage
  readonly #signal: AbortSignal | undefined

  private constructor(folder: string, survey: Survey, damage: Damage, signal: AbortSignal | undefined) {
    this.others = survey.others
    this.#folder = folder
    this.#survey = survey
    this.#damage = damage
    this.#signal = signal
  }

  /**
   * Opens the tables, and reads their headers.
   *
   * @param others the input's other columns, by those that the tables have
   * @throws IngestError DATABASE_UNUSABLE for tables that are no files
   */
  static async begin(
    folder: string,
    others: (stored: readonly string[]) => readonly string[],
    { signal, meter }: Watch,
  ): Promise<TakeOver> {
    const damage = new Damage(folder)
    const survey = await Survey.open(folder, async () => ({ listener: damage, others, meter }), signal)
    return new TakeOver(folder, survey, damage, signal)
  }

  /**
   * Puts all lines into the buffer; features of waiting groups are left out, as they are made anew.
   *
   * @param isAsLeft whether the last run left the tables so: then nothing can be lost
   * @throws IngestError TABLE_INVALID where rows are lost or cannot be read; it says which, what points at them, ways on
   */
  async bufferLines(buffer: LineBuffer, isAsLeft: boolean, warn: (message: string) => void): Promise<void> {
    let all = 0
    await this.#survey.look(this.#signal, async ({ records, misplaced }: KeptLines) => {
      if (buffer.canMerge) await buffer.merge(this.#signal)
      buffer.addRecords(asBuffer(records))
      all += misplaced
    })
    const [first] = this.#damage.files.values()
    if (isAsLeft && first !== undefined) throw damaged(first.place.source ?? '', first.place.line ?? 1, first.detail)
    const options = { accepts: 'nothing', warn, signal: this.#signal } as const
    if (!isAsLeft) await refuseLoss(this.#folder, this.#survey, this.#damage, options)
    if (all > 0) warn(`${counted(all, 'row')} of training.csv without a pname, taken over as waiting products`)
  }

  async close(): Promise<void> {
    await this.#survey.close()
  }
}
