/** Sections 2 and 3 of the specification, naively: CSV text to the rows that take part in associations. */
import {
  type Cells,
  cell,
  compareNumber,
  compareText,
  floatText,
  has,
  isFalse,
  isNumber,
  numberIn,
  roundTo,
} from './model-values.js'

/** One input file of the model: its name, the day it stands for (YYYY-MM-DD) and its CSV text. */
export interface DayFile {
  readonly name: string
  readonly date: string
  readonly text: string
}

/** The rows that remain after section 3, each with the cells that the unencoded tables show. */
export interface CleanRows {
  readonly columns: readonly string[]
  readonly exposures: readonly Cells[]
  readonly products: readonly Cells[]
  readonly mosaics: readonly Cells[]
  /** Names of datasets whose last version is dropped. */
  readonly dropped: readonly string[]
}

const FLOATS = ['CRVAL1', 'CRVAL2', 'RA_REF', 'DEC_REF', 'GS_RA', 'GS_DEC', 'GS_MAG', 'TARG_RA', 'TARG_DEC']
const RENAMED = ['Dataset', 'DagNodeName', 'ImageSize']
const KEPT_TYPES = (
  'FGS_IMAGE MIR_IMAGE NRC_IMAGE MIR_LRS-FIXEDSLIT MIR_MRS MIR_LYOT MIR_4QPM MIR_LRS-SLITLESS MIR_WFSS NRC_CORON ' +
  'NRC_WFSS NRC_TSIMAGE NRC_TSGRISM NIS_IMAGE NIS_AMI NIS_WFSS NIS_SOSS NRS_FIXEDSLIT NRS_IFU NRS_MSASPEC NRS_BRIGHTOBJ'
).split(' ')
const SENSING = ['PRIME_WFSC_SENSING_ONLY', 'PRIME_WFSC_ROUTINE', 'PRIME_WFSC_SENSING_CONTROL']

/** The instruments that section 6 gives a pixel scale for. */
const INSTRUMENTS = ['FGS', 'MIRI', 'NIRCAM', 'NIRISS', 'NIRSPEC']

/** Applies sections 2 and 3 to all files at once. Bad rows are left out (they belong to `rejects.csv`). */
export function cleanRows(files: readonly DayFile[]): CleanRows {
  const names = [...new Set(files.flatMap(({ text }) => readNames(text)))]
  const others = names.filter((name) => name !== '' && !RENAMED.includes(name))
  const columns = ['dag', 'imagesize', ...others, 'date', 'year', 'doy', 'dname', 'pid', 'targra', 'params']

  const scrubbed = usableRows(files).map(({ cells, date }) => scrub(cells, date, others))
  const last = lastOfEachName(scrubbed, columns)
  const kept = last.filter(reachesLevel3)
  const isProduct = (row: Cells): boolean => levelOf(cell(row, 'dag')) === 3
  const products = kept.filter(isProduct)
  return {
    columns,
    exposures: kept.filter((row) => !isProduct(row)),
    products: products.filter((row) => !isCandidateName(cell(row, 'dname'))),
    mosaics: products.filter((row) => isCandidateName(cell(row, 'dname'))),
    dropped: last.filter((row) => !reachesLevel3(row)).map((row) => cell(row, 'dname')),
  }
}

function usableRows(files: readonly DayFile[]) {
  return files
    .flatMap((file) => readCsv(file.text).map((cells) => ({ cells, date: file.date })))
    .filter(({ cells }) => levelOf(cell(cells, 'DagNodeName')) !== 0)
    .filter(({ cells }) => isUsable(cells))
}

/** The names of the datasets of which these files have a row that counts, be it only to hide older ones. */
export function datasetNames(files: readonly DayFile[]): string[] {
  return usableRows(files).map(({ cells }) => nameOf(cell(cells, 'Dataset')))
}

/** Reads CSV text with quotes, a byte-order mark, CRLF and repeated header lines; skips rows of a wrong length. */
export function readCsv(text: string): Cells[] {
  const [header = '', ...rest] = linesOf(text)
  const names = readNames(text)
  return rest
    .filter((line) => line !== header)
    .map(splitLine)
    .filter((fields) => fields.length === names.length)
    .map((fields) => Object.fromEntries(names.map((name, i) => [name, fields[i] ?? ''])))
}

