import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Duplex, Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import test, { type ExecutionContext, type ThrowsExpectation } from 'ava'
import { asStream, gen, none } from 'stream-chain'
import { createPipeline, type InputRow, ingest, type PipelineOptions, type Reject, type Summary } from '../lib/index.js'
import { fileBytes, readRows, tableTexts, temporaryFolder, valuesIn } from './helpers/database.js'
import { daily, exposure, HEADER, pairs, product, productName } from './helpers/program.js'

const fixture = (name: string) => fileURLToPath(new URL(`../../fixtures/${name}`, import.meta.url))
const DAYS = fixture('days')

/** Writes a daily file; returns its path. */
function dayFile(t: ExecutionContext, text: string): string {
  const path = join(temporaryFolder(t), '2024-02-21_052.csv')
  writeFileSync(path, text)
  return path
}

/** A run made of the stages, with a stage of the caller's between decode and scrub. */
async function runStages(
  out: string,
  options: PipelineOptions,
  own: (row: InputRow) => InputRow | typeof none = (row) => row,
): Promise<Summary> {
  await using stages = await createPipeline(options)
  const { bytes, decode, scrub, write } = stages
  const rows: Duplex = asStream(gen(decode, own, scrub))
  return await pipeline(bytes(), rows, write(out))
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}

const withoutTime = ({ seconds, rowsPerSecond, database, ...rest }: Summary) => rest

const same = test.macro<[runs: readonly (readonly string[])[]]>({
  async exec(t, runs) {
    const [staged, ingested] = [join(temporaryFolder(t), 'staged'), join(temporaryFolder(t), 'ingested')]
    for (const inputs of runs) {
      const summary = await runStages(staged, { inputs })
      t.deepEqual(withoutTime(summary), withoutTime(await ingest(ingested, { inputs })))
    }
    for (const table of ['rejects.csv', 'encodings.json', '.jwst-ingest/hidden.csv', '.jwst-ingest/index'])
      t.is(readFileSync(join(staged, table), 'utf8'), readFileSync(join(ingested, table), 'utf8'), table)
    t.deepEqual(tableTexts(staged), tableTexts(ingested))
    t.true(readRows(staged, 'training').length > 0)
  },
  title: (title) => `stages put together make, byte for byte, the database that ingest makes: ${title}`,
})
test('a folder', same, [[DAYS]])
test('day after day', same, [[join(DAYS, '2024-02-21_052.csv')], [join(DAYS, '2024-02-2[23]*.csv')]])
test('rows in any order', same, [[fixture('golden/shuffled/input')]])
test('a file twice', same, [[fixture('golden/one-day/input')], [fixture('golden/one-day/input'), DAYS]])

test('rows that cannot be used go to the listener and into rejects.csv, those of both stages', async (t) => {
  const text = daily(exposure(1), 'too,few\n', product(1), exposure(2, { Dataset: 'no-program' }), exposure(3))
  const input = dayFile(t, text)
  const out = join(temporaryFolder(t), 'db')
  const met: Reject[] = []
  const summary = await runStages(out, { inputs: [input], onReject: (reject) => met.push(reject) })
  t.is(summary.rejects, 2)
  t.is(summary.rows, 5)
  t.deepEqual(
    met.map(({ source, line }) => [source, line]),
    [
      [input, 3],
      [input, 5],
    ],
  )
  t.deepEqual(
    readRows(out, 'rejects').map(({ line, reason }) => [line, reason]),
    met.map(({ line, reason }) => [String(line), reason]),
  )
  t.deepEqual(valuesIn(out, 'training', 'pname'), [productName(1)])
})

test('a stage of its own leaves rows out: the rest is as if they had never been there', async (t) => {
  const observations = [1, 2, 3, 4]
  const filtered = join(temporaryFolder(t), 'db')
  const expected = join(temporaryFolder(t), 'db')
  await runStages(filtered, { inputs: [dayFile(t, pairs(...observations))] }, (row) =>
    Number(row.cells.OBSERVTN) % 2 === 0 ? row : none,
  )
  await ingest(expected, { inputs: [dayFile(t, pairs(2, 4))] })
  t.deepEqual(tableTexts(filtered), tableTexts(expected))
})

test('a stage before scrub changes cells: what scrubbing derives follows', async (t) => {
  const out = join(temporaryFolder(t), 'db')
  const rename = (row: InputRow): InputRow => ({ ...row, cells: { ...row.cells, FILTER: 'F1000W', TARGNAME: 'a,"b"' } })
  await runStages(out, { inputs: [dayFile(t, daily(exposure(1)))] }, rename)
  const [row = {}] = readRows(out, 'ingest')
  t.is(row.TARGNAME, 'a,"b"')
  t.is(row.params, '1001-001-F1000W-FULL-MIR_IMAGE')
})

