/**
 * The data card of an export: by the rules of Data Package 2.0 (https://datapackage.org/standard), and true of the files
 * beside it.
 */
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { parse } from 'csv-parse/sync'
import { exportDatabase } from '../lib/export/export.js'
import { readRows, run, TABLE_NAMES, temporaryFolder } from './helpers/database.js'
import { daily, exposure, pairs, Workdir } from './helpers/program.js'

const GOLDEN = 'fixtures/golden/three-days/input'

interface Field {
  readonly name: string
  readonly type: string
  readonly unit?: string
  readonly description?: string
  readonly categories?: readonly { readonly value: number; readonly label: string }[]
}

interface Resource {
  readonly name: string
  readonly path: string
  readonly type: string
  readonly format: string
  readonly mediatype: string
  readonly part?: string
  readonly rows: number
  readonly bytes: number
  readonly hash: string
  readonly dates?: { readonly first: string; readonly last: string }
  readonly sizes?: { readonly unit: string; readonly classes: readonly Readonly<Record<string, number>>[] }
  readonly schema: { readonly fields: readonly Field[]; readonly missingValues: readonly string[] }
}

interface Package {
  readonly $schema: string
  readonly name: string
  readonly created: string
  readonly generator: { readonly name: string; readonly version: string }
  readonly split?: unknown
  readonly since?: string
  readonly resources: readonly Resource[]
}

const readPackage = (folder: string): Package => JSON.parse(readFileSync(join(folder, 'datapackage.json'), 'utf8'))

/** The types of a field (Table Schema, "Field types"), and the properties that a field has with each. */
const TYPES =
  'string number integer boolean object list datetime date time year yearmonth duration geopoint geojson any'

