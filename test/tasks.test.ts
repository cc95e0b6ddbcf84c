/** The work of a run that any thread can do: lines are scrubbed as single records are, partitions settled as rows are. */
import assert from 'node:assert/strict'
import test from 'ava'
import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { CsvRecord } from '../lib/csv/row.js'
import { otherColumns } from '../lib/rules/layout.js'
import { partitionOf } from '../lib/rules/partition.js'
import { type DropReason, Scrubber } from '../lib/rules/scrub.js'
import { noRows } from '../lib/settle/counts.js'
import { asBuffer, RecordCursor } from '../lib/sort/records.js'
import type { RejectedRow, ScrubbedRows } from '../lib/workers/row-scrubber.js'
import { TaskRunner } from '../lib/workers/tasks.js'
import { fieldsOf, INPUT_COLUMNS, LAYOUT } from './helpers/rows.js'
import { DAY, setupOf } from './helpers/threads.js'

const seed = Number(process.env.FC_SEED ?? 20240221)

interface Told {
  readonly rows: readonly { readonly partition: number; readonly text: string }[]
  readonly rejects: readonly Pick<RejectedRow, 'line' | 'text'>[]
  readonly counts: ReturnType<typeof noRows>
}

function told({ records, rejects, counts }: ScrubbedRows): Told {
  const cursor = new RecordCursor(asBuffer(records))
  const rows: { partition: number; text: string }[] = []
  for (let partition = cursor.nextPartition; partition !== undefined; partition = cursor.nextPartition)
    rows.push({ partition, text: cursor.next().text })
  return { rows, rejects: rejects.map(({ line, text }) => ({ line, text })), counts }
}

/** The same in the plainest way: csv-parse splits the lines, and each is scrubbed by itself. */
function expected(text: string, firstLine: number): Told {
  const scrubber = new Scrubber(LAYOUT, INPUT_COLUMNS, DAY)
  const rows: { partition: number; text: string }[] = []
  const rejects: { line: number; text: string }[] = []
  const counts = noRows()
  for (const [index, line] of text.slice(0, -1).split('\n').entries()) {
    const row = line.replace(/\r$/, '')
    if (row === '') continue
    const [fields = []] = parse(row, { relax_column_count: true, record_delimiter: '\n' }) as string[][]
    const isRow = fields.length === INPUT_COLUMNS.length && !/[\0\uFFFD]/.test(row)
    const result = isRow ? scrubber.scrub(fields) : undefined
    if (result === undefined || result.outcome === 'rejected') {
      rejects.push({ line: firstLine + index, text: row.replaceAll('\0', '\uFFFD') })
      continue
    }
    counts.levels[result.level]++
    if ('reason' in result) counts.dropped[result.reason as DropReason]++
    if ('text' in result) rows.push({ partition: partitionOf(1001, result.observation), text: result.text })
  }
  return { rows, rejects, counts }
}

const line = fc
  .record(
    {
      TARGNAME: fc.constantFrom('ALPHA', 'Größe', 'a\rb', 'x\0y', '\uFFFD', 'NONE'),
      TARG_RA: fc.constantFrom('10.5', '', 'NaN', '1e2', '10.123456785', 'east'),
      ImageSize: fc.constantFrom('1000.5', '', '-1', '+7'),
      PROGRAM: fc.constantFrom('01001', '1001', 'NONE'),
      DagNodeName: fc.constantFrom('LEVEL_1', 'LEVEL_3', 'ESTIMATE_LEVEL_3_MEMORY', 'x'),
      Dataset: fc.constantFrom('jw01001001001_02101_00001_mirimage_uncal.fits', 'jw01001-o001_t001_miri', '', 'jwx'),
      EXP_TYPE: fc.constantFrom('MIR_IMAGE', 'MIR_DARK', 'NRC_IMAGE'),
    },
    { requiredKeys: [] },
  )
  .map((columns) => fieldsOf(columns).join(','))
const lines = fc.array(
  fc.tuple(
    fc.oneof({ weight: 8, arbitrary: line }, fc.constantFrom('', 'a,b', ','.repeat(30), ','.repeat(40))),
    fc.constantFrom('\n', '\n', '\r\n'),
  ),
  { minLength: 1, maxLength: 30 },
)

test('lines are scrubbed as each of them is by itself', (t) => {
  const runner = new TaskRunner(setupOf(INPUT_COLUMNS))
  let rows = 0
  let rejects = 0
  fc.assert(
    fc.property(lines, fc.integer({ min: 1, max: 9999 }), (all, firstLine) => {
      const text = all.map(([content, end]) => content + end).join('')
      const found = told(runner.run({ kind: 'scrub', input: 0, bytes: Buffer.from(text), line: firstLine }))
      assert.deepEqual(found, expected(text, firstLine))
      rows += found.rows.length
      rejects += found.rejects.length
    }),
    { seed, numRuns: 800 },
  )
  t.log(`FC_SEED=${seed}`)
  t.true(rows > 500 && rejects > 500, `${rows} rows, ${rejects} rejects`)
})

test('records are scrubbed as the same lines are', (t) => {
  const runner = new TaskRunner(setupOf(INPUT_COLUMNS))
  const texts = [fieldsOf({}), fieldsOf({ TARGNAME: 'Größe' }), fieldsOf({ TARG_RA: 'east' }), ['a', 'b']].map(
    (fields) => fields.join(','),
  )
  const bytes = Buffer.from(texts.map((text) => `${text}\n`).join(''))
  const asLines = told(runner.run({ kind: 'scrub', input: 0, bytes, line: 5 }))
  const records = texts.map((text, index) => new CsvRecord(5 + index, text))
  t.deepEqual(told(runner.scrubRecords(0, records)), asLines)
  t.is(asLines.rejects.length, 2)
  t.is(otherColumns(INPUT_COLUMNS).length, LAYOUT.columns.length - 9)
})
