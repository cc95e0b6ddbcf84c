/** Inputs and their days (section 2). */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { Readable } from 'node:stream'
import test, { type ExecutionContext } from 'ava'
import { type ErrorCode, IngestError } from '../lib/errors.js'
import { parseDay } from '../lib/rules/day.js'
import { findInputs, type Input, type SourceOptions, STDIN_NAME } from '../lib/run/source.js'

const days: readonly (readonly [text: string, year: string, doy: string])[] = [
  ['2024-02-21', '2024', '52'],
  ['2024-01-01', '2024', '1'],
  ['2023-12-31', '2023', '365'],
  ['2024-12-31', '2024', '366'],
  ['2024-02-29', '2024', '60'],
  ['2024-03-01', '2024', '61'],
  ['2023-03-01', '2023', '60'],
  ['2000-02-29', '2000', '60'],
  ['0999-01-02', '0999', '2'],
]
for (const [text, year, doy] of days) {
  test(`${text} is day ${doy} of ${year}`, (t) => t.deepEqual(parseDay(text, '--date'), { date: text, year, doy }))
}

const noDays = [
  ...[
    '',
    'today',
    '2024',
    '2024-02',
    '2024-2-21',
    '24-02-21',
    '2024/02/21',
    '21-02-2024',
    ' 2024-02-21',
    '2024-02-21 ',
  ],
  ...['2024-02-30', '2023-02-29', '1900-02-29', '2024-13-01', '2024-00-10', '2024-01-00', '2024-04-31', '2024-01-32'],
  ...['2024-02-21T00:00:00Z', '2024-052', '2024-02-21_052', '-2024-02-21', '2024-02-2x'],
]
for (const text of noDays) {
  test(`"${text}" is no day; the message tells where it is from`, (t) => {
    const error = t.throws(() => parseDay(text, '--date'), { instanceOf: IngestError })
    t.is(error.code, 'USAGE')
    t.true(error.message.includes('--date') && error.message.includes(JSON.stringify(text)), error.message)
  })
}

/** A folder with files of these names, each with its name as content, that goes with the test. */
function folderOf(t: ExecutionContext, ...names: string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'jwst-ingest-source-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  for (const name of names) writeFileSync(join(folder, name), name)
  return folder
}

interface Found {
  readonly inputs: Input[]
  readonly names: string[]
  readonly days: string[]
  readonly warnings: string[]
}

async function find(options: Partial<SourceOptions>): Promise<Found> {
  const warnings: string[] = []
  const stdin = Readable.from([Buffer.from('piped')])
  const inputs = await findInputs({ inputs: [], stdin, warn: (message) => warnings.push(message), ...options })
  return { inputs, names: inputs.map(({ name }) => basename(name)), days: inputs.map(({ day }) => day.date), warnings }
}

async function fails(t: ExecutionContext, code: ErrorCode, options: Partial<SourceOptions>): Promise<string> {
  const error = await t.throwsAsync(find(options), { instanceOf: IngestError })
  t.is(error.code, code)
  return error.message
}

async function content({ open }: Input): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of open()) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

test('the name of a file tells its day, gzipped or not', async (t) => {
  const folder = folderOf(t, '2024-02-21_052.csv', '2024-02-22_053.csv.gz')
  const { inputs, days, warnings } = await find({
    inputs: ['2024-02-22_053.csv.gz', '2024-02-21_052.csv'].map((name) => join(folder, name)),
  })
  t.deepEqual(days, ['2024-02-22', '2024-02-21'])
  t.deepEqual(inputs[1]?.day, { date: '2024-02-21', year: '2024', doy: '52' })
  t.deepEqual(warnings, [])
  for (const input of inputs) {
    t.true(input.seekable)
    t.is(input.bytes, basename(input.name).length)
    t.is(await content(input), basename(input.name))
    t.is(await content(input), basename(input.name), 'it can be read again')
  }
})

