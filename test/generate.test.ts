/**
 * The generator of raw files: its fixtures, what they cover, and its command line.
 */
import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import test, { type ExecutionContext } from 'ava'
import fc from 'fast-check'
import { type GeneratorOptions, generateDays, generateFiles, nameOfDay } from '../bench/generator.js'
import { cellsOf } from './helpers/csv.js'

const seed = Number(process.env.FC_SEED ?? 20240221)
const FIXTURES = new URL('../../fixtures/days/', import.meta.url)
const COMMAND = fileURLToPath(new URL('../bench/generate.js', import.meta.url))

const COLUMNS = (
  'Dataset DagNodeName ImageSize PROGRAM OBSERVTN BKGDTARG IS_IMPRT VISITYPE TSOVISIT TARGNAME TARG_RA TARG_DEC ' +
  'INSTRUME DETECTOR FILTER PUPIL GRATING EXP_TYPE FXD_SLIT CHANNEL BAND SUBARRAY NUMDTHPT GS_RA GS_DEC CROWDFLD ' +
  'GS_MAG RA_REF DEC_REF CRVAL1 CRVAL2'
).split(' ')
const KEPT = (
  'FGS_IMAGE MIR_IMAGE NRC_IMAGE MIR_LRS-FIXEDSLIT MIR_MRS MIR_LYOT MIR_4QPM MIR_LRS-SLITLESS MIR_WFSS NRC_CORON ' +
  'NRC_WFSS NRC_TSIMAGE NRC_TSGRISM NIS_IMAGE NIS_AMI NIS_WFSS NIS_SOSS NRS_FIXEDSLIT NRS_IFU NRS_MSASPEC NRS_BRIGHTOBJ'
).split(' ')
const DROPPED = ['NRC_TACQ', 'NRC_DARK', 'MIR_TACQ', 'NRS_TASLIT']
const VISIT_TYPES = [
  'PRIME_TARGETED_FIXED',
  'PRIME_TARGETED_MOVING',
  'PRIME_UNTARGETED',
  'PARALLEL_PURE',
  'PARALLEL_SLEW_CALIBRATION',
  'PRIME_WFSC_ROUTINE',
  'PRIME_WFSC_SENSING_CONTROL',
  'PRIME_WFSC_SENSING_ONLY',
]

/** A row by column name, with the index of its day as `day`. */
type Row = Readonly<Record<string, string>> & { readonly day: number }

function rowsOf(options: Partial<GeneratorOptions>): Row[] {
  return [...generateDays(options)].flatMap(({ lines }, day) => rowsIn(lines.join('\n'), day))
}

function rowsIn(text: string, day: number): Row[] {
  const [columns = [], ...lines] = cellsOf(text)
  return lines.map((cells) => {
    const row: Record<string, string | number> = { day }
    for (const [index, column] of columns.entries()) row[column] = cells[index] ?? ''
    return row as unknown as Row
  })
}

async function fixtureRows(): Promise<Row[]> {
  const names = (await readdir(FIXTURES)).sort()
  const texts = await Promise.all(names.map((name) => readFile(new URL(name, FIXTURES), 'utf8')))
  return texts.flatMap(rowsIn)
}

const level = (name: string, rows: readonly Row[]) => rows.filter((row) => row.DagNodeName === name)

/** What tells groups apart, as far as the generator makes them differ (specification, sections 3.7 and 4). */
function groupOf(row: Row): string {
  const { PROGRAM, OBSERVTN, FILTER, PUPIL, GRATING, SUBARRAY, FXD_SLIT, EXP_TYPE, BAND, DETECTOR, VISITYPE } = row
  const detector = EXP_TYPE === 'MIR_MRS' || VISITYPE?.includes('WFSC') ? DETECTOR : ''
  const optics = [FILTER, PUPIL, GRATING, SUBARRAY, FXD_SLIT, EXP_TYPE, BAND, detector]
  return [PROGRAM, OBSERVTN, ...optics, row.TARGNAME, row.GS_MAG].join()
}

/** The association: a group without its target. */
const associationOf = (row: Row) => groupOf(row).split(',').slice(0, -2).join()

interface GroupDays {
  readonly exposures: Set<number>
  readonly products: Set<number>
}