/** Fails where a descriptor breaks a rule of the standard ("MUST"), or what it says one should do. */
function assertStandard(t: ExecutionContext, described: Package, folder: string): void {
  t.is(described.$schema, 'https://datapackage.org/profiles/2.0/datapackage.json')
  t.regex(described.name, /^[a-z0-9._-]+$/)
  t.regex(described.created, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
  t.true(described.resources.length > 0)
  const names = described.resources.map(({ name }) => name)
  t.is(new Set(names).size, names.length, 'names of resources are different')
  for (const { name, path, type, bytes, hash, schema } of described.resources) {
    t.regex(name, /^[a-z0-9._-]+$/)
    t.false(/^\/|^\w+:|(^|\/)\.\.(\/|$)/.test(path), `${path} is relative, and below the descriptor`)
    t.is(type, 'table')
    t.is(bytes, statSync(join(folder, path)).size)
    const digest = createHash('sha256')
      .update(readFileSync(join(folder, path)))
      .digest('hex')
    t.is(hash, `sha256:${digest}`)
    t.true(schema.fields.length > 0)
    t.is(new Set(schema.fields.map((field) => field.name)).size, schema.fields.length)
    t.deepEqual(schema.missingValues, [''])
    for (const field of schema.fields) assertField(t, field)
  }
}

function assertField(t: ExecutionContext, { name, type, categories }: Field): void {
  t.true(TYPES.split(' ').includes(type), `${name}: ${type}`)
  if (categories === undefined) return
  t.is(type, 'integer', 'categories are of strings and integers alone')
  t.true(categories.every(({ value, label }) => Number.isInteger(value) && label !== ''))
  t.is(new Set(categories.map(({ value }) => value)).size, categories.length)
}

/** A folder with a database of the golden days. */
async function golden(t: ExecutionContext): Promise<{ readonly db: string; readonly out: string }> {
  const folder = temporaryFolder(t)
  await run(join(folder, 'db'), [GOLDEN])
  return { db: join(folder, 'db'), out: join(folder, 'out') }
}

/** Numbers of products by memory class, told by hand. */
function classesOf(gigabytes: readonly number[]): object[] {
  const within = (from: number, to: number) => gigabytes.filter((size) => size >= from && size < to).length
  return [
    { from: 0, to: 12, products: within(0, 12) },
    { from: 12, to: 225, products: within(12, 225) },
    { from: 225, to: 950, products: within(225, 950) },
    { from: 950, to: 2000, products: within(950, 2000) },
    { from: 2000, products: within(2000, Number.POSITIVE_INFINITY) },
  ]
}

test('the card keeps to the standard and tells what is in each file: rows, columns, days, sizes, codes', async (t) => {
  const { db, out } = await golden(t)
  const report = await exportDatabase(db, { format: 'csv', out, card: true, tables: ['*'] })
  t.deepEqual(report.card, [join(out, 'datapackage.json'), join(out, 'data-card.md')])
  const described = readPackage(out)
  assertStandard(t, described, out)
  const { version }: { version: string } = JSON.parse(readFileSync('package.json', 'utf8'))
  t.deepEqual(described.generator, { name: 'jwst-ingest', version })
  t.deepEqual(described.resources.map(({ name }) => name).sort(), [...TABLE_NAMES, 'rejects'].sort())
  const encodings: Record<string, Record<string, number>> = JSON.parse(readFileSync(join(db, 'encodings.json'), 'utf8'))
  for (const resource of described.resources) {
    const { name, path, rows, schema, mediatype } = resource
    t.is(mediatype, 'text/csv')
    const [header, ...cells]: string[][] = parse(readFileSync(join(out, path)))
    t.deepEqual(
      schema.fields.map((field) => field.name),
      header,
      name,
    )
    t.is(rows, cells.length, name)
    if (name !== 'rejects') assertFacts(t, resource, readRows(db, name))
    for (const field of schema.fields) assertDescribed(t, name, field, encodings)
  }
})

/** Fails where the days and sizes of a resource are not those of the rows of its table. */
function assertFacts(
  t: ExecutionContext,
  { name, dates, sizes }: Resource,
  stored: readonly Readonly<Record<string, string>>[],
): void {
  const days = stored.flatMap(({ date = '' }) => (date === '' ? [] : [date])).sort()
  t.deepEqual(dates, days.length === 0 ? undefined : { first: days[0] ?? '', last: days.at(-1) ?? '' }, name)
  const isSized = /^(train|raw)-/.test(name)
  const expected = { unit: 'GB', classes: classesOf(stored.map(({ imgsize_gb }) => Number(imgsize_gb))) }
  t.deepEqual<unknown, unknown>(sizes, isSized ? expected : undefined, name)
}

type Codes = Readonly<Record<string, Readonly<Record<string, number>>>>

/** Fails where a field is not described, or its codes are not those of the database. */
function assertDescribed(
  t: ExecutionContext,
  table: string,
  { name, description = '', categories }: Field,
  all: Codes,
) {
  t.regex(description, /\S/)
  t.notRegex(description, /does not know/, `${table} ${name} is described`)
  const codes = /^(train|rem)-/.test(table) ? all[name] : undefined
  const told = categories?.flatMap(({ value, label }) => label.split(', ').map((text) => [text, value] as const))
  t.deepEqual(told && Object.fromEntries(told), codes, `${table} ${name}`)
}

/** Units as docs/tables.md writes them, and as a card does. */
const UNITS: Readonly<Record<string, string>> = {
  degrees: 'deg',
  magnitude: 'mag',
  pixels: 'pix',
  'arcsec per pixel': 'arcsec/pix',
  kB: 'kB',
  GB: 'GB',
}

/** Columns with a unit in a section of docs/tables.md. */
function documentedUnits(section: string): Map<string, string> {
  const text = readFileSync('docs/tables.md', 'utf8')
  const [, rest = ''] = text.split(`\n<a id="${section}"></a>\n`)
  const [part = ''] = rest.split('\n<a id=')
  const units = new Map<string, string>()
  for (const line of part.split('\n')) {
    const [, first = '', ...others] = line.split(/(?<!\\)\|/)
    const unit = Object.keys(UNITS).find((name) => others.join('|').includes(`**${name}**`))
    if (unit === undefined) continue
    for (const [, name = ''] of first.matchAll(/`(\w+)`/g)) units.set(name, UNITS[unit] ?? '')
  }
  return units
}

test('units are those of docs/tables.md', async (t) => {
  const { db, out } = await golden(t)
  await exportDatabase(db, { out, card: true })
  const sections = {
    training: 'rows-as-they-came',
    'raw-image': 'features-not-encoded-raw',
    'train-image': 'features-encoded-train-rem',
  }
  const { resources } = readPackage(out)
  for (const [table, section] of Object.entries(sections)) {
    const documented = documentedUnits(section)
    t.true(documented.size > 5, section)
    const fields = resources.find(({ name }) => name === table)?.schema.fields ?? []
    for (const { name, unit } of fields.filter((field) => documented.has(field.name)))
      t.is(unit, documented.get(name), `${table} ${name}`)
  }
})

test('types are those of the format, for every format', async (t) => {
  const { db, out } = await golden(t)
  const media = { parquet: 'application/vnd.apache.parquet', jsonl: 'application/jsonl', csv: 'text/csv' } as const
  for (const format of ['parquet', 'jsonl', 'csv'] as const) {
    const folder = join(out, format)
    await exportDatabase(db, { format, out: folder, card: true, tables: ['train-image', 'level1'] })
    const described = readPackage(folder)
    assertStandard(t, described, folder)
    t.deepEqual(readdirSync(folder).sort(), [
      ...(format === 'csv' ? ['.jwst-export'] : []),
      'data-card.md',
      'datapackage.json',
      `level1.${format}`,
      `train-image.${format}`,
    ])
    const types = described.resources.flatMap(({ schema }) => schema.fields.map(({ name, type }) => [name, type]))
    t.like(Object.fromEntries(types), {
      instr: 'integer',
      imgsize_gb: 'number',
      date: 'date',
      PROGRAM: 'string',
      TSOVISIT: 'boolean',
      INSTRUME: 'string',
    })
    for (const resource of described.resources) t.like(resource, { format, mediatype: media[format] })
  }
})

test('with the command: split, seed and day are told, to programs and to people', async (t) => {
  const dir = new Workdir(t)
  dir.write('2024-02-21_052.csv', pairs(1, 2, 3, 4, 5, 6))
  t.is((await dir.run(['-q', '-o', 'db', '2024-02-21_052.csv'])).code, 0)
  const args = ['export', 'db', '--table', 'train-image', '--format', 'csv', '--card', '-o', 'out']
  const split = ['--split', '0.5', '--seed', '7', '--since', '2024-02-20']
  const { code, stderr } = await dir.run([...args, ...split])
  t.is(code, 0, stderr)
  t.regex(stderr, /^data card +out\/datapackage\.json, out\/data-card\.md$/m)
  const described = readPackage(dir.path('out'))
  assertStandard(t, described, dir.path('out'))
  t.like(described, { since: '2024-02-20', split: { share: 0.5, seed: 7 } })
  t.deepEqual(
    described.resources.map(({ name, path, part }) => [name, path, part]),
    [
      ['train-image.train', 'train-image.train.csv', 'train'],
      ['train-image.test', 'train-image.test.csv', 'test'],
    ],
  )
  const text = dir.read('out/data-card.md')
  t.regex(text, /a share of 0\.5 for training \(`\.train`\), all others for testing \(`\.test`\), seed 7\./)
  t.regex(text, /All rows have a date of 2024-02-20 or later\./)
  t.regex(text, /\| file \| rows \| columns \| first date \| last date \|/)
  for (const { path, rows } of described.resources)
    t.true(text.includes(`| ${path} | ${rows} | 33 | 2024-02-21 | 2024-02-21 |`), text)
  t.true(text.includes('| file | 0–12 GB | 12–225 GB | 225–950 GB | 950–2000 GB | ≥ 2000 GB |'))
  t.true(text.includes('| `imgsize_gb` | number | GB | size of the product |'))
  const again = await dir.run(['export', 'db', '--table', 'raw-image', '--card', '--no-clobber', '-o', 'out'])
  t.is(again.code, 1)
  t.regex(again.stderr, /out\/datapackage\.json: is there already/)
  const stream = await dir.run(['export', 'db', '--table', 'ingest', '--format', 'csv', '--card', '-o', '-'])
  t.is(stream.code, 2)
  t.regex(stream.stderr, /--card makes files beside the tables: give a folder with --out/)
})

test('a column that is carried through is described as one, also under a name that a spreadsheet would compute', async (t) => {
  const dir = new Workdir(t)
  dir.write(
    'day.csv',
    daily(exposure(1, { '=A1|b': 'x' })).replace(/^.*/, (header) => `${header},=A1|b`),
  )
  t.is((await dir.run(['-q', '-o', 'db', '--date', '2024-02-21', 'day.csv'])).code, 0)
  const args = [
    'export',
    'db',
    '-q',
    '--table',
    'ingest',
    '--format',
    'csv',
    '--safe-for-sheets',
    '--card',
    '-o',
    'out',
  ]
  t.like(await dir.run(args), { code: 0, stderr: '' })
  const [ingested] = readPackage(dir.path('out')).resources
  t.like(
    ingested?.schema.fields.find(({ name }) => name === "'=A1|b"),
    {
      type: 'string',
      description: 'column of the input that the program does not know, as it came',
    },
  )
  t.true(dir.read('out/data-card.md').includes("| `'=A1\\|b` | string |  | column of the input"))
})
