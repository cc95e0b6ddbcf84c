/**
 * The rules for a single input row (specification, section 3): level, name, numbers, exposure type, association key. They
 * make its canonical line, which is all that the rest of a run knows of it.
 */

import { ByteWriter } from '../csv/bytes.js'
import { RecordCells } from '../csv/split.js'
import { datasetName, kindBy, type Level, levelOf, observationOf, programOf } from './dataset.js'
import type { Day } from './day.js'
import type { Derived } from './derived.js'
import { inputFields, inputPositions, KNOWN_COLUMNS, type Layout, MOST_CHARACTERS, type Positions } from './layout.js'
import { dayCells, LineMaker } from './line-maker.js'
import type { Kind } from './row.js'
import { isNothing } from './values.js'

/** Why a row is dropped, in the words of the summary. */
export const DROP_REASONS = {
  level: 'neither Level 1 nor Level 3',
  memory: 'Level 3 memory estimate',
  expType: 'exposure type without Level 3',
  spelling: 'exposure type of Level 3 but for letter case or blanks',
  channel: 'MIR_MRS channel 2 or 4',
} as const
export type DropReason = keyof typeof DROP_REASONS

/** What a scrubbed row is. */
interface ScrubbedRow {
  readonly level: Level
  readonly kind: Kind
  readonly pid: number
  /** The partition within the program, as {@link observationOf} tells it. */
  readonly observation: number
}

/** What becomes of an input row. */
export type Judged =
  | ({ readonly outcome: 'kept' } & ScrubbedRow)
  /** Of no use, but a version of its dataset: it hides older versions (sections 3.5 and 3.6 in this order). */
  | ({ readonly outcome: 'hidden'; readonly reason: DropReason } & ScrubbedRow)
  | { readonly outcome: 'dropped'; readonly level: Level; readonly reason: DropReason }
  | { readonly outcome: 'rejected'; readonly level: Level; readonly message: string }

/** The same, with the canonical line of a row that is kept or hidden. */
export type Scrubbed = (Extract<Judged, ScrubbedRow> & { readonly text: string }) | Exclude<Judged, ScrubbedRow>

/** Scrubs the rows of one input file. */
export class Scrubber {
  readonly #header: readonly string[]
  readonly #at: Positions
  readonly #day: Uint8Array
  readonly #lines: LineMaker
  /** A row that stands by itself, and its line. */
  readonly #single = new RecordCells()
  readonly #line = new ByteWriter()
  /** The name of the row that was judged last. */
  #dname = ''

  /**
   * @param layout the run's columns, which hold all of the header's
   * @param header the input file's header
   * @param day the input file's day
   */
  constructor(layout: Layout, header: readonly string[], day: Day) {
    this.#header = header
    this.#at = inputPositions(header)
    this.#day = dayCells(day)
    this.#lines = new LineMaker(this.#at, inputFields(layout, header))
  }

  /**
   * What becomes of a row.
   *
   * @param row an input row, with as many fields as the header has
   */
  judge(row: RecordCells): Judged {
    const at = this.#at
    const dag = row.field(at.dag)
    const level = levelOf(dag)
    if (level === 'other') return { outcome: 'dropped', level, reason: dag.includes('MEMORY') ? 'memory' : 'level' }
    const dname = datasetName(row.field(at.dname))
    if (isNothing(dname)) return { outcome: 'rejected', level, message: 'no Dataset' }
    const long = row.end - row.start > MOST_CHARACTERS ? this.#longField(row) : undefined
    if (long !== undefined) return { outcome: 'rejected', level, message: tooLong(this.#header[long] ?? '') }
    const pid = programOf(dname)
    if (pid === undefined) return { outcome: 'rejected', level, message: noProgram(dname) }
    this.#dname = dname
    const wrong = this.#lines.take(row, pid)
    if (wrong !== undefined) return { outcome: 'rejected', level, message: wrong.message }
    const { derived } = this.#lines
    const kind = kindBy(dname, level, derived)
    if (kind === 'dropped') {
      // It is in no association: whatever its keywords say, only its name counts.
      return { outcome: 'hidden', level, kind, pid, observation: observationOf(dname), reason: reasonBy(derived) }
    }
    const { needsScale, noScale, observation } = derived
    if (needsScale === 'any' || needsScale === kind) return { outcome: 'rejected', level, message: noScale }
    return { outcome: 'kept', level, kind, pid, observation: observationOf(dname, { level, observation }) }
  }

  /**
   * What becomes of a row that stands by itself.
   *
   * @param fields of an input row, as many as the header has
   */
  scrub(fields: readonly string[]): Scrubbed {
    this.#single.loadFields(fields)
    const judged = this.judge(this.#single)
    if (judged.outcome === 'dropped' || judged.outcome === 'rejected') return judged
    this.write(this.#line)
    return { ...judged, text: this.#line.take().toString() }
  }

  /** The first field of a column that rules ask for that is too long. */
  #longField(row: RecordCells): number | undefined {
    const isLong = (name: string, field: number) => KNOWN.has(name) && row.field(field).length > MOST_CHARACTERS
    const field = this.#header.findIndex(isLong)
    return field < 0 ? undefined : field
  }

  /** Writes the canonical line of the row that was judged last, without a line end. */
  write(out: ByteWriter): void {
    this.#lines.write(this.#day, { dname: this.#dname, field: this.#at.dname }, out)
  }
}

/** Why a row of these keywords is dropped. */
function reasonBy({ isLevel3Type, isNearLevel3Type }: Derived): DropReason {
  if (isLevel3Type) return 'channel'
  return isNearLevel3Type ? 'spelling' : 'expType'
}

const KNOWN: ReadonlySet<string> = new Set(KNOWN_COLUMNS)

function tooLong(column: string): string {
  return `${column} is longer than ${MOST_CHARACTERS.toLocaleString('en')} characters`
}

function noProgram(dname: string): string {
  return `no program in the name ${JSON.stringify(dname)}: expected five digits as its characters 3-7`
}
