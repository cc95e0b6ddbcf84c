/** Losses of tables, and how they are told. */
import { join } from 'node:path'
import { IngestError } from '../errors.js'
import { TABLES } from '../store/tables.js'

/** What is wrong with one table. */
interface Loss {
  readonly file: string
  readonly reasons: string[]
  /** The line that cannot be read. */
  line: number | undefined
  /** How many bytes fewer than the last run left there are. */
  fewer: number
  /** Whether the table can be made anew from the others. */
  isDerived: boolean
}

/** What the tables of a database have lost. */
export class Losses {
  readonly #folder: string
  readonly #byFile = new Map<string, Loss>()

  constructor(folder: string) {
    this.#folder = folder
  }

  /** @param line the line that cannot be read, where there is one */
  add(file: string, reason: string, line?: number): void {
    const { reasons } = this.#of(file)
    reasons.push(reason)
    this.#of(file).line ??= line
  }

  /** A table that has lost something has so many bytes fewer than the last run left. */
  shorter(file: string, fewer: number): void {
    this.#of(file).fewer = fewer
  }

  /** A table holds what no other can give back. */
  cannotBeMade(file: string): void {
    this.#of(file).isDerived = false
  }

  /** The tables that have lost something. */
  get files(): readonly string[] {
    return [...this.#byFile.keys()]
  }

  /** Whether all of it can be made anew from what is there. */
  get areDerived(): boolean {
    return [...this.#byFile.values()].every(({ isDerived }) => isDerived)
  }

  /** What is lost, table by table. */
  get text(): string {
    return [...this.#byFile.values()].map((loss) => `${loss.file}${place(loss)} ${tell(loss)}`).join('; ')
  }

  /** @throws IngestError TABLE_INVALID where anything is lost */
  refuse(): void {
    const [first, ...others] = this.#byFile.values()
    if (first === undefined) return
    const { file, line } = first
    const what = [tell(first), ...others.map((loss) => `${loss.file}${place(loss)} ${tell(loss)}`)].join('; ')
    const source = join(this.#folder, file)
    const where = line === undefined ? { source } : { source, line }
    throw new IngestError('TABLE_INVALID', `${what}; nothing was changed: ${this.#ways}`, where)
  }

  get #ways(): string {
    if (this.areDerived) return `\`jwst-ingest rebuild ${this.#folder}\` makes it anew`
    const mend = [...this.#byFile.values()].some(({ line }) => line !== undefined) ? 'mend the line, ' : ''
    const restore = this.#byFile.size > 1 ? 'restore the tables' : 'restore the table'
    const accept = `\`jwst-ingest rebuild --accept-loss ${this.#folder}\``
    return `${mend}${restore} from a backup, give all days again into a new folder, or go on without these rows with ${accept}`
  }

  #of(file: string): Loss {
    const known = this.#byFile.get(file)
    if (known !== undefined) return known
    const isDerived = TABLES.some((table) => table.file === file && isMade(table.holds))
    const loss = { file, reasons: [], line: undefined, fewer: 0, isDerived }
    this.#byFile.set(file, loss)
    return loss
  }
}

/** Whether a table of this kind is made from others. */
function isMade(holds: (typeof TABLES)[number]['holds']): boolean {
  return holds === 'products' || holds === 'groups'
}

function tell({ reasons, fewer }: Loss): string {
  const text = reasons.join(' and ')
  return fewer > 0 ? `${text}: ${bytes(fewer)} fewer than the last run left` : text
}

/** A number of bytes: `74,285 bytes`. */
export function bytes(number: number): string {
  return `${number.toLocaleString('en-US')} byte${number === 1 ? '' : 's'}`
}

function place({ line }: Loss): string {
  return line === undefined ? '' : `:${line}`
}
