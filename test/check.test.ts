/** The check of a database: healthy ones pass, and every kind of damage is told with its place. */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import fc from 'fast-check'
import {
  type CheckReport,
  checkDatabase,
  formatOutcome,
  formatViolations,
  type ViolationKind,
} from '../lib/maintain/check.js'
import { openFolder } from '../lib/store/commit.js'
import { rowsArbitrary, toDayFiles } from './helpers/arbitrary-rows.js'
import { build, copyOf, daily, editIndex, FIXTURES, Lines, newFolder } from './helpers/damage.js'
import { assertHealthy } from './helpers/healthy.js'

const seed = Number(process.env.FC_SEED ?? 20240221)
const numRuns = Number(process.env.FC_RUNS ?? 5)

const GOLDEN = join(FIXTURES, 'golden')
const DAYS = join(FIXTURES, 'days')
const CASES = ['one-day', 'three-days', 'shuffled']

const base = mkdtempSync(join(tmpdir(), 'jwst-ingest-check-'))
/** Healthy databases, to be copied. */
const golden = join(base, 'golden')
const days = join(base, 'days')
test.before(async () => {
  await build(golden, [[join(GOLDEN, 'three-days', 'input')]])
  await build(days, daily(DAYS))
})
test.after.always(() => rmSync(base, { recursive: true, force: true }))

/** Kind and file of what is wrong, each once. */
function wrong({ violations }: CheckReport): string[] {
  return [...new Set(violations.map(({ kind, file }) => `${kind} ${file}`))].sort()
}

for (const name of CASES) {
  test(`golden case ${name} is healthy after one run, and after one for each day`, async (t) => {
    const folder = newFolder(t)
    const input = join(GOLDEN, name, 'input')
    await assertHealthy(await build(join(folder, 'one'), [[input]]))
    await assertHealthy(await build(join(folder, 'daily'), daily(input)))
    await assertHealthy(await build(join(folder, 'back'), daily(input).reverse()))
    t.pass()
  })
}

test('the days of the demo are healthy, and nothing is to be noted', async (t) => {
  const { healthy, notes, programs, lines } = await checkDatabase(days)
  t.true(healthy)
  t.deepEqual(notes, [])
  t.true(programs > 10)
  t.is(lines['training.csv'], new Lines(days, 'training.csv').all.length - 1)
})

test('a check changes no file and makes none', async (t) => {
  const look = (folder: string) =>
    (readdirSync(folder, { recursive: true }) as string[]).map((name) => {
      const { mtimeMs, size } = statSync(join(folder, name))
      return `${name} ${size} ${mtimeMs}`
    })
  const before = look(golden)
  await checkDatabase(golden)
  t.deepEqual(look(golden), before)
  const foreign = newFolder(t)
  cpSync(join(GOLDEN, 'one-day', 'expected'), foreign, { recursive: true })
  const files = readdirSync(foreign)
  await checkDatabase(foreign)
  t.deepEqual(readdirSync(foreign), files)
})

test('a check needs no lock: it goes on beside a run', async (t) => {
  const folder = copyOf(days, join(newFolder(t), 'db'))
  const open = await openFolder(folder)
  const transaction = await open.begin()
  ;(await transaction.replace('training.csv')).write('half of a table')
  await assertHealthy(folder)
  await open.close()
  t.pass()
})

test('a check beside runs sees the database before or after a run, never between', async (t) => {
  const folder = join(newFolder(t), 'db')
  const [first = [], ...others] = daily(join(GOLDEN, 'three-days', 'input'))
  await build(folder, [first])
  let running = true
  const runs = build(folder, others).finally(() => {
    running = false
  })
  const programs = new Set<number>()
  while (running) {
    const report = await checkDatabase(folder)
    t.true(report.healthy, formatViolations(report))
    programs.add(report.programs)
  }
  await runs
  t.true(programs.size > 0)
})