/** The column names of CSV text. */
function readNames(text: string): string[] {
  return splitLine(linesOf(text)[0] ?? '')
}

function linesOf(text: string): string[] {
  return text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .filter((line) => line !== '')
}

/** Splits one line at the commas outside quotes; a doubled quote inside quotes is one quote. */
function splitLine(line: string): string[] {
  const fields: string[] = []
  let field = ''
  let quoted = false
  for (const char of line.replaceAll('""', '\u0000')) {
    if (char === '"') quoted = !quoted
    else if (char === ',' && !quoted) {
      fields.push(field)
      field = ''
    } else field += char
  }
  // An empty quoted field is a doubled quote without quotes around it.
  return [...fields, field].map((value) => (value === '\u0000' ? '' : value.replaceAll('\u0000', '"')))
}

/** Section 3.1: 1 for an exposure, 3 for a product, 0 for a row that is neither. */
function levelOf(dag: string): 0 | 1 | 3 {
  if (dag.includes('1')) return 1
  if (dag.includes('3') && !dag.includes('MEMORY')) return 3
  return 0
}

/** Section 3.2: the data set's name without its last `_suffix` when it is a FITS file. */
export function nameOf(dataset: string): string {
  if (!dataset.endsWith('fits')) return dataset
  // The suffix of wavefront sensing stays.
  if (/_wfscmb-[0-9a-z]+\.fits$/.test(dataset)) return dataset.replace(/\.fits$/, '')
  const end = dataset.lastIndexOf('_')
  return end === -1 ? dataset : dataset.slice(0, end)
}

/** Section 9, "Bad rows": whether every rule can be applied to the row. */
function isUsable(raw: Cells): boolean {
  if (!has(cell(raw, 'Dataset'))) return false
  if (!/^\d{5}$/.test(nameOf(cell(raw, 'Dataset')).slice(2, 7))) return false
  const numbers = ['ImageSize', ...FLOATS].map((name) => cell(raw, name))
  if (numbers.some((text) => has(text) && !isNumber(text))) return false
  if ((numberIn(cell(raw, 'ImageSize')) ?? 0) < 0) return false
  const most = (names: string[]) => Math.max(...names.map((name) => Math.abs(numberIn(cell(raw, name)) ?? 0)))
  if (most(['CRVAL2', 'DEC_REF', 'GS_DEC', 'TARG_DEC']) > 90) return false
  if (most(['CRVAL1', 'RA_REF', 'GS_RA', 'TARG_RA']) > 360) return false
  // What no rule asks the pixel scale of needs none.
  if (!KEPT_TYPES.includes(cell(raw, 'EXP_TYPE'))) return true
  if (!INSTRUMENTS.includes(cell(raw, 'INSTRUME'))) return false
  return cell(raw, 'INSTRUME') !== 'NIRCAM' || nircamChannel(raw) !== undefined
}

/** The channel of a NIRCam row: CHANNEL, or what the detector's name says. */
export function nircamChannel(row: Cells): 'SHORT' | 'LONG' | undefined {
  const channel = cell(row, 'CHANNEL')
  if (channel === 'SHORT' || channel === 'LONG') return channel
  const detector = cell(row, 'DETECTOR')
  if (/^NRC[AB]LONG$/.test(detector)) return 'LONG'
  if (/^NRC[AB][1-4]$/.test(detector)) return 'SHORT'
  return undefined
}

