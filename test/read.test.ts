import { deepStrictEqual as deepEqual } from 'node:assert'
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import test, { type ExecutionContext } from 'ava'
import fc from 'fast-check'
import { type ErrorCode, IngestError } from '../lib/errors.js'
import { parseDay } from '../lib/rules/day.js'
import { type HeadedInput, readHeader, readInputs } from '../lib/run/read.js'
import { findInputs, type Input } from '../lib/run/source.js'
import { temporaryFolder } from './helpers/database.js'
import { daily, exposure, HEADER, pairs } from './helpers/program.js'

const seed = Number(process.env.FC_SEED ?? 20240221)
const day = parseDay('2024-02-21', 'test')

/** An input that comes in chunks of some sizes, again and again in turn, like a pipe. */
function pipe(bytes: Buffer, sizes: readonly number[] = [bytes.length]): Input {
  async function* chunks() {
    for (let from = 0, turn = 0; from < bytes.length; turn++) {
      const size = Math.max(1, sizes[turn % sizes.length] ?? 1)
      yield bytes.subarray(from, from + size)
      from += size
    }
  }
  return { name: 'pipe', day, open: chunks, seekable: false, bytes: undefined }
}

/** A file as an input. */
async function file(t: ExecutionContext, content: string | Buffer): Promise<Input> {
  const path = join(temporaryFolder(t), '2024-02-21_052.csv')
  writeFileSync(path, content)
  const [input] = await findInputs({ inputs: [path], stdin: Readable.from([]), warn: t.fail })
  return input as Input
}

/** All that inputs hold, uncompressed. */
async function contents(...inputs: readonly HeadedInput[]): Promise<string[]> {
  const found = new Map<HeadedInput, Buffer[]>()
  const ended: HeadedInput[] = []
  for await (const { input, bytes } of readInputs(inputs)) {
    const chunks = found.get(input) ?? []
    found.set(input, chunks)
    if (bytes === undefined) ended.push(input)
    else chunks.push(bytes)
  }
  if (ended.some((input, index) => input !== inputs[index])) throw new Error('the ends do not come in order')
  return inputs.map((input) => Buffer.concat(found.get(input) ?? []).toString())
}

const open = (): number => readdirSync('/proc/self/fd').length

test('a header is read without losing a byte of the input, plain or compressed, however it is cut', (t) => {
  const sizes = fc.array(fc.constantFrom(1, 2, 3, 10, 100, 4096, 70_000), { minLength: 1, maxLength: 3 })
  const property = fc.asyncProperty(fc.nat(9), fc.boolean(), sizes, async (rows, compressed, cuts) => {
    const text = daily(...Array.from({ length: rows }, (_, number) => exposure(number)))
    const input = await readHeader(pipe(compressed ? gzipSync(text) : Buffer.from(text), cuts))
    deepEqual(input.header, HEADER.split(','))
    deepEqual(await contents(input), [text])
  })
  return fc.assert(property, { seed, numRuns: 60 }).then(() => t.pass())
})

test('inputs come one after the other, each with its end', async (t) => {
  const texts = [pairs(1), HEADER, pairs(2, 3)]
  const inputs = await Promise.all(texts.map((text) => readHeader(pipe(Buffer.from(text), [50]))))
  t.deepEqual(await contents(...inputs), texts)
})

const MEMBERS = [pairs(1), '', exposure(2), exposure(3)].map((text) => gzipSync(text))
const CUT_BEHIND_MEMBERS = MEMBERS.map((member) => member.length)
for (const sizes of [[100_000], [1], CUT_BEHIND_MEMBERS, [64]]) {
  test(`compressed files put together are read to the end of the last, cut into ${sizes}`, async (t) => {
    const input = await readHeader(pipe(Buffer.concat(MEMBERS), sizes))
    t.deepEqual(await contents(input), [pairs(1) + exposure(2) + exposure(3)])
  })
  test(`something else behind a compressed file is an error, cut into ${sizes}`, async (t) => {
    const mixed = Buffer.concat([...MEMBERS, Buffer.from(exposure(4))])
    const error = await t.throwsAsync(readHeader(pipe(mixed, sizes)).then(contents), { instanceOf: IngestError })
    t.is(error.code, 'GZIP_BROKEN')
    t.is(error.place.source, 'pipe')
  })
}