test('a commit that was interrupted is told, as the tables are of two runs', async (t) => {
  const folder = copyOf(days, join(newFolder(t), 'db'))
  writeFileSync(join(folder, '.jwst-ingest', 'commit.json'), '{}')
  await t.throwsAsync(checkDatabase(folder), {
    code: 'DATABASE_UNUSABLE',
    message:
      /: a run has committed, but not all of its tables are in place; .* let the next run or `jwst-ingest rebuild` /,
  })
})

interface Damage {
  /** What is done to the database. */
  readonly when: string
  readonly kind: ViolationKind
  readonly file: string
  /** The message, in which LINE stands for the line that {@link work} returns. */
  readonly tells: RegExp
  /** What else is wrong then, as kind and file. */
  readonly and?: readonly string[]
  /** Does the damage; returns the line that is told, if one is. */
  readonly work: (folder: string) => number | undefined
}

/** Sets a cell of the first line of a table that has a text. */
function set(file: string, text: string, column: string, value: string) {
  return (folder: string) => {
    const lines = new Lines(folder, file)
    const line = lines.find(text)
    lines.set(line, column, value).write()
    return line
  }
}

/** Changes the first line of a table that has a text: puts others in its place. */
function change(file: string, text: string, by: (line: string) => readonly string[]) {
  return (folder: string) => {
    const lines = new Lines(folder, file)
    const line = lines.find(text)
    lines.replace(line, ...by(lines.text(line))).write()
    return line
  }
}

function remove(file: string) {
  return (folder: string) => {
    rmSync(join(folder, file))
    return undefined
  }
}

function header(file: string, by: (header: string) => string) {
  return (folder: string) => {
    const lines = new Lines(folder, file)
    lines.replace(1, by(lines.text(1))).write()
    return 1
  }
}

/** A matched IMAGE product, and one of its five exposures. */
const PRODUCT = 'jw06009-o136_t001_miri_f2100w'
const EXPOSURE = 'jw06009136001_02101_00003_mirimage'
/** An exposure of a waiting group, and the group. */
const WAITING = 'jw06007079001_04101_00002_nrca1'
const GROUP = 'jw06007-o079_t1_nircam_f212n-wlm8-nrca1'
const MOSAIC = 'jw06002-c1001_t001_fgs_none'
const HIDDEN = 'jw06001003001_02101_00001_nrca3'
const HIDDEN_FILE = '.jwst-ingest/hidden.csv'

const twice = (line: string) => [line, line]
const gone = () => []

const TABLE_DAMAGES: readonly Damage[] = [
  ...['training.csv', 'level1.csv', 'mosaics.csv', 'rejects.csv', 'rem-fgs.csv', 'encodings.json'].map(
    (file): Damage => ({ when: `${file} is missing`, kind: 'table', file, tells: /^is missing/, work: remove(file) }),
  ),
  {
    when: 'a header lacks a column',
    kind: 'table',
    file: 'train-image.csv',
    tells: /^the header is not that of the table: it lacks offset: it has "ofset"$/,
    work: header('train-image.csv', (text) => text.replace(',offset,', ',ofset,')),
  },
  {
    when: 'the columns of a table are in another order',
    kind: 'table',
    file: 'raw-tac.csv',
    tells: /^the header is not that of the table: its columns are in another order$/,
    and: ['target raw-tac.csv'],
    work: header('raw-tac.csv', (text) => text.replace('imagesize,date', 'date,imagesize')),
  },
  {
    when: 'a table is empty',
    kind: 'table',
    file: 'rem-spec.csv',
    tells: /^the header is missing$/,
    work: (folder) => {
      writeFileSync(join(folder, 'rem-spec.csv'), '')
      return 1
    },
  },
  {
    when: 'rejects.csv has another header',
    kind: 'table',
    file: 'rejects.csv',
    tells: /it lacks reason: it has "why"$/,
    work: header('rejects.csv', () => 'source,line,why,text'),
  },
  {
    when: 'encodings.json is no JSON',
    kind: 'table',
    file: 'encodings.json',
    tells: /^is no object with a code for each value of each category$/,
    work: (folder) => {
      writeFileSync(join(folder, 'encodings.json'), '{"instr":')
      return undefined
    },
  },
]

