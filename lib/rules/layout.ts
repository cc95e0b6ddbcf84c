/**
 * The columns of the unencoded tables, and where each stands in a scrubbed row.
 *
 * A scrubbed row is a list of cells in the order of its layout: `dag, imagesize`, the input's other columns in their
 * order, then the columns that scrubbing adds (specification, section 8). Every unencoded table starts with these.
 */
import { IngestError, type Place } from '../errors.js'

/** The input columns that have to be there (section 2). */
export const REQUIRED_COLUMNS = [
  'Dataset',
  'DagNodeName',
  'ImageSize',
  'PROGRAM',
  'OBSERVTN',
  'VISITYPE',
  'TSOVISIT',
  'TARGNAME',
  'TARG_RA',
  'TARG_DEC',
  'INSTRUME',
  'DETECTOR',
  'FILTER',
  'PUPIL',
  'GRATING',
  'EXP_TYPE',
  'FXD_SLIT',
  'CHANNEL',
  'BAND',
  'SUBARRAY',
  'GS_MAG',
  'RA_REF',
  'DEC_REF',
  'CRVAL1',
  'CRVAL2',
] as const

/** The input columns that may be absent (section 2). */
export const OPTIONAL_COLUMNS = ['BKGDTARG', 'IS_IMPRT', 'NUMDTHPT', 'GS_RA', 'GS_DEC', 'CROWDFLD'] as const

/** Every input column that a rule asks for; the others are only carried through. */
export const KNOWN_COLUMNS = [...REQUIRED_COLUMNS, ...OPTIONAL_COLUMNS] as const

/**
 * The longest cell of a known column, in characters (section 9, "Bad rows"). Names and features are made of such cells,
 * and those of many rows meet in one line: this keeps lines of tables short enough to be read.
 */
export const MOST_CHARACTERS = 1_000

/** The input columns whose names change or that give way to `dname`: they are no "other columns". */
const RENAMED = ['Dataset', 'DagNodeName', 'ImageSize'] as const

/** Name of the column of row numbers that pandas and R write: it says where a row stood in one file, and nothing of it. */
export const NAMELESS = ''

/** The columns that scrubbing adds after the input's own. */
const ADDED = ['date', 'year', 'doy', 'dname', 'pid', 'targra', 'params'] as const

/** The columns that a table adds behind a scrubbed row. */
export const TAIL_COLUMNS = ['expmode', 'pname', 'Dataset', 'role', 'expired'] as const

/** The columns that a rule asks for, as tables call them. */
const KNOWN = [...KNOWN_COLUMNS, 'dag', 'imagesize', ...ADDED] as const

type Known =
  | 'dag'
  | 'imagesize'
  | Exclude<(typeof REQUIRED_COLUMNS)[number] | (typeof OPTIONAL_COLUMNS)[number], (typeof RENAMED)[number]>
  | (typeof ADDED)[number]

/** Columns that hold degrees or magnitudes; "nothing" in them is a blank (section 3.4). */
export const FLOAT_COLUMNS = [
  'CRVAL1',
  'CRVAL2',
  'RA_REF',
  'DEC_REF',
  'GS_RA',
  'GS_DEC',
  'GS_MAG',
  'TARG_RA',
  'TARG_DEC',
] as const satisfies readonly Known[]

/** Right ascensions, declinations: degrees within ±360 and ±90 (section 9, "Bad rows"). */
export const RA_COLUMNS = ['CRVAL1', 'RA_REF', 'GS_RA', 'TARG_RA'] as const satisfies readonly Known[]
export const DEC_COLUMNS = ['CRVAL2', 'DEC_REF', 'GS_DEC', 'TARG_DEC'] as const satisfies readonly Known[]

/** Columns of whole numbers, which some programs write with `.0` where a column has blanks (section 2). */
export const WHOLE_COLUMNS = ['PROGRAM', 'OBSERVTN', 'CHANNEL', 'NUMDTHPT'] as const satisfies readonly Known[]

/** Columns that hold numbers that scrubbing looks at. */
export const NUMBER_COLUMNS = ['imagesize', ...FLOAT_COLUMNS] as const

/** Where each known column stands in a row; -1 for one that it does not have. */
export type Positions = Readonly<Record<Known, number>>

/** The order of a scrubbed row's cells in this run, and the position of each column that a rule asks for. */
export interface Layout {
  /** Every column, in order. */
  readonly columns: readonly string[]
  /** Position of each known column; -1 for an optional one that no input has. */
  readonly at: Positions
}

/**
 * The layout for the given "other columns" of the input (all but Dataset, DagNodeName and ImageSize), in order. A column
 * without a name, which tables of an earlier version may have, is none.
 */
export function createLayout(others: readonly string[]): Layout {
  const columns = ['dag', 'imagesize', ...others.filter((name) => name !== NAMELESS), ...ADDED]
  return { columns, at: tablePositions(columns) }
}

