/** The built program with association files: `--asn`, `--no-candidates`, `associate` (specification, section 9). */
import { existsSync, rmSync } from 'node:fs'
import test, { type ExecutionContext } from 'ava'
import { asnFile } from './helpers/association-runs.js'
import { fileBytes, readRows, valuesIn } from './helpers/database.js'
import { daily, exposure, product, productName, type Result, Workdir } from './helpers/program.js'

const DAY = ['--date', '2024-02-21']
const exposureName = (observation: number) => `jw0100100${observation}001_02101_00001_mirimage`
const CANDIDATE = 'jw01001-c1001_t001_miri_f770w'
const ROWS = daily(exposure(1), exposure(2), product(1), product(3, { Dataset: CANDIDATE }))
const MEMBERS = { [exposureName(1)]: 'science', [exposureName(2)]: 'science' }

/** A folder with a day of rows, an association file across observations, and one with a member that is missing. */
function prepared(t: ExecutionContext): Workdir {
  const dir = new Workdir(t)
  dir.write('2024-02-21_052.csv', ROWS)
  dir.write('asn/jw01001-c1001_image3_00001_asn.json', asnFile({ [CANDIDATE]: MEMBERS }).text)
  const incomplete = { [productName(1)]: { [exposureName(1)]: 'science', [exposureName(9)]: 'science' } }
  dir.write('asn/deep/jw01001-o001_image3_00001_asn.json', asnFile(incomplete).text)
  dir.write('asn/deep/jw01001-o001_image2_00001_asn.json', asnFile(incomplete, { type: 'image2' }).text)
  return dir
}

const matched = (dir: Workdir) => valuesIn(dir.path('db'), 'training', 'pname')

function ran(t: ExecutionContext, { code, stdout, stderr }: Result, expected: { code: number; stderr?: RegExp }): void {
  t.is(code, expected.code, stderr)
  t.is(stdout, '')
  if (expected.stderr !== undefined) t.regex(stderr, expected.stderr)
  t.notRegex(stderr, /\n {4}at /, 'no stack trace')
}

const TOLD = new RegExp(
  [
    'association 2 products in 2 files, 1 of Level 2 skipped',
    'members +1 product matched by them, 1 product waiting',
    '[\\s\\S]*waiting +1 group, 0 exposures, 1 product, 0 mosaics\\n',
    '[\\s\\S]*jwst-ingest: 1 product left waiting for science members that their association files name:',
    `  ${productName(1)}: ${exposureName(9)}\\n`,
  ].join('\\n?'),
)

const ways: Readonly<Record<string, readonly (readonly string[])[]>> = {
  'a folder beside the rows': [['-o', 'db', '--asn', 'asn', '2024-02-21_052.csv']],
  'the option twice, rows behind it': [
    [...['-o', 'db', '--asn', 'asn/jw01001-c1001_image3_00001_asn.json', '--asn', 'asn/deep'], '2024-02-21_052.csv'],
  ],
  'a glob': [['-o', 'db', '2024-02-21_052.csv', '--asn', 'asn/**/*_asn.json']],
  associate: [
    ['-o', 'db', '2024-02-21_052.csv'],
    ['associate', 'db', '--asn', 'asn'],
  ],
  'associate with the database given before': [
    ['-o', 'db', '2024-02-21_052.csv'],
    ['-o', 'db', 'associate', '--asn', 'asn'],
  ],
}
for (const [way, runs] of Object.entries(ways)) {
  test(`association files: ${way}`, async (t) => {
    const dir = prepared(t)
    for (const args of runs.slice(0, -1)) ran(t, await dir.run(args), { code: 0 })
    ran(t, await dir.run(runs.at(-1) ?? []), { code: 0, stderr: TOLD })
    t.deepEqual(matched(dir), [CANDIDATE])
    t.deepEqual(valuesIn(dir.path('db'), 'ingest', 'dname'), [productName(1)])
    ran(t, await dir.run(['check', '-q', 'db']), { code: 0 })
  })
}