test('a file is opened anew for its rows, a pipe only once', async (t) => {
  const input = await file(t, pairs(1))
  const headed = await readHeader(input)
  t.deepEqual([headed.open, headed.bytes], [input.open, pairs(1).length])
  t.deepEqual(await contents(headed), [pairs(1)])
  t.deepEqual(await contents(headed), [pairs(1)])
  let opened = 0
  const source = pipe(Buffer.from(pairs(1)))
  const counted = () => {
    opened++
    return source.open()
  }
  const piped = await readHeader({ ...source, open: counted })
  t.deepEqual(await contents(piped), [pairs(1)])
  t.is(opened, 1)
})

test('the header is the first line, whatever is wrong with a later one', async (t) => {
  const long = 'z'.repeat(2_000_000)
  for (const bad of ['x"y', '"a"b\n"', `${long}\n"`, '"never closed', '']) {
    t.deepEqual((await readHeader(pipe(Buffer.from(`${HEADER}\n${bad}\n`)))).header, HEADER.split(','))
  }
  const quoted = HEADER.split(',').map((name) => `"${name}"`)
  t.deepEqual((await readHeader(pipe(Buffer.from(`\n\n${quoted}\r\n`)))).header, HEADER.split(','))
})

const broken = test.macro<[bytes: string | Buffer, code: ErrorCode, message: RegExp]>({
  exec: async (t, bytes, code, message) => {
    const error = await t.throwsAsync(readHeader(pipe(Buffer.from(bytes as Buffer), [40])), { instanceOf: IngestError })
    t.is(error.code, code)
    t.regex(error.message, message)
  },
  title: (title) => `no header: ${title}`,
})
test('nothing', broken, '', 'INPUT_NOT_CSV', /^pipe:1: the input is empty/)
test('one byte', broken, 'x', 'INPUT_NOT_CSV', /^pipe:1: .*its first line is "x"/)
test('half of the mark of a compressed file', broken, Buffer.from([0x1f]), 'INPUT_NOT_CSV', /^pipe:1: /)
test('only the mark of a compressed file', broken, Buffer.from([0x1f, 0x8b]), 'GZIP_BROKEN', /^pipe: .*cut short/)
test('a first line with a stray quote', broken, `a"b${HEADER}\n`, 'INPUT_NOT_CSV', /^pipe:1: .*first line is "a\\"bDat/)
test(
  'a first line without end',
  broken,
  'x'.repeat(1_100_000),
  'INPUT_NOT_CSV',
  /^pipe:1: the header line is longer than 1 MiB, and begins with "x{40}"/,
)

const QUOTED = HEADER.split(',')
  .map((name) => `"${name}"`)
  .join(',')
const LONG_HEADER = `${HEADER},${'x'.repeat(5000)}`
const RETURN_ALONE: readonly (readonly [title: string, text: string])[] = [
  ['all line ends', pairs(1).replaceAll('\n', '\r')],
  ['all line ends of a compressed file', pairs(1).replaceAll('\n', '\r')],
  ["the header's alone", `${HEADER}\r${exposure(1)}`],
  ["the header's, where there is nothing else", `${HEADER}\r`],
  ['all line ends, quoted', `${QUOTED}\r"${exposure(1).trim().replaceAll(',', '","')}"\r`],
  ['all line ends, a header of many bytes', `${LONG_HEADER}\r${exposure(1).trim()},x\r`],
  ['the end of blank lines before the header', `\r\n\r${HEADER}\n${exposure(1)}`],
  ['all line ends of a large file', `${HEADER}\r${exposure(1).trim().concat('\r').repeat(9000)}`],
]
for (const [title, text] of RETURN_ALONE) {
  const bytes = title.includes('compressed') ? gzipSync(text) : Buffer.from(text)
  test(
    `no header: a carriage return alone is ${title}`,
    broken,
    bytes,
    'INPUT_NOT_CSV',
    /^pipe:1: a line ends in a car/,
  )
}
test(
  'no header: a carriage return in something binary',
  broken,
  'PK\u0003\0\r\0x\n',
  'INPUT_NOT_CSV',
  /^pipe:1: .*looks binary/,
)