const FIRST = '2024-02-21_052.csv'
for (const [names, date, told] of [
  [[FIRST], '2020-01-01', ', not --date 2020-01-01'],
  [[FIRST, '2024-02-22_053.csv'], '2020-01-01', ', not --date 2020-01-01; so it is with 1 more file'],
  [
    ['2024-02-22_053.csv', FIRST, '2024-02-23_054.csv'],
    '2024-02-22',
    ', not --date 2024-02-22; so it is with 1 more file',
  ],
  // It says what the name says, or is for another input.
  [[FIRST], '2024-02-21', undefined],
  [[FIRST, 'other.csv'], '2020-01-01', undefined],
  [[FIRST, '-'], '2020-01-01', undefined],
] as const) {
  const title = `a name that tells a day counts more than --date ${date}, which is ${told === undefined ? 'not ' : ''}told`
  test(`${title}: ${names.join(', ')}`, async (t) => {
    const folder = folderOf(t, ...names)
    const pathOf = (name: string) => (name === '-' ? name : join(folder, name))
    const { days, warnings } = await find({ inputs: names.map(pathOf), date })
    t.is(days[names.indexOf(FIRST)], '2024-02-21')
    const expected = `${pathOf(FIRST)}: the day in its name counts, 2024-02-21${told}`
    t.deepEqual(warnings, told === undefined ? [] : [expected])
  })
}

for (const [name, warns] of [
  ['2024-02-21_053.csv', true],
  ['2024-03-01_060.csv.gz', true],
  ['2024-02-21_052.csv', false],
  ['2023-03-01_060.csv', false],
] as const) {
  test(`${name}: ${warns ? 'a warning, the date counts' : 'no warning'}`, async (t) => {
    const folder = folderOf(t, name)
    const { days, warnings } = await find({ inputs: [join(folder, name)] })
    t.deepEqual(days, [name.slice(0, 10)])
    t.is(warnings.length, warns ? 1 : 0)
    if (warns) t.true(warnings[0]?.includes(name) && warnings[0].includes(name.slice(11, 14)), warnings[0])
  })
}

test('a name whose date is none is an error', async (t) => {
  const folder = folderOf(t, '2023-02-29_060.csv')
  const message = await fails(t, 'USAGE', { inputs: [join(folder, '2023-02-29_060.csv')] })
  t.true(message.includes('2023-02-29_060.csv'), message)
})

const unnamed = [
  'day.csv',
  '2024-02-21.csv',
  '2024-02-21_52.csv',
  '2024-02-21_052.txt',
  'x2024-02-21_052.csv',
  '2024-02-21_052.csv.zip',
]
for (const name of unnamed) {
  test(`${name} tells no day: it needs --date`, async (t) => {
    const folder = folderOf(t, name)
    const path = join(folder, name)
    const message = await fails(t, 'USAGE', { inputs: [path] })
    t.true(message.includes(name) && message.includes('--date'), message)
    t.deepEqual((await find({ inputs: [path], date: '2024-03-01' })).days, ['2024-03-01'])
    t.true((await fails(t, 'USAGE', { inputs: [path], date: '2024-02-30' })).includes('--date'))
  })
}

const DAILY = [
  '2023-11-02_306.csv',
  '2023-11-30_334.csv.gz',
  '2023-12-01_335.csv',
  '2024-01-03_003.csv',
  '2024-02-21_052.csv',
]

test('in a folder, only files with such names are read, in name order', async (t) => {
  const folder = folderOf(
    t,
    ...DAILY.toReversed(),
    'training.csv',
    '2024-02-21.csv',
    'README.md',
    '2024-02-21_052.csv.bak',
  )
  mkdirSync(join(folder, 'sub'))
  writeFileSync(join(folder, 'sub', '2020-01-01_001.csv'), '')
  const { names, inputs, days } = await find({ inputs: [folder] })
  t.deepEqual(names, DAILY)
  t.deepEqual(
    inputs.map(({ name }) => name),
    DAILY.map((name) => join(folder, name)),
  )
  t.deepEqual(
    days,
    DAILY.map((name) => name.slice(0, 10)),
  )
})

const prefixes: readonly (readonly [prefix: string, names: readonly string[]])[] = [
  ['', DAILY],
  ['2023', DAILY.slice(0, 3)],
  ['2023-11', DAILY.slice(0, 2)],
  ['2023-11-02_306.csv', DAILY.slice(0, 1)],
  ['*_3', DAILY.slice(0, 3)],
  ['*-0', DAILY.filter((name) => name !== '2023-11-30_334.csv.gz')],
  ['*', DAILY],
  ['202?-1', DAILY.slice(0, 3)],
  ['????-02', DAILY.slice(4)],
  ['*gz', DAILY.slice(1, 2)],
]
for (const [prefix, names] of prefixes) {
  test(`--prefix '${prefix}' is for the start of names`, async (t) => {
    t.deepEqual((await find({ inputs: [folderOf(t, ...DAILY)], prefix })).names, names)
  })
}

