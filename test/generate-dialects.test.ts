/**
 * The dialects of generated files: the same rows, written as other programs do, give the same database.
 */
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { parse } from 'csv-parse/sync'
import { generateDays, generateFiles } from '../bench/generator.js'
import { COMMA, DIALECTS, type Dialect } from '../bench/generator-dialect.js'
import { run, tableTexts, temporaryFolder, writeDayFiles } from './helpers/database.js'
import { differences } from './helpers/database-compare.js'
import { type Encodings, modelTables } from './helpers/model.js'

const ENCODINGS = join(import.meta.dirname, '..', '..', 'lib', 'rules', 'encodings.json')
const encodings = JSON.parse(readFileSync(ENCODINGS, 'utf8')) as Encodings
const OPTIONS = { days: 3, rows: 700, seed: 5 }

/** Daily files of a dialect. */
function filesOf(dialect: Dialect) {
  return [...generateFiles({ ...OPTIONS, dialect })].map(({ name, date, chunks }) => {
    return { name, date, text: Buffer.concat([...chunks]).toString() }
  })
}

/** The tables of the database that a dialect gives, which are those of the naive model. */
async function databaseOf(t: ExecutionContext, dialect: Dialect): Promise<Record<string, string>> {
  const folder = temporaryFolder(t)
  const out = join(folder, 'db')
  mkdirSync(out)
  const files = filesOf(dialect)
  const { rejects } = await run(out, writeDayFiles(folder, files))
  t.is(rejects, 0)
  t.deepEqual(differences(modelTables(files, encodings), out), [])
  return { ...tableTexts(out), encodings: readFileSync(join(out, 'encodings.json'), 'utf8') }
}

/** What a dialect adds to the rows: names with commas. */
const UNDO: Partial<Record<Dialect, (text: string) => string>> = {
  comma: (text) => text.replaceAll(new RegExp(`"([^",\n]*)${COMMA}"`, 'g'), '$1'),
}

/** Each dialect is compared with it: made once. */
let plainDatabase: Promise<Record<string, string>> | undefined

const sameDatabase = test.macro({
  exec: async (t, dialect: Dialect) => {
    const database = await databaseOf(t, dialect)
    const undo = UNDO[dialect] ?? ((text: string) => text)
    plainDatabase ??= databaseOf(t, 'plain')
    const plain = await plainDatabase
    for (const [name, text] of Object.entries(database)) t.is(undo(text), plain[name] ?? '', name)
  },
  title: (_, dialect) => `${dialect}: the database of the plain dialect, byte for byte, and of the naive model`,
})

for (const dialect of DIALECTS) test(sameDatabase, dialect)

test('each dialect writes what its name says', (t) => {
  const text = (dialect: Dialect) => filesOf(dialect).map((file) => file.text)
  const [plain = ''] = text('plain')
  t.false(/["\r]/.test(plain))
  t.true(text('crlf').every((file) => file.replaceAll('\r\n', '').match(/[\r\n]/) === null))
  t.is(text('crlf')[0]?.replaceAll('\r\n', '\n'), plain)
  t.regex(text('unpadded')[0] ?? '', /^jw01\d{3}[^,]*,[^,]*,[^,]*,1\d{3},\d{1,3},/m)
  const quoted = text('quoted')[0] ?? ''
  t.true(
    quoted
      .trimEnd()
      .split('\n')
      .every((line) => /^"[^"]*"(,"[^"]*"){30}$/.test(line)),
  )
  const rows = text('comma').flatMap((file) => parse(file, { columns: true }) as Record<string, string>[])
  const names = [...new Set(rows.map((row) => row.TARGNAME))]
  const share = names.filter((name) => name?.endsWith(COMMA)).length / names.length
  t.true(share > 0.1 && share < 0.3, `${share}`)
  const [header, first] = (text('pandas')[0] ?? '').split('\n')
  t.true(header?.startsWith(',Dataset,'))
  t.regex(first ?? '', /^0,jw\d{5}[^,]*,[^,]*,[^,]*,[1-9]\d+,[1-9]\d*,.*,\d+\.0,/)
})

test('a mixed file has rows of several dialects, and every other file CRLF', (t) => {
  const [first = '', second = ''] = filesOf('mixed').map(({ text }) => text)
  t.false(first.includes('\r'))
  t.true(second.includes('\r\n'))
  for (const form of [/^"jw/m, /^jw[^,]*,[^,]*,[^,]*,0/m, /^jw[^,]*,[^,]*,[^,]*,[1-9]/m, /,\d\.0,\d/])
    t.regex(first, form)
})

test('shuffling leaves the rows of a dialect as they are', (t) => {
  for (const dialect of DIALECTS) {
    const sorted = [...generateDays({ ...OPTIONS, dialect })].map(({ lines }) => [...lines].sort())
    const shuffled = [...generateDays({ ...OPTIONS, dialect, shuffle: true })].map(({ lines }) => [...lines].sort())
    t.deepEqual(shuffled, sorted, dialect)
  }
})
