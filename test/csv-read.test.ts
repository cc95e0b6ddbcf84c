import assert from 'node:assert/strict'
import test from 'ava'
import { type Info, type Options, parse as parseStream } from 'csv-parse'
import { parse } from 'csv-parse/sync'
import { stringify } from 'csv-stringify/sync'
import fc from 'fast-check'
import { BlockCursor, type CsvBatch, type CsvError, RecordBlock } from '../lib/csv/block.js'
import { RecordScanner } from '../lib/csv/quoted.js'
import { CsvReader, CsvRecord } from '../lib/csv/read.js'
import { CanonicalLine } from '../lib/csv/row.js'
import { formatField, formatRow } from '../lib/csv/write.js'

const SEED = Number(process.env.FC_SEED ?? 20240221)
const LF = 10
const UNCLOSED = 'a quote is not closed'
const MESSAGES: Readonly<Record<string, string>> = {
  INVALID_OPENING_QUOTE: 'a quote in a field that does not begin with one',
  CSV_INVALID_CLOSING_QUOTE: 'a closing quote must be followed by a comma or the end of the line',
}
const OPTIONS: Options = {
  bom: true,
  record_delimiter: ['\r\n', '\n'],
  relax_column_count: true,
  skip_empty_lines: true,
  skip_records_with_error: true,
  info: true,
  raw: true,
}

/** Reads bytes in chunks of these sizes, in turn. */
function read(
  bytes: Buffer,
  sizes: readonly number[] = [bytes.length || 1],
  maxRecordBytes?: number,
  blocks = false,
): CsvBatch {
  const reader = new CsvReader({ blocks, ...(maxRecordBytes === undefined ? {} : { maxRecordBytes }) })
  const batches: CsvBatch[] = []
  let at = 0
  for (let index = 0; at < bytes.length; index++) {
    const size = sizes[index % sizes.length] ?? 1
    const chunk = Buffer.from(bytes.subarray(at, at + size))
    batches.push(reader.push(chunk))
    chunk.fill('"')
    at += size
  }
  batches.push(reader.end())
  return joined(batches)
}

const joined = (batches: readonly CsvBatch[]): CsvBatch => ({
  records: batches.flatMap(({ records }) => records),
  errors: batches.flatMap(({ errors }) => errors),
  blocks: batches.flatMap(({ blocks }) => blocks),
})

const readText = (text: string, maxRecordBytes?: number) => read(Buffer.from(text), undefined, maxRecordBytes)
const rowsOf = ({ records }: CsvBatch) => records.map(({ fields }) => fields)
const linesOf = (items: readonly { line: number }[]) => items.map(({ line }) => line)

// --- Input of every kind ---------------------------------------------------------------------------------------------

const CHARACTERS = ['"', '""', '",', ',"', '"\n', '\n"', ',', '\n', '\r\n', '\r', 'a', 'bc', '\0', '\ufeff', 'é', '𝄞']
const FRAGMENTS: readonly Buffer[] = [
  ...CHARACTERS.map((text) => Buffer.from(text)),
  Buffer.from([0xc3]),
  Buffer.from([0xbf]),
]

/** Bytes with many that mean something in CSV, and all others now and then. */
const hostileBytes = fc
  .array(
    fc.oneof(
      { weight: 9, arbitrary: fc.constantFrom(...FRAGMENTS) },
      { weight: 1, arbitrary: fc.uint8Array({ maxLength: 3 }).map((bytes) => Buffer.from(bytes)) },
    ),
    { maxLength: 40 },
  )
  .map((parts) => Buffer.concat(parts))
  // At this mark csv-parse switches to UTF-16, which CsvReader does not read.
  .filter((bytes) => !(bytes[0] === 0xff && bytes[1] === 0xfe))

