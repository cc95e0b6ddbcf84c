/**
 * The stateful stage: buffers scrubbed rows until the input ends, then settles them program by program.
 *
 * A product may come days after its exposures and a file is in no order, so nothing can be said of a row before the
 * last one is read. What one program holds is all that is in memory as objects at a time.
 */

import type { Database } from '../database/database.js'
import { readFeatures, readFresh, readStored } from '../database/stored.js'
import { type Reject, type Results, TABLE_NUMBERS, TABLES } from '../database/tables.js'
import type { Layout } from '../rules/layout.js'
import { type ProgramLines, type Settled, settleProgram } from '../rules/program.js'
import type { Tally } from '../summary.js'
import { type Entry, FRESH, type LineBuffer } from './buffer.js'

/** A scrubbed row on its way to the buffer: where it belongs, and its text. */
export interface ScrubbedLine {
  readonly pid: number
  readonly observation: number
  readonly text: string
}

/** Scrubbed rows, and those that could not be used. */
export interface ScrubbedBatch {
  readonly rows: readonly ScrubbedLine[]
  readonly rejects: readonly Reject[]
}

/** What the stage works on. */
export interface GroupContext {
  readonly buffer: LineBuffer
  readonly layout: Layout
  readonly tally: Tally
  /** The database whose stored lines take part, program by program; absent where they are in the buffer already. */
  readonly stored: Database | undefined
}

const isFeatures = (number: number) => TABLES[number]?.holds === 'products' || TABLES[number]?.holds === 'groups'
const ROW_TABLES = TABLES.filter(({ number }) => !isFeatures(number))
const FEATURE_TABLES = TABLES.filter(({ number }) => isFeatures(number))

/** The transform from scrubbed rows to results. Rejects pass through at once; the rest comes when the input ends. */
export function groupByAssociation(
  context: GroupContext,
): (source: AsyncIterable<ScrubbedBatch>) => AsyncGenerator<Results> {
  return async function* group(source) {
    for await (const { rows, rejects } of source) {
      for (const { pid, observation, text } of rows) context.buffer.add(pid, observation, FRESH, text)
      if (rejects.length > 0) yield { programs: [], rejects }
    }
    yield* settleBuffered(context)
  }
}

/**
 * Settled units are handed on in batches of about this many rows: fewer, and a stream's hop costs more than the work;
 * more, and what is held longer than it needs to be makes garbage dear to collect.
 */
const BATCH_ROWS = 64

async function* settleBuffered({ buffer, layout, tally, stored }: GroupContext): AsyncGenerator<Results> {
  let programs: Settled[] = []
  let rows = 0
  for (const { pid, entries } of buffer.units(stored !== undefined)) {
    const lines = await programLines(pid, entries, layout, stored)
    const settled = await settleProgram(lines, TABLE_NUMBERS, stored === undefined)
    tally.settled(settled)
    programs.push(settled)
    rows += entries.length
    if (rows < BATCH_ROWS) continue
    yield { programs, rejects: [] }
    programs = []
    rows = 0
  }
  if (programs.length > 0) yield { programs, rejects: [] }
}

/** All lines of a program: those of the buffer, and those of the database that are not in it. */
async function programLines(
  pid: number,
  entries: readonly Entry[],
  layout: Layout,
  database: Database | undefined,
): Promise<ProgramLines> {
  const read = (tables: typeof TABLES) => (database === undefined ? [] : database.linesOf(pid, tables))
  const all = [...entries, ...(await read(ROW_TABLES))]
  const buffered = all.filter(({ origin }) => isFeatures(origin))
  return {
    pid,
    fresh: all.filter(({ origin }) => origin === FRESH).map(({ text }) => readFresh(layout, text)),
    stored: all
      .filter(({ origin }) => origin !== FRESH && !isFeatures(origin))
      .map(({ origin, text }) => readStored(layout, origin, text)),
    features: async () =>
      [...buffered, ...(await read(FEATURE_TABLES))].map(({ origin, text }) => readFeatures(origin, text)),
  }
}
