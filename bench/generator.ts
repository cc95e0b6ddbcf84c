/**
 * A seeded generator of raw JWST calibration metadata: daily files as section 2 of the specification describes them.
 * All of it is synthetic: programs, targets and sizes are drawn, modes and names follow the instruments'.
 */

import type { Association } from './generator-associations.js'
import { type Dialect, type Writing, writingOf } from './generator-dialect.js'
import { drawDropped, drawObservation, drawSurveyField } from './generator-draw.js'
import {
  DAYS_PER_RANGE,
  OBSERVATIONS_PER_DAY,
  type Planned,
  type PlannedRow,
  Program,
  type Setting,
} from './generator-program.js'
import { Random } from './generator-random.js'
import { type Plan, REQUIRED, REQUIRED_EARLY } from './generator-required.js'
import { resized } from './generator-size.js'
import { packLines, shuffleLines } from './generator-text.js'

/** What to generate; the same options give the same bytes, and all dialects of them the same rows. */
export interface GeneratorOptions {
  /** Number of days, each a file. */
  readonly days: number
  /** Rows of each day, header not counted. */
  readonly rows: number
  readonly seed: number
  /** First day, `YYYY-MM-DD`. */
  readonly start: string
  /** Rows in random order over the whole file, instead of by name. */
  readonly shuffle: boolean
  /** Share of groups whose product is there, 0 to 1; 0 leaves out all products. */
  readonly match: number
  /** Share of matched groups whose product or some exposures come on a later day, 0 to 1. */
  readonly late: number
  /** All days in one file of this name. */
  readonly oneFile?: string | undefined
  readonly dialect: Dialect
  /** Share of programs that are processed again as a whole a year later, in files of their own, 0 to 1. */
  readonly redeliver: number
}

/** The options where none are given. */
export const DEFAULTS: GeneratorOptions = {
  days: 3,
  rows: 1000,
  seed: 1,
  start: '2024-02-21',
  shuffle: false,
  match: 0.9,
  late: 0.15,
  dialect: 'plain',
  redeliver: 0,
}

/** A file in pieces; to be read to its end before the next file is asked for. */
export interface GeneratedFile {
  readonly name: string
  /** `YYYY-MM-DD`; the first day's for a file of several days. */
  readonly date: string
  readonly rows: number
  readonly chunks: Iterable<Buffer>
}

/** A file in memory: its lines, the header first, without line ends. */
export interface GeneratedDay {
  readonly name: string
  readonly date: string
  readonly lines: readonly string[]
}

/** Program numbers have five digits, and the lowest thousand is not in use. */
const FIRST_PROGRAM = 1001
const LAST_PROGRAM = 99_999
/** Rows of a random observation, about. */
const ROWS_PER_OBSERVATION = 10
/** Share of a later day's rows that late ones of random observations may take. */
const LATE_ROOM = 0.5
/** Days after which a program is processed again. */
const YEAR = 366
/** Share of programs that are surveys, with a hundred times the rows of others, and the days they need. */
const SURVEYS = 0.004
const SURVEY_DAY = 20_000
/** Rows of a required plan, with some to spare: later days keep as many free for each. */
const ROWS_PER_PLAN = 5

/** The day files of some options, all in memory: for tests and small benchmarks. */
export function* generateDays(options: Partial<GeneratorOptions> = {}): Generator<GeneratedDay> {
  for (const { name, date, chunks } of generateFiles(options)) {
    const text = Buffer.concat([...chunks]).toString()
    yield { name, date, lines: text.trimEnd().split(/\r?\n/) }
  }
}

/**
 * The files of some options in pieces, for any number of rows: what is held is one program's rows, and those that
 * wait for a later day; with `shuffle` one file's text.
 *
 * @param associate is told every association of the rows, as they are made
 * @throws {RangeError} when there are more rows than five-digit program numbers can name
 */