test('what a shell makes of a glob behind --asn are association files, too, and the rest are inputs', async (t) => {
  const dir = prepared(t)
  const files = ['asn/jw01001-c1001_image3_00001_asn.json', 'asn/deep/jw01001-o001_image3_00001_asn.json']
  ran(t, await dir.run(['-o', 'db', '--asn', ...files, '2024-02-21_052.csv']), { code: 0 })
  t.deepEqual(matched(dir), [CANDIDATE])
  ran(t, await dir.run(['associate', 'db', '--asn', ...files]), {
    code: 0,
    stderr: /association 2 products in 2 files/,
  })
  const env = { JWST_INGEST_DB: 'db' }
  ran(t, await dir.run(['associate', '--asn', ...files], { env }), { code: 0, stderr: /2 products in 2 files/ })
})

test('rows from standard input, as ever', async (t) => {
  const dir = prepared(t)
  ran(t, await dir.run([...DAY, '-o', 'db', '--asn', 'asn'], { stdin: ROWS }), { code: 0, stderr: TOLD })
})

test('--no-candidates leaves products across observations in mosaics.csv', async (t) => {
  const dir = prepared(t)
  const told = { code: 0, stderr: /association 1 product in 2 files, .*1 product across observations left out\n/ }
  ran(t, await dir.run(['-o', 'db', '--no-candidates', '--asn', 'asn', '2024-02-21_052.csv']), told)
  t.deepEqual(valuesIn(dir.path('db'), 'mosaics', 'dname'), [CANDIDATE])
  ran(t, await dir.run(['associate', 'db', '--no-candidates', '--asn', 'asn']), told)
  ran(t, await dir.run(['--no-candidates', 'associate', 'db', '--asn', 'asn']), told)
  t.deepEqual(matched(dir), [])
})

test('files that cannot be used are told by kind, and left out; --strict ends the run with nothing changed', async (t) => {
  const dir = prepared(t)
  for (const number of [1, 2, 3, 4]) dir.write(`asn/bad${number}_asn.json`, '{"products": [')
  ran(t, await dir.run(['-o', 'db', '--asn', 'asn', '2024-02-21_052.csv']), {
    code: 0,
    stderr:
      /4 unusable\n[\s\S]*jwst-ingest: 4 association files left out: it is cut short.*\n {2}asn\/bad1_asn\.json: it is cut short.*\n.*\n.*\n {2}and 1 more\n/,
  })
  t.deepEqual(matched(dir), [CANDIDATE])
  const before = fileBytes(dir.path('db'))
  const told = {
    code: 1,
    stderr: /^jwst-ingest: asn\/bad1_asn\.json: it is cut short.*nothing was changed \(--strict\)\n$/,
  }
  ran(t, await dir.run(['-o', 'db', '--strict', '--asn', 'asn', '2024-02-21_052.csv']), told)
  ran(t, await dir.run(['associate', 'db', '--strict', '--asn', 'asn']), told)
  t.deepEqual(fileBytes(dir.path('db')), before)
})

test('--json tells of association files', async (t) => {
  const dir = prepared(t)
  const { code, stdout } = await dir.run(['-q', '--json', '-o', 'db', '--asn', 'asn', '2024-02-21_052.csv'])
  t.is(code, 0)
  t.like(JSON.parse(stdout).associations, {
    ...{ files: 2, products: 2, skipped: 1, unusable: 0, matched: 1, waiting: 1, incomplete: 1 },
    incompleteExamples: [{ product: productName(1), missing: [exposureName(9)], missingCount: 1 }],
  })
  const later = await dir.run(['associate', '-q', '--json', 'db', '--asn', 'asn'])
  t.like(JSON.parse(later.stdout), { inputs: 0, rows: 0, associations: { files: 2, matched: 0 } })
})