const LOWER = HEADER.toLowerCase()
const SPACED = HEADER.replaceAll(',', ', ')
const DIFFER = '^pipe:1: the names of columns differ only in'
const forms: readonly (readonly [title: string, bytes: string | Buffer, code: ErrorCode, message: RegExp])[] = [
  ...([';', '\t', '|'] as const).flatMap((separator, index) => {
    const name = ['semicolons', 'tabs', 'vertical bars'][index]
    const message = RegExp(`^pipe:1: the fields are separated by ${name}; expected commas: export it with these`)
    return [HEADER, QUOTED, LOWER].map((header) => {
      const text = `${header.replaceAll(',', separator)}\n`
      return [`${name}, as in ${text.slice(0, 12)}`, text, 'INPUT_NOT_CSV', message] as const
    })
  }),
  ['a line for Excel', `sep=,\r\n${pairs(1)}`, 'INPUT_NOT_CSV', /^pipe:1: its first line, sep=,, .*`tail -n \+2`$/],
  ['a quoted line for Excel', `"sep=;"\n${pairs(1)}`, 'INPUT_NOT_CSV', /^pipe:1: its first line, "sep=;", .*`tail -n/],
  [
    'names in small letters',
    LOWER,
    'INPUT_NOT_CSV',
    RegExp(`${DIFFER} letter case: expected Dataset, DagNodeName, ImageSize, …, found "dataset", "dagnodename", "im`),
  ],
  ['names in capitals', HEADER.toUpperCase(), 'HEADER_INVALID', RegExp(`${DIFFER} letter case: .* found "DATASET"`)],
  [
    'one name in small letters',
    HEADER.replace('BAND', 'band'),
    'HEADER_INVALID',
    /expected BAND, found "band"; correct/,
  ],
  [
    'names with blanks',
    SPACED,
    'HEADER_INVALID',
    RegExp(`${DIFFER} blanks around them: expected DagNodeName, ImageSize, PROGRAM, …, found " DagNodeName", `),
  ],
  ['both', SPACED.toLowerCase(), 'INPUT_NOT_CSV', RegExp(`${DIFFER} letter case and blanks around them: `)],
  [
    'a table of a database',
    `dag,imagesize,${HEADER.slice(30)}`,
    'HEADER_INVALID',
    /^pipe:1: required columns missing: /,
  ],
  [
    'two byte-order marks',
    `\uFEFF\uFEFF${pairs(1)}`,
    'HEADER_INVALID',
    /^pipe:1: .*two byte-order marks.*`tail -c \+4`$/,
  ],
  [
    'UTF-16',
    Buffer.from(`\uFEFF${pairs(1)}`, 'utf16le'),
    'INPUT_NOT_CSV',
    /^pipe:1: it is UTF-16 text, .*`iconv -f UTF-16/,
  ],
  [
    'UTF-16, the great byte first',
    Buffer.from(`\uFEFF${pairs(1)}`, 'utf16le').swap16(),
    'INPUT_NOT_CSV',
    /^pipe:1: it is UTF-16 text: .*`iconv -f UTF-16 -t UTF-8`$/,
  ],
  ['xz', binary('fd377a585a00', ''), 'INPUT_NOT_CSV', /^pipe:1: it is compressed with xz: .*`xz -dc`$/],
  ['bzip2', binary('425a68', '91AY&SY\r'), 'INPUT_NOT_CSV', /^pipe:1: it is compressed with bzip2: .*`bzip2 -dc`$/],
  ['zstd', binary('28b52ffd', ''), 'INPUT_NOT_CSV', /^pipe:1: it is compressed with zstd: .*`zstd -dc`$/],
  ['old Excel', binary('d0cf11e0a1b11ae1', ''), 'INPUT_NOT_CSV', /^pipe:1: it is a workbook of an old Excel: export/],
  ['zip', zip('day.csv'), 'INPUT_NOT_CSV', /^pipe:1: it is a zip archive: .*`unzip -p`$/],
  ...['[Content_Types].xml', '_rels/.rels', 'xl/workbook.xml'].map(
    (name) =>
      [`Excel, ${name} first`, zip(name), 'INPUT_NOT_CSV', /^pipe:1: it is a workbook of Excel: export/] as const,
  ),
]
for (const [title, ...form] of forms) test(`told by its cause: ${title}`, broken, ...form)

/** Something that begins with some bytes. */
function binary(start: string, rest: string): Buffer {
  return Buffer.concat([Buffer.from(start, 'hex'), Buffer.from(`${rest}\u00ff\u00fe\nrest`)])
}

/** How a zip archive begins with a file of this name. */
function zip(name: string): Buffer {
  return Buffer.concat([Buffer.from('504b0304', 'hex'), Buffer.alloc(26), Buffer.from(name)])
}

test('compressed text is told by its cause, too', async (t) => {
  const bytes = gzipSync(HEADER.replaceAll(',', ';'))
  await t.throwsAsync(readHeader(pipe(bytes, [1])), { message: /separated by semicolons/ })
})

test('of a file without line feeds no more is read than the header', async (t) => {
  let read = 0
  async function* endless() {
    for (; read < 10; read++) yield Buffer.from(read === 0 ? HEADER : `\r${exposure(1).trim()}`)
    t.fail('it reads on')
  }
  await t.throwsAsync(readHeader({ ...pipe(Buffer.alloc(0)), open: endless }), { message: /tr '\\r' '\\n'/ })
})

test('a carriage return is data in quotes, in rows and before a line feed', async (t) => {
  for (const header of [HEADER, `${HEADER},"NO\rTE"`, `${HEADER},"a ""\r"" b"`]) {
    for (const end of ['\n', '\r\n']) {
      const text = `${end}${header}${end}${exposure(1).replace('ALPHA', 'AL\rPHA')}`
      for (const size of [1, 7, text.length]) {
        t.is((await readHeader(pipe(Buffer.from(text), [size]))).header.length, header === HEADER ? 31 : 32)
      }
    }
  }
})

test('errors of the system name the input and keep their cause; interruptions stay what they are', async (t) => {
  const failing = (error: unknown): Input => ({
    ...pipe(Buffer.alloc(0)),
    open: async function* () {
      yield Buffer.from(`${HEADER}\n`)
      throw error
    },
  })
  const system = Object.assign(new Error('EIO: i/o error, read'), { code: 'EIO' })
  const told = await t.throwsAsync(readHeader(failing(system)).then(contents), { instanceOf: IngestError })
  t.deepEqual(
    [told.code, told.message, told.cause],
    ['INPUT_UNREADABLE', 'pipe: cannot be read: EIO: i/o error, read', system],
  )
  for (const other of [
    new DOMException('', 'AbortError'),
    Object.assign(new Error(''), { name: 'AbortError', code: 'ABORT_ERR' }),
    new TypeError('bug'),
  ]) {
    t.is(await t.throwsAsync(readHeader(failing(other)).then(contents), { any: true }), other)
  }
})

const withProc = process.platform === 'linux' ? test.serial : test.serial.skip
withProc('no file stays open, be it read, only looked at, left early or without a header', async (t) => {
  const long = daily(
    ...Array.from({ length: 3000 }, (_, number) => exposure(number % 900, { ImageSize: `${number * 7919}` })),
  )
  const inputs = [
    await file(t, long),
    await file(t, gzipSync(long)),
    await file(t, 'a,b\n'),
    await file(t, gzipSync(long).subarray(0, 9000)),
  ]
  const before = open()
  for (const input of inputs) {
    const headed = await readHeader(input).catch(() => undefined)
    if (headed === undefined) continue
    for await (const { bytes } of readInputs([headed])) if (bytes !== undefined) break
    await contents(headed).catch(() => undefined)
  }
  for (let tries = 0; tries < 200 && open() > before; tries++) await delay(10)
  t.is(open(), before)
})

test('who stops reading does not wait for a pipe that stalls, and a pipe without a header is closed', async (t) => {
  const stalled = new PassThrough()
  stalled.write(pairs(1))
  const input = await readHeader({ ...pipe(Buffer.alloc(0)), open: () => stalled })
  const reader = readInputs([input])[Symbol.asyncIterator]()
  await reader.next()
  const pending = reader.next()
  await reader.return?.()
  stalled.end()
  await pending
  await delay(10)
  t.true(stalled.destroyed)

  const wrong = new PassThrough()
  wrong.write('a,b\n')
  await t.throwsAsync(readHeader({ ...pipe(Buffer.alloc(0)), open: () => wrong }), { code: 'INPUT_NOT_CSV' })
  t.true(wrong.destroyed)
})