for (const prefix of [
  '11',
  '2023.11',
  '2023-11$',
  '[2]',
  '2025',
  '(2023',
  '^2023',
  '2023-1+',
  '\\d',
  '_306',
  '?2023',
]) {
  test(`--prefix '${prefix}' is for no file of the folder, which the message tells`, async (t) => {
    const folder = folderOf(t, ...DAILY)
    const message = await fails(t, 'NO_INPUT', { inputs: [folder], prefix })
    t.true(message.includes(folder) && message.includes(prefix), message)
  })
}

test('--prefix narrows folders, not files', async (t) => {
  const folder = folderOf(t, ...DAILY)
  const { names } = await find({ inputs: [join(folder, '2024-02-21_052.csv'), folder], prefix: '2023-12' })
  t.deepEqual(names, ['2024-02-21_052.csv', '2023-12-01_335.csv'])
})

const FORM = 'YYYY-MM-DD_DDD.csv or .csv.gz'
const OTHERS = ['2024-02-22.csv', '2024-02-23_054.CSV', 'a.csv.gz', 'b.Csv.GZ']
const leftOut: readonly (readonly [what: string, names: readonly string[], warning: string | undefined])[] = [
  ['nothing else', ['README.md', '2024-02-21_052.csv.bak', 'csv', 'x.csv.zip'], undefined],
  ['another CSV file', ['README.md', 'day.csv'], `1 file left out, as not named ${FORM} (day.csv)`],
  [
    'others, in any letter case',
    OTHERS,
    `4 files left out, as not named ${FORM} (${OTHERS.slice(0, 3).join(', ')}, …)`,
  ],
]
for (const [what, names, warning] of leftOut) {
  test(`a folder of daily files and ${what}: what is left out is told`, async (t) => {
    const folder = folderOf(t, ...DAILY, ...names)
    const { names: read, warnings } = await find({ inputs: [folder] })
    t.deepEqual(read, DAILY)
    t.deepEqual(warnings, warning === undefined ? [] : [`${folder}: ${warning}: name them with --date`])
  })
}

test('what --prefix leaves out is not told, nor what is named beside the folder', async (t) => {
  const folder = folderOf(t, ...DAILY, '2024-02-22.csv', 'day.csv')
  const { warnings } = await find({ inputs: [folder], prefix: '2024' })
  t.deepEqual(warnings, [`${folder}: 1 file left out, as not named ${FORM} (2024-02-22.csv): name them with --date`])
  const named = [join(folder, 'day.csv'), join(folder, '2024-02-22.csv')]
  t.deepEqual((await find({ inputs: [folder, ...named], date: '2024-02-22' })).warnings, [])
})

test('a folder without such files is an error, which says to name the others', async (t) => {
  const message = await fails(t, 'NO_INPUT', { inputs: [folderOf(t, 'day.csv')], date: '2024-02-21' })
  t.true(message.endsWith(`no file named ${FORM}; name its other files with --date (day.csv)`), message)
  t.true((await fails(t, 'NO_INPUT', { inputs: [folderOf(t, 'notes.txt')] })).endsWith(FORM))
})

test('a glob stands for the files that it matches, in name order', async (t) => {
  const folder = folderOf(t, ...DAILY.toReversed(), 'notes.txt')
  t.deepEqual((await find({ inputs: [join(folder, '2023-*.csv')] })).names, [DAILY[0], DAILY[2]])
  t.deepEqual((await find({ inputs: [join(folder, '2023-11-*.csv*')] })).names, DAILY.slice(0, 2))
  t.deepEqual((await find({ inputs: [join(folder, '*_0{03,52}.csv')] })).names, DAILY.slice(3))
})