const LINE_DAMAGES: readonly Damage[] = [
  {
    when: 'a line has a field too few',
    kind: 'line',
    file: 'train-image.csv',
    tells: /^expected 33 fields, got 32$/,
    and: ['features train-image.csv'],
    work: change('train-image.csv', PRODUCT, (line) => [line.replace(/,[^,]*$/, '')]),
  },
  {
    when: 'a quote is not closed',
    kind: 'line',
    file: 'level1.csv',
    tells: /^a quote is not closed$/,
    and: ['exposures raw-image.csv', 'exposures train-image.csv'],
    work: change('level1.csv', EXPOSURE, (line) => [`"${line}`]),
  },
  {
    when: 'a coordinate is no number',
    kind: 'line',
    file: 'ingest.csv',
    tells: /^CRVAL1 is no number: "north"$/,
    and: ['resolution rem-image.csv'],
    work: set('ingest.csv', WAITING, 'CRVAL1', 'north'),
  },
  {
    when: 'a date is no day',
    kind: 'line',
    file: 'mosaics.csv',
    tells: /^date is no day: "2024-02-31"$/,
    work: set('mosaics.csv', MOSAIC, 'date', '2024-02-31'),
  },
  {
    when: 'a name has no program',
    kind: 'line',
    file: 'raw-image.csv',
    tells: /^no program in the name of the dataset$/,
    and: ['features raw-image.csv'],
    work: set('raw-image.csv', PRODUCT, 'Dataset', 'something'),
  },
  {
    when: 'a line of rejects.csv has a field too many',
    kind: 'line',
    file: 'rejects.csv',
    tells: /^expected 4 fields, got 5$/,
    work: (folder) => {
      const lines = new Lines(folder, 'rejects.csv').add('a.csv,2,why,text,more')
      lines.write()
      return lines.all.length
    },
  },
]

const CELL_DAMAGES: readonly Damage[] = [
  ...Object.entries({
    pid: ['1', '6009'],
    params: ['6009-136', '6009-136-F2100W-FULL-MIR_IMAGE'],
    doy: ['53', '52'],
    year: ['24', '2024'],
    targra: ['132.698', '132.698474'],
    PROGRAM: ['6009', '06009'],
  }).map(
    ([column, [found = '', wanted = '']]): Damage => ({
      when: `${column} of an exposure is not what its other cells give`,
      kind: 'cell',
      file: 'level1.csv',
      tells: new RegExp(`^${column} is "${found}", expected "${wanted}"$`),
      work: set('level1.csv', EXPOSURE, column, found),
    }),
  ),
  {
    when: 'pname of a product is another name',
    kind: 'cell',
    file: 'training.csv',
    tells: new RegExp(`^pname is "jw06009-o999_x", expected ${PRODUCT} as in dname$`),
    and: ['exposures level1.csv', 'features raw-image.csv', 'features train-image.csv'],
    work: set('training.csv', PRODUCT, 'pname', 'jw06009-o999_x'),
  },
  {
    when: 'a code of train-* is none of encodings.json',
    kind: 'code',
    file: 'train-image.csv',
    tells: /^instr is "99", which is no code of encodings.json$/,
    and: ['resolution train-image.csv'],
    work: set('train-image.csv', PRODUCT, 'instr', '99'),
  },
  {
    when: 'a code of rem-* is blank',
    kind: 'code',
    file: 'rem-image.csv',
    tells: /^filter is "", which is no code of encodings.json$/,
    and: ['resolution rem-image.csv'],
    work: set('rem-image.csv', GROUP, 'filter', ''),
  },
]