/** The days on which each group's exposures and products are seen first. */
function groupsOf(rows: readonly Row[]): GroupDays[] {
  const seen = new Set<string>()
  const groups = new Map<string, GroupDays>()
  for (const row of rows) {
    const { Dataset = '', DagNodeName, EXP_TYPE = '', VISITYPE = '', SUBARRAY } = row
    const grouped = KEPT.includes(EXP_TYPE) && (SUBARRAY === 'FULL' || !VISITYPE.includes('WFSC'))
    const exposure = DagNodeName === 'LEVEL_1'
    if (seen.has(Dataset) || !grouped || /-[acr]\d/.test(Dataset) || !(exposure || DagNodeName === 'LEVEL_3')) continue
    seen.add(Dataset)
    const group = groups.get(groupOf(row)) ?? { exposures: new Set(), products: new Set() }
    group[exposure ? 'exposures' : 'products'].add(row.day)
    groups.set(groupOf(row), group)
  }
  return [...groups.values()]
}

const isMatched = ({ exposures, products }: GroupDays) => exposures.size > 0 && products.size > 0
const isLate = ({ exposures, products }: GroupDays) => new Set([...exposures, ...products]).size > 1

/** Values of one kind of row, by key. */
function collect(rows: readonly Row[], key: (row: Row) => string): Map<string, Row[]> {
  const found = new Map<string, Row[]>()
  for (const row of rows) {
    const list = found.get(key(row))
    if (list) list.push(row)
    else found.set(key(row), [row])
  }
  return found
}

const identity = (row: Row) => `${row.Dataset} ${row.DagNodeName}`
const again = (rows: readonly Row[], sameDay: boolean, test: (a: Row, b: Row) => boolean) =>
  [...collect(rows, identity).values()].some((copies) =>
    copies.some((a) => copies.some((b) => a !== b && (a.day === b.day) === sameDay && test(a, b))),
  )
const resized = (a: Row, b: Row) => a.ImageSize !== b.ImageSize
const some = (rows: readonly Row[], wanted: Readonly<Record<string, string | RegExp>>) =>
  rows.some((row) =>
    Object.entries(wanted).every(([column, value]) =>
      value instanceof RegExp ? value.test(row[column] ?? '') : row[column] === value,
    ),
  )

/** Whether an association has groups with different targets, all with products of their own. */
function toldApart(rows: readonly Row[], visitType: string, column: string): boolean {
  const exposures = level('LEVEL_1', rows).filter((row) => row.VISITYPE === visitType && row[column] !== 'NONE')
  return [...collect(exposures, associationOf).values()].some((group) => new Set(group.map((r) => r[column])).size > 1)
}

/** Whether the groups of an exposure type with these detectors (whole set) occur. */
function detectorSet(rows: readonly Row[], expType: string, detectors: string): boolean {
  const exposures = level('LEVEL_1', rows).filter((row) => row.EXP_TYPE === expType)
  return [...collect(exposures, groupOf).values()].some(
    (group) => [...new Set(group.map((row) => row.DETECTOR))].sort().join('+') === detectors,
  )
}

const A = 'NRCA1+NRCA2+NRCA3+NRCA4'
const B = 'NRCB1+NRCB2+NRCB3+NRCB4'
const L1 = { DagNodeName: 'LEVEL_1' }
const L3 = { DagNodeName: 'LEVEL_3' }

/** Whether products of several sources have the same exposures. */
function hasSeveralSources(rows: readonly Row[]): boolean {
  const products = level('LEVEL_3', rows).filter((row) => row.EXP_TYPE === 'NRS_MSASPEC')
  return [...collect(products, groupOf).values()].some((group) => new Set(group.map((row) => row.Dataset)).size > 1)
}

