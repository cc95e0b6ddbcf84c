/**
 * The columns of the model tables and their values: encoded (`train-*`, `rem-*`: specification, section 7) and not
 * encoded (`raw-*`: section 6).
 */

import { formatFloat } from '../csv/write.js'
import type { Model } from './association.js'
import { CATEGORIES, type Category, type Encoder } from './encode.js'
import type { Features, Pointing } from './features.js'
import { type ColumnType, columnType } from './layout.js'
import { cell, type Row } from './row.js'
import { isEncodedTrue, isNothing, toNumber } from './values.js'

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

/** What is measured on the sky, by column name; a blank text where a group does not have it. */
const MEASURES: Readonly<Record<string, (pointing: Pointing) => number | undefined>> = {
  fx_ra: ({ fiducial }) => fiducial.ra,
  fy_dec: ({ fiducial }) => fiducial.dec,
  scale: ({ scale }) => scale,
  offset: ({ offset }) => offset,
  targ_offset: ({ targOffset }) => targOffset,
  max_offset: ({ offsets }) => offsets.max,
  mean_offset: ({ offsets }) => offsets.mean,
  sigma_offset: ({ offsets }) => offsets.sigma,
  err_offset: ({ offsets }) => offsets.err,
  sigma1_mean: ({ offsets }) => offsets.sigma1Mean,
  frac: ({ offsets }) => offsets.frac,
  targ_max_offset: ({ targOffsets }) => targOffsets?.max,
  targ_mean_offset: ({ targOffsets }) => targOffsets?.mean,
  targ_sigma_offset: ({ targOffsets }) => targOffsets?.sigma,
  targ_err_offset: ({ targOffsets }) => targOffsets?.err,
  targ_sigma1_mean: ({ targOffsets }) => targOffsets?.sigma1Mean,
  targ_frac: ({ targOffsets }) => targOffsets?.frac,
  t_offset: ({ tOffset }) => tOffset,
  gs_offset: ({ gsOffset }) => gsOffset,
}

/** Header values that the group as a whole has, not its reference exposure. */
const OF_GROUP: Readonly<Record<string, (features: Features) => string>> = {
  NEXPOSUR: ({ nexposur }) => String(nexposur),
  DETECTOR: ({ detector }) => detector,
  BAND: ({ band }) => band,
}

type RawValue = (features: Features) => string

function rawValue(column: string): RawValue {
  const measure = MEASURES[column]
  if (measure !== undefined) {
    return ({ pointing }) => (pointing === undefined ? '' : formatFloat(measure(pointing) ?? Number.NaN))
  }
  return OF_GROUP[column] ?? (({ reference }) => cell(reference, column as HeaderColumn))
}

/** How an encoded column's value comes from the raw one. */
type Encode = (raw: string, encoder: Encoder) => string

const BOOLEANS: ReadonlySet<string> = new Set(['bkgdtarg', 'is_imprt', 'tsovisit', 'crowdfld'])

function encodeOf(column: string): Encode {
  const category = CATEGORIES.find((name): name is Category => name === column)
  if (category !== undefined) return (raw, encoder) => encoder.encode(category, raw)
  if (BOOLEANS.has(column)) return (raw) => (isEncodedTrue(raw) ? '1' : '0')
  if (column === 'fxd_slit') return (raw) => (isNothing(raw) ? 'NONE' : raw)
  if (MEASURES[column] !== undefined) return (raw) => (raw === '' ? '0' : raw)
  return numberText
}

/** A number as it came; 0 for a blank or what is no number. */
function numberText(text: string): string {
  return Number.isNaN(toNumber(text)) ? '0' : text
}

/** The columns of one kind of model, and how their values are made. */
interface Columns {
  readonly raw: readonly string[]
  readonly rawValues: readonly RawValue[]
  readonly encoded: readonly string[]
  /** For each encoded column its raw column's number, and how it is encoded. */
  readonly encode: readonly { readonly from: number; readonly encode: Encode }[]
}

function columnsOf(raw: readonly string[], encoded: readonly string[]): Columns {
  const rawName = (column: string) =>
    MEASURES[column] ? column : column === 'instr' ? 'INSTRUME' : column.toUpperCase()
  return {
    raw,
    rawValues: raw.map(rawValue),
    encoded,
    encode: encoded.map((column) => ({ from: raw.indexOf(rawName(column)), encode: encodeOf(column) })),
  }
}

const WITH_OFFSETS = columnsOf(RAW_COLUMNS, ENCODED_COLUMNS)
const WITHOUT_OFFSETS = columnsOf(
  RAW_FGS_COLUMNS,
  ENCODED_COLUMNS.filter((column) => MEASURES[column] === undefined),
)
const columnsFor = (model: Model) => (model === 'FGS' ? WITHOUT_OFFSETS : WITH_OFFSETS)

/** Feature columns of a model's `raw-*` table. */
export function rawColumns(model: Model): readonly string[] {
  return columnsFor(model).raw
}

/** A group's values for {@link rawColumns}. Made once: both kinds of tables need them, and to write a float is dear. */
export function rawValues(model: Model, features: Features): readonly string[] {
  features.rawValues ??= columnsFor(model).rawValues.map((value) => value(features))
  return features.rawValues
}

/** Feature columns of a model's `train-*` and `rem-*` tables. */
export function encodedColumns(model: Model): readonly string[] {
  return columnsFor(model).encoded
}

/** A group's values for {@link encodedColumns}; a category without a code is a placeholder of the encoder. */
export function encodedValues(model: Model, features: Features, encoder: Encoder): string[] {
  const raw = rawValues(model, features)
  return columnsFor(model).encode.map(({ from, encode }) => encode(raw[from] ?? '', encoder))
}

const WHOLE_NUMBERS: ReadonlySet<string> = new Set(['NEXPOSUR', 'nexposur', 'numdthpt', ...CATEGORIES, ...BOOLEANS])

/** What a column of the tables of features holds: codes and encoded booleans are whole numbers. */
export function featureType(column: string): ColumnType {
  if (MEASURES[column] !== undefined || column === 'gs_mag' || column === 'imgsize_gb') return 'float'
  if (WHOLE_NUMBERS.has(column)) return 'int'
  return column === 'fxd_slit' ? 'category' : columnType(column)
}

/** A product's image size in GB: its size in kB over 10^6 (section 2). */
export function gigabytes(product: Row): string {
  return formatFloat(product.size / 1e6)
}