const PLACE_DAMAGES: readonly Damage[] = [
  ...Object.entries({
    'training.csv': PRODUCT,
    'ingest.csv': WAITING,
    'mosaics.csv': MOSAIC,
    [HIDDEN_FILE]: HIDDEN,
    'train-image.csv': PRODUCT,
    'raw-image.csv': PRODUCT,
  }).map(
    ([file, name]): Damage => ({
      when: `${file} has a line twice`,
      kind: 'repeated',
      file,
      tells: new RegExp(`^${name} stands in line \\d+ too$`),
      work: (folder) => (change(file, name, twice)(folder) ?? 0) + 1,
    }),
  ),
  {
    when: 'level1.csv has an exposure twice for one product',
    kind: 'repeated',
    file: 'level1.csv',
    tells: new RegExp(`^${EXPOSURE} of ${PRODUCT} stands in line \\d+ too$`),
    and: ['exposures raw-image.csv', 'exposures train-image.csv'],
    work: (folder) => (change('level1.csv', EXPOSURE, twice)(folder) ?? 0) + 1,
  },
  {
    when: 'a matched exposure waits, too',
    kind: 'place',
    file: 'ingest.csv',
    tells: new RegExp(`^${EXPOSURE} stands in level1.csv:\\d+ too$`),
    work: (folder) => {
      const level1 = new Lines(folder, 'level1.csv')
      const cells = level1.text(level1.find(EXPOSURE)).split(',')
      const ingest = new Lines(folder, 'ingest.csv').add([...cells.slice(0, -4), 'IMAGE', EXPOSURE].join(','))
      ingest.write()
      return ingest.all.length
    },
  },
  {
    when: 'a hidden dataset waits, too',
    kind: 'place',
    file: HIDDEN_FILE,
    tells: new RegExp(`^${WAITING} stands in ingest.csv:\\d+ too$`),
    work: (folder) => {
      const hidden = new Lines(folder, HIDDEN_FILE).add(`${WAITING},2024-02-20,1.0,NRC_TACQ,SHORT`)
      hidden.write()
      return hidden.all.length
    },
  },
]

const FEATURE_DAMAGES: readonly Damage[] = [
  ...['train-image.csv', 'raw-image.csv'].map(
    (file): Damage => ({
      when: `a product has no line in ${file}`,
      kind: 'features',
      file,
      tells: new RegExp(`^no line for ${PRODUCT}, which is in training.csv:\\d+$`),
      work: (folder) => void change(file, PRODUCT, gone)(folder) as undefined,
    }),
  ),
  ...['train', 'raw'].map(
    (prefix): Damage => ({
      when: `a product has a line in ${prefix}-* of another model, too`,
      kind: 'features',
      file: `${prefix}-spec.csv`,
      tells: new RegExp(`^${PRODUCT} is of model IMAGE in training.csv$`),
      work: (folder) => {
        const image = new Lines(folder, `${prefix}-image.csv`)
        const spec = new Lines(folder, `${prefix}-spec.csv`).add(image.text(image.find(PRODUCT)))
        spec.write()
        return spec.all.length
      },
    }),
  ),
  {
    when: 'features have no product in training.csv',
    kind: 'features',
    file: 'train-image.csv',
    tells: new RegExp(`^${PRODUCT} is not in training.csv$`),
    and: ['exposures level1.csv', 'features raw-image.csv', 'groups rem-image.csv'],
    work: (folder) => {
      change('training.csv', PRODUCT, gone)(folder)
      return new Lines(folder, 'train-image.csv').find(PRODUCT)
    },
  },
  {
    when: 'the model of a product is none',
    kind: 'features',
    file: 'training.csv',
    tells: /^expmode is "PHOTO", expected one of IMAGE, SPEC, TAC, FGS$/,
    and: ['exposures level1.csv'],
    work: set('training.csv', PRODUCT, 'expmode', 'PHOTO'),
  },
  ...[
    ['train-image.csv', 'imagesize', '1.0'],
    ['train-image.csv', 'date', '2023-01-01'],
    ['train-image.csv', 'imgsize_gb', '1.5'],
    ['raw-image.csv', 'imagesize', '1.0'],
    ['raw-image.csv', 'date', '2023-01-01'],
    ['raw-image.csv', 'imgsize_gb', '1.5'],
  ].map(
    ([file = '', column = '', value = '']): Damage => ({
      when: `${column} in ${file} is not that of training.csv`,
      kind: 'target',
      file,
      tells: new RegExp(`^${column} of ${PRODUCT} is "${value}", expected "[\\d.-]+" by training.csv:\\d+$`),
      work: set(file, PRODUCT, column, value),
    }),
  ),
  {
    when: 'an exposure is not in level1.csv',
    kind: 'exposures',
    file: 'train-image.csv',
    tells: new RegExp(`^nexposur is "5", but level1.csv has 4 exposures of ${PRODUCT} with a reference point$`),
    and: ['exposures raw-image.csv'],
    work: (folder) => {
      change('level1.csv', EXPOSURE, gone)(folder)
      return new Lines(folder, 'train-image.csv').find(PRODUCT)
    },
  },
  {
    when: 'an exposure is of another model than its product',
    kind: 'exposures',
    file: 'level1.csv',
    tells: /^expmode is "SPEC", expected "IMAGE" as its product in training.csv:\d+$/,
    work: set('level1.csv', EXPOSURE, 'expmode', 'SPEC'),
  },
  {
    when: 'the product of an exposure is not in training.csv',
    kind: 'exposures',
    file: 'level1.csv',
    tells: /^its product "jw06009-o999_x" is not in training.csv$/,
    and: ['exposures raw-image.csv', 'exposures train-image.csv'],
    work: set('level1.csv', EXPOSURE, 'pname', 'jw06009-o999_x'),
  },
]