/** Forms of products' names that the observatory uses at present. */
const NAMES: Readonly<Record<string, RegExp>> = {
  'slitless spectra, by target': /-o\d{3}_t\d{3}_niriss_f\w+-gr150[cr]/,
  'slitless spectra, by source': /-o\d{3}_s\d{5,9}_niriss_f\w+-gr150[cr]/,
  'fixed slits, by source': /_t\d{3}-s\d{9}_nirspec_\w+-\w+-s\w+/,
  'fixed slits, by target': /-o\d{3}_t\d{3}_nirspec_\w+-\w+-s\w+/,
  'integral field, with its filter': /_t\d{3}_nirspec_(g\d{3}[mh]-f\d{3}lp|prism-clear)$/,
  epochs: /_t\d{3}-epoch\d_miri_/,
  'coronagraphy of an observation': /-o\d{3}_t\d{3}_nircam_\w+-mask\w+-sub\w+-image3$/,
  'coronagraphy of a candidate': /-c1\d{3}_t\d{3}_miri_f\w+c-mask\d{4}$/,
  'mosaics of candidates c': /-c1\d{3}_t000_nircam_/,
  'mosaics of candidates a': /-a3\d{3}_t000_miri_/,
  'bands of two dichroics': /_miri_ch1-shortlong$/,
  guiders: /_fgs_clear$/,
}

/** What rows have at present, beside those forms. */
const PRESENT: Readonly<Record<string, (rows: readonly Row[]) => boolean>> = {
  ...Object.fromEntries(
    Object.entries(NAMES).map(([name, form]) => [name, (rows: readonly Row[]) => some(rows, { ...L3, Dataset: form })]),
  ),
  'segments of time series': (rows) =>
    some(rows, { ...L1, Dataset: /-seg003_nrcalong_uncal\.fits$/, TSOVISIT: 'True' }),
  'darks without a number of dithers': (rows) => some(rows, { ...L1, EXP_TYPE: 'NRC_DARK', NUMDTHPT: '' }),
  'bands of two dichroics in exposures': (rows) => some(rows, { ...L1, BAND: 'SHORT-LONG' }),
}

