/** A database whose encodings.json is lost: no run gives codes anew, and a rebuild tells them from the tables. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { checkDatabase } from '../lib/maintain/check.js'
import { pruneDatabase } from '../lib/maintain/prune.js'
import { rebuildDatabase } from '../lib/maintain/rebuild.js'
import { ingest } from '../lib/run/ingest.js'
import { copyOf, newFolder } from './helpers/damage.js'
import { editTable, fileBytes, readRows, writeDayFiles } from './helpers/database.js'
import { day, exposure, product } from './helpers/database-rows.js'
import { assertHealthy } from './helpers/healthy.js'

const base = mkdtempSync(join(tmpdir(), 'jwst-ingest-codes-'))
const golden = join(base, 'golden')
/** Two filters without a code of the program, one of them of a product, one of a waiting group; more in a later run. */
const [first = '', second = ''] = writeDayFiles(base, [
  day('2024-02-21', [
    exposure(1, { FILTER: 'F1X' }),
    product(1, { FILTER: 'F1X', Dataset: 'jw01001-o001_t001_miri_f1x' }),
    ...[exposure(2), product(2)].map((row) => ({
      ...row,
      OBSERVTN: '002',
      Dataset: row.Dataset?.replace('o001', 'o002').replace('1001001', '1001002') ?? '',
    })),
    exposure(3, { OBSERVTN: '003', FILTER: 'F2X', Dataset: 'jw01001003001_02101_00003_mirimage' }),
  ]),
  day('2024-02-22', [exposure(4, { OBSERVTN: '004', FILTER: 'F0X', Dataset: 'jw01001004001_02101_00004_mirimage' })]),
])
test.before(async () => {
  await ingest({ inputs: [first], out: golden })
})
test.after.always(() => rmSync(base, { recursive: true, force: true }))

const FILE = 'encodings.json'

function filters(folder: string): Record<string, number> {
  return (JSON.parse(readFileSync(join(folder, FILE), 'utf8')) as { filter: Record<string, number> }).filter
}

const LOSSES: Readonly<Record<string, readonly [work: (path: string) => void, message: RegExp]>> = {
  'is missing': [
    (path) => rmSync(path),
    /encodings\.json: is missing, though tables have codes; nothing was changed: /,
  ],
  'is empty': [(path) => writeFileSync(path, ''), /encodings\.json: cannot be read: expected an object /],
  'ends early': [(path) => writeFileSync(path, readFileSync(path, 'utf8').slice(0, 900)), /cannot be read/],
  'has no codes': [(path) => writeFileSync(path, '[]'), /cannot be read/],
  'has a code that changed by itself': [
    (path) => writeFileSync(path, readFileSync(path, 'utf8').replace(/"F770W": \d+/, '"F770W": 77')),
    /encodings\.json: is not as the last run left it; nothing was changed: /,
  ],
  'is nested without end': [(path) => writeFileSync(path, `${'['.repeat(2e6)}`), /cannot be read/],
  'is nested very deep': [
    (path) => writeFileSync(path, `${'{"filter":'.repeat(1e5)}1${'}'.repeat(1e5)}`),
    /cannot be read/,
  ],
}

for (const [what, [work, message]] of Object.entries(LOSSES)) {
  test(`no run goes on where encodings.json ${what}, and a rebuild restores it`, async (t) => {
    const folder = copyOf(golden, join(newFolder(t), 'db'))
    work(join(folder, FILE))
    const before = fileBytes(folder)
    const ended = { code: 'TABLE_INVALID', message }
    await t.throwsAsync(ingest({ inputs: [second], out: folder }), ended)
    await t.throwsAsync(pruneDatabase({ out: folder, olderThan: '1d', asOf: '2024-09-01' }), ended)
    t.deepEqual(fileBytes(folder), before)
    t.false((await checkDatabase(folder)).healthy)
    const notes: string[] = []
    const { tables } = await rebuildDatabase({ out: folder, warn: (note) => notes.push(note) })
    t.deepEqual([...new Set(tables.map(({ state }) => state))], ['unchanged'])
    const { F1X, F2X } = filters(golden)
    t.deepEqual(notes, [
      `encodings.json is made anew from the codes in the tables; not of the program: filter F1X: ${F1X}, filter F2X: ${F2X}`,
    ])
    t.deepEqual(filters(folder), filters(golden))
    await assertHealthy(folder)
    await ingest({ inputs: [second], out: folder })
    t.is(filters(folder).F0X, (F2X ?? 0) + 1)
    await assertHealthy(folder)
  })
}

test('where the tables show several codes of a value, or one of several, a rebuild says so', async (t) => {
  const folder = copyOf(golden, join(newFolder(t), 'db'))
  const [one] = readRows(folder, 'rem-image')
  editTable(folder, 'train-image', (rows) => rows.map((row) => ({ ...row, filter: one?.filter ?? '' })))
  rmSync(join(folder, FILE))
  const notes: string[] = []
  await rebuildDatabase({ out: folder, warn: (note) => notes.push(note) })
  const told = notes.filter((note) => note.startsWith('encodings.json: not certain: '))
  t.is(told.length, 1, notes.join('\n'))
  t.regex(told[0] ?? '', new RegExp(`: filter ${one?.filter} is the code of F770W and F1X and F2X$`))
})

test('a database without any coded row needs no encodings.json', async (t) => {
  const folder = join(newFolder(t), 'db')
  const [none = ''] = writeDayFiles(newFolder(t), [day('2024-02-21', [])])
  await ingest({ inputs: [none], out: folder })
  rmSync(join(folder, FILE))
  await ingest({ inputs: [first], out: folder })
  await assertHealthy(folder)
  t.deepEqual(filters(folder), filters(golden))
})
