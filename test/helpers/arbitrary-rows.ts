/** Arbitrary raw input rows (section 2) that meet the rules' interesting cases often: few names, targets and sizes. */
import type { ExecutionContext } from 'ava'
import fc from 'fast-check'
import type { DayFile } from './model.js'
import { type Keywords, MODES, OVERRIDES, TARGETS, VISITS } from './model-modes.js'
import { tried } from './tried.js'

/** The columns of a daily file, in the order of section 2. */
export const HEADER: readonly string[] = (
  'Dataset DagNodeName ImageSize PROGRAM OBSERVTN BKGDTARG IS_IMPRT VISITYPE TSOVISIT TARGNAME TARG_RA TARG_DEC INSTRUME ' +
  'DETECTOR FILTER PUPIL GRATING EXP_TYPE FXD_SLIT CHANNEL BAND SUBARRAY NUMDTHPT GS_RA GS_DEC CROWDFLD GS_MAG RA_REF ' +
  'DEC_REF CRVAL1 CRVAL2'
).split(' ')

/** Columns that a daily file may lack, and one that nothing asks for. */
const OPTIONAL = ['BKGDTARG', 'IS_IMPRT', 'CROWDFLD', 'GS_RA', 'GS_DEC', 'NUMDTHPT']
const EXTRA = 'EXTRA'

/** Seed of every property; another one is given in the environment variable FC_SEED. */
export const seed = Number(process.env.FC_SEED ?? 20240221)

/** How a property is run; the environment variable FC_RUNS replaces its number of cases. */
export function propertyOptions(t: ExecutionContext, cases: number) {
  const numRuns = Number(process.env.FC_RUNS ?? cases)
  t.log(`FC_SEED=${seed} FC_RUNS=${numRuns}`)
  tried('generated cases', numRuns)
  return { seed, numRuns, includeErrorInReport: true }
}

/** One raw row: its cells by column, the day of its file, and whether it lacks a field or has one too many. */
export interface RawRow {
  readonly date: string
  readonly cells: Readonly<Record<string, string>>
  readonly shape?: 'short' | 'long'
}

const MOST_ROWS = 24
/** The days that rows come from; the last one is a leap day. */
const LEAP_DAY = '2024-02-29'
const DAYS = ['2023-12-31', '2024-01-01', LEAP_DAY]
const SIZES = ['1000.0', '1000', '2500.5', '999.25', '31333341.326', '', 'NaN']
const PRODUCT_SIZES = ['31333341.326', '5000000', '4000000.5', '1000.0', '']
const MAGNITUDES = ['14.5', '14.50', '15.25', '16', '', 'NONE']
/**
 * Added to the target's right ascension: 3e-7 rounds away in `targra`, 5e-7 is half a unit of its last digit,
 * 1.4999e-6 becomes such a half when it is rounded to 8 decimals first, 1.3e-9 rounds away in TARG_RA. A step of 1e-6 is
 * the same target, two steps are another one, unless there is one between them.
 */
const RA_SHIFTS = [0, 0, 0, 3e-7, 5e-7, 1e-6, 1.4999e-6, 2e-6, 1.3e-9, 0.05]
const STEPS = [0, 0.001, -0.001, 0.0025]

const pick = <T>(...values: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...values)
/** Mostly the first value, now and then another. */
const mostly = <T>(usual: T, ...others: readonly T[]): fc.Arbitrary<T> =>
  fc.oneof(
    { withCrossShrink: true },
    { arbitrary: fc.constant(usual), weight: 6 },
    { arbitrary: pick(...others), weight: 1 },
  )

const association = fc.record({
  mode: pick(...MODES),
  program: pick('01001', '01002'),
  observation: pick('001', '002'),
  visit: pick(...VISITS.slice(0, 4), ...VISITS),
  override: mostly<Keywords>({}, ...OVERRIDES),
})

