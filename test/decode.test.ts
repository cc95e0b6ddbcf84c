import { deepStrictEqual as deepEqual } from 'node:assert'
import test from 'ava'
import fc from 'fast-check'
import { IngestError } from '../lib/errors.js'
import { splitBatch } from '../lib/library/pipeline.js'
import { parseDay } from '../lib/rules/day.js'
import { Decoder } from '../lib/run/decode.js'
import type { HeadedInput } from '../lib/run/read.js'
import { Tally } from '../lib/run/summary.js'
import type { Reject } from '../lib/store/tables.js'
import { daily, exposure, HEADER, product } from './helpers/program.js'
import { summaryOf } from './helpers/summary.js'

const seed = Number(process.env.FC_SEED ?? 20240221)

function inputOf(name: string, header = HEADER): HeadedInput {
  const open = () => {
    throw new Error('a decoder opens nothing')
  }
  return {
    name,
    header: header.split(','),
    day: parseDay('2024-02-21', 'test'),
    seekable: true,
    bytes: undefined,
    open,
  }
}

interface Decoded {
  /** The rows' lines and texts. */
  readonly rows: readonly (readonly [line: number, text: string])[]
  readonly rejects: readonly Reject[]
  readonly repeatedHeaders: number
  readonly emptyInputs: readonly string[]
}

/** Decodes inputs, each cut into pieces of some bytes. */
function decode(
  texts: Readonly<Record<string, string | Buffer>>,
  size = Number.POSITIVE_INFINITY,
  header = HEADER,
): Decoded {
  const tally = new Tally()
  const decoder = new Decoder(tally)
  const batches = Object.entries(texts).flatMap(([name, text]) => {
    const input = inputOf(name, header)
    return [...pieces(Buffer.from(text as Buffer), size), undefined].map((bytes) => decoder.decode({ input, bytes }))
  })
  const { emptyInputs } = summaryOf(tally)
  const split = batches.map(splitBatch)
  return {
    rows: split.flatMap(({ records }) => records.map(({ line, text }) => [line, text] as const)),
    rejects: split.flatMap(({ rejects }) => rejects),
    repeatedHeaders: split.reduce((sum, { headers }) => sum + headers, 0),
    emptyInputs,
  }
}

function* pieces(bytes: Buffer, size: number): Generator<Buffer> {
  for (let from = 0; from < bytes.length; from += size) yield bytes.subarray(from, from + size)
}

const row = (observation: number) => exposure(observation).trim()
const CLEAN: Omit<Decoded, 'rows'> = { rejects: [], repeatedHeaders: 0, emptyInputs: [] }

test('the first line is the header, each further one a row with its line', (t) => {
  t.deepEqual(decode({ x: daily(exposure(1), product(1)) }), {
    ...CLEAN,
    rows: [
      [2, row(1)],
      [3, product(1).trim()],
    ],
  })
})

test('every input has a header of its own, and lines of its own', (t) => {
  const { rows } = decode({ x: daily(exposure(1)), y: daily(exposure(2), exposure(3)) })
  t.deepEqual(rows, [
    [2, row(1)],
    [2, row(2)],
    [3, row(3)],
  ])
})

const BOM = '\ufeff'
const repeated: Readonly<Record<string, string>> = {
  'as it was': HEADER,
  'with a byte-order mark': `${BOM}${HEADER}`,
  'with CRLF': `${HEADER}\r`,
  'with quotes': HEADER.split(',')
    .map((name) => `"${name}"`)
    .join(','),
}
for (const [how, header] of Object.entries(repeated)) {
  test(`the header again, ${how}, is skipped and counted`, (t) => {
    const decoded = decode({ x: `${daily(exposure(1))}${header}\n${exposure(2)}${header}\n` })
    t.deepEqual(decoded, {
      ...CLEAN,
      rows: [
        [2, row(1)],
        [4, row(2)],
      ],
      repeatedHeaders: 2,
    })
  })
}

const others: Readonly<Record<string, string>> = {
  'without a column': HEADER.replace('GS_RA,', ''),
  'with a further column': `${HEADER},Note`,
  'in another order': HEADER.replace('GS_RA,GS_DEC', 'GS_DEC,GS_RA'),
  'with another first column': `Note,${HEADER}`,
  'in another case': HEADER.replace('PROGRAM', 'program'),
}
for (const [how, header] of Object.entries(others)) {
  test(`another header, ${how}, is an error that shows both`, (t) => {
    const error = t.throws(() => decode({ x: `${daily(exposure(1))}${header}\n` }), { instanceOf: IngestError })
    t.is(error.code, 'HEADER_CHANGED')
    t.true(error.message.startsWith('x:3: another header line inside the input; '))
    t.true(error.message.includes(`first header: ${HEADER}\n`))
    t.true(error.message.endsWith(`this header:  ${header}`))
  })
}

test('another header joined to a row is an error as well', (t) => {
  const header = HEADER.replace('GS_RA,GS_DEC', 'GS_DEC,GS_RA')
  t.throws(() => decode({ x: `${daily(row(1))}${header}\n` }), { code: 'HEADER_CHANGED' })
})