export function* generateFiles(
  options: Partial<GeneratorOptions> = {},
  associate: (association: Association) => void = () => {},
): Generator<GeneratedFile> {
  const settled = { ...DEFAULTS, ...options }
  const archive = new Archive(settled, associate)
  const { days, rows, start, oneFile } = settled
  if (oneFile !== undefined) {
    yield {
      name: oneFile,
      date: start,
      rows: rows * days,
      chunks: chunksOf(archive.allDays(), settled, 0, rows * days),
    }
    return
  }
  for (let day = 0; day < days; day += 1) {
    const { name, date } = nameOfDay(start, day)
    yield { name, date, rows, chunks: chunksOf(archive.day(day), settled, day, rows) }
  }
  for (let day = 0; day < days; day += 1) {
    const lines = archive.redelivered(day)
    const later = nameOfDay(start, day + YEAR)
    const file = days + day
    if (lines.length > 0) yield { ...later, rows: lines.length, chunks: chunksOf(lines, settled, file, lines.length) }
  }
}

/** The text of a file from its rows. */
function chunksOf(lines: Iterable<string>, options: GeneratorOptions, file: number, rows: number): Iterable<Buffer> {
  const writing = writingOf(options.dialect, file, options.seed)
  const written = writtenLines(lines, writing)
  if (!options.shuffle) return packLines(writing, written)
  // A sequence of its own: the rows are those of the same options without shuffling.
  return shuffleLines(writing, written, rows, new Random(options.seed ^ Math.imul(file + 1, 0x9e3779b1)))
}

function* writtenLines(lines: Iterable<string>, { write }: Writing): Generator<string> {
  for (const line of lines) yield write(line)
}

/** Name and date of a daily file (specification, section 2). */
export function nameOfDay(start: string, day: number): { name: string; date: string } {
  const date = new Date(Date.parse(`${start}T00:00:00Z`) + day * 86_400_000)
  const dayOfYear =
    (Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()) - Date.UTC(date.getUTCFullYear(), 0, 0)) /
    86_400_000
  const text = date.toISOString().slice(0, 10)
  return { name: `${text}_${String(dayOfYear).padStart(3, '0')}.csv`, date: text }
}

/** The rows of all days, made one program at a time, in name order within a day. */
class Archive {
  readonly #options: GeneratorOptions
  readonly #random: Random
  /** Rows that an earlier day left for a day, and the plans of each day that are still to be done. */
  readonly #waiting: string[][]
  readonly #plans: Plan[][]
  readonly #associate: (association: Association) => void
  /** Draws what comes again: the other rows are those of the same options without. */
  readonly #again: Random
  readonly #redelivered: string[][]

  constructor(options: GeneratorOptions, associate: (association: Association) => void) {
    const { days, seed } = options
    this.#options = options
    this.#associate = associate
    this.#again = new Random(~seed)
    this.#redelivered = Array.from({ length: days }, () => [])
    this.#random = new Random(seed)
    this.#waiting = Array.from({ length: days }, () => [])
    this.#plans = Array.from({ length: days }, () => [])
    const early = Math.max(days - 1, 1)
    for (const [index, plan] of REQUIRED_EARLY.entries()) this.#plans[index % early]?.push(plan)
    for (const [index, plan] of REQUIRED.entries()) this.#plans[days - 1 - (index % days)]?.push(plan)
  }

