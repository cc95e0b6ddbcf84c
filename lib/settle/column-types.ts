/** What the columns of tables hold, for who writes them elsewhere or compares their values. */
import { CATEGORIES } from '../rules/category-codes.js'
import { FLOAT_COLUMNS } from '../rules/layout.js'
import { BOOLEANS, isMeasure } from './model-columns.js'

/** What the cells of a column hold, where they are not blank. A category is a text of which there are few. */
export type ColumnType = 'float' | 'int' | 'boolean' | 'date' | 'category' | 'text'

const CATEGORY_COLUMNS =
  'dag VISITYPE INSTRUME DETECTOR FILTER PUPIL GRATING EXP_TYPE FXD_SLIT CHANNEL BAND SUBARRAY expmode role'.split(' ')

const COLUMN_TYPES: ReadonlyMap<string, ColumnType> = new Map<string, ColumnType>([
  ...['imagesize', ...FLOAT_COLUMNS, 'targra'].map((name) => [name, 'float'] as const),
  ...['NUMDTHPT', 'year', 'doy', 'pid'].map((name) => [name, 'int'] as const),
  ...['BKGDTARG', 'IS_IMPRT', 'TSOVISIT', 'CROWDFLD'].map((name) => [name, 'boolean'] as const),
  ...['date', 'expired'].map((name) => [name, 'date'] as const),
  ...CATEGORY_COLUMNS.map((name) => [name, 'category'] as const),
])

/** What a column of the unencoded tables holds. Those that are carried through are text, and so are numbers of programs. */
export function columnType(column: string): ColumnType {
  return COLUMN_TYPES.get(column) ?? 'text'
}

const WHOLE_NUMBERS: ReadonlySet<string> = new Set(['NEXPOSUR', 'nexposur', 'numdthpt', ...CATEGORIES, ...BOOLEANS])

/** What a column of the tables of features holds: codes and encoded booleans are whole numbers. */
export function featureType(column: string): ColumnType {
  if (isMeasure(column) || column === 'gs_mag' || column === 'imgsize_gb') return 'float'
  if (WHOLE_NUMBERS.has(column)) return 'int'
  return column === 'fxd_slit' ? 'category' : columnType(column)
}
