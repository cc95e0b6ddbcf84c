/** Stored lines that new rows of their program cannot concern: no rows are made of them. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import fc from 'fast-check'
import { CanonicalLine } from '../lib/csv/row.js'
import { createLayout } from '../lib/rules/layout.js'
import type { Entry } from '../lib/sort/records.js'
import { checksum } from '../lib/store/checksum.js'
import { LineRanges } from '../lib/store/line-ranges.js'
import { readFresh, readStored } from '../lib/store/read/stored.js'
import { type Choice, StoredLines } from '../lib/store/read/stored-lines.js'
import { TABLES, tableColumns } from '../lib/store/tables.js'
import { partConcerned, type ReadTables } from '../lib/workers/partition-lines.js'
import { temporaryFolder } from './helpers/database.js'

const LAYOUT = createLayout(['PROGRAM', 'OBSERVTN', 'TARGNAME', 'EXP_TYPE', 'CHANNEL'])
/** An association of the observation of which new rows come, another one of it, and one of another observation. */
const [OWN, NEAR, FAR] = ['1001-002-F200W-NRC_IMAGE', '1001-002-F444W-NRC_IMAGE', '1001-003-F200W-NRC_IMAGE']
const EXPOSURE = 'jw01001002001_02101_00001_nrca1'
const PRODUCT = 'jw01001-o002_t001_nircam_clear-f200w'
const MOSAIC = 'jw01001-c1001_t001_nircam_clear-f200w'

/** The line of a dataset of an association. */
function line(file: string, dname: string, params: string, keywords: Readonly<Record<string, string>> = {}) {
  const table = TABLES.find((its) => its.file === file)
  if (table === undefined && file !== '') throw new Error(`no table ${file}`)
  const dag = dname.includes('-') ? 'LEVEL_3' : 'LEVEL_1'
  const cells: Readonly<Record<string, string>> = {
    dname,
    Dataset: dname,
    params,
    dag,
    EXP_TYPE: 'NRC_IMAGE',
    ...keywords,
  }
  const columns = table === undefined ? LAYOUT.columns : tableColumns(table, LAYOUT)
  return { origin: table?.number ?? 0, text: columns.map((column) => cells[column] ?? '').join(','), offset: 0 }
}

const KEYWORDS = { PROGRAM: '01001', OBSERVTN: '002' }

const fresh = (dname: string, params: string, keywords: Readonly<Record<string, string>> = KEYWORDS) =>
  readFresh(LAYOUT, line('', dname, params, keywords).text, dname.includes('-c') ? 'mosaic' : 'exposure')

/** Reads lines as they stand in the tables of a program. */
function readerOf(lines: readonly ReturnType<typeof line>[]): ReadTables {
  return (tables, choose) =>
    tables.flatMap((table) =>
      lines.filter(({ origin, text }) => origin === table.number && isChosen(text, choose?.(table))),
    )
}

function isChosen(text: string, choices: readonly Choice[] | undefined): boolean {
  if (choices === undefined) return true
  const { fields } = new CanonicalLine(text)
  return choices.some(({ place, values }) => values.has(fields.at(-1 - place) ?? ''))
}

const [TAKES_PART, IS_COUNTED, STAYS] = ['takes part', 'is counted as waiting', 'stays where it is'] as const

const CASES = [
  { what: 'a matched exposure of the association', row: line('level1.csv', 'other', OWN), is: TAKES_PART },
  { what: 'a matched exposure of another association', row: line('level1.csv', 'other', NEAR), is: STAYS },
  { what: 'an exposure that waits in the association', row: line('ingest.csv', 'other', OWN), is: TAKES_PART },
  { what: 'one that waits in the observation', row: line('ingest.csv', 'other', NEAR), is: TAKES_PART },
  { what: 'one that waits in another observation', row: line('ingest.csv', 'other', FAR), is: IS_COUNTED },
  { what: 'a matched product of the association', row: line('training.csv', 'other', OWN), is: TAKES_PART },
  { what: 'a matched product of another one', row: line('training.csv', 'other', NEAR), is: STAYS },
  { what: 'an older version of the dataset', row: line('level1.csv', EXPOSURE, OWN), is: TAKES_PART },
  { what: 'a hidden dataset of that name', row: line('.jwst-ingest/hidden.csv', EXPOSURE, ''), is: TAKES_PART },
  { what: 'another hidden dataset', row: line('.jwst-ingest/hidden.csv', 'other', ''), is: STAYS },
  { what: 'an expired exposure of that name', row: line('expired.csv', EXPOSURE, OWN), is: TAKES_PART },
  { what: 'another expired exposure', row: line('expired.csv', 'other', NEAR), is: STAYS },
  { what: 'a product across observations', row: line('mosaics.csv', MOSAIC, FAR), is: IS_COUNTED },
] as const

