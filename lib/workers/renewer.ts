/** Settles programs anew from the lines that a database holds, and compares what comes out with these. */
import { Encoder, type Encodings, type UnknownValues } from '../rules/category-codes.js'
import type { Layout } from '../rules/layout.js'
import { type CensusByProgram, countProgram } from '../settle/census.js'
import type { Settled } from '../settle/settled.js'
import { type TableText, TableTexts } from '../store/format.js'
import { compareLines, GroupLedger, type GroupLines, settleAnew } from '../store/read/settle.js'
import type { SurveyedLines, TableLine, TablePart } from '../store/read/survey.js'
import { StoredCensus } from '../store/stored-census.js'
import { TABLES } from '../store/tables.js'

/** A product taken over without its exposures that has no line in tables of features, which cannot be made anew. */
export interface BareProduct {
  readonly dname: string
  readonly lacks: 'train-' | 'raw-'
}

/** What programs come to, and how that differs from what is stored; for each of {@link TABLES}, where it is by table. */
export interface RenewedPrograms {
  /** The lines of programs that are not as they are stored. */
  readonly tables: readonly TableText[]
  /** The programs whose lines are stored as they come out. */
  readonly kept: readonly (readonly number[])[]
  /** Lines that there are now. */
  readonly lines: readonly number[]
  /** Lines that were taken out, put in or replaced; those of groups are told apart. */
  readonly changed: readonly number[]
  readonly groups: GroupLines
  readonly bare: readonly BareProduct[]
  /** What there is in each program, as {@link StoredCensus} has it. */
  readonly census: Uint32Array
  /** Category values that have no code. */
  readonly unknown: UnknownValues
}

/** What the lines of a program come to. */
export type SettleLines = (pid: number, lines: readonly TableLine[], layout: Layout) => Settled

/** Takes one program after the other. */
export class Renewer {
  readonly #survey: SurveyedLines
  readonly #settle: SettleLines
  readonly #encoder: Encoder
  readonly #texts: TableTexts
  #kept: number[][] = TABLES.map(() => [])
  #lines = TABLES.map(() => 0)
  #changed = TABLES.map(() => 0)
  #groups = new GroupLedger()
  #bare: BareProduct[] = []
  #census: CensusByProgram = new Map()

  constructor(survey: SurveyedLines, encodings: Encodings, settle: SettleLines = settleAnew) {
    this.#survey = survey
    this.#settle = settle
    this.#encoder = new Encoder(encodings)
    this.#texts = new TableTexts({ layout: survey.layout, encoder: this.#encoder })
  }

  /** Settles a program. */
  add(pid: number): void {
    const parts = this.#survey.partsOf(pid)
    const lines = parts.flatMap((part) => part.lines)
    const settled = this.#settle(pid, lines, this.#survey.layout)
    this.#bare.push(...bareProducts(settled))
    countProgram(settled, this.#census)
    this.#texts.add(settled)
    for (const [number, part] of parts.entries()) this.#compare(pid, number, part)
  }

  #compare(pid: number, number: number, part: TablePart): void {
    const { extra, missing } = compareLines(part, this.#texts.lastOf({ number }))
    this.#lines[number] = (this.#lines[number] ?? 0) + part.lines.length - extra.length + missing.length
    if (TABLES[number]?.holds === 'groups') {
      for (const line of extra) this.#groups.extra(line)
      for (const { text } of missing) this.#groups.missing(number, text)
    } else this.#changed[number] = (this.#changed[number] ?? 0) + Math.max(extra.length, missing.length)
    // A table that another program has written is written anew as a whole, if at all.
    if (extra.length + missing.length > 0 || this.#survey.tables.get(number)?.asWritten !== true) return
    this.#texts.dropLast(number)
    this.#kept[number]?.push(pid)
  }

  /** What came of the programs; it goes on with none. */
  take(): RenewedPrograms {
    const renewed: RenewedPrograms = {
      tables: this.#texts.take(),
      kept: this.#kept,
      lines: this.#lines,
      changed: this.#changed,
      groups: this.#groups.data,
      bare: this.#bare,
      census: new StoredCensus().with(this.#census).flat,
      unknown: this.#encoder.unknown,
    }
    this.#kept = TABLES.map(() => [])
    this.#lines = TABLES.map(() => 0)
    this.#changed = TABLES.map(() => 0)
    this.#groups = new GroupLedger()
    this.#bare = []
    this.#census = new Map()
    return renewed
  }
}

function bareProducts({ resolutions }: Settled): BareProduct[] {
  return resolutions
    .flatMap(({ takenOver }) => takenOver)
    .flatMap(({ product: { dname }, features }) =>
      (['train-', 'raw-'] as const)
        .filter((prefix) => ![...features.keys()].some((number) => TABLES[number]?.file.startsWith(prefix)))
        .map((lacks) => ({ dname, lacks })),
    )
}
