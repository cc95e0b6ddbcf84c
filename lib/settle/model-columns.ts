/**
 * The columns of the model tables and their values: encoded (`train-*`, `rem-*`: specification, section 7) and not
 * encoded (`raw-*`: section 6).
 */

import { formatFloat } from '../csv/float.js'
import { unquoted } from '../csv/row.js'
import { formatField } from '../csv/write.js'
import { CATEGORIES, type Category, type Encoder } from '../rules/category-codes.js'
import type { Model } from '../rules/keywords.js'
import type { Positions } from '../rules/layout.js'
import type { Row } from '../rules/row.js'
import { isNothing, isTrue, toNumber } from '../rules/values.js'
import { type Features, MEASURES, type Pointing } from './features.js'

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

/** The number of a column that is measured on the sky; -1 for another one. */
const measureNumber = (column: string) => (MEASURES as readonly string[]).indexOf(column)

/** What is measured of a group as text, in the order of its columns; blanks for a group that points nowhere. */
function measureTexts(pointing: Pointing | undefined): readonly string[] {
  if (pointing === undefined) return MEASURES.map(() => '')
  const texts: string[] = []
  const values = MEASURES.map((name) => pointing[name])
  // To write a float is dear, and a fourth of them are as others are: those of one exposure, or of several in one place.
  for (const value of values) texts.push(texts[values.indexOf(value)] ?? formatFloat(value))
  return texts
}

/** Whether a column is measured on the sky. */
export const isMeasure = (column: string) => measureNumber(column) >= 0

export const BOOLEANS: ReadonlySet<string> = new Set(['bkgdtarg', 'is_imprt', 'tsovisit', 'crowdfld'])

/** How the value of an encoded column comes from the raw one. */
type Encoding =
  | { readonly kind: 'category'; readonly category: Category }
  | { readonly kind: 'boolean' | 'slit' | 'measure' | 'number' }

function encodingOf(column: string): Encoding {
  const category = CATEGORIES.find((name) => name === column)
  if (category !== undefined) return { kind: 'category', category }
  if (BOOLEANS.has(column)) return { kind: 'boolean' }
  if (column === 'fxd_slit') return { kind: 'slit' }
  return { kind: isMeasure(column) ? 'measure' : 'number' }
}

function encode(encoding: Encoding, raw: string, encoder: Encoder): string {
  switch (encoding.kind) {
    case 'category':
      return encoder.encode(encoding.category, raw)
    case 'boolean':
      return isTrue(raw) ? '1' : '0'
    case 'slit':
      return isNothing(raw) ? 'NONE' : raw
    case 'measure':
      return raw === '' ? '0' : raw
    case 'number':
      return numberText(raw)
  }
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

/** An encoded column. */
interface EncodedColumn {
  /** The number of the raw column that it comes from. */
  readonly from: number
  readonly encoding: Encoding
}

/** The columns of one kind of model, and how their cells are made. */
class Columns {
  readonly raw: readonly string[]
  readonly encoded: readonly string[]
  /** The number of the measure of each raw column; -1 for one that is none. */
  readonly #measures: readonly number[]
  readonly #encoded: readonly EncodedColumn[]
  /** Where the raw columns stand in a layout, which rows of a run share. */
  #places: { readonly at: Positions; readonly of: readonly number[] } | undefined

  constructor(raw: readonly string[], encoded: readonly string[]) {
    this.raw = raw
    this.encoded = encoded
    this.#measures = raw.map(measureNumber)
    this.#encoded = encoded.map((column) => ({ from: raw.indexOf(rawName(column)), encoding: encodingOf(column) }))
  }

  rawCells(features: Features): readonly string[] {
    features.cells ??= this.#makeRawCells(features)
    return features.cells
  }

  /** Measures, values that the group as a whole has, and else the cells of its reference exposure. */
  #makeRawCells({ reference, nexposur, detector, band, pointing }: Features): string[] {
    const places = this.#placesIn(reference.layout.at)
    const measures = measureTexts(pointing)
    const cells = this.#measures.map((measure, index) =>
      measure >= 0 ? (measures[measure] ?? '') : reference.line.cell(places[index] ?? -1),
    )
    cells[this.raw.indexOf('NEXPOSUR')] = String(nexposur)
    cells[this.raw.indexOf('DETECTOR')] = formatField(detector)
    cells[this.raw.indexOf('BAND')] = formatField(band)
    return cells
  }

  #placesIn(at: Positions): readonly number[] {
    if (this.#places?.at !== at)
      this.#places = { at, of: this.raw.map((column) => at[column as keyof Positions] ?? -1) }
    return this.#places.of
  }

  encodedCells(features: Features, encoder: Encoder): string[] {
    const raw = this.rawCells(features)
    return this.#encoded.map(({ from, encoding }) => {
      const cell = raw[from] ?? ''
      return cell[0] === '"' ? formatField(encode(encoding, unquoted(cell), encoder)) : encode(encoding, cell, encoder)
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
export function rawCells(model: Model, features: Features): readonly string[] {
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

/** A product's image size in GB: its size in kB over 10^6 (section 2). */
export function gigabytes({ size }: Row): number {
  return size / 1e6
}