const common = fc.record({
  association: fc.nat(2),
  date: pick(...DAYS),
  target: pick(...TARGETS.slice(0, 3), ...TARGETS),
  targetName: mostly<string | undefined>(undefined, 'NONE', '', 'BETA', '14.5'),
  raShift: pick(...RA_SHIFTS),
  blankTarget: mostly(false, true),
  magnitude: pick(...MAGNITUDES),
  visit: mostly<string | undefined>(undefined, ...VISITS),
  tso: mostly('False', 'True', 't', 'true', 'NONE', '1', '1.0', '0', 'TRUE'),
  steps: fc.tuple(pick(...STEPS), pick(...STEPS)),
  blankPoint: mostly<readonly string[]>([], ['CRVAL1'], ['RA_REF', 'DEC_REF'], ['RA_REF', 'CRVAL2'], ['GS_RA']),
  override: mostly<Keywords>(
    {},
    ...[{ SUBARRAY: 'SUB64' }, { EXP_TYPE: 'NRC_TACQ' }, { CHANNEL: 'NONE' }, { TARG_DEC: '' }, { FILTER: 'NONE' }],
    ...[{ NUMDTHPT: '' }, { NUMDTHPT: 'many' }, { BKGDTARG: 'T' }, { CROWDFLD: 'true' }, { IS_IMPRT: 'NONE' }],
    ...[{ PROGRAM: '1001' }, { OBSERVTN: '1' }, { PROGRAM: '1001.0', OBSERVTN: '1.0' }, { NUMDTHPT: '4.0' }],
    ...[{ BKGDTARG: '1' }, { CROWDFLD: '0.0' }, { IS_IMPRT: 'TRUE' }],
  ),
  extra: pick('', 'x', 'a,"b"', ' 7 '),
})

/** As the observatory's rows mostly are: nothing blank, nothing odd, one of two targets. */
const plain: typeof common = fc.record({
  association: fc.nat(2),
  date: pick(...DAYS),
  target: pick(...TARGETS.slice(0, 2)),
  targetName: fc.constant(undefined),
  raShift: fc.constant(0),
  blankTarget: fc.constant(false),
  magnitude: fc.constant('14.5'),
  visit: fc.constant(undefined),
  tso: fc.constant('False'),
  steps: fc.tuple(pick(...STEPS), pick(...STEPS)),
  blankPoint: fc.constant([]),
  override: fc.constant({}),
  extra: pick('', 'x'),
})

type Association = typeof association extends fc.Arbitrary<infer T> ? T : never
type Common = typeof common extends fc.Arbitrary<infer T> ? T : never

const exposureOf = (its: typeof common) =>
  fc.record({ common: its, number: fc.integer({ min: 1, max: 5 }), detector: fc.nat(2), size: pick(...SIZES) })
const productOf = (its: typeof common) =>
  fc.record({
    common: its,
    number: fc.integer({ min: 1, max: 3 }),
    detector: fc.nat(2),
    channel: fc.nat(2),
    size: pick(...PRODUCT_SIZES),
    /** What it is a product of where that is no observation. */
    candidate: mostly<string | undefined>(undefined, 'c1001', 'a3001', 'r0001'),
    isFile: mostly(false, true),
  })

/** A row again, with another day, size or keywords; some of these changes take it out of the data altogether. */
const repeat = fc.record({
  of: fc.nat(20),
  date: fc.option(pick(...DAYS), { nil: undefined }),
  size: fc.option(pick(...SIZES, '2000'), { nil: undefined }),
  changes: pick<Keywords>(
    {},
    ...[
      { EXP_TYPE: 'NRC_TACQ' },
      { EXP_TYPE: 'MIR_IMAGE' },
      { OBSERVTN: '002' },
      { OBSERVTN: '1' },
      { TARGNAME: 'BETA' },
    ],
    ...[{ SUBARRAY: 'SUB64' }, { TSOVISIT: 'True' }, { CHANNEL: '2' }, { FILTER: 'F999W' }, { CRVAL1: '', RA_REF: '' }],
    ...[{ DagNodeName: 'LEVEL_2' }, { DagNodeName: 'ESTIMATE_LEVEL_3_MEMORY' }, { GS_MAG: '15.25' }],
    ...[{ DagNodeName: 'LEVEL_3' }, { DagNodeName: 'LEVEL_1' }, { EXTRA: 'y' }],
    ...[{ VISITYPE: 'PARALLEL_PURE' }, { TARG_RA: '10.7' }, { DETECTOR: 'ODDBALL' }],
  ),
})

