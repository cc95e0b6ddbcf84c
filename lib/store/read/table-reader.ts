/**
 * Reads lines of a stored table by the names in its header, whatever their order, as this program writes them: what
 * another program left out or wrote otherwise is filled in (specification, section 9).
 */
import type { ByteWriter } from '../../csv/bytes.js'
import { BYTE, RecordCells } from '../../csv/split.js'
import { IngestError } from '../../errors.js'
import { datasetName, levelOf, observationOf, programOf } from '../../rules/dataset.js'
import { parseDay } from '../../rules/day.js'
import { MODELS } from '../../rules/keywords.js'
import { type Layout, tableFields, tablePositions } from '../../rules/layout.js'
import { dayCells, LineMaker, type NameCell, writeCells } from '../../rules/line-maker.js'
import { MEMBER_COLUMNS, SCIENCE } from '../../rules/member-list.js'
import { WHOLE_PROGRAM } from '../../rules/partition.js'
import { isNothing } from '../../rules/values.js'
import type { Table } from '../table.js'

/** The columns without which a table of rows cannot be read. */
const NEEDED = ['dag', 'imagesize', 'PROGRAM', 'OBSERVTN', 'EXP_TYPE', 'date', 'Dataset'] as const

/** The columns without which a table cannot be read that its header lacks. */
export function missingColumns({ holds, tail }: Table, header: readonly string[]): readonly string[] {
  const needed = holds === 'rows' ? NEEDED : holds === 'members' ? MEMBER_COLUMNS : [nameColumn(holds, tail)]
  return needed.filter((column) => !header.includes(column))
}

/** Where the name of a line's dataset, product or group stands in tables that do not hold rows. */
function nameColumn(holds: Table['holds'], tail: readonly string[]): string {
  return (holds === 'hidden' || holds === 'members' ? tail[0] : tail.at(-1)) ?? ''
}

/** What is wrong with a table that has lost everything. */
export const EMPTY_TABLE = 'the table is empty: not even its header is there'

/** Stands for the program of a waiting group whose name has none. */
const NO_PROGRAM = -1

/** The table in which spacekit leaves waiting products, without a `pname` and some of them without their last fields. */
const TRAINING = 'training.csv'

const NUL = 'a NUL byte: is the file damaged?'

/** Takes one line after the other. */
export class TableReader {
  readonly #table: Table
  readonly #header: readonly string[]
  /** Makes what a line of rows begins with; undefined for a table that does not hold rows. */
  readonly #lines: LineMaker | undefined
  /** Columns behind that, with the field of each; -1 for none. */
  readonly #tail: readonly { readonly column: string; readonly field: number }[]
  readonly #at: (column: string) => number
  readonly #days = new Map<string, Uint8Array | undefined>()
  readonly #single = new RecordCells()
  #row = this.#single
  #day: Uint8Array = new Uint8Array()
  #name: NameCell = { dname: '', field: -1 }
  #pid = NO_PROGRAM
  #observation = 0

  constructor(table: Table, layout: Layout, header: readonly string[]) {
    const places = new Map([...header.entries()].reverse().map(([field, column]) => [column, field]))
    this.#table = table
    this.#header = header
    this.#at = (column) => places.get(column) ?? -1
    this.#tail = table.tail.map((column) => ({ column, field: this.#at(column) }))
    if (table.holds === 'rows') this.#lines = new LineMaker(tablePositions(header), tableFields(layout, header))
  }

  /** The program that the line taken last belongs to: that in the dataset's name, or in the expected or real product's. */
  get pid(): number {
    return this.#pid
  }

  /** The observation that it is buffered under. What files say of a product concerns its whole program. */
  get observation(): number {
    return this.#observation
  }

  /** Whether it is a waiting product among the matched ones, as spacekit leaves them. */
  get isMisplaced(): boolean {
    return this.#table.file === TRAINING && isNothing(this.#row.field(this.#at('pname')))
  }

