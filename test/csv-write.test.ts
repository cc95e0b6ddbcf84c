import test from 'ava'
import { stringify } from 'csv-stringify/sync'
import fc from 'fast-check'
import { CsvReader } from '../lib/csv/read.js'
import { formatField, formatFloat, formatRow } from '../lib/csv/write.js'

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

/** What `repr` of Python says of these floats. */
const PYTHON_REPR: readonly (readonly [number, string])[] = [
  [0, '0.0'],
  [-0, '-0.0'],
  [1, '1.0'],
  [-1, '-1.0'],
  [100, '100.0'],
  [1e5, '100000.0'],
  [0.1, '0.1'],
  [0.1 + 0.2, '0.30000000000000004'],
  [1 / 3, '0.3333333333333333'],
  [265.1288672816, '265.1288672816'],
  [-68.5062535585, '-68.5062535585'],
  [36052781.054, '36052781.054'],
  [1e15, '1000000000000000.0'],
  [2 ** 53, '9007199254740992.0'],
  [2 ** 53 + 2, '9007199254740994.0'],
  [9999999999999998, '9999999999999998.0'],
  [1e16, '1e+16'],
  [123456789012345680, '1.2345678901234568e+17'],
  [-123456789012345680, '-1.2345678901234568e+17'],
  [1e21, '1e+21'],
  [1e22, '1e+22'],
  [1e23, '1e+23'],
  [1e100, '1e+100'],
  [1.7976931348623157e308, '1.7976931348623157e+308'],
  [0.0001, '0.0001'],
  [0.00012345, '0.00012345'],
  [9.999999999999999e-5, '9.999999999999999e-05'],
  [1e-5, '1e-05'],
  [-1e-5, '-1e-05'],
  [1.5e-7, '1.5e-07'],
  [1e-10, '1e-10'],
  [2.2250738585072014e-308, '2.2250738585072014e-308'],
  [3 * 2 ** -1074, '1.5e-323'],
  [5e-324, '5e-324'],
  [Number.POSITIVE_INFINITY, 'inf'],
  [Number.NEGATIVE_INFINITY, '-inf'],
]

test('formatFloat writes a float as repr of Python does', (t) => {
  for (const [value, expected] of PYTHON_REPR) t.is(formatFloat(value), expected)
})

test('formatFloat writes NaN as a blank', (t) => {
  t.is(formatFloat(Number.NaN), '')
})

test('formatFloat writes text that reads back as the same float and is no integer literal', (t) => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
      const text = formatFloat(value)
      return Object.is(Number(text), value) && /[.e]/.test(text)
    }),
    { seed: SEED, numRuns: 5000 },
  )
  t.pass()
})