for (const { what, row, is } of CASES)
  test(`beside a new exposure ${what} ${is}`, (t) => {
    const part = partConcerned([fresh(EXPOSURE, OWN)], readerOf([row]), rowOf)
    t.is(part?.rows.length, is === TAKES_PART ? 1 : 0)
    t.deepEqual(part?.others, is === IS_COUNTED ? [row] : [])
  })

const rowOf = ({ origin, text, offset }: Entry) =>
  readStored(LAYOUT, origin, new CanonicalLine(text), undefined, offset)

test('where something waits in the observation, its association takes part as a whole', (t) => {
  const lines = [line('ingest.csv', 'other', NEAR), line('level1.csv', 'third', NEAR)]
  t.is(partConcerned([fresh(EXPOSURE, OWN)], readerOf(lines), rowOf)?.rows.length, 2)
})

test('a version of a product across observations takes part, whatever observation its keywords tell', (t) => {
  const lines = [line('mosaics.csv', MOSAIC, FAR)]
  t.is(partConcerned([fresh(MOSAIC, OWN)], readerOf(lines), rowOf)?.rows.length, 1)
})

interface Parts {
  readonly name: string
  readonly params: string
  readonly keywords: Readonly<Record<string, string>>
}

const WHOLE = [
  { what: 'a dataset was matched in another association', rows: [line('level1.csv', EXPOSURE, NEAR)] },
  { what: 'a dataset waits in another observation', rows: [line('ingest.csv', EXPOSURE, FAR)] },
  { what: 'a dataset is set aside of another association', rows: [line('expired.csv', EXPOSURE, FAR)] },
  { what: 'a product was of another association', rows: [line('training.csv', PRODUCT, NEAR)], name: PRODUCT },
  { what: 'the new row tells no observation', rows: [], params: '1001-F200W-NRC_IMAGE' },
  { what: 'a filter looks like one', rows: [], params: '1001-002-NRC_IMAGE', keywords: { PROGRAM: '01001' } },
  { what: 'the program is no number', rows: [], keywords: { PROGRAM: 'x-o002', OBSERVTN: '002' } },
] as const

for (const { what, rows, ...row } of WHOLE)
  test(`all of a program takes part where ${what}`, (t) => {
    const { name = EXPOSURE, params = OWN, keywords }: Partial<Parts> = row
    t.is(partConcerned([fresh(name, params, keywords)], readerOf(rows), rowOf), undefined)
  })

const CELLS = fc.constantFrom('', 'a', 'b', 'jw1', 'é', '"q, r"', '"s ""t"" u"', '"v\nw"')
const LINES = fc.array(
  fc.array(CELLS, { minLength: 2, maxLength: 2 }).map((cells) => ['x', ...cells].join(',')),
  {
    minLength: 1,
    maxLength: 12,
  },
)

test('lines are chosen by their fields, and found where they stand', (t) => {
  const [table = TABLES[0]] = TABLES
  if (table === undefined) throw new Error('no table')
  const folder = temporaryFolder(t)
  const VALUES = fc.uniqueArray(fc.constantFrom('a', 'jw1', 'é', 'q, r', 's "t" u', 'v\nw'))
  fc.assert(
    fc.property(LINES, VALUES, VALUES, (texts, last, lastButOne) => {
      const bytes = Buffer.from(texts.map((text) => `${text}\n`).join(''))
      writeFileSync(join(folder, table.file), bytes)
      const lineRanges = new LineRanges()
      lineRanges.add({ pid: 7, offset: 0, length: bytes.length, sum: checksum(bytes) })
      const places = { folder, lineRanges: new Map([[table.file, lineRanges.flat]]), census: new Uint32Array() }
      const stored = new StoredLines(places)
      const choices = [
        { place: 0, values: new Set(last) },
        { place: 1, values: new Set(lastButOne) },
      ]
      const found = stored.of(7, [table], () => choices)
      stored.close()
      t.deepEqual(
        found.map(({ text }) => text),
        texts.filter((text) => isChosen(text, choices)),
      )
      for (const { text, offset = 0 } of found)
        t.is(bytes.toString('utf8', offset, offset + Buffer.byteLength(text)), text)
    }),
  )
})