const wellFormedField = fc.oneof(
  fc.constantFrom('', 'a', '12.5', 'é', '""', '"a"', '"a,b"', '"a\nb"', '"a""b"', '"\r\n"', '"""\n"""'),
  fc.constantFrom('NONE', 'F444W'),
)
/** Records as they should be, with one fragment put in anywhere: the faults are rare and their effects far. */
const nearlyCsv = fc
  .tuple(
    fc.array(
      fc.tuple(fc.array(wellFormedField, { minLength: 1, maxLength: 4 }), fc.constantFrom('\n', '\r\n', '\n\n')),
    ),
    fc.constantFrom(Buffer.alloc(0), ...FRAGMENTS),
    fc.double({ min: 0, max: 1, noNaN: true }),
  )
  .map(([rows, fragment, where]) => {
    const bytes = Buffer.from(rows.map(([fields, lineEnd]) => fields.join(',') + lineEnd).join(''))
    const at = Math.floor(where * bytes.length)
    return Buffer.concat([bytes.subarray(0, at), fragment, bytes.subarray(at)])
  })

const anyBytes = fc.oneof({ weight: 2, arbitrary: hostileBytes }, { weight: 1, arbitrary: nearlyCsv })
const chunkSizes = fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 5 })

// --- csv-parse as the judge ------------------------------------------------------------------------------------------

interface Judged {
  readonly records: { readonly fields: string[]; readonly line: number }[]
  readonly errors: { readonly line: number; readonly code: string }[]
}

interface Parsed {
  readonly record: string[]
  readonly raw: string
  readonly info: Info & { readonly bytes: number }
}

const countLineFeeds = (text: string) => text.split('\n').length - 1

/**
 * The line on which a record starts, from the byte after it and its raw text. This text begins with the empty lines
 * before the record, and only its last character may be a line feed that is not quoted.
 */
function firstLine(bytes: Buffer, raw: string, end: number): number {
  const ending = bytes[end - 1] === LF ? 1 : 0
  const inside = countLineFeeds(raw.replace(/^[\r\n]+/, '')) - (raw.endsWith('\n') ? ending : 0)
  return 1 + countLineFeeds(bytes.toString('latin1', 0, end)) - ending - inside
}

/** What the stream parser of csv-parse makes of the bytes. */
async function judge(bytes: Buffer): Promise<Judged> {
  const judged: Judged = { records: [], errors: [] }
  const parser = parseStream(OPTIONS)
  parser.on('skip', (error, raw) => {
    const text = String(raw).replace(/^\n+/, '')
    // csv-parse counts a line feed when it comes to the character after it: at the end there is none.
    const last = error.code === 'CSV_QUOTE_NOT_CLOSED' && text.endsWith('\n') ? 1 : 0
    const line = Number(error.lines) + last - countLineFeeds(text)
    judged.errors.push({ line, code: error.code })
  })
  parser.end(bytes)
  for await (const { record, raw, info } of parser as AsyncIterable<Parsed>) {
    judged.records.push({ fields: record, line: firstLine(bytes, raw, info.bytes) })
  }
  return judged
}

/** The records before the first unclosed quote: after it csv-parse reads nothing. */
function recordsBeforeLoss({ records, errors }: CsvBatch): CsvRecord[] {
  const loss = errors.find(({ message }) => message === UNCLOSED)?.line ?? Number.POSITIVE_INFINITY
  return records.filter(({ line }) => line < loss)
}

test('reads the records that csv-parse reads, on the lines where they start, from chunks of any size', async (t) => {
  await fc.assert(
    fc.asyncProperty(anyBytes, chunkSizes, async (bytes, sizes) => {
      const judged = await judge(bytes)
      const batch = read(bytes, sizes)
      t.deepEqual(
        recordsBeforeLoss(batch).map(({ fields, line }) => ({ fields, line })),
        judged.records,
      )
      t.is(
        batch.errors.some(({ message }) => message === UNCLOSED),
        judged.errors.some(({ code }) => code === 'CSV_QUOTE_NOT_CLOSED'),
      )
    }),
    { seed: SEED, numRuns: 3000 },
  )
})

