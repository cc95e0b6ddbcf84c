/** The command `report` of the built program. */
import { existsSync, mkdirSync, readdirSync, rmSync, symlinkSync } from 'node:fs'
import test, { type ExecutionContext } from 'ava'
import { parseHTML } from 'linkedom'
import { fileBytes } from './helpers/database.js'
import { Workdir } from './helpers/program.js'
import { makeReportDatabase } from './helpers/report.js'

async function seeded(t: ExecutionContext): Promise<Workdir> {
  const dir = new Workdir(t)
  await makeReportDatabase(dir.folder)
  return dir
}

const OLD_PAGE = '<!doctype html>\nold'
const PAGE = /^<!doctype html>\n<html lang="en">[\s\S]*<\/html>\n$/

test('report db: the page is report.html, and the database stays as it is', async (t) => {
  const dir = await seeded(t)
  const before = fileBytes(dir.path('db'))
  const { code, stdout, stderr } = await dir.run(['report', 'db'])
  t.is(code, 0, stderr)
  t.is(stdout, '')
  t.regex(stderr, /^report +report\.html, \d+ kB\n$/)
  t.regex(dir.read('report.html'), PAGE)
  t.deepEqual(fileBytes(dir.path('db')), before)
  t.false(readdirSync(dir.folder).some((name) => name.endsWith('.new')))
})