/** A row again on a later day, often with the keywords of one of the associations, which it then moves to. */
const reprocess = fc.record({
  of: fc.nat(20),
  date: pick(...DAYS.slice(1), LEAP_DAY),
  size: fc.option(pick(...PRODUCT_SIZES, '2000', '6000000.5'), { nil: undefined }),
  into: fc.option(fc.nat(2), { nil: undefined, freq: 1 }),
  changes: mostly<Keywords>({}, { EXP_TYPE: 'NRC_TACQ' }, { TARGNAME: 'BETA' }, { GS_MAG: '15.25' }, { EXTRA: 'z' }),
})

/** A row that belongs to `rejects.csv`. */
const broken = fc.record({
  of: fc.nat(20),
  changes: pick<Keywords>(
    ...[{ GS_MAG: 'bright' }, { CRVAL1: '12h30m' }, { ImageSize: '12kB' }, { Dataset: '' }, { Dataset: 'NONE' }],
    ...[{ Dataset: 'jwABCDE001001_02101_00001_nis_uncal.fits' }, { Dataset: 'jw1' }],
    ...[{ INSTRUME: 'NIRCAM', CHANNEL: 'NONE', DETECTOR: 'MULTIPLE' }, { ImageSize: '-0.5' }],
    ...[{ TARG_DEC: '90.5' }, { DEC_REF: '-91' }, { CRVAL1: '360.01' }, { GS_RA: '-361' }],
  ),
  shape: mostly<'short' | 'long' | undefined>(undefined, 'short', 'long'),
})

type Repeat = typeof repeat extends fc.Arbitrary<infer T> ? T : never
type Reprocess = typeof reprocess extends fc.Arbitrary<infer T> ? T : never
type Broken = typeof broken extends fc.Arbitrary<infer T> ? T : never
type Exposure = ReturnType<typeof exposureOf> extends fc.Arbitrary<infer T> ? T : never
type Product = ReturnType<typeof productOf> extends fc.Arbitrary<infer T> ? T : never
type Part =
  | { readonly kind: 'exposure'; readonly of: Exposure }
  | { readonly kind: 'product'; readonly of: Product }
  | { readonly kind: 'repeat'; readonly of: Repeat }
  | { readonly kind: 'reprocess'; readonly of: Reprocess }
  | { readonly kind: 'broken'; readonly of: Broken }

/** How often rows of each kind come, in relation to one another. */
interface Weights {
  readonly exposure: number
  readonly product: number
  readonly repeat: number
  readonly reprocess: number
  readonly broken: number
}

function rowsWith(
  weights: Weights,
  its: typeof common,
  associations: fc.Arbitrary<Association[]>,
): fc.Arbitrary<readonly RawRow[]> {
  const part = fc.oneof(
    { arbitrary: exposureOf(its).map((of): Part => ({ kind: 'exposure', of })), weight: weights.exposure },
    { arbitrary: productOf(its).map((of): Part => ({ kind: 'product', of })), weight: weights.product },
    { arbitrary: repeat.map((of): Part => ({ kind: 'repeat', of })), weight: weights.repeat },
    { arbitrary: reprocess.map((of): Part => ({ kind: 'reprocess', of })), weight: weights.reprocess },
    { arbitrary: broken.map((of): Part => ({ kind: 'broken', of })), weight: weights.broken },
  )
  return fc.tuple(associations, fc.array(part, { maxLength: MOST_ROWS, size: 'max' })).map(([all, parts]) => {
    const rows: RawRow[] = []
    for (const one of parts) {
      const row = buildRow(one, all, rows)
      if (row !== undefined) rows.push(row)
    }
    return rows
  })
}

const associations = fc.array(association, { minLength: 1, maxLength: 3 })

/**
 * Up to three associations with some two dozen rows: exposures and products (c-candidates too) of few targets, rows
 * again on the same or another day with other sizes and keywords, rows of levels and types that are dropped, bad rows.
 */
export const rowsArbitrary = rowsWith(
  { exposure: 8, product: 5, repeat: 3, reprocess: 0, broken: 1 },
  common,
  associations,
)

/** The same with more matches and more rows that come again, in one program, as in many days of reprocessing. */
const repeatedRows = rowsWith(
  { exposure: 10, product: 6, repeat: 2, reprocess: 8, broken: 1 },
  fc.oneof({ arbitrary: plain, weight: 4 }, { arbitrary: common, weight: 1 }),
  associations.map((all) => all.map((one) => ({ ...one, program: '01001' }))),
)

