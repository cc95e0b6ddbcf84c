/** Stored lines that new rows of their program cannot concern: no rows are made of them. */
import test from 'ava'
import { createLayout } from '../lib/rules/layout.js'
import { readFresh } from '../lib/store/read/stored.js'
import { TABLES, tableColumns } from '../lib/store/tables.js'
import { concernedLines } from '../lib/workers/partition-lines.js'

const LAYOUT = createLayout(['TARGNAME'])

/** The line of a dataset of an association, with some other cells. */
function line(file: string, dname: string, params: string, others: Readonly<Record<string, string>> = {}) {
  const table = TABLES.find((its) => its.file === file)
  const cells: Readonly<Record<string, string>> = { dname, Dataset: dname, params, pname: 'p', ...others }
  const columns = table === undefined ? LAYOUT.columns : tableColumns(table, LAYOUT)
  return { origin: table?.number ?? 0, text: columns.map((column) => cells[column] ?? '').join(','), offset: 0 }
}

const fresh = (dname: string, params: string) => readFresh(LAYOUT, line('', dname, params).text, 'exposure')

const MATCHED = line('level1.csv', 'one', 'A')
const QUOTED = line('level1.csv', 'two', '"A,""b"""', { TARGNAME: '"a, b"' })

const CASES = [
  { what: 'of an association to which a new row belongs', stored: [], rows: [fresh('new', 'A')], stays: true },
  { what: 'of another association', stored: [], rows: [fresh('new', 'B')], stays: false },
  { what: 'of a dataset that comes anew, of another association', stored: [], rows: [fresh('one', 'B')], stays: true },
  {
    what: 'of the former association of a dataset that comes anew',
    stored: [line('level1.csv', 'other', 'A')],
    rows: [fresh('other', 'B')],
    stays: true,
  },
  {
    what: 'of the association of a product that comes anew',
    stored: [line('training.csv', 'p', 'A')],
    rows: [fresh('p', 'B')],
    stays: true,
  },
  {
    what: 'of an association in which something waits',
    stored: [line('ingest.csv', 'other', 'A')],
    rows: [fresh('new', 'B')],
    stays: true,
  },
  {
    what: 'of an association of which something is expired',
    stored: [line('expired.csv', 'other', 'A')],
    rows: [fresh('new', 'B')],
    stays: true,
  },
  {
    what: 'of an association of which a product is matched',
    stored: [line('training.csv', 'p', 'A')],
    rows: [fresh('new', 'B')],
    stays: false,
  },
] as const

for (const { what, stored, rows, stays } of CASES)
  test(`a matched exposure ${what} ${stays ? 'is looked at' : 'is left where it is'}`, (t) => {
    const concerned = concernedLines([...stored, MATCHED], rows)
    t.is(concerned.includes(MATCHED), stays)
    t.true(
      stored.every((its) => concerned.includes(its)),
      'what is not a matched exposure is looked at',
    )
  })

test('quoted cells have no say in where a line has its association', (t) => {
  t.deepEqual(concernedLines([QUOTED, MATCHED], [fresh('new', '"A,""b"""')]), [QUOTED])
  t.deepEqual(concernedLines([QUOTED, MATCHED], [fresh('two', 'B')]), [QUOTED])
})
