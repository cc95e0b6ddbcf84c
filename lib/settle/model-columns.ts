/**
 * The columns of the model tables and their values: encoded (`train-*`, `rem-*`: specification, section 7) and not
 * encoded (`raw-*`: section 6).
 */

import { unquoted } from '../csv/row.js'
import { formatField } from '../csv/write.js'
import { CATEGORIES, type Encoder } from '../rules/category-codes.js'
import { type ColumnType, columnType } from '../rules/layout.js'
import type { Model } from '../rules/models.js'
import type { cell, Row } from '../rules/row.js'
import { isNothing, isTrue, toNumber } from '../rules/values.js'
import type { Features } from './features.js'
import { measureNumber, measureTexts } from './sky.js'

/** Feature columns of the encoded tables, in order. */
const ENCODED_COLUMNS =
  'instr detector exp_type visitype filter pupil grating fxd_slit channel subarray bkgdtarg is_imprt tsovisit nexposur numdthpt band targ_max_offset offset max_offset mean_offset sigma_offset err_offset sigma1_mean frac targ_frac gs_mag crowdfld'.split(
    ' ',
  )

/** Columns of `raw-*` for models with offsets, in order. */
const RAW_COLUMNS =
  'NEXPOSUR fx_ra fy_dec PROGRAM OBSERVTN BKGDTARG IS_IMPRT VISITYPE TSOVISIT TARGNAME TARG_RA TARG_DEC INSTRUME FILTER PUPIL GRATING FXD_SLIT EXP_TYPE CHANNEL SUBARRAY NUMDTHPT GS_RA GS_DEC GS_MAG CROWDFLD RA_REF DEC_REF CRVAL1 CRVAL2 scale offset targ_offset DETECTOR BAND max_offset mean_offset sigma_offset err_offset sigma1_mean frac targ_max_offset targ_mean_offset targ_sigma_offset targ_err_offset targ_sigma1_mean targ_frac t_offset gs_offset'.split(
    ' ',
  )

/** Columns of `raw-fgs`, in order. */
const RAW_FGS_COLUMNS =
  'PROGRAM OBSERVTN BKGDTARG IS_IMPRT VISITYPE TSOVISIT TARGNAME TARG_RA TARG_DEC INSTRUME DETECTOR FILTER PUPIL GRATING FXD_SLIT EXP_TYPE CHANNEL BAND SUBARRAY NUMDTHPT GS_RA GS_DEC GS_MAG CROWDFLD RA_REF DEC_REF CRVAL1 CRVAL2 NEXPOSUR'.split(
    ' ',
  )

type HeaderColumn = Parameters<typeof cell>[1]

/** Values that the group as a whole has, not its reference exposure. */
const OF_GROUP: Readonly<Record<string, (features: Features) => string>> = {
  NEXPOSUR: ({ nexposur }) => String(nexposur),
  DETECTOR: ({ detector }) => formatField(detector),
  BAND: ({ band }) => formatField(band),
}

const isMeasure = (column: string) => measureNumber(column) >= 0

/** Gives a column's cell: a value of features as it is written. */
type CellOf = (features: Features) => string

/** The cell of a column of `raw-*`: a measure, a value of the group, or a keyword of its reference exposure. */
function rawCell(column: string): CellOf {
  const number = measureNumber(column)
  if (number >= 0) {
    return (features) => {
      features.measures ??= measureTexts(features.pointing)
      return features.measures[number] ?? ''
    }
  }
  const name = column as HeaderColumn
  return OF_GROUP[column] ?? (({ reference }) => reference.line.cell(reference.layout.at[name]))
}

/** How an encoded value comes from the raw one. */
type Encode = (raw: string, encoder: Encoder) => string

const BOOLEANS: ReadonlySet<string> = new Set(['bkgdtarg', 'is_imprt', 'tsovisit', 'crowdfld'])

function encodeOf(column: string): Encode {
  const category = CATEGORIES.find((name) => name === column)
  if (category !== undefined) return (raw, encoder) => encoder.encode(category, raw)
  if (BOOLEANS.has(column)) return (raw) => (isTrue(raw) ? '1' : '0')
  if (column === 'fxd_slit') return (raw) => (isNothing(raw) ? 'NONE' : raw)
  if (isMeasure(column)) return (raw) => (raw === '' ? '0' : raw)
  return numberText
}

/** A number as it came; 0 for a blank or what is no number. */
function numberText(text: string): string {
  if (text.length === 1 && text >= '0' && text <= '9') return text
  return Number.isNaN(toNumber(text)) ? '0' : text
}

/** The name of the raw column that an encoded one comes from. */
function rawName(column: string): string {
  return isMeasure(column) ? column : column === 'instr' ? 'INSTRUME' : column.toUpperCase()
}

/** The columns of one kind of model, and how their cells are made. */
class Columns {
  readonly raw: readonly string[]
  readonly encoded: readonly string[]
  readonly #raw: readonly CellOf[]
  readonly #encoded: readonly { readonly raw: CellOf; readonly encode: Encode }[]

  constructor(raw: readonly string[], encoded: readonly string[]) {
    this.raw = raw
    this.encoded = encoded
    this.#raw = raw.map(rawCell)
    this.#encoded = encoded.map((column) => ({ raw: rawCell(rawName(column)), encode: encodeOf(column) }))
  }

  rawCells(features: Features): string[] {
    return this.#raw.map((cellOf) => cellOf(features))
  }

  encodedCells(features: Features, encoder: Encoder): string[] {
    return this.#encoded.map(({ raw, encode }) => {
      const cell = raw(features)
      return cell[0] === '"' ? formatField(encode(unquoted(cell), encoder)) : encode(cell, encoder)
    })
  }
}

const WITH_OFFSETS = new Columns(RAW_COLUMNS, ENCODED_COLUMNS)
const WITHOUT_OFFSETS = new Columns(
  RAW_FGS_COLUMNS,
  ENCODED_COLUMNS.filter((column) => !isMeasure(column)),
)
const columnsFor = (model: Model) => (model === 'FGS' ? WITHOUT_OFFSETS : WITH_OFFSETS)

/** Feature columns of a model's `raw-*` table. */
export function rawColumns(model: Model): readonly string[] {
  return columnsFor(model).raw
}

/** A group's cells for {@link rawColumns}, as they are written. */
export function rawCells(model: Model, features: Features): string[] {
  return columnsFor(model).rawCells(features)
}

/** Feature columns of a model's `train-*` and `rem-*` tables. */
export function encodedColumns(model: Model): readonly string[] {
  return columnsFor(model).encoded
}

/** A group's cells for {@link encodedColumns}; a category without a code is a placeholder of the encoder. */
export function encodedCells(model: Model, features: Features, encoder: Encoder): string[] {
  return columnsFor(model).encodedCells(features, encoder)
}

const WHOLE_NUMBERS: ReadonlySet<string> = new Set(['NEXPOSUR', 'nexposur', 'numdthpt', ...CATEGORIES, ...BOOLEANS])

/** What a column of the tables of features holds: codes and encoded booleans are whole numbers. */
export function featureType(column: string): ColumnType {
  if (isMeasure(column) || column === 'gs_mag' || column === 'imgsize_gb') return 'float'
  if (WHOLE_NUMBERS.has(column)) return 'int'
  return column === 'fxd_slit' ? 'category' : columnType(column)
}

/** A product's image size in GB: its size in kB over 10^6 (section 2). */
export function gigabytes({ size }: Row): number {
  return size / 1e6
}