/** Of these, products share a name in association files. */
const SHARED_NAMES = ['MIR_MRS', 'NRS_IFU'].map((type) => MODES.filter(({ header }) => header.EXP_TYPE === type))

/** Rows for association files to name: one time in two of MIR_MRS or the NIRSpec IFU alone. */
export const memberRowsArbitrary = rowsWith(
  { exposure: 10, product: 8, repeat: 1, reprocess: 4, broken: 1 },
  fc.oneof({ arbitrary: plain, weight: 6 }, { arbitrary: common, weight: 1 }),
  fc.tuple(associations, fc.nat(3)).map(([all, kind]) =>
    all.map((one, index) => {
      const modes = SHARED_NAMES[kind] ?? []
      const mode = modes[index % modes.length]
      const its = { ...one, program: '01001' }
      return mode === undefined ? its : { ...its, mode, observation: '001', override: {} }
    }),
  ),
)

function buildRow(part: Part, associations: readonly Association[], before: readonly RawRow[]): RawRow | undefined {
  if (part.kind === 'exposure' || part.kind === 'product') {
    const its = associations[part.of.common.association % associations.length]
    if (its === undefined) return undefined
    return part.kind === 'exposure' ? exposureRow(part.of, its) : productRow(part.of, its)
  }
  const earlier = before[part.of.of % Math.max(before.length, 1)]
  if (earlier === undefined) return undefined
  if (part.kind === 'reprocess') return reprocessedRow(part.of, earlier, associations)
  const cells = { ...earlier.cells, ...part.of.changes }
  // What a NIRCam channel or detector of another name means is nowhere said.
  if (part.kind === 'repeat' && cells.INSTRUME === 'NIRCAM') {
    Object.assign(cells, { CHANNEL: earlier.cells.CHANNEL, DETECTOR: earlier.cells.DETECTOR })
  }
  if (part.kind === 'broken') {
    return { date: earlier.date, cells, ...(part.of.shape === undefined ? {} : { shape: part.of.shape }) }
  }
  const size = part.of.size
  return { date: part.of.date ?? earlier.date, cells: size === undefined ? cells : { ...cells, ImageSize: size } }
}

function reprocessedRow(of: Reprocess, earlier: RawRow, associations: readonly Association[]): RawRow {
  const its = of.into === undefined ? undefined : associations[of.into % associations.length]
  const keywords: Keywords =
    its === undefined
      ? {}
      : {
          ...its.mode.header,
          OBSERVTN: its.observation,
          VISITYPE: its.visit,
          DETECTOR: its.mode.detectors[0] ?? 'NONE',
        }
  const size: Keywords = of.size === undefined ? {} : { ImageSize: of.size }
  return { date: of.date, cells: { ...earlier.cells, ...keywords, ...of.changes, ...size } }
}

function exposureRow({ common: shared, number, detector, size }: Exposure, its: Association): RawRow {
  const itsDetector = its.mode.detectors[detector % its.mode.detectors.length] ?? 'NONE'
  const start = `jw${its.program}${its.observation}001_02101_0000${number}`
  return row(shared, its, {
    Dataset: `${start}_${itsDetector.toLowerCase()}_uncal.fits`,
    DagNodeName: 'LEVEL_1',
    ImageSize: size,
    DETECTOR: itsDetector,
  })
}

function productRow(product: Product, its: Association): RawRow {
  const { common: shared, number, detector, channel, size, candidate, isFile } = product
  const { mode } = its
  // The association key of a wavefront-sensing visit has the detector, so its products have one too.
  const one = mode.detectors[detector % mode.detectors.length] ?? 'NONE'
  const itsChannel = mode.productChannels[channel % mode.productChannels.length] ?? 'NONE'
  const optics = opticsOf(mode.header, itsChannel).toLowerCase()
  const scope = candidate ?? `o${its.observation}`
  // Wavefront sensing has a suffix that is part of the name.
  const isSensing = its.visit.includes('WFSC')
  const suffix = isSensing ? '_wfscmb-04.fits' : '_i2d.fits'
  const instrument = String(mode.header.INSTRUME).toLowerCase()
  return row(shared, its, {
    Dataset: `jw${its.program}-${scope}_t00${number}_${instrument}_${optics}${isSensing ? one : ''}${isFile ? suffix : ''}`,
    DagNodeName: 'LEVEL_3',
    ImageSize: size,
    DETECTOR: isSensing ? one : mode.productDetector,
    CHANNEL: itsChannel,
  })
}