test('associate tells nothing of rows, and what there is in the database afterwards', async (t) => {
  const dir = prepared(t)
  await dir.run(['-q', '-o', 'db', '2024-02-21_052.csv'])
  const associate = () => dir.run(['associate', 'db', '--asn', 'asn'])
  const [first, again] = [await associate(), await associate()]
  const told = (end: string) =>
    new RegExp(
      `^association 2 products in 2 files, 1 of Level 2 skipped\\n(?:members .*\\n)?(?:[A-Z]+ +\\d+ products? .*\\n){4}time +[\\d.]+ s\\n${end}`,
    )
  ran(t, first, {
    code: 0,
    stderr: told('database +db: 1 product matched .*\\nwaiting +1 group, 0 exposures, 1 product, 0 mosaics\\n'),
  })
  ran(t, again, { code: 0, stderr: told('changed +nothing\\ndatabase +db: 1 product matched ') })
})

const errors: readonly (readonly [args: readonly string[], code: number, stderr: RegExp])[] = [
  [['associate', 'db'], 2, /^jwst-ingest: no association files: give some with --asn\n/],
  [['associate', 'db', 'db2', '--asn', 'asn'], 2, /expected one database and files named \*_asn\.json, got db, db2\n/],
  [['associate', 'none', '--asn', 'asn'], 1, /^jwst-ingest: none: no such folder; give the folder of a database/],
  [['associate', 'db', '--asn', 'none'], 1, /^jwst-ingest: none: no such association file or folder\n/],
  [['-o', 'db', '2024-02-21_052.csv', '--asn', 'none'], 1, /^jwst-ingest: none: no such association file or folder\n/],
  [['-o', 'db', '2024-02-21_052.csv', '--asn'], 2, /'--asn <path>' argument missing/],
]
for (const [args, code, stderr] of errors) {
  test(`exit code ${code}: jwst-ingest ${args.join(' ')}`, async (t) => {
    const dir = prepared(t)
    ran(t, await dir.run(args), { code, stderr })
    t.false(existsSync(dir.path('db')))
    t.false(existsSync(dir.path('none')))
  })
}

const noUse: readonly (readonly [files: readonly string[], told: string])[] = [
  [['2024-02-21_052.csv'], 'it is not JSON: '],
  [['2024-02-21_052.csv', 'empty_asn.json', 'blank_asn.json'], '3 files, 2 of them as '],
]
for (const [files, told] of noUse) {
  test(`that no association file can be used is told in spite of --quiet: ${files}`, async (t) => {
    const dir = prepared(t)
    for (const file of files.slice(1)) dir.write(file, '')
    ran(t, await dir.run(['-q', '-o', 'db', '2024-02-21_052.csv']), { code: 0 })
    const asn = files.flatMap((file) => ['--asn', file])
    const { code, stderr } = await dir.run(['associate', '-q', 'db', ...asn])
    t.is(code, 0)
    t.regex(
      stderr,
      /^jwst-ingest: no association file could be used \(.*\): give the observatory's files, named \*_asn\.json\n$/,
    )
    t.true(stderr.includes(told), stderr)
    ran(t, await dir.run(['associate', '-q', 'db', ...asn, '--asn', 'asn']), { code: 0, stderr: /^$/ })
  })
}

test('associate --help shows options, examples and exit codes; the help of the program has the command', async (t) => {
  const dir = new Workdir(t)
  const [help, all] = await Promise.all([dir.run(['associate', '--help']), dir.run(['--help'])])
  for (const word of [
    '--asn',
    '--no-candidates',
    '--strict',
    '--wait',
    '--json',
    '--quiet',
    'Examples:',
    'Exit codes:',
  ])
    t.true(help.stdout.includes(word), word)
  for (const word of ['--asn', '--no-candidates', 'associate']) t.true(all.stdout.includes(word), word)
})