test('has one error for each record that csv-parse skips, on the line where it starts', async (t) => {
  await fc.assert(
    fc.asyncProperty(anyBytes, chunkSizes, async (input, sizes) => {
      // The line numbers of csv-parse are those of an editor only where there is no CR.
      const bytes = Buffer.from(input.filter((byte) => byte !== 13))
      const judged = linesOf((await judge(bytes)).errors)
      const { errors } = read(bytes, sizes)
      const loss = errors.findIndex(({ message }) => message === UNCLOSED)
      t.deepEqual(linesOf(loss === -1 ? errors : errors.slice(0, loss + 1)), [...new Set(judged)])
    }),
    { seed: SEED, numRuns: 3000 },
  )
})

// --- A naive model, for what csv-parse has no way to read ------------------------------------------------------------

/** The outcome of csv-parse for one record: its fields, or its errors. */
function parseOne(bytes: Buffer): { fields: string[] | undefined; codes: string[] } {
  const codes: string[] = []
  const options: Options = { ...OPTIONS, bom: false, info: false, raw: false }
  const rows = parse(bytes, { ...options, on_skip: (error) => void codes.push(error?.code ?? '') })
  return { fields: rows[0], codes }
}

const withoutLineEnd = (bytes: Buffer): Buffer => {
  if (bytes.at(-1) !== LF) return bytes
  return bytes.subarray(0, bytes.at(-2) === 13 ? -2 : -1)
}

/** Tries csv-parse on one line, two lines, ... until no quote is open; gives the first line up if that is too long. */
function model(input: Buffer, max: number): CsvBatch {
  const batch: CsvBatch = { records: [], errors: [], blocks: [] }
  const bytes = input.subarray(0, 3).equals(Buffer.from('\ufeff')) ? input.subarray(3) : input
  const lines: Buffer[] = []
  for (let at = 0; at < bytes.length; ) {
    const lineFeed = bytes.indexOf(LF, at)
    const next = lineFeed === -1 ? bytes.length : lineFeed + 1
    lines.push(bytes.subarray(at, next))
    at = next
  }
  for (let index = 0; index < lines.length; ) index += modelRecord(lines.slice(index), index + 1, max, batch)
  return batch
}

function modelRecord(lines: readonly Buffer[], line: number, max: number, { records, errors }: CsvBatch): number {
  const first = withoutLineEnd(lines[0] ?? Buffer.alloc(0))
  if (first.length === 0) return 1
  const giveUp = (message: string) => {
    const text = first.length > max ? decodeStart(first, max) : first.toString()
    errors.push({ line, message, text })
    return 1
  }
  for (let count = 1; count <= lines.length; count++) {
    const bytes = withoutLineEnd(Buffer.concat(lines.slice(0, count)))
    const { fields, codes } = parseOne(bytes)
    if (codes.includes('CSV_QUOTE_NOT_CLOSED')) continue
    if (bytes.length > max) return giveUp(`record longer than ${max} bytes`)
    if (fields) records.push(new CsvRecord(line, bytes.toString(), fields))
    else errors.push({ line, message: MESSAGES[codes[0] ?? ''] ?? '', text: bytes.toString() })
    return count
  }
  return giveUp(Buffer.concat(lines).length > max ? `record longer than ${max} bytes` : UNCLOSED)
}

/** The first bytes of a text, without a part of a character at their end (if the text is valid). */
function decodeStart(bytes: Buffer, length: number): string {
  let end = length
  for (let back = 0; back < 3 && ((bytes[end] ?? 0) & 0xc0) === 0x80; back++) end--
  return bytes.toString('utf8', 0, end)
}

test('goes on at the next line after an unclosed quote and after a record that is too long', (t) => {
  fc.assert(
    fc.property(anyBytes, chunkSizes, fc.integer({ min: 3, max: 80 }), (bytes, sizes, max) => {
      t.deepEqual(read(bytes, sizes, max), model(bytes, max))
    }),
    { seed: SEED, numRuns: 5000 },
  )
})