/** Sections 3.2 to 3.4 and 3.7: the row as the unencoded tables show it. */
function scrub(raw: Cells, date: string, others: readonly string[]): Cells {
  const row: Record<string, string> = Object.fromEntries(others.map((name) => [name, cell(raw, name)]))
  row.dag = cell(raw, 'DagNodeName')
  row.imagesize = has(cell(raw, 'ImageSize')) ? cell(raw, 'ImageSize') : ''
  row.dname = nameOf(cell(raw, 'Dataset'))
  row.pid = String(Number(row.dname.slice(2, 7)))
  for (const name of ['PROGRAM', 'OBSERVTN', 'CHANNEL', 'NUMDTHPT']) {
    // A whole number may come with `.0`.
    if (/^[0-9]+[.]0$/.test(cell(row, name))) row[name] = cell(row, name).slice(0, -2)
  }
  row.PROGRAM = cell(row, 'PROGRAM').padStart(5, '0')
  row.OBSERVTN = cell(row, 'OBSERVTN').padStart(3, '0')
  for (const name of FLOATS) {
    // An optional column that the input has not stays away.
    if (Object.hasOwn(row, name) && !has(cell(row, name))) row[name] = ''
  }
  const targetRa = numberIn(cell(row, 'TARG_RA'))
  if (targetRa !== undefined) row.TARG_RA = floatText(roundTo(targetRa, 8))
  row.targra = targetRa === undefined ? '' : floatText(roundTo(roundTo(targetRa, 8), 6))
  row.date = date
  row.year = date.slice(0, 4)
  row.doy = String(dayOfYear(date))
  row.params = associationKey(row)
  row.Dataset = row.dname
  return row
}

function dayOfYear(date: string): number {
  return (Date.parse(date) - Date.parse(`${date.slice(0, 4)}-01-01`)) / 86_400_000 + 1
}

/** Section 3.7. */
function associationKey(row: Cells): string {
  const names = SENSING.includes(cell(row, 'VISITYPE'))
    ? ['pid', 'OBSERVTN', 'FILTER', 'PUPIL', 'DETECTOR']
    : ['pid', 'OBSERVTN', 'FILTER', 'GRATING', 'PUPIL', 'SUBARRAY', 'FXD_SLIT', 'EXP_TYPE', 'BAND']
  const values = names.map((name) => cell(row, name)).filter((text) => has(text) && !isFalse(text))
  if (cell(row, 'DETECTOR') === 'MIRIFUSHORT') values.push('12')
  if (cell(row, 'DETECTOR') === 'MIRIFULONG') values.push('34')
  return values.join('-')
}

/**
 * Section 3.5: of each `dname` the last by date and size (blank last). Where both are equal, a version that is dropped
 * gives way; else the cells decide, column by column in the order of their names.
 */
function lastOfEachName(rows: readonly Cells[], columns: readonly string[]): Cells[] {
  const names = [...columns].sort(compareText)
  const inOrder = [...rows].sort(
    (a, b) =>
      compareText(cell(a, 'date'), cell(b, 'date')) ||
      compareNumber(numberIn(cell(a, 'imagesize')), numberIn(cell(b, 'imagesize'))) ||
      Number(reachesLevel3(a)) - Number(reachesLevel3(b)) ||
      compareCells(a, b, names),
  )
  return [...new Map(inOrder.map((row) => [cell(row, 'dname'), row])).values()]
}

function compareCells(a: Cells, b: Cells, names: readonly string[]): number {
  const different = names.find((name) => cell(a, name) !== cell(b, name))
  return different === undefined ? 0 : compareText(cell(a, different), cell(b, different))
}

/** Sections 3.6 and 3.8: whether the row is not dropped for its exposure type or its channel. */
function reachesLevel3(row: Cells): boolean {
  return KEPT_TYPES.includes(cell(row, 'EXP_TYPE')) && !isRepeatedFootprint(row)
}

/** Section 3.8: a MIR_MRS product of channel 2 or 4 has the exposures of channel 1 or 3. */
function isRepeatedFootprint(row: Cells): boolean {
  const isProduct = levelOf(cell(row, 'dag')) === 3
  return isProduct && cell(row, 'EXP_TYPE') === 'MIR_MRS' && ['2', '4'].includes(cell(row, 'CHANNEL'))
}

/** Section 3.9: the second `-` part of the name of a product of another candidate than an observation. */
function isCandidateName(dname: string): boolean {
  const second = dname.split('-')[1]
  return second !== undefined && !second.startsWith('o')
}
