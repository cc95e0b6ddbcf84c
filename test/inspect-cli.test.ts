/** `status` and `explain` by the built program: output, arguments, errors, exit codes. */
import { cpSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { build, daily, FIXTURES } from './helpers/damage.js'
import { fileBytes, readRows } from './helpers/database.js'
import { type Result, Workdir } from './helpers/program.js'

const DAYS = daily(join(FIXTURES, 'days'))
const EXPOSURE = 'jw01127057001_02104_00001_nrcblong'
const PRODUCT = 'jw01127-o057_t011_nircam_f444w-f466n-sub320'

/** A product of which the exposures wait, in other words: its SUBARRAY is another one. */
const NEAR_MISS = `Dataset,DagNodeName,ImageSize,PROGRAM,OBSERVTN,VISITYPE,TSOVISIT,TARGNAME,TARG_RA,TARG_DEC,INSTRUME,DETECTOR,FILTER,PUPIL,GRATING,EXP_TYPE,FXD_SLIT,CHANNEL,BAND,SUBARRAY,GS_MAG,RA_REF,DEC_REF,CRVAL1,CRVAL2
jw01386002001_02101_00001_nrcalong_uncal.fits,LEVEL_1,1000,1386,2,PRIME_TARGETED_FIXED,False,HIP-65426,201.1,-51.5,NIRCAM,NRCALONG,F335M,MASKRND,NONE,NRC_CORON,NONE,LONG,NONE,SUB320,12,201.1,-51.5,201.1,-51.5
jw01386-o002_t001_nircam_f335m-maskrnd,LEVEL_3,900000,1386,2,PRIME_TARGETED_FIXED,False,HIP-65426,201.1,-51.5,NIRCAM,MULTIPLE,F335M,MASKRND,NONE,NRC_CORON,NONE,LONG,NONE,FULL,12,201.1,-51.5,201.1,-51.5
`

/** What is asked, in a folder with the databases `jwst-db` (three days) and `near` (a near miss). */
interface Case {
  readonly rule: string
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly code?: number
  readonly stdout?: RegExp | string
  readonly stderr?: RegExp | string
}

const CASES: readonly Case[] = [
  {
    rule: 'status of the default database',
    args: ['status'],
    stdout: /^jwst-db, last date 2024-02-23\n\nmodel +IMAGE +SPEC +TAC +FGS\ntrained +\d+/,
  },
  {
    rule: 'status of the database that the environment tells',
    args: ['status'],
    env: { JWST_INGEST_DB: 'near' },
    stdout: /^near, last date 2024-02-24\n/,
  },
  { rule: 'status of the database of --out', args: ['-o', 'near', 'status'], stdout: /^near, / },
  {
    rule: 'status: no database',
    args: ['status', 'nowhere'],
    code: 1,
    stderr: /^jwst-ingest: nowhere: no such folder; give the folder of a database/,
  },
  { rule: 'status: too much', args: ['status', 'near', 'jwst-db'], code: 2, stderr: /too many arguments/ },
  { rule: 'status: unknown option', args: ['status', '--jsn'], code: 2, stderr: /unknown option '--jsn'/ },
  { rule: 'status tells its help', args: ['status', '--help'], stdout: /Exit codes: 0 done/ },
  {
    rule: 'explain a name in the default database',
    args: ['explain', PRODUCT],
    stdout: new RegExp(`^${PRODUCT}\n  is +a product, IMAGE, waits since 2024-02-22\n`),
  },
  {
    rule: 'explain: the last argument is the database where it is one',
    args: ['explain', 'jw01386-o002_t001*', 'near'],
    stdout: /\n +SUBARRAY: exposures SUB320, product FULL\n/,
  },
  {
    rule: 'explain: the database of --db, all arguments are names',
    args: ['explain', '-d', 'near', 'jw01386002001_02101_00001_nrcalong_cal.fits', 'near'],
    code: 1,
    stdout: /^jw01386002001_02101_00001_nrcalong\n/,
    stderr: `jwst-ingest: nothing in the database is called "near"; a pattern such as 'jw01386*' shows what there is\n`,
  },
  {
    rule: 'explain: the database of the environment',
    args: ['explain', 'jw01386*'],
    env: { JWST_INGEST_DB: 'near' },
    stdout: /^jw01386/,
  },
  {
    rule: 'explain: a database that is not there is told as such',
    args: ['explain', PRODUCT, 'nowhere'],
    code: 1,
    stderr: /^jwst-ingest: nowhere: no such folder; give the folder/,
  },
  {
    rule: 'explain: one of the environment that is not there, too',
    args: ['explain', PRODUCT],
    env: { JWST_INGEST_DB: 'nowhere' },
    code: 1,
    stderr: /^jwst-ingest: nowhere: no such folder; the variable JWST_INGEST_DB names it/,
  },
  {
    rule: 'explain: what is known is told before what is not',
    args: ['explain', PRODUCT, 'jw09999', 'jw01386002001*'],
    code: 1,
    stdout: new RegExp(`^${PRODUCT}\n`),
    stderr: `jwst-ingest: nothing in the database is called "jw09999", "jw01386002001*"; a pattern such as 'jw01094*' shows what there is\n`,
  },
  {
    rule: 'explain: a dataset that may have come, and been dropped by its level',
    args: ['explain', 'jw01386002001_02101_00009_nrcalong', 'near'],
    code: 1,
    stderr: `jwst-ingest: nothing in the database is called "jw01386002001_02101_00009_nrcalong"; a pattern such as 'jw01386*' shows what there is; of rows that are neither Level 1 nor Level 3 nothing is kept; the nearest names:\n  jw01386002001_02101_00001_nrcalong\n`,
  },
  {
    rule: 'explain: a pattern of a program that is not there',
    args: ['explain', 'jw01018*', 'near'],
    code: 1,
    stderr: `jwst-ingest: nothing in the database is called "jw01018*"; a pattern such as 'jw01386*' shows what there is\n`,
  },
  { rule: 'explain: no name', args: ['explain'], code: 2, stderr: /^jwst-ingest: expected the name of an exposure/ },
  { rule: 'explain: no name but a database', args: ['explain', 'near'], code: 2, stderr: /or --waiting\n$/ },
  {
    rule: 'explain: --by without --waiting',
    args: ['explain', '--by', 'reason'],
    code: 2,
    stderr: /give --waiting too/,
  },
  {
    rule: 'explain: --by something else',
    args: ['explain', '--waiting', '--by', 'size'],
    code: 2,
    stderr: /Allowed choices are reason, keyword, program/,
  },
  {
    rule: 'explain: no such model',
    args: ['explain', '--waiting', '--model', 'x'],
    code: 2,
    stderr: /Expected one of IMAGE, SPEC, TAC, FGS/,
  },
  {
    rule: 'explain: no such reason',
    args: ['explain', '--waiting', '--reason', 'x'],
    code: 2,
    stderr: /'--reason <reason>' argument 'x' is invalid. Expected one of no-product, keywords-differ, /,
  },
  {
    rule: 'what waits is counted by reason, per model',
    args: ['explain', '--waiting', '--by', 'reason', 'near'],
    stdout: `reason           of       IMAGE  SPEC  TAC  FGS  none  all
keywords-differ  group        0     0    1    0     0    1
keywords-differ  product      0     0    1    0     0    1
all                           0     0    2    0     0    2
`,
  },
  {
    rule: 'and by the keywords that differ',
    args: ['explain', '--waiting', '--by', 'keyword'],
    stdout: `keywords that differ     of       IMAGE  SPEC  TAC  FGS  none  all
FILTER, PUPIL, SUBARRAY  group        1     0    0    0     0    1
FILTER, PUPIL, SUBARRAY  product      1     0    0    0     0    1
all                                   2     0    0    0     0    2

11 more wait for association files, whatever their keywords; ambiguous: 2 products,
exposures-ungrouped: 1 product, no-group: 5 exposures, across-observations: 3 mosaics
give the association files of these products: \`jwst-ingest associate jwst-db --asn asn\`
`,
  },
  {
    rule: 'and by program, of a model',
    args: ['explain', '--waiting', '--by', 'program', '--model', 'tac'],
    stdout: `program  of       IMAGE  SPEC  TAC  FGS  none  all
1041     product      0     0    1    0     0    1
1055     mosaic       0     0    1    0     0    1
1080     group        0     0    1    0     0    1
1080     product      0     0    1    0     0    1
all                   0     0    4    0     0    4
`,
  },
  {
    rule: 'what waits, in short, narrowed by name and reason',
    args: ['explain', '--waiting', 'jw01080*', '--reason', 'product-without-size'],
    stdout: `jw01080-o001_t001_nircam_f444w-grismr-subgrism256
  product, TAC, since 2024-02-21
  product-without-size: 2 exposures of it are there
  re-deliver the product with its ImageSize

jw01080-o001_t1_nircam_f444w-grismr-subgrism256
  group of 2 exposures, TAC, since 2024-02-21
  product-without-size: jw01080-o001_t001_nircam_f444w-grismr-subgrism256
  re-deliver the product with its ImageSize
`,
  },
  {
    rule: 'a name that does not wait',
    args: ['explain', '--waiting', 'jw01386*'],
    code: 1,
    stdout: '',
    stderr:
      /^jwst-ingest: nothing that waits is called "jw01386\*"; a pattern such as 'jw01080\*' shows what there is\n$/,
  },
  {
    rule: 'a database that is not there',
    args: ['explain', '--waiting', 'nowhere'],
    code: 1,
    stderr: /^jwst-ingest: nowhere: no such folder/,
  },
]

test('arguments, output and exit codes', async (t) => {
  const work = await scene(new Workdir(t))
  const before = fileBytes(work.folder)
  await Promise.all(
    CASES.map(async ({ rule, args, env = {}, ...wanted }) => {
      const result = await work.run(args, { env })
      t.is(result.code, wanted.code ?? 0, `${rule}: ${result.stderr}`)
      agrees(result.stdout, wanted.stdout ?? (wanted.code === undefined ? /./ : ''), rule)
      agrees(result.stderr, wanted.stderr ?? '', rule)
    }),
  )
  t.deepEqual(fileBytes(work.folder), before, 'something was changed')

  function agrees(text: string, expected: RegExp | string, rule: string): void {
    if (typeof expected === 'string') t.is(text, expected, rule)
    else t.regex(text, expected, rule)
  }
})

test('JSON: one object each', async (t) => {
  const work = await scene(new Workdir(t))
  const ask = async (...args: string[]) => parsed(await work.run([...args, '--json']))
  const status = await ask('status')
  t.like(status, {
    database: 'jwst-db',
    waiting: { mosaics: 3 },
    models: { TAC: { trained: 16, waiting: { groups: 1 } } },
  })
  const explained = await ask('explain', PRODUCT, EXPOSURE)
  t.like(explained, { database: 'jwst-db' })
  t.deepEqual(namesIn(explained.explanations), [PRODUCT, EXPOSURE])
  const counted = await ask('explain', '--waiting', '--by', 'reason', 'near')
  t.like(counted, { database: 'near', by: 'reason' })
  t.deepEqual(counted.counts, [countOf('group'), countOf('product')])
  const { waits } = await ask('explain', '--waiting', 'near')
  t.deepEqual(namesIn(waits), [
    'jw01386-o002_t001_nircam_f335m-maskrnd',
    'jw01386-o002_t1_nircam_maskrnd-f335m-sub320-image3',
  ])
  t.deepEqual((await ask('explain', '--waiting', '--model', 'fgs')).waits, [])
})

test('lines that cannot be read are left out, and told', async (t) => {
  const work = await scene(new Workdir(t))
  work.write('near/ingest.csv', `${work.read('near/ingest.csv')}too,few\n`)
  const { code, stdout, stderr } = await work.run(['explain', '--waiting', '--by', 'reason', 'near'])
  t.is(code, 0)
  t.regex(stdout, /^all +0 +0 +2 /m)
  t.is(stderr, 'jwst-ingest: 1 line or table cannot be read, and left out: `jwst-ingest check near` names them\n')
  rmSync(work.path('near/ingest.csv'))
  const { stdout: status } = await work.run(['status', 'near'])
  t.regex(status, /\ntrained +0 +0 +0 +0\n(?:.*\n)+ {2}groups +0 +0 +0 +0\n(?:.*\n)+ {2}since +– +– +– +–\n/)
})

async function scene(work: Workdir): Promise<Workdir> {
  work.write('raw/2024-02-24_055.csv', NEAR_MISS)
  await build(work.path('jwst-db'), DAYS)
  await build(work.path('near'), [[work.path('raw')]])
  return work
}

function parsed({ stdout, stderr }: Result): Record<string, unknown> {
  if (stderr !== '') throw new Error(stderr)
  return JSON.parse(stdout) as Record<string, unknown>
}

function countOf(kind: string): unknown {
  return { value: 'keywords-differ', kind, models: { IMAGE: 0, SPEC: 0, TAC: 1, FGS: 0, none: 0 }, total: 1 }
}

function namesIn(list: unknown): string[] {
  return (list as { name: string }[]).map(({ name }) => name).sort()
}

const NONE_CASE = join(FIXTURES, 'cases', 'explain-none-of-observation')

test('exposures that no file names tell the nearest product, whose members a file names', async (t) => {
  const work = new Workdir(t)
  cpSync(NONE_CASE, work.path('case'), { recursive: true })
  const { code, stderr } = await work.run(['-q', '-o', 'db', '--date', '2024-03-01', '--asn', 'case', 'case/raw.csv'])
  t.is(code, 0, stderr)
  const name = (number: number) => `jw04321007001_02101_0000${number}_mirimage`
  const { stdout } = await work.run(['explain', name(3), `JW${name(4).slice(2)}_CAL.FITS`, 'db'])
  t.is(stdout.match(/^ {2}waits because {2}other-members: /gm)?.length, 2)
  t.is(stdout.match(/^ +nearest jw04321-o007_t001_miri_f770w \(matched\)$/gm)?.length, 2)
  t.notRegex(stdout, /none of MIRI/)
  const { stdout: waiting } = await work.run(['explain', '--waiting', 'db'])
  t.regex(waiting, /other-members: nearest jw04321-o007_t001_miri_f770w/)
  const product = await work.run(['explain', '--json', 'jw04321-o007_t001_miri_f770w_i2d.fits', 'db'])
  const [{ members }] = JSON.parse(product.stdout).explanations
  t.deepEqual(
    members,
    [1, 2].map((number) => ({ name: name(number), role: 'science', state: 'matched', expType: null })),
  )
})

test('what a table holds in whatever role is found, and what only an association file or rejects.csv has', async (t) => {
  const work = new Workdir(t)
  const pool = join(FIXTURES, 'pools', 'coron_nircam')
  cpSync(pool, work.path('pool'), { recursive: true })
  const raw = work.read('pool/raw/2024-03-01_061.csv')
  const lines = raw.split('\n')
  const lost = lines.find((line) => line.startsWith('jw10005001001_02003_00004_nrca2')) ?? ''
  const bad = `${lost.replace('_00004_', '_00009_')},surplus`
  work.write('raw/2024-03-01_061.csv', [...lines.filter((line) => line !== '' && line !== lost), bad, ''].join('\n'))
  await work.run(['-q', '-o', 'whole', '--asn', 'pool/asn', 'pool/raw'])
  await work.run(['-q', '-o', 'less', '--asn', 'pool/asn', 'raw'])
  const explained = async (name: string, database: string) => {
    const result = await work.run(['explain', '--json', name, database])
    return JSON.parse(result.stdout).explanations[0]
  }
  const psf = await explained('JW10005001001_02003_00004_NRCA2_uncal.fits', 'whole')
  t.like(psf, { kind: 'exposure', outcome: 'matched' })
  t.is(psf.memberOf.length, readRows(work.path('whole'), 'level1').filter(({ dname }) => dname === psf.name).length)
  t.true(psf.memberOf.every(({ role, state }: Record<string, string>) => role === 'psf' && state === 'matched'))
  const missing = await explained('jw10005001001_02003_00004_nrca2', 'less')
  t.like(missing, { kind: 'exposure', outcome: 'missing', date: '' })
  t.is(missing.memberOf.length, psf.memberOf.length)
  const acquired = await explained('jw10005001001_02001_00002_nrca2', 'less')
  t.like(acquired, { kind: 'dropped', dropped: { rule: 'exposure type', expType: 'NRC_TACONFIRM' } })
  t.is(acquired.memberOf[0].role, 'target_acquisition')
  const { stdout } = await work.run(['explain', 'jw10005001001_02003_00009_nrca2', 'less'])
  t.regex(
    stdout,
    /^ {2}is +a dataset of which no row could be used\n {2}rejected +raw\/2024-03-01_061\.csv:\d+: too many fields/m,
  )
})