const RESOLUTION_DAMAGES: readonly Damage[] = [
  {
    when: 'a waiting group is not in rem-*',
    kind: 'groups',
    file: 'rem-image.csv',
    tells: new RegExp(`^no line for ${GROUP}, whose exposures wait in ingest.csv$`),
    work: (folder) => void change('rem-image.csv', GROUP, gone)(folder) as undefined,
  },
  {
    when: 'rem-* has a group that does not wait',
    kind: 'groups',
    file: 'rem-image.csv',
    tells: /^jw06007-o079_t9_x is no waiting group of ingest.csv$/,
    work: (folder) =>
      (change('rem-image.csv', GROUP, (line) => [line, line.replaceAll(GROUP, 'jw06007-o079_t9_x')])(folder) ?? 0) + 1,
  },
  {
    when: 'a feature is not what the exposures give',
    kind: 'resolution',
    file: 'raw-image.csv',
    tells: new RegExp(`^${PRODUCT}: max_offset is "1.5", resolving the rows gives "[\\d.]+"$`),
    work: set('raw-image.csv', PRODUCT, 'max_offset', '1.5'),
  },
  {
    when: 'the expected name is another',
    kind: 'resolution',
    file: 'train-image.csv',
    tells: /: dname is "jw06009-o136_t5_miri_f2100w", resolving the rows gives "jw06009-o136_t1_miri_f2100w"$/,
    work: set('train-image.csv', PRODUCT, 'dname', 'jw06009-o136_t5_miri_f2100w'),
  },
  {
    when: 'an exposure points elsewhere than when its features were computed',
    kind: 'resolution',
    file: 'train-image.csv',
    tells: new RegExp(`^${PRODUCT}: .*; \\d+ more columns differ$`),
    and: ['resolution raw-image.csv'],
    work: (folder) => {
      set('level1.csv', EXPOSURE, 'CRVAL1', '132.70')(folder)
      return new Lines(folder, 'train-image.csv').find(PRODUCT)
    },
  },
  {
    when: 'a waiting exposure has the model of another group',
    kind: 'resolution',
    file: 'ingest.csv',
    tells: new RegExp(`^${WAITING}: expmode is "TAC", resolving the rows gives "IMAGE"$`),
    work: set('ingest.csv', WAITING, 'expmode', 'TAC'),
  },
  {
    when: 'a product and its exposures wait beside each other',
    kind: 'resolution',
    file: 'ingest.csv',
    tells: new RegExp(`^resolving the rows puts ${PRODUCT} in training.csv$`),
    and: ['features raw-image.csv', 'features train-image.csv'],
    work: (folder) => {
      const training = new Lines(folder, 'training.csv')
      const level1 = new Lines(folder, 'level1.csv')
      const ingest = new Lines(folder, 'ingest.csv')
      const product = training.find(PRODUCT)
      ingest.add([...training.text(product).split(',').slice(0, -3), '', PRODUCT].join(','))
      const line = ingest.all.length
      training.replace(product).write()
      for (let left = 5; left > 0; left--) {
        const cells = level1.text(level1.find(PRODUCT)).split(',')
        ingest.add([...cells.slice(0, -4), 'IMAGE', cells.at(-2)].join(','))
        level1.replace(level1.find(PRODUCT))
      }
      level1.write()
      ingest.write()
      return line
    },
  },
  {
    when: 'the index has the lines of a program at another place, and a run would believe it',
    kind: 'index',
    file: '.jwst-ingest/index',
    tells: /^does not tell where the lines of training.csv are$/,
    work: (folder) => {
      // The program of the first line of the first table.
      editIndex(folder, (words) => words.set([(words[0] ?? 0) + 1]))
      return undefined
    },
  },
  {
    when: 'a number of the index tells another count, and a run would believe it',
    kind: 'index',
    file: '.jwst-ingest/index',
    tells: /^does not tell how much is matched and waits$/,
    work: (folder) => {
      // The exposures that wait of the last model of the last program.
      editIndex(folder, (words) => words.set([(words.at(-5) ?? 0) + 1], words.length - 5))
      return undefined
    },
  },
  {
    when: 'a byte of the index has changed by itself',
    kind: 'index',
    file: '.jwst-ingest/index',
    tells: /^is not as a run wrote it$/,
    work: (folder) => {
      const path = join(folder, '.jwst-ingest', 'index')
      const file = readFileSync(path)
      file.writeUInt8(file.readUInt8(file.length - 7) ^ 1, file.length - 7)
      writeFileSync(path, file)
      return undefined
    },
  },
]