  /**
   * Takes a line that is split.
   *
   * @returns what is wrong with it
   */
  take(row: RecordCells): string | undefined {
    if (row.width !== this.#header.length) return this.takeFields(row.fields)
    this.#row = row
    return this.#lines === undefined ? this.#takeNamed(row) : this.#takeRow(row, this.#lines)
  }

  /** Takes a line by its fields; see {@link take}. */
  takeFields(given: readonly string[]): string | undefined {
    const { length } = this.#header
    const fields = this.#table.file === TRAINING && given.length < length ? mendWaiting(given, this.#header) : given
    if (fields.length !== length) return `expected ${length} fields, got ${fields.length}`
    return this.#single.loadFields(fields) ? this.take(this.#single) : NUL
  }

  #takeNamed(row: RecordCells): string | undefined {
    const { holds, tail } = this.#table
    const name = row.field(this.#at(nameColumn(holds, tail)))
    this.#observation = holds === 'members' ? WHOLE_PROGRAM : observationOf(name)
    // A group is named by the PROGRAM of its exposures, which need not be the number in their names.
    const pid = programOf(name) ?? (holds === 'groups' ? NO_PROGRAM : undefined)
    if (pid === undefined) return 'no program in the name of the dataset'
    this.#pid = pid
    return undefined
  }

  #takeRow(row: RecordCells, lines: LineMaker): string | undefined {
    const read = (column: string) => row.field(this.#at(column))
    const own = read('dname')
    const dname = datasetName(own || read('Dataset'))
    const pid = programOf(dname)
    if (pid === undefined) return `no program in the name ${JSON.stringify(dname)}`
    const day = this.#dayOf(read('date'))
    if (day === undefined) return `date is no day: ${JSON.stringify(read('date'))}`
    if (this.#table.tail.includes('expired') && this.#dayOf(read('expired'), true) === undefined)
      return `expired is no day: ${JSON.stringify(read('expired'))}`
    const wrong = lines.take(row, pid)
    if (wrong?.isNoNumber) return wrong.message
    const { observation } = lines.derived
    this.#pid = pid
    this.#day = day
    this.#name = { dname, field: this.#at(own === '' ? 'Dataset' : 'dname') }
    this.#observation = observationOf(dname, { level: levelOf(read('dag')), observation })
    return undefined
  }

  /** The cells of a day, which may have a time behind it unless it is `whole`; a database has few days. */
  #dayOf(text: string, whole = false): Uint8Array | undefined {
    const date = whole ? text : text.slice(0, 10)
    if (!this.#days.has(date)) this.#days.set(date, readDay(date))
    return this.#days.get(date)
  }

  /** Writes the line taken last, without a line end. */
  write(out: ByteWriter): void {
    const lines = this.#lines
    if (lines === undefined) {
      this.#writeTail(out)
      return
    }
    lines.write(this.#day, this.#name, out)
    for (const { column, field } of this.#tail) {
      out.byte(BYTE.comma)
      if (column === 'Dataset') lines.writeName(this.#name, out)
      else if (column === 'role' && this.#row.field(field) === '') out.text(SCIENCE)
      else if (field >= 0 && !(column === 'pname' && this.isMisplaced)) writeCells(this.#row, field, field, out)
    }
  }

  #writeTail(out: ByteWriter): void {
    for (const [index, { field }] of this.#tail.entries()) {
      if (index > 0) out.byte(BYTE.comma)
      if (field >= 0) writeCells(this.#row, field, field, out)
    }
  }
}

function readDay(text: string): Uint8Array | undefined {
  try {
    return dayCells(parseDay(text, 'date'))
  } catch {
    return undefined
  }
}

/**
 * The fields of a line of training.csv with blanks for those that it lacks, where those that it has are a waiting product's: else
 * as they are. The line may be cut short by accident instead, so what derives from its name has to fit the name.
 */
function mendWaiting(fields: readonly string[], header: readonly string[]): readonly string[] {
  const read = (column: string) => fields[header.indexOf(column)]
  const dname = read('dname') ?? ''
  const program = programOf(dname)
  const key = read('params') ?? ''
  const isWhole = [...NEEDED, 'dname', 'pid', 'params'].every((name) => name === 'Dataset' || read(name) !== undefined)
  const isItsName = [read('pname'), read('Dataset')].every((name = '') => isNothing(name) || name === dname)
  const expmode = read('expmode') ?? ''
  const isModel = expmode === '' || MODELS.some((model) => model === expmode)
  const isKeyed = Number(read('pid')) === program && (key === String(program) || key.startsWith(`${program}-`))
  if (!isWhole || !isItsName || !isModel || !isKeyed || levelOf(read('dag') ?? '') !== 'level3') return fields
  return header.map((column, index) => (column === 'pname' || column === 'Dataset' ? '' : (fields[index] ?? '')))
}

/** A line of a stored table that cannot be read. */
export function damaged(path: string, line: number, what: string): IngestError {
  return new IngestError(
    'TABLE_INVALID',
    `${what}; mend the line or restore the table from a backup, nothing was changed`,
    { source: path, line },
  )
}