/** Every special case that an output has, and how to see that it is there. */
const FEATURES: Readonly<Record<string, (rows: readonly Row[]) => boolean>> = {
  'Level 2 rows': (rows) => some(rows, { DagNodeName: 'LEVEL_2', Dataset: /_(rate|cal)\.fits$/ }),
  'memory estimates': (rows) => some(rows, { DagNodeName: 'ESTIMATE_LEVEL_3_MEMORY', Dataset: /^jw\d{5}-o\d{3}_/ }),
  'MIRI MRS channels 1 to 4 of several bands': (rows) =>
    ['ch1-short', 'ch2-short', 'ch3-short', 'ch4-short', 'ch1-long', 'ch4-long', 'ch1-medium'].every((optics) =>
      some(rows, { ...L3, Dataset: new RegExp(`_miri_${optics}$`), CHANNEL: optics.slice(2, 3) }),
    ) &&
    some(rows, { ...L1, DETECTOR: 'MIRIFUSHORT', CHANNEL: '12' }) &&
    some(rows, { ...L1, DETECTOR: 'MIRIFULONG', CHANNEL: '34' }),
  'late products': (rows) =>
    groupsOf(rows).some((group) => isMatched(group) && Math.min(...group.products) > Math.min(...group.exposures)),
  'late exposures': (rows) =>
    groupsOf(rows).some((group) => isMatched(group) && Math.max(...group.exposures) > Math.min(...group.exposures)),
  'a product before all of its exposures': (rows) =>
    groupsOf(rows).some((group) => isMatched(group) && Math.min(...group.products) < Math.min(...group.exposures)),
  'reprocessed products': (rows) => again(level('LEVEL_3', rows), false, resized),
  'reprocessed exposures': (rows) => again(level('LEVEL_1', rows), false, resized),
  'copies within a day': (rows) => again(level('LEVEL_1', rows), true, (a, b) => !resized(a, b)),
  'duplicates of another size within a day': (rows) => again(level('LEVEL_1', rows), true, resized),
  'c-candidate products': (rows) => some(rows, { ...L3, Dataset: /^jw\d{5}-c1\d{3}_t\d{3}_/ }),
  'groups without product': (rows) => groupsOf(rows).some(({ products }) => products.size === 0),
  'products without exposures': (rows) => groupsOf(rows).some(({ exposures }) => exposures.size === 0),
  'parallel exposures without a target name': (rows) =>
    some(rows, { ...L1, VISITYPE: 'PARALLEL_PURE', TARGNAME: 'NONE', EXP_TYPE: /IMAGE/ }),
  'groups told apart by a fixed target': (rows) => toldApart(rows, 'PRIME_TARGETED_FIXED', 'TARG_RA'),
  'groups told apart by the name of a moving target': (rows) => toldApart(rows, 'PRIME_TARGETED_MOVING', 'TARGNAME'),
  'groups told apart by their guide stars': (rows) => toldApart(rows, 'PRIME_UNTARGETED', 'GS_MAG'),
  'time series': (rows) => some(rows, { ...L1, TSOVISIT: 'True', EXP_TYPE: 'NRS_BRIGHTOBJ' }),
  'MIR_LRS-SLITLESS with and without TSOVISIT': (rows) =>
    ['True', 'False'].every((TSOVISIT) => some(rows, { ...L1, TSOVISIT, EXP_TYPE: 'MIR_LRS-SLITLESS' })),
  'wavefront sensing with and without the FULL subarray': (rows) =>
    ['FULL', 'SUB8FP1A'].every((SUBARRAY) => some(rows, { ...L1, VISITYPE: /WFSC/, SUBARRAY, PUPIL: 'WLM8' })),
  'wavefront-sensing products': (rows) =>
    some(rows, { ...L3, Dataset: /_nircam_f212n-wlm8-nrca3_wfscmb-0\w(\.fits)?$/ }),
  'one NIRCam detector in a subarray': (rows) => some(rows, { ...L1, DETECTOR: /^NRC[AB]\d$/, SUBARRAY: 'SUB64P' }),
  'NIRCam module A': (rows) => detectorSet(rows, 'NRC_IMAGE', A),
  'NIRCam module B': (rows) => detectorSet(rows, 'NRC_IMAGE', B),
  'both NIRCam modules': (rows) => detectorSet(rows, 'NRC_IMAGE', `${A}+${B}`),
  'MIRI subarrays': (rows) => some(rows, { INSTRUME: 'MIRI', SUBARRAY: 'BRIGHTSKY', Dataset: /-brightsky$/ }),
  'image products': (rows) => some(rows, { ...L3, Dataset: /-o\d{3}_t\d{3}_nircam_clear-f\d{3}[wm]$/ }),
  'products named by source': (rows) => some(rows, { ...L3, Dataset: /_[sbv]\d{9}_nirspec_\w+-\w+$/ }),
  'several sources of one group': (rows) => hasSeveralSources(rows),
  'source-based modes in parallel, named by target': (rows) =>
    some(rows, { ...L3, Dataset: /_t\d{3}_niriss_/, EXP_TYPE: 'NIS_WFSS', VISITYPE: 'PARALLEL_PURE' }),
  'coronagraphic image products': (rows) => some(rows, { ...L3, Dataset: /-image3$/, EXP_TYPE: 'NRC_CORON' }),
  'background and imprint exposures': (rows) => some(rows, { ...L1, BKGDTARG: 'True', IS_IMPRT: 'True' }),
  'exposures without a reference point': (rows) => some(rows, { ...L1, CRVAL1: '', RA_REF: '' }),
  'groups without a guide star': (rows) => some(rows, { ...L1, GS_MAG: '', GS_RA: '' }),
  'products of unknown size': (rows) => some(rows, { ...L3, ImageSize: '' }),
  'targets at RA 0': (rows) =>
    rows.some(({ TARG_RA }) => Number(TARG_RA) > 359.99 || (TARG_RA && Number(TARG_RA) < 0.01)),
  'targets at a pole': (rows) => rows.some(({ TARG_DEC }) => Math.abs(Number(TARG_DEC)) > 89.99),
}

/** Names of what is missing in some rows. */
function missing(rows: readonly Row[], features = FEATURES): string[] {
  const types = (name: string, column: string) => new Set(level(name, rows).map((row) => row[column]))
  return [
    ...KEPT.filter((type) => !types('LEVEL_1', 'EXP_TYPE').has(type)),
    ...KEPT.filter((type) => !types('LEVEL_3', 'EXP_TYPE').has(type)).map((type) => `${type} product`),
    ...DROPPED.filter((type) => !types('LEVEL_1', 'EXP_TYPE').has(type)),
    ...VISIT_TYPES.filter((type) => !types('LEVEL_1', 'VISITYPE').has(type)),
    ...Object.keys(features).filter((name) => features[name]?.(rows) !== true),
  ]
}