test('the texts of the records and errors are the file, line by line, but for empty lines', (t) => {
  fc.assert(
    fc.property(anyBytes, chunkSizes, (bytes, sizes) => {
      const { records, errors } = read(bytes, sizes)
      const texts = new Map([...records, ...errors].map(({ line, text }) => [line, text]))
      t.is(texts.size, records.length + errors.length)
      const lines = bytes
        .toString()
        .replace(/^\ufeff/, '')
        .split('\n')
      const rebuilt: string[] = []
      while (rebuilt.length < lines.length) rebuilt.push(...(texts.get(rebuilt.length + 1) ?? '').split('\n'))
      t.is(rebuilt.length, lines.length)
      for (const [index, line] of lines.entries())
        t.true([line, line.replace(/\r$/, '')].includes(rebuilt[index] ?? ''))
    }),
    { seed: SEED, numRuns: 3000 },
  )
})

// --- Rule by rule ----------------------------------------------------------------------------------------------------

interface Case {
  readonly input: string | Buffer
  readonly rows: string[][]
  readonly lines?: number[]
  readonly errors?: CsvError[]
  readonly max?: number
}

const reads = test.macro({
  exec(t, { input, rows, lines, errors = [], max }: Case) {
    const bytes = Buffer.from(input)
    for (const size of [1, 2, 3, 1000]) {
      const batch = read(bytes, [size], max)
      t.deepEqual(rowsOf(batch), rows)
      if (lines) t.deepEqual(linesOf(batch.records), lines)
      t.deepEqual(batch.errors, errors)
    }
  },
  title: (rule) => rule ?? '',
})

