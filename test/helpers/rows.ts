/** Rows for the tests of single rules: scrubbed from the few columns that a case is about, the others being plain. */
import { ByteWriter } from '../../lib/csv/bytes.js'
import { RecordCells } from '../../lib/csv/split.js'
import { parseDay } from '../../lib/rules/day.js'
import { createLayout, otherColumns } from '../../lib/rules/layout.js'
import type { Row } from '../../lib/rules/row.js'
import { type Scrubbed, Scrubber } from '../../lib/rules/scrub.js'
import { readFresh } from '../../lib/store/read/stored.js'

/** The columns of a daily file, in the order of section 2. */
export const INPUT_COLUMNS = [
  ...(['Dataset', 'DagNodeName', 'ImageSize', 'PROGRAM', 'OBSERVTN', 'BKGDTARG', 'IS_IMPRT', 'VISITYPE'] as const),
  ...(['TSOVISIT', 'TARGNAME', 'TARG_RA', 'TARG_DEC', 'INSTRUME', 'DETECTOR', 'FILTER', 'PUPIL', 'GRATING'] as const),
  ...(['EXP_TYPE', 'FXD_SLIT', 'CHANNEL', 'BAND', 'SUBARRAY', 'NUMDTHPT', 'GS_RA', 'GS_DEC', 'CROWDFLD'] as const),
  ...(['GS_MAG', 'RA_REF', 'DEC_REF', 'CRVAL1', 'CRVAL2'] as const),
]
type InputColumn = (typeof INPUT_COLUMNS)[number]

/** The columns of a row that a case is about, and the day of its file. */
export type Columns = { readonly [name in InputColumn | 'date']?: string }

/** The layout of rows that have all columns of section 2 and no others. */
export const LAYOUT = createLayout(otherColumns(INPUT_COLUMNS))

const DAY = '2024-02-21'

/** A MIRI image of a named, fixed target. */
const PLAIN_EXPOSURE: Readonly<Record<InputColumn, string>> = {
  Dataset: 'jw01001001001_02101_00001_mirimage_uncal.fits',
  DagNodeName: 'LEVEL_1',
  ImageSize: '1000.0',
  PROGRAM: '01001',
  OBSERVTN: '001',
  BKGDTARG: 'False',
  IS_IMPRT: 'NONE',
  VISITYPE: 'PRIME_TARGETED_FIXED',
  TSOVISIT: 'False',
  TARGNAME: 'ALPHA',
  TARG_RA: '10.5',
  TARG_DEC: '-5.25',
  INSTRUME: 'MIRI',
  DETECTOR: 'MIRIMAGE',
  FILTER: 'F770W',
  PUPIL: 'NONE',
  GRATING: 'NONE',
  EXP_TYPE: 'MIR_IMAGE',
  FXD_SLIT: 'NONE',
  CHANNEL: 'NONE',
  BAND: 'NONE',
  SUBARRAY: 'FULL',
  NUMDTHPT: '4',
  GS_RA: '10.55',
  GS_DEC: '-5.28',
  CROWDFLD: 'False',
  GS_MAG: '14.5',
  RA_REF: '10.5',
  DEC_REF: '-5.25',
  CRVAL1: '10.5',
  CRVAL2: '-5.25',
}

const PLAIN_PRODUCT: Readonly<Record<InputColumn, string>> = {
  ...PLAIN_EXPOSURE,
  Dataset: 'jw01001-o001_t001_miri_f770w',
  DagNodeName: 'LEVEL_3',
  ImageSize: '5000000.0',
}

type Cells = Readonly<Record<InputColumn, string>>

/** The fields of an input row that is a plain exposure but for the given columns, in the order of section 2. */
export function fieldsOf(columns: Columns): string[] {
  const cells: Cells = { ...PLAIN_EXPOSURE, ...columns }
  return INPUT_COLUMNS.map((name) => cells[name])
}

/** What scrubbing makes of a record as it stands among others in a file. */
export function scrubRecord(scrubber: Scrubber, text: string): Scrubbed {
  const bytes = Buffer.from(`before\n${text}\nbehind\n`)
  const cells = new RecordCells()
  cells.load(bytes)
  if (cells.split('before\n'.length, bytes.length) < 0) throw new Error(`not plainly well formed: ${text}`)
  const judged = scrubber.judge(cells)
  if (judged.outcome === 'dropped' || judged.outcome === 'rejected') return judged
  const line = new ByteWriter()
  scrubber.write(line)
  return { ...judged, text: line.take().toString() }
}

/** What scrubbing makes of an input row that is a plain exposure but for the given columns. */
export function scrubbed(columns: Columns): Scrubbed {
  const scrubber = new Scrubber(LAYOUT, INPUT_COLUMNS, parseDay(columns.date ?? DAY, 'test'))
  return scrubber.scrub(fieldsOf(columns))
}

/** The row of what scrubbing kept or hid. */
export function rowOf(result: Scrubbed): Row {
  if (!('text' in result)) throw new Error(`no row comes of it: ${JSON.stringify(result)}`)
  return readFresh(LAYOUT, result.text, result.kind)
}

/** A Level 1 exposure: plain but for the given columns. */
export function exposure(columns: Columns = {}): Row {
  return rowOf(scrubbed(columns))
}

/** A Level 3 product: plain but for the given columns. */
export function product(columns: Columns = {}): Row {
  return rowOf(scrubbed({ ...PLAIN_PRODUCT, ...columns }))
}

/** The same row as it is read back from a table, where further cells stand behind it. */
export function stored(row: Row, table: number, place: { expmode?: string; pname?: string } = {}): Row {
  const { expmode = '', pname = '' } = place
  return row.withStored({ table, offset: 0, line: `${row.text},${expmode},${pname}`, expmode, pname })
}