/** Borders of the classes of memory that models sort products into, in GB. */
const MEMORY_CLASSES = [0, 12, 225, 950, 2000]

test('fixtures/days holds what `npm run fixtures` writes: three small days', async (t) => {
  const { scripts } = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8'))
  const [node, command, ...args] = scripts.fixtures.replace(' --out fixtures/days', '').split(' ')
  t.deepEqual([node, command], ['node', 'dist/bench/generate.js'])
  const { files } = await run(t, ...args)
  t.deepEqual(Object.keys(files).sort(), ['2024-02-21_052.csv', '2024-02-22_053.csv', '2024-02-23_054.csv'])
  t.deepEqual((await readdir(FIXTURES)).sort(), Object.keys(files).sort())
  for (const [name, text] of Object.entries(files)) {
    t.true(text === (await readFile(new URL(name, FIXTURES), 'utf8')), `${name}: npm run fixtures writes other bytes`)
    t.is(text.trimEnd().split('\n').length, 121)
    t.true(text.length < 50_000)
  }
})

test('fixtures/days covers every exposure type, visit type and special case, in present names', async (t) => {
  t.deepEqual(missing(await fixtureRows(), { ...FEATURES, ...PRESENT }), [])
})

test('fixtures/days has numbers without leading zeros, and products of three classes of memory', async (t) => {
  const rows = await fixtureRows()
  t.true(
    rows.every(({ PROGRAM = '', OBSERVTN = '' }) => /^[1-9]\d{3}$/.test(PROGRAM) && /^[1-9]\d{0,2}$/.test(OBSERVTN)),
  )
  const sizes = level('LEVEL_3', rows).map(({ ImageSize }) => Number(ImageSize) / 1e6)
  const classes = sizes.map((size) => MEMORY_CLASSES.findLastIndex((border) => border <= size))
  t.deepEqual([...new Set(classes)].sort(), [0, 1, 2])
})

test('small outputs cover everything, whatever the seed', (t) => {
  for (let other = 100; other < 110; other += 1) {
    t.deepEqual(missing(rowsOf({ days: 3, rows: 220, seed: other }), { ...FEATURES, ...PRESENT }), [])
  }
})

test('larger outputs cover everything too', (t) => {
  t.deepEqual(missing(rowsOf({ days: 5, rows: 3000, seed: 3 }), { ...FEATURES, ...PRESENT }), [])
})

test('days have the asked number of rows, 31 fields in each, in the order of names', (t) => {
  const options = fc.record({
    days: fc.integer({ min: 1, max: 45 }),
    rows: fc.integer({ min: 1, max: 300 }),
    seed: fc.nat(),
  })
  fc.assert(
    fc.property(options, (drawn) => {
      const days = [...generateDays(drawn)]
      t.is(days.length, drawn.days)
      for (const { lines } of days) {
        t.is(lines[0], COLUMNS.join())
        t.is(lines.length, drawn.rows + 1)
        t.true(lines.every((line) => line.split(',').length === 31))
        t.is(lines.slice(1).join('\n'), lines.slice(1).sort().join('\n'))
      }
    }),
    { seed, numRuns: 8 },
  )
})

test('the same options give the same bytes, another seed others', (t) => {
  const text = (options: Partial<GeneratorOptions>) =>
    [...generateDays(options)].map(({ lines }) => lines.join('\n')).join('\n')
  const options = { days: 2, rows: 500, seed: 11, shuffle: true }
  t.is(text(options), text(options))
  t.not(text(options), text({ ...options, seed: 12 }))
})

test('shuffled files hold the rows of unshuffled ones in another order, under the same header', (t) => {
  const options = { days: 3, rows: 700, seed: 5 }
  const plain = [...generateDays(options)]
  for (const [index, { lines }] of [...generateDays({ ...options, shuffle: true })].entries()) {
    const expected = plain[index]?.lines ?? []
    t.is(lines[0], expected[0])
    t.notDeepEqual(lines, expected)
    t.deepEqual(lines.slice(1).sort(), expected.slice(1))
  }
})

test('one file holds the rows of all days, day after day', (t) => {
  const options = { days: 4, rows: 300, seed: 9 }
  const days = [...generateDays(options)]
  const [file, ...more] = [...generateDays({ ...options, oneFile: 'all.csv' })]
  t.deepEqual(more, [])
  t.is(file?.name, 'all.csv')
  t.deepEqual(
    file?.lines.slice(1),
    days.flatMap(({ lines }) => lines.slice(1)),
  )
})

