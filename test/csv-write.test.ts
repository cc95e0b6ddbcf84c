import test from 'ava'
import { stringify } from 'csv-stringify/sync'
import fc from 'fast-check'
import { CsvReader } from '../lib/csv/read.js'
import { formatField, formatRow } from '../lib/csv/write.js'

const SEED = Number(process.env.FC_SEED ?? 20240221)

/** Text with many characters that CSV has a use for. */
const field = fc
  .array(
    fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom('"', ',', '\n', '\r', '\r\n', ' ', '\u0000', '\ufeff', "'", '=', '\t') },
      { weight: 2, arbitrary: fc.constantFrom('a', '1.5', 'é', '\u2028') },
      { weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
    ),
    { maxLength: 5 },
  )
  .map((parts) => parts.join(''))

test('formatRow writes what csv-stringify writes, for every row', (t) => {
  fc.assert(
    fc.property(fc.array(field, { maxLength: 6 }), (row) => formatRow(row) === stringify([row])),
    { seed: SEED, numRuns: 3000 },
  )
  t.pass()
})

test('formatRow is the fields as formatField writes them, with commas between', (t) => {
  fc.assert(
    fc.property(fc.array(field, { maxLength: 6 }), (row) => formatRow(row) === `${row.map(formatField).join(',')}\n`),
    { seed: SEED, numRuns: 3000 },
  )
  t.pass()
})

test('CsvReader reads back what formatRow wrote, save rows that are an empty line', (t) => {
  fc.assert(
    fc.property(
      fc.array(fc.array(field, { minLength: 1, maxLength: 4 })),
      fc.integer({ min: 1, max: 50 }),
      (rows, size) => {
        // The header keeps a U+FEFF at the start of the first row from being a byte-order mark.
        const bytes = Buffer.from([['header'], ...rows].map(formatRow).join(''))
        const reader = new CsvReader()
        const batches = []
        for (let at = 0; at < bytes.length; at += size) batches.push(reader.push(bytes.subarray(at, at + size)))
        batches.push(reader.end())
        t.deepEqual(
          batches.flatMap(({ errors }) => errors),
          [],
        )
        t.deepEqual(
          batches.flatMap(({ records }) => records.map(({ fields }) => fields)),
          [['header'], ...rows.filter((row) => row.join(',') !== '')],
        )
      },
    ),
    { seed: SEED, numRuns: 500 },
  )
})

const rowIs = test.macro({
  exec: (t, row: readonly string[], expected: string) => t.is(formatRow(row), expected),
  title: (_, row, expected) => `the row ${JSON.stringify(row)} is written as ${JSON.stringify(expected)}`,
})

test(rowIs, ['a', 'b c', ''], 'a,b c,\n')
test(rowIs, ['a,b', 'say "x"', 'two\nlines', '\r'], '"a,b","say ""x""","two\nlines","\r"\n')
test(rowIs, [' a ', "'", '=1', '\ufeff'], " a ,',=1,\ufeff\n")
test(rowIs, [''], '\n')
test(rowIs, [], '\n')
test(rowIs, ['', ''], ',\n')