test('the same header joined to a row, for want of a line end, costs that row only', (t) => {
  const text = `${daily(exposure(1), row(2))}${daily(exposure(3))}`
  const { rows, rejects } = decode({ x: text })
  t.deepEqual(rows, [
    [2, row(1)],
    [4, row(3)],
  ])
  t.like(rejects, { 0: { line: 3, text: `${row(2)}${HEADER}` }, length: 1 })
  t.regex(rejects[0]?.reason ?? '', /^a row and a header in one line/)
})

test('a row that names a column, in one value or in passing, is a row', (t) => {
  const rows = [exposure(1, { TARGNAME: 'DagNodeName' }), exposure(2, { TARGNAME: 'my DagNodeName' })]
  t.is(decode({ x: daily(...rows) }).rows.length, 2)
  const withNote = [exposure(1, { Note: 'DagNodeName' }), exposure(2, { Note: 'Dataset, DagNodeName' })]
  t.is(decode({ x: `${HEADER},Note\n${withNote.join('')}` }, 100, `${HEADER},Note`).rows.length, 2)
})

const rejected = test.macro<[line: string | Buffer, reason: string, text?: string]>({
  exec(t, line, reason, text) {
    const bytes = Buffer.concat([
      Buffer.from(daily(exposure(1))),
      Buffer.from(line as Buffer),
      Buffer.from(`\n${exposure(2)}`),
    ])
    const decoded = decode({ x: bytes })
    t.deepEqual(decoded.rejects, [{ source: 'x', line: 3, reason, text: text ?? line.toString() }])
    t.deepEqual(
      decoded.rows.map(([at]) => at),
      [2, 4],
    )
  },
  title: (title) => `a row is rejected for ${title}`,
})
const cells = row(9).split(',')
test('too few fields', rejected, cells.slice(1).join(','), 'too few fields: 30, expected 31')
test('a single field', rejected, 'x', 'too few fields: 1, expected 31')
test('too many fields', rejected, `${row(9)},,`, 'too many fields: 33, expected 31')
test('too many fields, one quoted', rejected, `${row(9)},"a,b"`, 'too many fields: 32, expected 31')
test(
  'a NUL byte, which its text shows as U+FFFD',
  rejected,
  row(9).replace('ALPHA', 'A\0'),
  'a NUL byte: is the file damaged?',
  row(9).replace('ALPHA', 'A\ufffd'),
)
test(
  'bytes that are no UTF-8',
  rejected,
  Buffer.from(row(9).replace('ALPHA', 'CAF\xc9'), 'latin1'),
  'bytes that are no UTF-8, or U+FFFD in place of them',
)
test('a stray quote', rejected, row(9).replace('ALPHA', 'A"B'), 'a quote in a field that does not begin with one')
test('a quote that is not closed', rejected, row(9).replace('ALPHA', '"ALPHA'), 'a quote is not closed')

test('characters outside of ASCII are values like any other', (t) => {
  t.is(decode({ x: daily(exposure(1, { TARGNAME: 'ÉTOILE-β-🌟' })) }, 1).rows.length, 1)
})

test('a last line without its end counts if it is whole; if not, the reason says that it may be cut', (t) => {
  t.deepEqual(decode({ x: daily(exposure(1), row(2)) }).rows.length, 2)
  const { rejects } = decode({ x: daily(exposure(1), 'jw0100') })
  t.like(rejects[0], { line: 3, text: 'jw0100' })
  t.regex(
    rejects[0]?.reason ?? '',
    /^too few fields: 1, expected 31; the last line has no line end: is the file cut short\?$/,
  )
})

test('inputs without rows are noted, with or without the last line end, the header once or twice', (t) => {
  const texts = {
    a: HEADER,
    b: `${HEADER}\r\n`,
    c: daily(exposure(1)),
    d: `${HEADER}\n${HEADER}\n`,
    e: `${HEADER}\nx\n`,
  }
  for (const size of [1, 1000, Number.POSITIVE_INFINITY]) t.deepEqual(decode(texts, size).emptyInputs, ['a', 'b', 'd'])
})

test('how the bytes are cut makes no difference', (t) => {
  const line = fc.oneof(
    fc.nat(99).map((number) => exposure(number)),
    fc.constantFrom(`${HEADER}\n`, `${BOM}${HEADER}\r\n`, 'a,b\n', '\n', 'x"y\n', `${row(1)}\r\n`, `${row(1)},\n`),
    fc.constantFrom(
      exposure(1, { TARGNAME: 'a\nb,"c"' }),
      exposure(1, { TARGNAME: 'Ä' }),
      exposure(1, { TARGNAME: '\0' }),
    ),
  )
  const property = fc.property(fc.array(line, { maxLength: 8 }), fc.integer({ min: 1, max: 700 }), (lines, size) => {
    const texts = { x: daily(...lines), y: daily(...lines.toReversed()) }
    deepEqual(decode(texts, size), decode(texts))
  })
  fc.assert(property, { seed, numRuns: 150 })
  t.pass()
})