const DAMAGES = [
  ...TABLE_DAMAGES,
  ...LINE_DAMAGES,
  ...CELL_DAMAGES,
  ...PLACE_DAMAGES,
  ...FEATURE_DAMAGES,
  ...RESOLUTION_DAMAGES,
]
// One after the other: all of them at a time would have more than a thousand files open.
for (const { when, kind, file, tells, and = [], work } of DAMAGES) {
  test.serial(`${kind}: ${when}`, async (t) => {
    const folder = copyOf(golden, join(newFolder(t), 'db'))
    const line = work(folder)
    const report = await checkDatabase(folder)
    const found = report.violations.filter((violation) => violation.kind === kind && violation.file === file)
    t.true(
      found.some((violation) => violation.line === line && tells.test(violation.what)),
      `line ${line}, ${tells}:\n${formatViolations(report)}`,
    )
    t.deepEqual(wrong(report), [`${kind} ${file}`, ...and].sort(), formatViolations(report))
  })
}

test('last digits of features that another computer may give are noted, and no violation', async (t) => {
  const folder = copyOf(golden, join(newFolder(t), 'db'))
  const line = set('raw-image.csv', PRODUCT, 'max_offset', '188.54789829829980')(folder)
  const { healthy, notes } = await checkDatabase(folder)
  t.true(healthy)
  t.deepEqual(notes[1], {
    what: 'lines of features whose last digits are not those computed here',
    count: 1,
    examples: [`raw-image.csv:${line}`],
  })
})

test('other line ends and needless quotes are no violation', async (t) => {
  const folder = copyOf(golden, join(newFolder(t), 'db'))
  new Lines(folder, 'level1.csv').write('\r\n')
  change('raw-image.csv', PRODUCT, (line) => [line.replaceAll(PRODUCT, `"${PRODUCT}"`), ''])(folder)
  await assertHealthy(folder)
  t.pass()
})

