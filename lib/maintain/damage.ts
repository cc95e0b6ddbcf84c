/** What cannot be read in a database, and what may be lost with it. */
import { join } from 'node:path'
import { IngestError } from '../errors.js'
import type { DamagedLine } from '../store/read/surveyor.js'
import type { BareProduct } from '../workers/renewer.js'
import type { SurveyListener } from '../workers/survey.js'

/** The first line of each table that cannot be read, and products whose features cannot be made anew. */
export class Damage implements SurveyListener {
  /** Products taken over without their exposures that have no line in `train-*`. */
  readonly lost: string[] = []
  /** What is wrong with the first line of a table that cannot be read, without advice. */
  readonly files = new Map<string, IngestError>()
  readonly #folder: string
  #loss: IngestError | undefined

  constructor(folder: string) {
    this.#folder = folder
  }

  damaged(file: string, [first]: readonly DamagedLine[]): void {
    if (first === undefined || this.files.has(file)) return
    const place = { source: join(this.#folder, file), line: first.line }
    this.files.set(file, new IngestError('TABLE_INVALID', first.what, place))
  }

  /** A product without exposures keeps the features that it has: a line of them that cannot be read must not go. */
  lookForLoss(bare: readonly BareProduct[]): void {
    for (const { dname, lacks } of bare) {
      if (lacks === 'train-') this.lost.push(dname)
      const unread = [...this.files].find(([file]) => file.startsWith(lacks))?.[1]
      if (unread !== undefined) this.#loss ??= mayBeLost(unread, dname)
    }
  }

  /** What cannot be read may be all that is known of some product's features. */
  get loss(): IngestError | undefined {
    return this.#loss
  }
}

function mayBeLost({ message }: IngestError, dname: string): IngestError {
  const what = `${message}; it may hold the features of ${dname}, which was taken over without its exposures`
  return new IngestError('TABLE_INVALID', `${what}: mend it, or take it out to do without; nothing was changed`)
}