test('files that a glob matches need a day too', async (t) => {
  const folder = folderOf(t, 'b.csv', 'a.csv', '2024-02-21_052.csv')
  await fails(t, 'USAGE', { inputs: [join(folder, '*.csv')] })
  const { names, days } = await find({ inputs: [join(folder, '*.csv')], date: '2020-01-01' })
  t.deepEqual(names, ['2024-02-21_052.csv', 'a.csv', 'b.csv'])
  t.deepEqual(days, ['2024-02-21', '2020-01-01', '2020-01-01'])
})

test('a file whose name looks like a glob is that file', async (t) => {
  const folder = folderOf(t, '[1]*.csv', '1.csv')
  t.deepEqual((await find({ inputs: [join(folder, '[1]*.csv')], date: '2024-02-21' })).names, ['[1]*.csv'])
})

test('a glob is for files, not for what is in the folders that it matches', async (t) => {
  const folder = folderOf(t)
  mkdirSync(join(folder, 'sub'))
  writeFileSync(join(folder, 'sub', '2024-02-21_052.csv'), '')
  await fails(t, 'NO_INPUT', { inputs: [join(folder, 's*')] })
  t.deepEqual((await find({ inputs: [join(folder, 's*', '*')] })).names, ['2024-02-21_052.csv'])
})

test('a folder that is called as a daily file is told as such, in a folder', async (t) => {
  const folder = folderOf(t, '2024-02-21_052.csv')
  mkdirSync(join(folder, '2024-02-22_053.csv'))
  const message = await fails(t, 'INPUT_UNREADABLE', { inputs: [folder] })
  t.is(
    message,
    `${join(folder, '2024-02-22_053.csv')}: is a folder, though it has the name of a daily file: rename it, or name the files that are meant`,
  )
})

test('a link to a missing file, and a file below a file, are missing', async (t) => {
  const folder = folderOf(t, 'day.csv')
  symlinkSync(join(folder, 'gone.csv'), join(folder, '2024-02-21_052.csv'))
  await fails(t, 'NO_INPUT', { inputs: [join(folder, '2024-02-21_052.csv')] })
  await fails(t, 'NO_INPUT', { inputs: [folder] })
  await fails(t, 'NO_INPUT', { inputs: [join(folder, 'day.csv', '2024-02-21_052.csv')] })
})

test('a glob without matches and a missing file are errors that name it', async (t) => {
  const folder = folderOf(t)
  for (const name of ['*.csv', '2024-02-21_052.csv', 'missing']) {
    const message = await fails(t, 'NO_INPUT', { inputs: [join(folder, name)] })
    t.true(message.includes(name), message)
  }
})

test('inputs keep the order in which they are given', async (t) => {
  const [one, other] = [folderOf(t, DAILY[3] ?? '', DAILY[4] ?? ''), folderOf(t, DAILY[0] ?? '')]
  const { names } = await find({ inputs: [one, '-', other], date: '2024-01-01' })
  t.deepEqual(names, ['2024-01-03_003.csv', '2024-02-21_052.csv', STDIN_NAME, '2023-11-02_306.csv'])
})

test('standard input has the day of --date, without a warning', async (t) => {
  for (const inputs of [[], ['-']]) {
    const { inputs: found, names, days, warnings } = await find({ inputs, date: '2024-02-29' })
    t.deepEqual([names, days, warnings], [['<stdin>'], ['2024-02-29'], []])
    const [input] = found
    if (input === undefined) return t.fail()
    t.false(input.seekable)
    t.is(input.bytes, undefined)
    t.is(await content(input), 'piped')
  }
})

test("standard input without --date has today's UTC date, and says so", async (t) => {
  const before = new Date().toISOString().slice(0, 10)
  const { days, warnings } = await find({})
  const after = new Date().toISOString().slice(0, 10)
  t.true(days[0] === before || days[0] === after, days[0])
  t.is(warnings.length, 1)
  t.true(warnings[0]?.includes(days[0] ?? '?') && warnings[0].includes('--date'), warnings[0])
  const told: string[] = []
  t.deepEqual((await find({ alert: (message) => told.push(message) })).warnings, [])
  t.is(told.length, 1, 'it goes to who asks for what even a quiet run tells')
})

test('a --date that is no day is an error for standard input', async (t) => {
  t.true((await fails(t, 'USAGE', { date: 'yesterday' })).includes('"yesterday"'))
})

test('standard input can be given once', async (t) => {
  await fails(t, 'USAGE', { inputs: ['-', '-'], date: '2024-02-21' })
})
