/** Whatever scrubbing accepts, every reader reads: hostile cells in any column, through every way in which tables are read. */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import fc from 'fast-check'
import { exportDatabase } from '../lib/export/export.js'
import { waitsOf } from '../lib/inspect/waits.js'
import { rebuildDatabase } from '../lib/maintain/rebuild.js'
import { dayFile, HEADER, propertyOptions, type RawRow, rowsArbitrary } from './helpers/arbitrary-rows.js'
import { build, copyOf, newFolder } from './helpers/damage.js'
import { assertHealthy } from './helpers/healthy.js'
import type { DayFile } from './helpers/model.js'
import { daily, exposure } from './helpers/program.js'
import { tried } from './helpers/tried.js'

const MIB = 1_048_576
const COLUMNS = [...HEADER, 'EXTRA']

const NUMBERS = ['1e301', '-1e301', '1e-320', '5e-324', '-0', '0.1e-7', '359.99999999999999', '1.7976931348623157e308']
const ODD_NUMBERS = [' 12.5 ', '+1.', '.5', '1E5', '0x1f', '1_000', '1e999', 'Infinity', 'inf', `0.${'3'.repeat(400)}`]
const WORDS = [
  '__proto__',
  'constructor',
  'toString',
  'NaN',
  'null',
  ' ',
  '-',
  '=1+1',
  '@x',
  '\uFEFF',
  'İ',
  'ß',
  '\u2028',
]
const ENDS = [
  'a\nb',
  'a\r\nb',
  '\r',
  '\n',
  '"',
  '""',
  '",',
  'a,"b"\n"c',
  '\r\n\r\n',
  'x\ry',
  '\u0001\u001B[2J',
  '|',
  'a|b',
]

const text = fc.string({ unit: 'binary', maxLength: 40 }).map((all) => all.replaceAll(/[\0\uFFFD\p{Cs}]/gu, ' '))
const long = fc
  .tuple(
    fc.constantFrom('x', '"', 'é', '\n', 'İ', '🂡', ','),
    fc.constantFrom(255, 300, 5000, 70_000, 400_000, MIB - 600, MIB),
  )
  .map(([unit, bytes]) => unit.repeat(bytes / Buffer.byteLength(unit)))

const cell = fc.oneof(
  { arbitrary: fc.constantFrom(...NUMBERS, ...ODD_NUMBERS), weight: 4 },
  { arbitrary: fc.constantFrom(...WORDS, ...ENDS), weight: 4 },
  { arbitrary: text, weight: 2 },
  { arbitrary: long, weight: 1 },
)
const changes = fc.dictionary(fc.constantFrom(...COLUMNS.filter((name) => name !== 'DagNodeName')), cell, {
  maxKeys: 2,
})

/** Rows of which some have cells that nobody expects; names keep the program that makes them rows at all. */
const hostileRows = fc
  .tuple(rowsArbitrary, fc.array(fc.option(changes, { nil: {} }), { minLength: 1, maxLength: 24 }))
  .map(([rows, all]) =>
    rows.map((row, index): RawRow => {
      const { Dataset, ...others }: Record<string, string> = all[index % all.length] ?? {}
      const name = Dataset === undefined ? {} : { Dataset: `${row.cells.Dataset}${Dataset}` }
      tried('hostile cells', Object.keys(all[index % all.length] ?? {}).length)
      return { ...row, cells: { ...row.cells, ...others, ...name } }
    }),
  )

/** Two days of a program: the second is for what the first left to be read. */
const days = fc
  .tuple(hostileRows, rowsArbitrary)
  .map(([first, second]) => [
    dayFile('2024-02-21', first, { columns: COLUMNS }),
    dayFile('2024-02-22', second, { columns: COLUMNS }),
  ])

function write(folder: string, { name, text: content }: DayFile): string {
  mkdirSync(folder, { recursive: true })
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

function tables(folder: string): Record<string, string> {
  const names = readdirSync(folder).filter((name) => name.endsWith('.csv') && name !== 'rejects.csv')
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, name), 'utf8')]))
}

/** The same whatever the order of lines is. */
function contents(folder: string): Record<string, string[]> {
  return Object.fromEntries(Object.entries(tables(folder)).map(([name, all]) => [name, all.split('\n').sort()]))
}

async function readEveryWay(base: string, first: string, second: string): Promise<void> {
  const db = join(base, 'db')
  await build(db, [[first]])
  await assertHealthy(db)
  const rebuilt = copyOf(db, join(base, 'rebuilt'))
  await rebuildDatabase({ out: rebuilt })
  same(tables(rebuilt), tables(db), 'rebuild')
  for await (const _ of waitsOf(db));
  for (const format of ['jsonl', 'parquet'] as const)
    await exportDatabase(db, { format, out: join(base, format), tables: ['*'] })
  const taken = copyOf(db, join(base, 'taken'))
  rmSync(join(taken, '.jwst-ingest', 'index'))
  for (const folder of [db, taken]) {
    await build(folder, [[second]])
    await assertHealthy(folder)
  }
  same(contents(taken), contents(db), 'take-over')
}

function same(a: Record<string, unknown>, b: Record<string, unknown>, what: string): void {
  const differing = Object.keys(b).filter((name) => JSON.stringify(a[name]) !== JSON.stringify(b[name]))
  if (differing.length > 0) throw new Error(`${what}: other rows in ${differing.join(', ')}`)
}

test('whatever scrubbing accepts, check, rebuild, take-over and export read', async (t) => {
  const base = newFolder(t)
  let run = 0
  const property = fc.asyncProperty(days, async ([first, second]) => {
    const folder = join(base, String(run++))
    try {
      await readEveryWay(folder, write(folder, first as DayFile), write(folder, second as DayFile))
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
  await fc.assert(property, { ...propertyOptions(t, 4), endOnFailure: true })
  t.pass()
})

test('a table that ends in a cell with line ends and quotes is read without its index', async (t) => {
  const base = newFolder(t)
  const day = (name: string, ...lines: readonly string[]) => write(base, { name, date: '', text: daily(...lines) })
  const first = day('2024-02-21_052.csv', exposure(1, { TARGNAME: 'a,"b"\n"c' }))
  await readEveryWay(base, first, day('2024-02-22_053.csv', exposure(2)))
  t.pass()
})