test('the page is ASCII, and its dashes and digits are what they are', async (t) => {
  const dir = await seeded(t)
  const { stdout } = await dir.run(['report', 'db', '--html', '-'])
  t.true(stdout.includes('<meta charset="utf-8">'))
  t.notRegex(stdout, /[^\0-\x7f]/)
  const { document } = parseHTML(stdout)
  t.regex(document.title, /^\S*db – jwst-ingest report$/)
  t.regex(document.querySelector('footer')?.textContent ?? '', /1 GB is 10⁶ kB\.$/)
  for (const { textContent } of document.querySelectorAll('style, script'))
    t.notRegex(textContent, /&#\d+;/, 'references that stay')
})

test('report --html FILE -q: there, without a word; a page that is there is replaced, also behind a link', async (t) => {
  const dir = await seeded(t)
  dir.write('pages/db.html', OLD_PAGE)
  symlinkSync('pages/db.html', dir.path('link.html'))
  const result = await dir.run(['report', 'db', '--html', 'link.html', '-q'])
  t.deepEqual(result, { code: 0, stdout: '', stderr: '' })
  t.regex(dir.read('pages/db.html'), PAGE)
  t.deepEqual(readdirSync(dir.path('pages')), ['db.html'])
})

test('report --no-clobber: a page that is there stays, and a new one is made', async (t) => {
  const dir = await seeded(t)
  dir.write('mine.html', OLD_PAGE)
  const refused = await dir.run(['report', 'db', '--html', 'mine.html', '--no-clobber'])
  t.is(refused.code, 1)
  t.regex(refused.stderr, /^jwst-ingest: mine\.html: is there already; give another name, or let it be replaced\n$/)
  t.is(dir.read('mine.html'), OLD_PAGE)
  t.is((await dir.run(['report', 'db', '--html', 'new.html', '--no-clobber'])).code, 0)
  t.regex(dir.read('new.html'), PAGE)
})

test('report: a page of the program and an empty file are replaced, whatever they are called', async (t) => {
  const dir = await seeded(t)
  dir.write('page.csv', '')
  for (const time of ['first', 'second']) {
    const { code, stderr } = await dir.run(['report', 'db', '--html', 'page.csv'])
    t.is(code, 0, `${time}: ${stderr}`)
    t.regex(dir.read('page.csv'), PAGE)
  }
})

const FOREIGN = /is there already, and is no page of a report: give --html another file, or move this one/
const OWNED = /: belongs to a database: give another file\n$/

/** Files that a page must not replace: what is told of each, with which exit code, and how it comes to be there. */
const keptFiles: readonly (readonly [file: string, code: number, message: RegExp, prepare?: (dir: Workdir) => void])[] =
  [
    ['db/training.csv', 2, OWNED],
    ['db/encodings.json', 2, OWNED],
    ['db/rejects.csv', 2, OWNED, (dir) => rmSync(dir.path('db/rejects.csv'), { force: true })],
    ['db/.jwst-ingest/index', 2, OWNED],
    ['db/.jwst-ingest/commit.json', 2, OWNED],
    ['./x/../db//level1.csv', 2, OWNED, (dir) => mkdirSync(dir.path('x'))],
    ['link.html', 2, OWNED, (dir) => symlinkSync('db/training.csv', dir.path('link.html'))],
    ['folder/ingest.csv', 2, OWNED, (dir) => symlinkSync('db', dir.path('folder'))],
    [
      'db/level1.csv',
      2,
      OWNED,
      (dir) => {
        dir.write('elsewhere.csv', dir.read('db/level1.csv'))
        rmSync(dir.path('db/level1.csv'))
        symlinkSync('../elsewhere.csv', dir.path('db/level1.csv'))
      },
    ],
    ['other/ingest.csv', 2, OWNED, (dir) => dir.write('other/training.csv', 'dag\n')],
    ['raw.csv', 1, FOREIGN, (dir) => dir.write('raw.csv', 'Dataset,DagNodeName\n')],
    [
      'link.html',
      1,
      FOREIGN,
      (dir) => {
        dir.write('raw.csv', 'Dataset')
        symlinkSync('raw.csv', dir.path('link.html'))
      },
    ],
    ['mine.html', 1, FOREIGN, (dir) => dir.write('mine.html', '<!DOCTYPE html><p>mine')],
  ]
for (const [index, [file, code, message, prepare]] of keptFiles.entries()) {
  test(`report --html ${file} (${index}): the file stays as it is`, async (t) => {
    const dir = await seeded(t)
    prepare?.(dir)
    const content = () => (existsSync(dir.path(file)) ? dir.read(file) : undefined)
    const before = content()
    const result = await dir.run(['report', 'db', '--html', file])
    t.is(result.code, code, result.stderr)
    t.regex(result.stderr, message)
    t.true(result.stderr.startsWith(`jwst-ingest: ${file}: `), result.stderr)
    t.is(content(), before)
  })
}

test('report --html -: the page goes to standard output, and nowhere else', async (t) => {
  const dir = await seeded(t)
  const files = readdirSync(dir.folder)
  const { code, stdout, stderr } = await dir.run(['report', 'db', '--html', '-'])
  t.is(code, 0, stderr)
  t.is(stderr, '')
  t.regex(stdout, PAGE)
  t.deepEqual(readdirSync(dir.folder), files)
})

test('report --json: the data, without a page', async (t) => {
  const dir = await seeded(t)
  const { code, stdout, stderr } = await dir.run(['report', '--json'], { env: { JWST_INGEST_DB: 'db' } })
  t.is(code, 0, stderr)
  const data = JSON.parse(stdout) as {
    readonly database: string
    readonly models: readonly { readonly products: number }[]
  }
  t.is(data.database, 'db')
  t.is(data.models[0]?.products, 9)
  t.true(stdout.includes('"sizes":null'), 'what there is not is null')
  t.false(readdirSync(dir.folder).includes('report.html'))
  const both = await dir.run(['report', 'db', '--json', '--html', 'page.html', '-q'])
  t.is(JSON.parse(both.stdout).database, 'db')
  t.regex(dir.read('page.html'), PAGE)
})

test('report --since --until --program --instrument: only what is of all of them', async (t) => {
  const dir = await seeded(t)
  const products = async (...args: string[]) => {
    const { code, stdout, stderr } = await dir.run(['report', 'db', '--json', ...args])
    t.is(code, 0, stderr)
    return JSON.parse(stdout).models[0].products
  }
  t.is(await products('--since', '2024-02-21'), 3)
  t.is(await products('--until', '2024-02-22'), 6)
  t.is(await products('--program', '1001', '--instrument', 'miri,FGS'), 9)
  t.is(await products('--program', '1002', '--program', '1003'), 0)
  t.is(await products('--instrument', 'NIRCAM'), 0)
})

test('a page can go to a device or a pipe', async (t) => {
  const dir = await seeded(t)
  symlinkSync('/dev/null', dir.path('sink'))
  t.is((await dir.run(['report', 'db', '--html', 'sink'])).code, 0)
  t.true(readdirSync(dir.folder).includes('sink'))
  t.is(dir.read('sink'), '', 'it is still the device')
})

const failing = test.macro<[args: readonly string[], code: number, message: RegExp]>({
  exec: async (t, args, code, message) => {
    const dir = await seeded(t)
    mkdirSync(dir.path('folder'))
    const result = await dir.run(['report', ...args])
    t.is(result.code, code, result.stderr)
    t.regex(result.stderr, message)
    if (!args.includes('--json')) t.is(result.stdout, '')
    t.notRegex(result.stderr, /\n {4}at /, 'no stack trace')
    t.false(readdirSync(dir.folder).some((name) => name.endsWith('.html') || name.endsWith('.new')))
  },
  title: (_, args, code) => `report ${args.join(' ')}: exit code ${code}, and what to do`,
})
test(failing, ['none'], 1, /^jwst-ingest: none: no such folder; give the folder of a database/)
test(failing, ['folder'], 1, /^jwst-ingest: folder: no table is in it; give the folder of a database/)
test(failing, ['db', '--html', 'folder'], 1, /folder: cannot write the page: is a folder; give --html a file/)
test(failing, ['db', '--html', 'none/r.html'], 1, /none\/r\.html: cannot write the page: there is no folder none; give/)
test(
  failing,
  ['db', '--html', '/proc/r.html'],
  1,
  /\/proc\/r\.html: cannot write the page: E\w+: .*; give --html a file/,
)
test(failing, ['db', '--html', '/dev/full'], 1, /\/dev\/full: cannot write the page: ENOSPC: .*; give --html a file/)
test(failing, ['db', '--json', '--html', '-'], 2, /both go to standard output; give --html a file/)
test(failing, ['db', '--since', 'soon'], 2, /--since: "soon" is no day; expected YYYY-MM-DD/)
test(failing, ['db', '--since', '2024-02-22', '--until', '2024-02-21'], 2, /--since 2024-02-22 is later than/)
test(failing, ['db', '--program', 'jw1018'], 2, /'--program <numbers>' argument 'jw1018' is invalid\. Expected numbers/)
test(failing, ['db', '--instrument', 'wfc3'], 2, /--instrument: no WFC3 in the database; expected one of FGS, MIRI/)
test(failing, ['db', '--htm'], 2, /unknown option '--htm'/)
test(failing, ['db', 'db2'], 2, /too many arguments/)