test('a name belongs to one group only, also on days far apart', (t) => {
  const rows = rowsOf({ days: 41, rows: 400, seed: 4 })
  const shared = [...collect(rows, identity).values()].filter((copies) => new Set(copies.map(groupOf)).size > 1)
  t.deepEqual(
    shared.map(([row]) => row?.Dataset),
    [],
  )
})

/** The distance of an exposure's pointing from its target, in arcsec. */
function offTarget(row: Row): number {
  const [ra = 0, dec = 0, targRa = 0, targDec = 0] = ['RA_REF', 'DEC_REF', 'TARG_RA', 'TARG_DEC'].map(
    (column) => (Number(row[column]) * Math.PI) / 180,
  )
  const haversine =
    Math.sin((dec - targDec) / 2) ** 2 + Math.cos(dec) * Math.cos(targDec) * Math.sin((ra - targRa) / 2) ** 2
  return (2 * Math.asin(Math.sqrt(haversine)) * 180 * 3600) / Math.PI
}

test('exposures are dithered around their target by arcseconds, over RA 0 too; those of mosaics by arcminutes', (t) => {
  const exposures = level('LEVEL_1', rowsOf({ days: 1, rows: 5000 })).filter((row) => row.TARG_RA && row.RA_REF)
  const away = exposures.map(offTarget)
  t.true(away.filter((arcsec) => arcsec < 15).length > away.length / 2)
  t.true(away.some((arcsec) => arcsec > 5 && arcsec < 15))
  t.true(away.some((arcsec) => arcsec > 60))
  t.true(away.every((arcsec) => arcsec < 600))
  t.true(exposures.some((row) => Math.abs(Number(row.RA_REF) - Number(row.TARG_RA)) > 350))
})

test('sizes and coordinates are plain decimals: sizes with 3, degrees with 10 places at most', (t) => {
  const degrees = /^$|^-?\d+(\.\d{1,10})?$|^-?\d(\.\d+)?e-\d+$/
  const wrong = rowsOf({ days: 2, rows: 2000, seed: 2 }).filter((row) => {
    const right = (column: string) =>
      degrees.test(row[column] ?? '?') && Math.abs(Number(row[column])) <= (/DEC|CRVAL2/.test(column) ? 90 : 360)
    const coordinates = ['TARG_RA', 'TARG_DEC', 'GS_RA', 'GS_DEC', 'RA_REF', 'DEC_REF', 'CRVAL1', 'CRVAL2']
    return !/^$|^\d+(\.\d{1,3})?$/.test(row.ImageSize ?? '?') || !coordinates.every(right)
  })
  t.deepEqual(wrong, [])
})

function shares(t: ExecutionContext, options: Partial<GeneratorOptions>, match: number, late: number): void {
  const groups = groupsOf(rowsOf({ days: 5, rows: 8000, seed: 21, ...options })).filter(
    ({ exposures }) => exposures.size > 0,
  )
  const matched = groups.filter(isMatched)
  const near = (share: number, wanted: number) =>
    t.true(Math.abs(share - wanted) <= (wanted % 1 === 0 ? 0 : 0.04), `${share} for ${wanted}`)
  near(matched.length / groups.length, match)
  near(matched.filter(isLate).length / Math.max(matched.length, 1), late)
}

test('by default 90 % of the groups are matched, 15 % of them late', shares, {}, 0.9, 0.15)
test('match 0 leaves out all products of groups', shares, { match: 0 }, 0, 0)
test('match 1 gives every group its product', shares, { match: 1 }, 1, 0.15)
test('match and late are shares', shares, { match: 0.4, late: 0.5 }, 0.4, 0.5)
test('late 0 lets every group come on one day', shares, { late: 0 }, 0.9, 0)

test('match 0 leaves out the products without exposures too', (t) => {
  t.deepEqual(level('LEVEL_3', rowsOf({ days: 2, rows: 1000, match: 0 })), [])
})