test('of a kind of violations 20 are told and the rest is counted', async (t) => {
  const folder = copyOf(golden, join(newFolder(t), 'db'))
  const lines = new Lines(folder, 'level1.csv')
  for (let line = 2; line < 52; line++) lines.set(line, 'pid', '1')
  lines.write()
  const report = await checkDatabase(folder)
  t.is(report.counts.cell, 50)
  t.is(report.violations.length, 20)
  t.regex(formatViolations(report), /: 30 more against the rule that derived cells of a row are /)
})

test('products taken over without their exposures are noted, with the features that they keep', async (t) => {
  const folder = join(newFolder(t), 'db')
  cpSync(join(GOLDEN, 'three-days', 'expected'), folder, { recursive: true })
  rmSync(join(folder, 'level1.csv'))
  await build(folder, [[join(DAYS, '2024-02-21_052.csv')]])
  const { healthy, notes, violations } = await checkDatabase(folder)
  t.true(healthy, JSON.stringify(violations[0]))
  t.is(notes.length, 1)
  t.is(notes[0]?.what, 'products taken over without their exposures, which keep their features')
  t.is(notes[0]?.count, new Lines(join(GOLDEN, 'three-days', 'expected'), 'training.csv').all.length - 1)
  t.is(notes[0]?.examples.length, 5)
})

test('a product taken over without its exposures keeps the rules too, though it is not settled anew', async (t) => {
  const folder = join(newFolder(t), 'db')
  cpSync(join(GOLDEN, 'three-days', 'expected'), folder, { recursive: true })
  rmSync(join(folder, 'level1.csv'))
  await build(folder, [[join(DAYS, '2024-02-21_052.csv')]])
  const name = new Lines(join(GOLDEN, 'three-days', 'expected'), 'training.csv').get(2, 'dname')
  const lines = new Lines(folder, 'training.csv')
  const line = lines.find(name)
  lines.set(line, 'expmode', 'NONE').write()
  const { violations } = await checkDatabase(folder)
  const told = violations.map(({ kind, file, line, what }) => `${kind} ${file}:${line} ${what}`)
  t.true(
    told.includes(`features training.csv:${line} expmode is "NONE", expected one of IMAGE, SPEC, TAC, FGS`),
    told.join('\n'),
  )
})

for (const name of CASES) {
  test(`a folder that spacekit wrote (${name}): what a run would bring into order is told`, async (t) => {
    const folder = join(newFolder(t), 'db')
    cpSync(join(GOLDEN, name, 'expected'), folder, { recursive: true })
    const report = await checkDatabase(folder)
    const files = report.violations.filter(({ kind }) => kind === 'table').map(({ file }) => file)
    t.deepEqual(files.sort(), [
      ...[HIDDEN_FILE, 'associations.csv', 'encodings.json', 'expired.csv', 'level1.csv', 'rejects.csv'],
    ])
    const others = Object.entries(report.counts).filter(([, count]) => count > 0)
    // Target numbers and shares at the very limit are those of spacekit (section 10).
    t.deepEqual(
      others.map(([kind]) => kind).filter((kind) => !['table', 'groups', 'resolution'].includes(kind)),
      [],
    )
    t.regex(report.notes[0]?.what ?? '', /^no index: .* the next run reads them whole and writes them anew$/)
    await build(folder, [[join(DAYS, '2024-02-21_052.csv')]])
    await assertHealthy(folder)
  })
}

const outcomes: readonly (readonly [lines: number, programs: number, violations: number, text: string])[] = [
  [312, 1, 0, 'db is healthy: 312 lines of 1 program in 0.50 s'],
  [1, 1, 1, 'db has 1 violation (cell: 1): 1 line of 1 program in 0.50 s'],
  [0, 0, 2, 'db has 2 violations (cell: 2): 0 lines of 0 programs in 0.50 s'],
]
for (const [lines, programs, violations, text] of outcomes) {
  test(`the outcome in a line: ${text}`, async (t) => {
    const report = await checkDatabase(golden)
    const counts = { ...report.counts, cell: violations }
    const healthy = violations === 0
    const file = { 'training.csv': lines }
    t.is(formatOutcome({ ...report, database: 'db', lines: file, programs, counts, healthy, seconds: 0.5 }), text)
  })
}