test('a stage behind scrub changes cells: the database derives again what follows from them', async (t) => {
  const { rows, write } = await createPipeline({ inputs: [dayFile(t, daily(exposure(1)))] })
  const out = join(temporaryFolder(t), 'db')
  async function* change() {
    for await (const row of rows()) yield { ...row, cells: { ...row.cells, SUBARRAY: 'SUB256' } }
  }
  await write(out)(change())
  t.deepEqual(valuesIn(out, 'ingest', 'params'), ['1001-001-F770W-SUB256-MIR_IMAGE'])
})

test('a column that a stage adds is in the tables, now and in later runs without it', async (t) => {
  const out = join(temporaryFolder(t), 'db')
  const add = (row: InputRow): InputRow => ({ ...row, cells: { ...row.cells, origin: 'archive' } })
  await runStages(out, { inputs: [dayFile(t, pairs(1))], columns: ['origin'] }, add)
  await runStages(out, { inputs: [dayFile(t, pairs(2))] })
  t.deepEqual(
    readRows(out, 'training').map(({ pname, origin }) => [pname, origin]),
    [
      [productName(1), 'archive'],
      [productName(2), ''],
    ],
  )
})

test('rows() takes a stage between decode and scrub', async (t) => {
  const { rows } = await createPipeline({ inputs: [dayFile(t, pairs(1, 2))] })
  const own = (row: InputRow) =>
    row.line > 3 ? { ...row, cells: { ...row.cells, TARGNAME: `line ${row.line}` } } : undefined
  t.deepEqual(
    (await collect(rows(own))).map(({ cells }) => cells.TARGNAME),
    ['line 4', 'line 5'],
  )
})

test('rows() gives every row that is of use, with the columns it announces', async (t) => {
  const input = dayFile(t, daily(exposure(1), product(1), exposure(2, { EXP_TYPE: 'MIR_DARK' })))
  const { inputs, columns, rows } = await createPipeline({ inputs: [input] })
  const found = await collect(rows())
  t.deepEqual(
    found.map(({ kind, dname }) => [kind, dname]),
    [
      ['exposure', 'jw01001001001_02101_00001_mirimage'],
      ['product', productName(1)],
      ['dropped', 'jw01001002001_02101_00001_mirimage'],
    ],
  )
  for (const { cells } of found) t.deepEqual(Object.keys(cells), columns)
  t.like(found[0]?.cells, { dag: 'LEVEL_1', imagesize: '1000.5', date: '2024-02-21', doy: '52', pid: '1001' })
  t.deepEqual(inputs, [{ name: input, date: '2024-02-21', columns: HEADER.split(',') }])
})

test('settle finds what a run writes: products, exposures, features, waiting groups', async (t) => {
  const inputs = [fixture('golden/three-days/input')]
  const out = join(temporaryFolder(t), 'db')
  await ingest(out, { inputs })
  for (const memory of [undefined, 20_000]) {
    const { rows, settle } = await createPipeline({ inputs })
    const associations = await collect(settle({ memory })(rows()))
    const matches = associations.flatMap((association) => association.matches)
    const waiting = associations.flatMap(({ groups, products, ungrouped }) => [
      ...groups.flatMap(({ exposures }) => exposures),
      ...products.map(({ product }) => product),
      ...ungrouped.map(({ exposure }) => exposure),
    ])
    t.deepEqual(
      matches
        .flatMap(({ product, model, exposures }) => exposures.map(({ dname }) => `${dname} ${product.dname} ${model}`))
        .sort(),
      readRows(out, 'level1')
        .map(({ dname, pname, expmode }) => `${dname} ${pname} ${expmode}`)
        .sort(),
    )
    t.deepEqual(waiting.map(({ dname }) => dname).sort(), valuesIn(out, 'ingest', 'dname'))
    const features = matches.filter(({ model }) => model === 'SPEC').map((match) => match.features)
    const stored = readRows(out, 'raw-spec').map(({ imagesize, date, pname, imgsize_gb, Dataset, ...rest }) => rest)
    t.deepEqual(sorted(features), sorted(stored))
    for (const { key, matches } of associations) for (const { product } of matches) t.is(product.cells.params, key)
  }
})

const sorted = (values: readonly unknown[]) => values.map((value) => JSON.stringify(value)).sort()

/** The stages fail as expected; the database stays as it was and can be written to again. */
const fails = test.macro<
  [expected: ThrowsExpectation<Error>, run: (t: ExecutionContext, out: string) => Promise<unknown>]
