/** What cannot be read in a database, and what may be lost with it. */
import { join } from 'node:path'
import { IngestError } from '../errors.js'
import type { Settled } from '../settle/settled.js'
import { TABLES } from '../store/tables.js'

/** The first line of each table that cannot be read, and products whose features cannot be made anew. */
export class Damage {
  /** Products taken over without their exposures that have no line in `train-*`. */
  readonly lost: string[] = []
  /** What is wrong with the first line of a table that cannot be read, without advice. */
  readonly files = new Map<string, IngestError>()
  readonly #folder: string
  #loss: IngestError | undefined

  constructor(folder: string) {
    this.#folder = folder
  }

  damaged(file: string, line: number, what: string): void {
    if (this.files.has(file)) return
    this.files.set(file, new IngestError('TABLE_INVALID', what, { source: join(this.#folder, file), line }))
  }

  /** A product without exposures keeps the features that it has: a line of them that cannot be read must not go. */
  lookForLoss({ resolutions }: Settled): void {
    for (const { product, features } of resolutions.flatMap(({ frozen }) => frozen)) {
      for (const prefix of ['train-', 'raw-']) {
        const has = [...features.keys()].some((number) => TABLES[number]?.file.startsWith(prefix))
        if (has) continue
        if (prefix === 'train-') this.lost.push(product.dname)
        const unread = [...this.files].find(([file]) => file.startsWith(prefix))?.[1]
        if (unread !== undefined) this.#loss ??= mayBeLost(unread, product.dname)
      }
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