test('late 1 makes every matched group late that is seen before the last day', (t) => {
  const groups = groupsOf(rowsOf({ days: 4, rows: 2000, late: 1 })).filter(isMatched)
  const early = groups.filter(({ exposures, products }) => Math.min(...exposures, ...products) < 3)
  t.true(early.length > 100)
  t.true(early.every(isLate))
})

test('daily files are named after date and day of year, over leap days and new years', (t) => {
  t.deepEqual(nameOfDay('2024-02-21', 0), { name: '2024-02-21_052.csv', date: '2024-02-21' })
  t.deepEqual(nameOfDay('2024-02-28', 2), { name: '2024-03-01_061.csv', date: '2024-03-01' })
  t.deepEqual(nameOfDay('2024-12-31', 0), { name: '2024-12-31_366.csv', date: '2024-12-31' })
  t.deepEqual(nameOfDay('2023-12-31', 1), { name: '2024-01-01_001.csv', date: '2024-01-01' })
})

test('a program that comes again comes a year later, as a whole, with other sizes', (t) => {
  const options = { days: 2, rows: 1500, seed: 8 }
  const days = [...generateDays({ ...options, redeliver: 0.2 })]
  t.deepEqual(days.slice(0, 2), [...generateDays(options)])
  t.deepEqual(
    days.slice(2).map(({ name }) => name),
    ['2025-02-21_052.csv', '2025-02-22_053.csv'],
  )
  const [first = [], , again = []] = days.map(({ lines }, day) => rowsIn(lines.join('\n'), day))
  const programs = new Set(again.map((row) => row.PROGRAM))
  t.true(programs.size > 2)
  const wanted = first.filter((row) => programs.has(row.PROGRAM) && /LEVEL_[13]$/.test(row.DagNodeName ?? ''))
  t.deepEqual(
    again.map(identity).sort(),
    wanted
      .filter((row) => !/MEMORY/.test(identity(row)))
      .map(identity)
      .sort(),
  )
  t.true(again.some((row) => !wanted.some((other) => identity(other) === identity(row) && !resized(row, other))))
})

test('a few programs are a hundred times as large as the median one', (t) => {
  const rows = [...collect(rowsOf({ days: 1, rows: 40_000, seed: 2 }), (row) => row.PROGRAM ?? '').values()]
  const sizes = rows.map((program) => program.length).sort((a, b) => a - b)
  const median = sizes[sizes.length >> 1] ?? 0
  t.true((sizes.at(-1) ?? 0) > 80 * median, `${sizes.at(-1)} and ${median}`)
  t.true(sizes.filter((size) => size > 50 * median).length < sizes.length / 50)
})

test('the proper motion of some stars moves them over a rounding boundary', (t) => {
  const stars = level('LEVEL_1', rowsOf({ days: 1, rows: 5000 })).filter(
    (row) => row.VISITYPE === 'PRIME_TARGETED_FIXED',
  )
  const moving = [...collect(stars, (row) => `${row.PROGRAM} ${row.TARGNAME}`).values()].filter((rows) => {
    const rounded = new Set(rows.map((row) => Number(row.TARG_RA).toFixed(6)))
    const places = rows.map((row) => Number(row.TARG_RA))
    return rounded.size === 2 && Math.max(...places) - Math.min(...places) < 1.5e-6
  })
  t.true(moving.length > 2)
})

test('files come in pieces, so that a large one is never whole in memory', (t) => {
  for (const shuffle of [false, true]) {
    for (const { chunks, rows } of generateFiles({ days: 2, rows: 5000, shuffle })) {
      const sizes = [...chunks].map((chunk) => chunk.length)
      t.true(sizes.length > 3 && Math.max(...sizes) < 300_000)
      t.is(rows, 5000)
    }
  }
})

interface Run {
  readonly status: number
  readonly stdout: string
  readonly stderr: string
  /** The files that were written, by name. */
  readonly files: Readonly<Record<string, string>>
}

/** Runs the command in a new folder, with `--out out`. */
async function run(t: ExecutionContext, ...args: string[]): Promise<Run> {
  const folder = await mkdtemp(join(tmpdir(), 'generate-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  const result = await new Promise<Omit<Run, 'files'>>((resolve) => {
    execFile(process.execPath, [COMMAND, '--out', 'out', ...args], { cwd: folder }, (error, stdout, stderr) =>
      resolve({ status: typeof error?.code === 'number' ? error.code : error ? -1 : 0, stdout, stderr }),
    )
  })
  const names = await readdir(join(folder, 'out')).catch(() => [])
  const texts = names.map(async (name) => [name, await readFile(join(folder, 'out', name), 'utf8')] as const)
  return { ...result, files: Object.fromEntries(await Promise.all(texts)) }
}

