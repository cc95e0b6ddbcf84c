/** Files by patterns of their paths. */
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import test from 'ava'
import { filesIn, globFiles, isPattern } from '../lib/glob.js'
import { temporaryFolder } from './helpers/database.js'

const FILES = [
  '2024-02-21_052.csv',
  '2024-02-22_053.csv',
  '2024-03-01_061.csv.gz',
  '.hidden.csv',
  'a/2024-02-23_054.csv',
  'a/b/2024-02-24_055.csv',
  'a/b/x[1].csv',
  'a/c.d/e{f}.csv',
]

const cases: readonly (readonly [pattern: string, files: readonly string[]])[] = [
  ['*.csv', ['.hidden.csv', '2024-02-21_052.csv', '2024-02-22_053.csv']],
  ['2024-02-2?_*.csv', ['2024-02-21_052.csv', '2024-02-22_053.csv']],
  ['2024-02-2[1]_*', ['2024-02-21_052.csv']],
  ['2024-02-2[2-9]_*', ['2024-02-22_053.csv']],
  ['2024-02-2[!2-9]_*', ['2024-02-21_052.csv']],
  ['2024-0{2-21,3-01}_*', ['2024-02-21_052.csv', '2024-03-01_061.csv.gz']],
  ['{a,.}/2024-02-2{1,3}*', ['2024-02-21_052.csv', 'a/2024-02-23_054.csv']],
  ['**/*_05[4-5].csv', ['a/2024-02-23_054.csv', 'a/b/2024-02-24_055.csv']],
  ['a/**', ['a/2024-02-23_054.csv', 'a/b/2024-02-24_055.csv', 'a/b/x[1].csv', 'a/c.d/e{f}.csv']],
  ['a/*/x*', ['a/b/x[1].csv']],
  ['a/*', ['a/2024-02-23_054.csv']],
  ['a/c.d/e{f}*', ['a/c.d/e{f}.csv']],
  ['./a/2024*', ['a/2024-02-23_054.csv']],
  ['nothing/*.csv', []],
  ['2024-02-21_052.csv/*', []],
]
for (const [pattern, files] of cases) {
  test(`the files of ${pattern}`, async (t) => {
    const folder = temporaryFolder(t)
    for (const file of FILES) {
      mkdirSync(dirname(join(folder, file)), { recursive: true })
      writeFileSync(join(folder, file), '')
    }
    const inFolder = (path: string) => path.slice(folder.length + 1)
    const found = await globFiles(`${folder}/${pattern}`)
    t.deepEqual(found.map(inFolder), [...files].sort())
    t.true(isPattern(pattern))
  })
}

test('all folders in a folder are searched, and links that lead back end', async (t) => {
  const folder = temporaryFolder(t)
  mkdirSync(join(folder, 'a/b'), { recursive: true })
  for (const file of ['x_ASN.json', 'a/y_asn.json', 'a/b/z_asn.json', 'a/other.json'])
    writeFileSync(join(folder, file), '')
  symlinkSync('..', join(folder, 'a/up'))
  const found = await filesIn(folder, (name) => /_asn\.json$/i.test(name))
  t.deepEqual(
    found.map((path) => path.slice(folder.length + 1)),
    ['a/b/z_asn.json', 'a/y_asn.json', 'x_ASN.json'],
  )
})

test('stars in any number are matched at once', async (t) => {
  const folder = temporaryFolder(t)
  writeFileSync(join(folder, 'a'.repeat(200)), '')
  t.deepEqual(await globFiles(`${folder}/${'*a'.repeat(60)}Z`), [])
  t.is((await globFiles(`${folder}/${'*a'.repeat(60)}*`)).length, 1)
  t.deepEqual(await globFiles(`${folder}/${'{a,b}'.repeat(40)}`), [])
})

test('folders in any number are searched once for each part of a pattern', async (t) => {
  const folder = temporaryFolder(t)
  const deep = Array.from({ length: 20 }, () => 'a').join('/')
  mkdirSync(join(folder, deep), { recursive: true })
  writeFileSync(join(folder, deep, 'x.csv'), '')
  t.deepEqual(await globFiles(`${folder}/${'**/a/'.repeat(15)}**/y.csv`), [])
  t.deepEqual(await globFiles(`${folder}/${'**/a/'.repeat(15)}**/x.csv`), [join(folder, deep, 'x.csv')])
  t.deepEqual(await globFiles(`${folder}/${'**/'.repeat(15)}x.csv`), [join(folder, deep, 'x.csv')])
})