test('a file without a byte has no records', reads, { input: '', rows: [] })
test('the last line needs no line end', reads, { input: 'a,b\nc', rows: [['a', 'b'], ['c']], lines: [1, 2] })
test('line ends are LF or CRLF', reads, { input: 'a\r\nb\nc\r\n', rows: [['a'], ['b'], ['c']], lines: [1, 2, 3] })
test('a lone CR is data', reads, { input: 'a\rb\n\r\r\nc\r', rows: [['a\rb'], ['\r'], ['c\r']], lines: [1, 2, 3] })
test('empty lines are skipped and counted', reads, {
  input: '\n\r\na\n\n\n"b"\n\n',
  rows: [['a'], ['b']],
  lines: [3, 6],
})
test('a line of a space is a record', reads, { input: ' \n', rows: [[' ']] })
test('blank fields are kept', reads, { input: ',\n"",\n""\n', rows: [['', ''], ['', ''], ['']], lines: [1, 2, 3] })
test('a mark at the very start is no data', reads, { input: '\ufeffa\n\ufeffb\n', rows: [['a'], ['\ufeffb']] })
test('a quoted field may follow the mark', reads, { input: '\ufeff"a"\n', rows: [['a']] })
test('a file may be a mark only', reads, { input: '\ufeff', rows: [] })
test('a part of a mark is data', reads, { input: Buffer.from([0xef, 0xbb]), rows: [['\ufffd']] })
test('UTF-16 is read as bytes', reads, { input: Buffer.from([0xff, 0xfe, 0x41, 0]), rows: [['\ufffd\ufffdA\0']] })
test('text is UTF-8', reads, {
  input: 'é,𝄞\n"é","𝄞"\n',
  rows: [
    ['é', '𝄞'],
    ['é', '𝄞'],
  ],
})
test('invalid bytes become U+FFFD', reads, {
  input: Buffer.from([0x61, 0xe2, 0x82, 0x2c, 0x80, 0x0a]),
  rows: [['a\ufffd', '\ufffd']],
})
test('quotes hold commas, quotes and line ends', reads, {
  input: 'x\n"a,b","say ""hi""","1\r\n2\n3"\ny\n',
  rows: [['x'], ['a,b', 'say "hi"', '1\r\n2\n3'], ['y']],
  lines: [1, 2, 5],
})
test('records may have any number of fields', reads, {
  input: 'a\nb,c\n"d",e,f\n',
  rows: [['a'], ['b', 'c'], ['d', 'e', 'f']],
})
test('a quote inside a field is an error of its line', reads, {
  input: 'a\nb"c"d"\n"e"\n',
  rows: [['a'], ['e']],
  lines: [1, 3],
  errors: [{ line: 2, message: 'a quote in a field that does not begin with one', text: 'b"c"d"' }],
})
test('text after a closing quote is an error of the record', reads, {
  input: 'a\n"b"c\nd"\n"e"\n',
  rows: [['a'], ['e']],
  lines: [1, 4],
  errors: [
    { line: 2, message: 'a closing quote must be followed by a comma or the end of the line', text: '"b"c\nd"' },
  ],
})
test('an unclosed quote costs its line only', reads, {
  input: 'a\nb,"c\nd,e\n"f\r\ng\n',
  rows: [['a'], ['d', 'e'], ['g']],
  lines: [1, 3, 5],
  errors: [
    { line: 2, message: UNCLOSED, text: 'b,"c' },
    { line: 4, message: UNCLOSED, text: '"f' },
  ],
})
test('a record of the greatest length is read', reads, {
  input: '12345\n12345\r\n"345"\n"3\n5"\r\n12345',
  rows: [['12345'], ['12345'], ['345'], ['3\n5'], ['12345']],
  lines: [1, 2, 3, 4, 6],
  max: 5,
})
test('a line that is too long is an error, and shown in part', reads, {
  input: 'a\n123456\r\nb\n12345é\nc\n"23456"\nd\n123456',
  rows: [['a'], ['b'], ['c'], ['d']],
  lines: [1, 3, 5, 7],
  errors: [
    { line: 2, message: 'record longer than 5 bytes', text: '12345' },
    { line: 4, message: 'record longer than 5 bytes', text: '12345' },
    { line: 6, message: 'record longer than 5 bytes', text: '"2345' },
    { line: 8, message: 'record longer than 5 bytes', text: '12345' },
  ],
  max: 5,
})
test('the part shown of a line that is too long ends with a whole character', reads, {
  input: '1𝄞34\n',
  rows: [],
  errors: [{ line: 1, message: 'record longer than 4 bytes', text: '1' }],
  max: 4,
})
test('a stray quote costs one line of a long file', (t) => {
  const lines = Array.from({ length: 1000 }, (_, index) => (index === 9 ? '"stray' : `row ${index + 1}`))
  const { records, errors } = readText(lines.join('\n'), 500)
  t.is(records.length, 999)
  t.deepEqual(errors, [{ line: 10, message: 'record longer than 500 bytes', text: '"stray' }])
})
test('a file without line ends is one error, and is not kept', (t) => {
  const reader = new CsvReader()
  const chunk = Buffer.alloc(1_000_000, 'x')
  const batches = Array.from({ length: 5 }, () => reader.push(chunk))
  t.is(batches.flatMap(({ errors }) => errors).length, 1)
  const [next, ...others] = reader.push(Buffer.from('x\nnext\n')).records
  t.deepEqual([next?.text, next?.fields, next?.line, others.length], ['next', ['next'], 2, 0])
  t.deepEqual(reader.end(), { records: [], errors: [], blocks: [] })
})
test('the default limit is 1 MiB', (t) => {
  const batch = readText(`${'x'.repeat(2 ** 20)}\n${'y'.repeat(2 ** 20 + 1)}\n`)
  t.deepEqual(linesOf(batch.records), [1])
  t.deepEqual(batch.errors, [{ line: 2, message: 'record longer than 1048576 bytes', text: 'y'.repeat(1024) }])
})
test('records come out with the push that completes them', (t) => {
  const reader = new CsvReader()
  const lines = (text: string) => linesOf(reader.push(Buffer.from(text)).records)
  t.deepEqual(lines('abc,"d\n'), [])
  t.deepEqual(lines('e"\n'), [1])
  t.deepEqual(lines('f\ng\nh'), [3, 4])
  t.deepEqual(linesOf(reader.end().records), [5])
})
test('maxRecordBytes must be a positive whole number', (t) => {
  for (const maxRecordBytes of [0, -1, 1.5, Number.NaN])
    t.throws(() => new CsvReader({ maxRecordBytes }), { instanceOf: RangeError })
})