  /** The rows of every day, day after day. */
  *allDays(): Generator<string> {
    for (let day = 0; day < this.#options.days; day += 1) yield* this.day(day)
  }

  /** The rows of a day; days are to be asked for in order, each to its end. */
  *day(day: number): Generator<string> {
    const waiting = (this.#waiting[day] ?? []).sort()
    this.#waiting[day] = []
    let free = this.#options.rows - waiting.length
    let next = 0
    const setting = this.#settingOf(day)
    for (const number of this.#programNumbers(day)) {
      if (free === 0) break
      const lines = this.#observe(new Program(number, setting, this.#random), free)
      this.#redeliver(day, lines)
      free -= lines.length
      // Rows begin with `jw` and the program number, so text order is the order of programs, then of names.
      const end = `jw${String(number + 1).padStart(5, '0')}`
      for (; next < waiting.length && (waiting[next] ?? end) < end; next += 1) lines.push(waiting[next] ?? '')
      yield* lines.sort()
    }
    if (free > 0) throw new RangeError('More rows than five-digit program numbers can name')
    yield* waiting.slice(next)
  }

  /** The rows of a day's programs that come again a year later. */
  redelivered(day: number): readonly string[] {
    return this.#redelivered[day] ?? []
  }

  #redeliver(day: number, lines: readonly string[]): void {
    if (!this.#again.chance(this.#options.redeliver)) return
    const lasting = lines.filter((line) => /,LEVEL_[13],/.test(line))
    this.#redelivered[day]?.push(...lasting.map((line) => resized(line, this.#again)).sort())
  }

  #settingOf(day: number): Setting {
    const { days, match, late } = this.#options
    // The last day's groups cannot be late: the other days' make up for them.
    const share = days > 1 ? Math.min(1, (late * days) / (days - 1)) : late
    return { match, late: share, day, daysLeft: days - 1 - day }
  }

  /** Ascending numbers with gaps; days that would share observation numbers have separate ranges. */
  *#programNumbers(day: number): Generator<number> {
    const { days, rows } = this.#options
    const range = Math.floor((LAST_PROGRAM - FIRST_PROGRAM) / Math.ceil(days / DAYS_PER_RANGE))
    const first = FIRST_PROGRAM + Math.floor(day / DAYS_PER_RANGE) * range
    const programs = rows / ((ROWS_PER_OBSERVATION * this.#observations) / 2)
    const gap = Math.max(1, Math.min(40, Math.floor(range / programs / 2)))
    for (let number = first; number < first + range; number += this.#random.integer(1, gap)) yield number
  }

  /** Observations of a program on one day, at most: more where program numbers would run out. */
  get #observations(): number {
    const { days, rows } = this.#options
    const range = Math.floor((LAST_PROGRAM - FIRST_PROGRAM) / Math.ceil(days / DAYS_PER_RANGE))
    const needed = Math.ceil((rows * 4) / (range * ROWS_PER_OBSERVATION))
    return Math.max(8, Math.min(OBSERVATIONS_PER_DAY - 2, needed))
  }

  /** One program's rows of its day, no more than `free`; later rows are put aside. */
  #observe(program: Program, free: number): string[] {
    const lines: string[] = []
    const isSurvey = this.#options.rows >= SURVEY_DAY && this.#random.chance(SURVEYS)
    const observations = isSurvey ? OBSERVATIONS_PER_DAY - 2 : this.#random.integer(1, this.#observations)
    for (let count = 0; count < observations && lines.length < free; count += 1) {
      const { rows, associations } = this.#plan(
        program,
        free - lines.length,
        isSurvey ? drawSurveyField : drawObservation,
      )
      for (const association of associations) this.#associate(association)
      for (const { delay, line } of rows) {
        if (delay === 0) lines.push(line)
        else this.#waiting[program.setting.day + delay]?.push(line)
      }
    }
    return lines
  }

  /** The rows of the next required plan that fits, else of a random observation that does. */
  #plan(program: Program, free: number, draw: Plan): Planned {
    const { day, daysLeft } = program.setting
    const plan = this.#plans[day]?.shift()
    if (plan !== undefined) {
      plan(program)
      const planned = program.take()
      if (this.#fits(planned.rows, day, free, () => this.#options.rows)) return planned
      if (daysLeft > 0) this.#plans[day + 1]?.push(plan)
      return { rows: [], associations: [] }
    }
    for (let attempt = 0; attempt < 10; attempt += 1) {
      draw(program)
      const planned = program.take()
      if (this.#fits(planned.rows, day, free, (later) => this.#lateRoom(later))) return planned
    }
    drawDropped(program)
    return program.take()
  }

  /** How many rows may wait for a day, so that its own ones, the required first, have place. */
  #lateRoom(day: number): number {
    const { rows } = this.#options
    return Math.min(rows * LATE_ROOM, rows - (this.#plans[day]?.length ?? 0) * ROWS_PER_PLAN)
  }

  /** Whether rows leave each day with no more than it may have. */
  #fits(planned: readonly PlannedRow[], day: number, free: number, roomOf: (day: number) => number): boolean {
    const counts = [0, 0, 0]
    for (const { delay } of planned) counts[delay] = (counts[delay] ?? 0) + 1
    return counts.every((count, delay) => {
      if (delay === 0) return count <= free
      return count === 0 || (this.#waiting[day + delay]?.length ?? 0) + count <= roomOf(day + delay)
    })
  }
}