>({
  async exec(t, expected, run) {
    const out = join(temporaryFolder(t), 'db')
    await ingest(out, { inputs: [dayFile(t, pairs(9))] })
    const before = fileBytes(out)
    await t.throwsAsync(run(t, out), expected)
    const after = fileBytes(out)
    t.deepEqual(Object.keys(after), Object.keys(before))
    for (const [file, bytes] of Object.entries(before)) t.is(after[file], bytes, file)
    await runStages(out, { inputs: [dayFile(t, pairs(8))] })
    t.is(readRows(out, 'training').length, 2)
  },
  title: (title) => `an error ends the run with nothing changed: ${title}`,
})
test('a stage of its own throws', fails, { message: 'mine' }, (t, out) =>
  runStages(out, { inputs: [dayFile(t, pairs(1, 2))] }, ({ line, ...row }) => {
    if (line > 3) throw new Error('mine')
    return { line, ...row }
  }),
)
test('a row of no input', fails, { code: 'USAGE', message: /^elsewhere:2: a row of no input/ }, (t, out) =>
  runStages(out, { inputs: [dayFile(t, pairs(1))] }, (row) => ({ ...row, source: 'elsewhere' })),
)
test('strict', fails, { code: 'ROW_REJECTED' }, (t, out) =>
  runStages(out, { inputs: [dayFile(t, daily(exposure(1), 'too,few\n'))], strict: true }),
)
test('interrupted', fails, { message: 'enough' }, (t, out) => {
  const controller = new AbortController()
  return runStages(out, { inputs: [dayFile(t, pairs(1))], signal: controller.signal }, (row) => {
    controller.abort(new Error('enough'))
    return row
  })
})
for (const [title, cells, message] of [
  ['a column nobody announced', { other: 'x' }, /no column other was announced/],
  ['a name without a program', { dname: 'jw' }, /dname has no program/],
  ['a number that is none', { TARG_RA: 'east' }, /TARG_RA is no number/],
  ['a day that is none', { date: 'today' }, /date: "today" is no day/],
] as const) {
  test(`behind scrub, ${title}`, fails, { code: 'USAGE', message }, async (t, out) => {
    const { rows, write } = await createPipeline({ inputs: [dayFile(t, pairs(1))] })
    async function* change() {
      for await (const row of rows()) yield { ...row, cells: { ...row.cells, ...cells } }
    }
    return write(out)(change())
  })
}

test('what is wrong with an input is told before anything is made', async (t) => {
  await t.throwsAsync(createPipeline({ inputs: ['not-there'] }), { message: /^not-there: no such file/ })
  for (const column of ['params', 'Dataset', 'role'])
    await t.throwsAsync(createPipeline({ inputs: [DAYS], columns: [column] }), {
      code: 'USAGE',
      message: /choose another/,
    })
  const input = dayFile(t, 'a,b\n1,2\n')
  await t.throwsAsync(createPipeline({ inputs: [input] }), { message: /no CSV file of calibration metadata/ })
})

test('a stage that is slow holds up the ones before it', async (t) => {
  const chunks = 200
  const line = exposure(1)
  let taken = 0
  async function* stdin() {
    yield Buffer.from(`${HEADER}\n`)
    for (; taken < chunks; taken++) yield Buffer.from(line.repeat(50))
  }
  const options = { inputs: ['-'], date: '2024-02-21', stdin: Readable.from(stdin(), { highWaterMark: 1 }) }
  const { bytes, decode, scrub } = await createPipeline(options)
  let seen = 0
  let ahead = 0
  const stage: Duplex = asStream(gen(decode, scrub), { highWaterMark: 1 })
  const run = pipeline(bytes(), stage, async (rows: AsyncIterable<unknown>) => {
    for await (const _ of rows) {
      if (++seen < 100) continue
      // Time enough for the stages before to go on, if nothing held them up.
      await delay(200)
      ahead = taken
      break
    }
  })
  // Whoever stops early may find that counted as an interruption, or not.
  await Promise.allSettled([run])
  t.is(seen, 100)
  t.true(ahead < 40, `${ahead} of ${chunks} chunks were read for two of them`)
})

test('no spill file stays behind', async (t) => {
  const tmp = temporaryFolder(t)
  const { rows, settle } = await createPipeline({ inputs: [DAYS] })
  for await (const { key } of settle({ memory: 1000, tmp })(rows())) {
    t.not(key, '')
    break
  }
  t.deepEqual(fileBytes(tmp), {})
  t.true(existsSync(tmp))
})