// --- The cost of hostile input ---------------------------------------------------------------------------------------

/** Input that is costly to readers which try again and again; each goes on far beyond the longest record. */
const COSTLY: Readonly<Record<string, string>> = {
  'quotes only': '"',
  'an odd number of quotes in each line': '"""\n',
  'unclosed quotes in each line': '"a"b\n',
  'a quoted line feed in each field': '"\n",',
  'a record that goes on with each line': '","\n',
  'an unquoted quote in each field': 'a"b,"\n',
  'closing quotes before a lone CR': '"a"\r"\n',
  'one unclosed quote and many lines': '\n,',
}

for (const [title, pattern] of Object.entries(COSTLY)) {
  test(`${title}: every byte is gone over at most twice`, (t) => {
    const maxRecordBytes = 5_000
    const bytes = Buffer.from(`"${pattern.repeat(100_000 / pattern.length)}`)
    for (const size of [7, 1_000, bytes.length]) {
      const reader = new CsvReader({ maxRecordBytes })
      for (let at = 0; at < bytes.length; at += size) reader.push(bytes.subarray(at, at + size))
      reader.end()
      t.true(reader.scannedBytes <= 2 * bytes.length, `${reader.scannedBytes} of ${bytes.length} bytes`)
    }
  })
}

test('records that are not given up to each other are gone over again and again', (t) => {
  // The control of the tests above: their measure grows when nothing is taken over.
  const bytes = Buffer.from('"a"b\n'.repeat(100))
  let scanned = 0
  for (let start = 0; start < bytes.length; start += 5) {
    const scanner = new RecordScanner()
    scanner.begin(bytes, start)
    t.is(scanner.scan(bytes, bytes.length, true), -1)
    scanned += scanner.scannedBytes
  }
  t.true(scanned > 20 * bytes.length)
})

const shown = ({ line, text, fields }: CsvRecord) => ({ line, text, fields })

// --- Blocks of records that are split later --------------------------------------------------------------------------

test('blocks hold the records that a reader makes of them otherwise, whatever is in them', (t) => {
  let left = 0
  let quoted = 0
  fc.assert(
    fc.property(anyBytes, chunkSizes, fc.integer({ min: 1, max: 40 }), (bytes, sizes, maxRecordBytes) => {
      for (const max of [undefined, maxRecordBytes]) {
        const expected = read(bytes, sizes, max)
        const found = read(bytes, sizes, max, true)
        const split = found.blocks.flatMap(({ records }) => records)
        left += split.length
        quoted += split.filter(({ text }) => text.includes('"')).length
        const all = [...found.records, ...split].sort((a, b) => a.line - b.line)
        assert.deepEqual(all.map(shown), expected.records.map(shown))
        assert.deepEqual(found.errors, expected.errors)
        for (const { bytes: own } of found.blocks) assert.equal(own.at(-1), LF)
      }
    }),
    { seed: SEED, numRuns: 3000 },
  )
  t.true(left > 500, `${left} records were left`)
  t.true(quoted > 100, `${quoted} of them with quotes`)
})

test('a file full of quotes is split without csv-parse, but for the records at the ends of pieces', (t) => {
  const bytes = Buffer.from('"a","b ""c""","d,e","",f\r\n'.repeat(40_000))
  const { blocks, records } = read(bytes, [1 << 18], undefined, true)
  t.is(blocks.flatMap((block) => block.records).length + records.length, 40_000)
  t.true(records.length < 10, `${records.length} went to csv-parse`)
})