test('whatever the rows and the days, a database is healthy after every run', async (t) => {
  await fc.assert(
    fc.asyncProperty(rowsArbitrary, async (rows) => {
      const folder = mkdtempSync(join(base, 'rows-'))
      for (const [index, { name, text }] of toDayFiles(rows).entries()) {
        const path = join(folder, `${index}`, name)
        mkdirSync(join(folder, `${index}`))
        writeFileSync(path, text)
        await build(join(folder, 'db'), [[path]])
        await assertHealthy(join(folder, 'db'))
      }
      rmSync(folder, { recursive: true })
    }),
    { seed, numRuns },
  )
  t.pass()
})

const noDatabase = { code: 'DATABASE_UNUSABLE', message: /make one with `jwst-ingest -o / } as const

test('where there is no database the error says what to do, and nothing is made', async (t) => {
  const folder = newFolder(t)
  await t.throwsAsync(checkDatabase(join(folder, 'none')), noDatabase)
  await t.throwsAsync(checkDatabase(folder), noDatabase)
  t.deepEqual(readdirSync(folder), [])
  writeFileSync(join(folder, 'file'), '')
  await t.throwsAsync(checkDatabase(join(folder, 'file')), { ...noDatabase, message: /: is no folder; / })
})

const MAIN = join(import.meta.dirname, '..', 'lib', 'main.js')

function jwst(args: readonly string[], cwd: string, env: Readonly<Record<string, string>> = {}) {
  return spawnSync(process.execPath, [MAIN, ...args], { cwd, encoding: 'utf8', env: { ...process.env, ...env } })
}

test('check: exit code 0 and one line on standard error for a healthy database', (t) => {
  const { status, stdout, stderr } = jwst(['check', 'days'], base)
  t.deepEqual([status, stdout], [0, ''])
  t.regex(stderr, /^days is healthy: \d+ lines of \d+ programs in [\d.]+ s\n$/)
  const quiet = jwst(['check', '-q'], base, { JWST_INGEST_DB: 'days' })
  t.deepEqual([quiet.status, quiet.stdout, quiet.stderr], [0, '', ''])
})

test('check: exit code 1, violations on standard output, the outcome on standard error', (t) => {
  const folder = newFolder(t)
  copyOf(golden, join(folder, 'jwst-db'))
  const line = set('train-image.csv', PRODUCT, 'date', '2023-01-01')(join(folder, 'jwst-db'))
  const { status, stdout, stderr } = jwst(['check'], folder)
  t.is(status, 1)
  t.true(stdout.startsWith(`${join('jwst-db', 'train-image.csv')}:${line}: date of ${PRODUCT} is "2023-01-01", `))
  t.regex(stderr, /^jwst-ingest: jwst-db has 1 violation \(target: 1\): /)
})

test('check --json: the report as one JSON object', (t) => {
  const { status, stdout } = jwst(['check', '--json', '-q', 'days'], base)
  t.is(status, 0)
  const report = JSON.parse(stdout) as CheckReport
  t.deepEqual([report.database, report.healthy, report.violations], ['days', true, []])
})

test('check: exit code 1 where there is no database, 2 for an unknown option', (t) => {
  const none = jwst(['check', 'none'], base)
  t.is(none.status, 1)
  t.regex(none.stderr, /^jwst-ingest: none: no such folder; give the folder of a database, /)
  t.is(jwst(['check', '--fast'], base).status, 2)
})

test('a file with the name check is given as ./check', (t) => {
  const folder = newFolder(t)
  cpSync(join(DAYS, '2024-02-21_052.csv'), join(folder, 'check'))
  const { status } = jwst(['-q', '--date', '2024-02-21', '-o', 'db', './check'], folder)
  t.is(status, 0)
  t.is(jwst(['-o', 'db', 'check'], folder).status, 0)
})