test('a database of an earlier version, without associations.csv, is written anew with it', async (t) => {
  const dir = prepared(t)
  ran(t, await dir.run(['-o', 'db', '2024-02-21_052.csv']), { code: 0 })
  const before = readRows(dir.path('db'), 'training')
  dir.write(
    'db/.jwst-ingest/index',
    dir.read('db/.jwst-ingest/index').replace(/^\{"checksum": *\d+,"version":\d+/, '{"version":1'),
  )
  rmSync(dir.path('db/associations.csv'))
  ran(t, await dir.run([...DAY, '-o', 'db'], { stdin: daily() }), { code: 0 })
  t.deepEqual(readRows(dir.path('db'), 'training'), before)
  t.is(dir.read('db/associations.csv'), 'product,candidate,type,rule,member,role,source,version\n')
})

test('explain tells which file names a product, and which of its members are missing', async (t) => {
  const dir = prepared(t)
  await dir.run(['-q', '-o', 'db', '--asn', 'asn', '2024-02-21_052.csv'])
  const waits = await dir.run(['explain', productName(1), 'db'])
  t.is(waits.code, 0)
  t.regex(waits.stdout, /^ {2}is +a product, IMAGE, waits since 2024-02-21$/m)
  t.regex(waits.stdout, /^ {2}named by +jw01001-o001_image3_00001_asn\.json$/m)
  t.regex(waits.stdout, new RegExp(`^ {2}waits because +members-missing: [^\n]*\n +${exposureName(9)}$`, 'm'))
  t.notRegex(waits.stdout, /compares|near|candidate/)
  const matchedOne = await dir.run(['explain', '--json', CANDIDATE, 'db'])
  const [explanation] = JSON.parse(matchedOne.stdout).explanations
  t.like(explanation, { outcome: 'matched', namedBy: 'jw01001-c1001_image3_00001_asn.json', compared: [] })
})

test('a product matched by keywords beside exposures that a file withholds is told, with file and exposures', async (t) => {
  const dir = new Workdir(t)
  const [own, other] = [exposureName(1), exposureName(1).replace('00001_mir', '00002_mir')]
  dir.write('day.csv', daily(exposure(1), exposure(1, { Dataset: `${other}_uncal.fits` }), product(1)))
  dir.write('asn/jw01001-o001_image3_00001_asn.json', asnFile({ [`${productName(1)}-x`]: { [other]: 'science' } }).text)
  const { stdout, stderr } = await dir.run([...DAY, '--json', '-o', 'db', '--asn', 'asn', 'day.csv'])
  t.regex(stderr, /1 product matched by keywords without exposures that association files give to others:\n/)
  t.regex(stderr, new RegExp(`^ {2}${productName(1)}: jw01001-o001_image3_00001_asn.json withholds ${other}$`, 'm'))
  t.like(JSON.parse(stdout).associations, {
    withheld: 1,
    withheldExamples: [
      {
        product: productName(1),
        files: ['jw01001-o001_image3_00001_asn.json'],
        exposures: [other],
        exposureCount: 1,
      },
    ],
  })
  t.deepEqual(valuesIn(dir.path('db'), 'level1', 'dname'), [own])
  const again = await dir.run([...DAY, '-o', 'db'], { stdin: daily(product(1, { ImageSize: '6000000.0' })) })
  t.regex(again.stderr, /withholds/, 'also in a later run that resolves it')
})

test('a member that is no exposure is passed over, and told; one that is science leaves the file out', async (t) => {
  const dir = new Workdir(t)
  const catalog = 'jw01001-o001_t001_miri_f770w_cat.ecsv'
  const withMember = (exptype: string) =>
    JSON.stringify({
      asn_type: 'image3',
      products: [
        {
          name: productName(1),
          members: [
            { expname: exposureName(1), exptype: 'science' },
            { expname: catalog, exptype },
          ],
        },
      ],
    })
  dir.write('day.csv', daily(exposure(1), product(1)))
  dir.write('asn/a_asn.json', withMember('sourcecat'))
  const usable = await dir.run([...DAY, '-o', 'db', '--asn', 'asn', 'day.csv'])
  t.regex(usable.stderr, /1 member of association files passed over, as their names are those of no exposures:\n/)
  t.regex(usable.stderr, new RegExp(`a_asn\\.json: ${productName(1)}: sourcecat "${catalog}"`))
  t.regex(usable.stderr, /members +1 product matched by them/)
  dir.write('asn/a_asn.json', withMember('science'))
  const unusable = await dir.run([...DAY, '-o', 'other', '--asn', 'asn', 'day.csv'])
  t.regex(
    unusable.stderr,
    /1 association file left out: a science member has no name that could be that of an exposure/,
  )
})