/** Names of MIR_MRS and of the NIRSpec IFU are made as the pipeline makes them; of others it does not matter. */
function opticsOf({ EXP_TYPE, FILTER, PUPIL, GRATING, SUBARRAY, BAND }: Keywords, channel: string): string {
  if (EXP_TYPE === 'MIR_MRS') return `ch${channel}-${BAND}`
  return EXP_TYPE === 'NRS_IFU' ? `${GRATING}-${FILTER}` : `${FILTER}-${PUPIL}-${SUBARRAY}-ch${channel}`
}

/** All 31 cells of a row; its own cells come last but for the override. */
function row(shared: Common, its: Association, own: Keywords): RawRow {
  const { target, steps } = shared
  const [ra, dec] = [target.ra + steps[0], target.dec + steps[1]]
  const cells: Keywords = {
    ...its.mode.header,
    PROGRAM: its.program,
    OBSERVTN: its.observation,
    BKGDTARG: 'False',
    IS_IMPRT: 'False',
    VISITYPE: shared.visit ?? its.visit,
    TSOVISIT: shared.tso,
    TARGNAME: shared.targetName ?? target.TARGNAME,
    TARG_RA: shared.blankTarget ? '' : degrees(target.ra + shared.raShift),
    TARG_DEC: degrees(target.dec),
    NUMDTHPT: '4',
    GS_RA: degrees(target.ra + 0.05),
    GS_DEC: degrees(target.dec - 0.03),
    CROWDFLD: 'True',
    GS_MAG: shared.magnitude,
    RA_REF: degrees(ra),
    DEC_REF: degrees(dec),
    CRVAL1: degrees(ra + 0.0001),
    CRVAL2: degrees(dec),
    [EXTRA]: shared.extra,
    ...Object.fromEntries(shared.blankPoint.map((name) => [name, ''])),
    ...own,
    ...its.override,
    ...shared.override,
  }
  return { date: shared.date, cells }
}

/** Degrees with at most 10 decimals, right ascensions beyond 360 as they are. */
function degrees(value: number): string {
  return String(Number(value.toFixed(10)))
}

/** The rows as daily files, one per date, in date order; fields that need quotes have them. */
export function toDayFiles(rows: readonly RawRow[]): DayFile[] {
  const dates = [...new Set(rows.map(({ date }) => date))].sort()
  return dates.map((date) =>
    dayFile(
      date,
      rows.filter((one) => one.date === date),
    ),
  )
}

/** How a daily file is written; all of these are ordinary input. */
interface Shape {
  readonly columns: readonly string[]
  readonly lineEnd: '\n' | '\r\n'
  readonly byteOrderMark: boolean
  readonly headerAgain: boolean
  readonly endsOpen: boolean
  readonly reversed: boolean
  /** Row numbers in a column of their own, which has no name. */
  readonly numbered: boolean
}

const PLAIN: Shape = {
  columns: HEADER,
  lineEnd: '\n',
  byteOrderMark: false,
  headerAgain: false,
  endsOpen: false,
  reversed: false,
  numbered: false,
}

/** A daily file of these rows, whatever their dates. */
export function dayFile(date: string, rows: readonly RawRow[], changes: Partial<Shape> = {}): DayFile {
  const { columns, lineEnd, ...shape } = { ...PLAIN, ...changes }
  const number = (index: number) => (shape.numbered ? `${index},` : '')
  const header = `${shape.numbered ? ',' : ''}${columns.join(',')}`
  const lines = rows.map((one, index) => `${number(index)}${line(one, columns)}`)
  if (shape.reversed) lines.reverse()
  if (shape.headerAgain) lines.splice(lines.length >> 1, 0, header)
  const text = [header, ...lines].join(lineEnd) + (shape.endsOpen ? '' : lineEnd)
  return { name: `${date}_${dayOfYear(date)}.csv`, date, text: shape.byteOrderMark ? `\uFEFF${text}` : text }
}

function line({ cells, shape }: RawRow, columns: readonly string[]): string {
  const fields = columns.map((name) => quoted(cells[name] ?? ''))
  if (shape === 'short') fields.pop()
  if (shape === 'long') fields.push('surplus')
  return fields.join(',')
}