/** The files that the options give without the command. */
function expected(options: Partial<GeneratorOptions>): Record<string, string> {
  return Object.fromEntries([...generateDays(options)].map(({ name, lines }) => [name, `${lines.join('\n')}\n`]))
}

const flags = test.macro(async (t: ExecutionContext, args: string, options: Partial<GeneratorOptions>) => {
  const { status, stderr, stdout, files } = await run(t, ...args.split(' '))
  t.deepEqual({ status, stderr }, { status: 0, stderr: '' })
  t.deepEqual(files, expected(options))
  const rows = options.oneFile === undefined ? options.rows : (options.rows ?? 0) * (options.days ?? 0)
  t.is(
    stdout,
    Object.keys(files)
      .sort()
      .map((name) => `${name}: ${rows} rows\n`)
      .join(''),
  )
})

const SMALL = { days: 2, rows: 50, seed: 3 }
test('--days, --rows and --seed', flags, '--days 2 --rows 50 --seed 3', SMALL)
test('--start gives the first day', flags, '--days 2 --rows 50 --seed 3 --start 2023-12-31', {
  ...SMALL,
  start: '2023-12-31',
})
test('--one-file', flags, '--days 2 --rows 50 --seed 3 --one-file all.csv', { ...SMALL, oneFile: 'all.csv' })
test('--shuffle', flags, '--days 2 --rows 50 --seed 3 --shuffle', { ...SMALL, shuffle: true })
test('--match', flags, '--days 2 --rows 50 --seed 3 --match 0.2', { ...SMALL, match: 0.2 })
test('--late', flags, '--days 2 --rows 50 --seed 3 --late 1', { ...SMALL, late: 1 })

test('--redeliver', flags, '--days 2 --rows 50 --seed 3 --redeliver 0', { ...SMALL, redeliver: 0 })
test('--dialect', flags, '--days 2 --rows 50 --seed 3 --dialect quoted', { ...SMALL, dialect: 'quoted' })

test('--help lists every option and exits 0', async (t) => {
  const { status, stdout, files } = await run(t, '--help')
  t.is(status, 0)
  for (const flag of [
    'days',
    'rows',
    'seed',
    'start',
    'out',
    'one-file',
    'shuffle',
    'match',
    'late',
    'dialect',
    'redeliver',
    'asn',
    'truth',
  ]) {
    t.true(stdout.includes(`--${flag}`), flag)
  }
  t.deepEqual(files, {})
})

const misuse = test.macro(async (t: ExecutionContext, args: string, message: RegExp) => {
  const { status, stderr, files } = await run(t, ...args.split(' '))
  t.is(status, 2)
  t.regex(stderr, message)
  t.deepEqual(files, {})
})

test('an unknown option is a usage error', misuse, '--row 5', /unknown option '--row'/)
test('an argument is a usage error', misuse, 'file.csv', /too many arguments/)
test('--days takes 1 and more', misuse, '--days 0', /--days.*integer from 1/)
test('--rows takes integers', misuse, '--rows 1.5', /--rows.*integer from 1/)
test('--seed takes no text', misuse, '--seed x', /--seed.*integer from 0/)
test('--start takes dates that exist', misuse, '--start 2023-02-29', /--start.*YYYY-MM-DD/)
test('--dialect takes the dialects', misuse, '--dialect tabs', /--dialect.*plain, unpadded/)
test('--match takes 0 to 1', misuse, '--match 1.1', /--match.*0 to 1/)
test('--redeliver takes 0 to 1', misuse, '--redeliver 2', /--redeliver.*0 to 1/)
test('--late takes 0 to 1', misuse, '--late -1', /--late.*0 to 1/)

test('a folder that cannot be made is an error with exit code 1', async (t) => {
  const { status, stderr } = await run(t, '--out', `${COMMAND}/folder`)
  t.is(status, 1)
  t.regex(stderr, /^error: .*ENOTDIR/)
})
