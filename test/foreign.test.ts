/** Another program's files that have names of tables: every command that writes leaves them, and the folder, as they are. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { exportDatabase } from '../lib/export/export.js'
import { pruneDatabase } from '../lib/maintain/prune.js'
import { rebuildDatabase } from '../lib/maintain/rebuild.js'
import { associate, ingest } from '../lib/run/ingest.js'
import { asnFile } from './helpers/association-runs.js'
import { fileBytes, temporaryFolder } from './helpers/database.js'
import { exposureName, productName } from './helpers/database-rows.js'
import { pairs } from './helpers/program.js'

/** Commands that write, or tell what they would write; `beside` has an input and an association file. */
const COMMANDS: Readonly<Record<string, (out: string, beside: string) => Promise<unknown>>> = {
  'a run': (out, beside) => ingest({ out, inputs: [beside] }),
  'a dry run': (out, beside) => ingest({ out, inputs: [beside], dryRun: true }),
  'a run with association files': (out, beside) => ingest({ out, inputs: [beside], asn: [beside] }),
  associate: (out, beside) => associate({ out, asn: [beside] }),
  rebuild: (out) => rebuildDatabase({ out }),
  'rebuild that accepts losses': (out) => rebuildDatabase({ out, acceptLoss: true }),
  'rebuild that is tried': (out) => rebuildDatabase({ out, acceptLoss: true, dryRun: true }),
  prune: (out) => pruneDatabase({ out, olderThan: '1y' }),
}

const FOREIGN: readonly (readonly [file: string, content: string])[] = [
  ['training.csv', 'id,label\n1,cat\n'],
  ['train-image.csv', 'id,label\n1,cat\n'],
  ['associations.csv', 'product\njw01001\n'],
  ['expired.csv', 'PK\u0003\u0004\0\0\n'],
  ['rejects.csv', 'reason,text\nno,row\n'],
]

for (const [file, content] of FOREIGN) {
  test(`another program's ${file} is left as it is by every command that writes`, async (t) => {
    const [folder, beside] = [temporaryFolder(t), temporaryFolder(t)]
    writeFileSync(join(beside, '2024-02-21_052.csv'), pairs(1))
    const { text } = asnFile({ [productName(1)]: { [exposureName(1)]: 'science' } })
    writeFileSync(join(beside, 'a_asn.json'), text)
    writeFileSync(join(folder, file), content)
    const before = fileBytes(folder)
    for (const [name, work] of Object.entries(COMMANDS)) {
      const error = await t.throwsAsync(work(folder, beside), { code: 'TABLE_INVALID' }, name)
      const place = join(folder, file)
      t.true(error?.message.startsWith(`${place}:1: looks like another program's file, as its header lacks `), name)
      t.regex(error?.message ?? '', /nothing was changed: give another folder/)
      t.notRegex(error?.message ?? '', /rebuild/)
      t.deepEqual(fileBytes(folder), before, name)
    }
  })
}

test('an export is left as it is by every command that writes: it lacks what makes a database', async (t) => {
  const [database, folder, beside] = [temporaryFolder(t), temporaryFolder(t), temporaryFolder(t)]
  writeFileSync(join(beside, '2024-02-21_052.csv'), pairs(1))
  writeFileSync(join(beside, 'a_asn.json'), asnFile({ [productName(1)]: { [exposureName(1)]: 'science' } }).text)
  await ingest({ out: database, inputs: [beside] })
  await exportDatabase(database, { format: 'csv', out: folder, tables: ['*'] })
  const before = fileBytes(folder)
  for (const [name, work] of Object.entries(COMMANDS)) {
    const error = await t.throwsAsync(work(folder, beside), { code: 'DATABASE_UNUSABLE' }, name)
    t.is(
      error?.message,
      `${folder}: is an export, no database: it has .jwst-export; nothing was changed: give another folder or, if it shall become a database, take .jwst-export out of it`,
    )
    t.deepEqual(fileBytes(folder), before, name)
  }
})

test('an empty file with the name of a table has nothing that could be lost', async (t) => {
  const folder = temporaryFolder(t)
  writeFileSync(join(folder, 'rejects.csv'), '')
  writeFileSync(join(folder, 'raw-image.csv'), '')
  await rebuildDatabase({ out: folder, acceptLoss: true })
  t.true(join(folder, 'training.csv') in fileBytes(folder))
})