test('the cells of a record are its fields as csv-stringify writes them, and their places the bytes of these', (t) => {
  const field = fc.oneof(fc.constantFrom('', 'a', 'a,b', 'say "hi"', '"', 'x\ny', 'r\r\n', 'Größe', ' '), fc.string())
  const rows = fc.array(fc.tuple(fc.array(field, { minLength: 2, maxLength: 5 }), fc.boolean(), fc.boolean()))
  let seen = 0
  fc.assert(
    fc.property(rows, fc.integer({ min: 1, max: 99 }), (all, line) => {
      const write = ([fields, isQuoted, isCrlf]: (typeof all)[number]) =>
        stringify([fields], { quoted: isQuoted, quoted_match: /[\r\n]/, record_delimiter: isCrlf ? '\r\n' : '\n' })
      // A NUL is odd.
      const usable = all.filter(([fields]) => !fields.some((text) => text.includes('\0')))
      const bytes = Buffer.from(usable.map(write).join(''))
      const cursor = new BlockCursor({ bytes, line })
      for (const [fields] of usable) {
        assert.ok(cursor.next())
        assert.ok(!cursor.isOdd, cursor.record.text)
        const { cells } = cursor
        assert.deepEqual(cells.fields, fields)
        assert.deepEqual(cursor.record.fields, fields)
        assert.equal(cells.width, fields.length)
        for (const [index, text] of fields.entries()) {
          assert.equal(cells.cell(index), formatField(text))
          assert.equal(bytes.toString('utf8', cells.starts[index], cells.ends[index]), formatField(text))
          seen++
        }
        const whole = bytes.toString('utf8', cells.starts[0], cells.ends[fields.length - 1])
        if (!cells.hasGaps) assert.equal(`${whole}\n`, formatRow(fields))
        assert.equal(
          cells.hasQuotes,
          fields.some((text) => formatField(text) !== text),
        )
      }
      assert.ok(!cursor.next())
      assert.equal(cursor.nextLine, line + bytes.filter((byte) => byte === LF).length)
    }),
    { seed: SEED, numRuns: 2000 },
  )
  t.true(seen > 5000, `${seen} cells`)
})

test('what is not plainly well formed is told, and a line of it is given as it stands', (t) => {
  const lines = ['a\rb,c', 'x\0y', 'plain', '', 'z\r\r']
  const cursor = new BlockCursor(new RecordBlock(Buffer.from(`${lines.join('\n')}\n`), 3))
  const found: [number, string, boolean][] = []
  while (cursor.next()) found.push([cursor.line, cursor.record.text, cursor.isOdd])
  t.deepEqual(found, [
    [3, 'a\rb,c', true],
    [4, 'x\0y', true],
    [5, 'plain', false],
    [7, 'z\r', true],
  ])
})

test('the fields of a canonical line are those that were written', (t) => {
  const field = fc.oneof(fc.constantFrom('', 'a', 'a,b', '"', '""', 'x\ny', '\r'), fc.string())
  fc.assert(
    fc.property(fc.array(field, { minLength: 1, maxLength: 6 }), (fields) => {
      const line = new CanonicalLine(formatRow(fields).slice(0, -1))
      for (let place = 0; place < fields.length + 2; place++)
        assert.equal(line.fieldFromEnd(place), fields.at(-1 - place) ?? '')
      assert.deepEqual(line.fields, fields)
      assert.equal(line.width, fields.length)
      for (const [index, text] of fields.entries()) {
        assert.equal(line.field(index), text)
        assert.equal(line.cell(index), formatField(text))
        assert.equal(line.between(0, index), formatRow(fields.slice(0, index + 1)).slice(0, -1))
      }
      assert.equal(line.field(fields.length), '')
      assert.equal(line.field(-1), '')
    }),
    { seed: SEED, numRuns: 3000 },
  )
  t.pass()
})