const without = (...names: readonly string[]): string[] => HEADER.filter((name) => !names.includes(name))

/** Headers in another order, without optional columns, with one more; `plain` of 10 are as usual. */
const shapeArbitrary = (plain: number): fc.Arbitrary<Shape> =>
  fc.record({
    columns: fc.oneof(
      { withCrossShrink: true },
      { arbitrary: fc.constant(HEADER), weight: plain },
      {
        arbitrary: fc.oneof(
          pick<readonly string[]>([...HEADER, EXTRA], [EXTRA, ...HEADER], without('GS_RA'), without(...OPTIONAL)),
          fc.shuffledSubarray([...HEADER, EXTRA], { minLength: HEADER.length + 1 }),
        ),
        weight: 10 - plain,
      },
    ),
    lineEnd: mostly<'\n' | '\r\n'>('\n', '\r\n'),
    byteOrderMark: mostly(false, true),
    headerAgain: mostly(false, true),
    endsOpen: mostly(false, true),
    reversed: fc.boolean(),
    numbered: mostly(false, true),
  })

/** Up to this many files have one date. */
const SLOTS = 3

/** Rows spread over daily files of all shapes, several of which may have one date. */
export function filesOf(rows: fc.Arbitrary<readonly RawRow[]>, plain: number): fc.Arbitrary<readonly DayFile[]> {
  const slots = fc.array(fc.nat(SLOTS - 1), { minLength: MOST_ROWS, maxLength: MOST_ROWS })
  const shapes = fc.array(shapeArbitrary(plain), { minLength: DAYS.length * SLOTS, maxLength: DAYS.length * SLOTS })
  return fc.tuple(rows, slots, shapes).map(([all, slotOf, shapeOf]) =>
    shapeOf.flatMap((shape, index) => {
      const date = DAYS[Math.floor(index / SLOTS)] ?? ''
      const its = all.filter((one, at) => one.date === date && slotOf[at] === index % SLOTS)
      return its.length === 0 ? [] : [dayFile(date, its, shape)]
    }),
  )
}

/** A single daily file of any shape. */
export const fileArbitrary = fc
  .tuple(rowsArbitrary, shapeArbitrary(6))
  .map(([rows, shape]) => dayFile(LEAP_DAY, rows, shape))

/** Daily files of all shapes. */
export const filesArbitrary = filesOf(rowsArbitrary, 6)

/** Daily files, and runs over them by their indices: every file in at least one of the runs, in any order. */
export interface History {
  readonly files: readonly DayFile[]
  readonly runs: readonly (readonly number[])[]
}

/** Every file's place in the order, the files that come again and where, and after which a run ends. */
const course = fc.record({
  places: fc.array(fc.nat(999), { minLength: DAYS.length * SLOTS, maxLength: DAYS.length * SLOTS }),
  again: fc.array(fc.tuple(fc.nat(99), fc.nat(99)), { maxLength: 3 }),
  ends: fc.array(fc.integer({ min: 0, max: 3 }), { minLength: DAYS.length * SLOTS, maxLength: DAYS.length * SLOTS }),
})

/** Any runs over some files. */
export function historyOf(files: fc.Arbitrary<readonly DayFile[]>): fc.Arbitrary<History> {
  return fc.tuple(files, course).map(([its, { places, again, ends }]) => {
    const order = [...its.keys()].sort((a, b) => (places[a] ?? 0) - (places[b] ?? 0) || a - b)
    for (const [of, at] of its.length === 0 ? [] : again) order.splice(at % (order.length + 1), 0, of % its.length)
    const runs: number[][] = [[]]
    for (const [at, index] of order.entries()) {
      runs.at(-1)?.push(index)
      if (ends[at % ends.length] !== 0) runs.push([])
    }
    return { files: its, runs: runs.filter((one) => one.length > 0) }
  })
}

/** Days of reprocessing whose files all have the same header. */
export const historyArbitrary = historyOf(filesOf(repeatedRows, 10))

/** Days of reprocessing whose files have the columns that they happen to have. */
export const mixedHistoryArbitrary = historyOf(filesOf(repeatedRows, 6))

function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

function dayOfYear(date: string): string {
  const days = (Date.parse(date) - Date.parse(`${date.slice(0, 4)}-01-01`)) / 86_400_000 + 1
  return String(days).padStart(3, '0')
}