/** The names under which an input has columns that tables call otherwise. */
const INPUT_NAMES: Readonly<Record<string, string>> = { dag: 'DagNodeName', imagesize: 'ImageSize', dname: 'Dataset' }

/** Where the columns stand in a table with this header. */
export function tablePositions(header: readonly string[], names: Readonly<Record<string, string>> = {}): Positions {
  return Object.fromEntries(KNOWN.map((name) => [name, header.indexOf(names[name] ?? name)])) as Positions
}

/** Where the columns stand in an input with this header, under the names that scrubbing gives them. */
export function inputPositions(header: readonly string[]): Positions {
  return tablePositions(header, INPUT_NAMES)
}

/** For each column of the layout that an input can have, the field of a table with this header; -1 for none. */
export function tableFields(
  layout: Layout,
  header: readonly string[],
  names: Readonly<Record<string, string>> = {},
): readonly number[] {
  return layout.columns.slice(0, layout.at.date).map((name) => header.indexOf(names[name] ?? name))
}

/** For each column of the layout that an input can have, the field of an input with this header; -1 for none. */
export function inputFields(layout: Layout, header: readonly string[]): readonly number[] {
  return tableFields(layout, header, INPUT_NAMES)
}

/** An input's other columns, in their order; without the one that has no name. */
export function otherColumns(header: readonly string[]): string[] {
  const renamed: readonly string[] = [...RENAMED, NAMELESS]
  return header.filter((name) => !renamed.includes(name))
}

/** The columns of a table of scrubbed rows that came from the input: without those the program added. */
export function inputColumns(tableHeader: readonly string[]): string[] {
  const own: readonly string[] = ['dag', 'imagesize', ...ADDED, ...TAIL_COLUMNS]
  return tableHeader.filter((name) => !own.includes(name))
}

/** Other columns of several headers in one list: the first one's order, then what each further one adds. */
export function uniteColumns(lists: Iterable<readonly string[]>): string[] {
  return [...new Set([...lists].flat())]
}

/**
 * Checks an input's header line (section 2).
 *
 * @throws IngestError HEADER_INVALID that names the columns that are missing, repeated, nameless, or that the tables add
 *   themselves; INPUT_NOT_CSV where none is known
 */
export function checkHeader(header: readonly string[], source: string): void {
  const place = { source, line: 1 }
  const missing = REQUIRED_COLUMNS.filter((name) => !header.includes(name))
  if (missing.length === REQUIRED_COLUMNS.length) throw noMetadata(header, place)
  mustBeNamed(header, place)
  if (missing.length > 0) {
    throw new IngestError('HEADER_INVALID', `required column${plural(missing)} missing: ${missing.join(', ')}`, place)
  }
  const repeated = header.filter((name, index) => header.indexOf(name) !== index)
  if (repeated.length > 0) {
    throw new IngestError('HEADER_INVALID', `column${plural(repeated)} more than once: ${repeated.join(', ')}`, place)
  }
  const own: readonly string[] = ['dag', 'imagesize', ...ADDED, ...TAIL_COLUMNS]
  const clash = header.filter((name) => own.includes(name) && name !== 'Dataset')
  if (clash.length > 0) {
    const message = `column${plural(clash)} that the tables add themselves: ${clash.join(', ')}; is this a table of a database? Give the raw file`
    throw new IngestError('HEADER_INVALID', message, place)
  }
}

/** One column without a name is left out; several are no row numbers, and may be what a header is short of. */
function mustBeNamed(header: readonly string[], place: Place): void {
  const nameless = header.flatMap((name, index) => (name === NAMELESS ? [index + 1] : []))
  if (nameless.length < 2) return
  const message = `columns without a name: ${ranges(nameless)} of ${header.length}; give them names or take them out (one alone is left out)`
  throw new IngestError('HEADER_INVALID', message, place)
}

function noMetadata(header: readonly string[], place: Place): IngestError {
  const start = header.join(',').slice(0, 60)
  // biome counts control characters in regular expressions as suspicious; binary input is told by a NUL byte.
  const kind = start.includes('\0') ? 'it looks binary' : `its first line is ${JSON.stringify(start)}`
  const message = `this is no CSV file of calibration metadata (${kind}); expected a header with Dataset,DagNodeName,ImageSize,…`
  return new IngestError('INPUT_NOT_CSV', message, place)
}

/** Ascending numbers, neighbours as one: `1, 32-34`. */
function ranges(numbers: readonly number[]): string {
  const starts = numbers.filter((number, index) => numbers[index - 1] !== number - 1)
  const ends = numbers.filter((number, index) => numbers[index + 1] !== number + 1)
  return starts.map((start, index) => (start === ends[index] ? start : `${start}-${ends[index]}`)).join(', ')
}

function plural(names: readonly string[]): string {
  return names.length === 1 ? '' : 's'
}
