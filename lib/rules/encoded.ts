/**
 * The columns of the model tables and their values: encoded (`train-*`, `rem-*`: specification, section 7) and not
 * encoded (`raw-*`: section 6).
 */

import type { ByteWriter } from '../csv/bytes.js'
import { BYTE } from '../csv/quoted.js'
import type { Model } from './association.js'
import { CATEGORIES, type Encoder } from './encode.js'
import type { Features } from './features.js'
import { type ColumnType, columnType, type Layout } from './layout.js'
import { Measures, measureNumber } from './measures.js'
import type { RegularRow } from './regular.js'
import type { cell, Row } from './row.js'
import { isNothing, isTrue, toNumber } from './values.js'

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

/** Header values that the group as a whole has, not its reference exposure. */
const OF_GROUP = {
  NEXPOSUR: ({ nexposur }: Features) => String(nexposur),
  DETECTOR: ({ detector }: Features) => detector,
  BAND: ({ band }: Features) => band,
} as const

const isMeasure = (column: string) => measureNumber(column) >= 0

function measuresOf(features: Features): Measures {
  features.measures ??= new Measures(features.pointing)
  return features.measures
}

/** Where a raw column's value comes from: a measure by its number, the group, or a header column of the reference. */
type Source =
  | { readonly from: 'measure'; readonly index: number }
  | { readonly from: 'group'; readonly value: (features: Features) => string }
  | { readonly from: 'header'; readonly column: HeaderColumn }

function sourceOf(column: string): Source {
  const index = measureNumber(column)
  if (index >= 0) return { from: 'measure', index }
  if (column in OF_GROUP) return { from: 'group', value: OF_GROUP[column as keyof typeof OF_GROUP] }
  return { from: 'header', column: column as HeaderColumn }
}

/** A source as it stands in rows of a layout: a header column by its position. */
type Place = Exclude<Source, { from: 'header' }> | { readonly from: 'header'; readonly index: number }

/** Header columns that are neighbours in rows of a layout, too, or neighbouring measures. */
type Run = Neighbours<'header run'> | Neighbours<'measure run'>

interface Neighbours<From> {
  readonly from: From
  readonly first: number
  readonly last: number
}

/** Where the raw value of an encoded column stands, and what is made of it. */
interface EncodedPlace {
  readonly place: Place
  readonly encode: Encode
}

/** Neighbouring encoded columns that are written in one go: measures that are neighbours, too, or any other ones. */
type EncodedRun = Neighbours<'measure run'> | { readonly from: 'others'; readonly places: readonly EncodedPlace[] }

/** Where values stand in rows of a layout. */
interface Places {
  readonly raw: readonly Place[]
  readonly rawRuns: readonly (Place | Run)[]
  readonly encoded: readonly EncodedPlace[]
  readonly encodedRuns: readonly EncodedRun[]
}

function runsOf(places: readonly Place[]): (Place | Run)[] {
  const runs: (Place | Run)[] = []
  for (const place of places) {
    const last = runs.at(-1)
    if (place.from === 'group' || place.index < 0) runs.push(place)
    else {
      const { index } = place
      const from = `${place.from} run` as const
      if (last?.from === from && last.last + 1 === index) runs[runs.length - 1] = { ...last, last: index }
      else runs.push({ from, first: index, last: index })
    }
  }
  return runs
}

function encodedRunsOf(encoded: readonly EncodedPlace[]): EncodedRun[] {
  const runs: EncodedRun[] = []
  for (const one of encoded) {
    const last = runs.at(-1)
    const index = one.place.from === 'measure' ? one.place.index : -1
    if (index < 0 && last?.from === 'others') runs[runs.length - 1] = { ...last, places: [...last.places, one] }
    else if (index < 0) runs.push({ from: 'others', places: [one] })
    else if (last?.from === 'measure run' && last.last + 1 === index) runs[runs.length - 1] = { ...last, last: index }
    else runs.push({ from: 'measure run', first: index, last: index })
  }
  return runs
}

function valueAt(place: Place, features: Features): string {
  if (place.from === 'measure') return measuresOf(features).text(place.index)
  return place.from === 'group' ? place.value(features) : features.reference.cells.field(place.index)
}

/** How an encoded column's value comes from the raw one. */
type Encode = (raw: string, encoder: Encoder) => string

const BOOLEANS: ReadonlySet<string> = new Set(['bkgdtarg', 'is_imprt', 'tsovisit', 'crowdfld'])

function encodeOf(column: string): Encode {
  const category = (CATEGORIES as readonly string[]).indexOf(column)
  if (category >= 0) return (raw, encoder) => encoder.encodeBy(category, raw)
  if (BOOLEANS.has(column)) return (raw) => (isTrue(raw) ? '1' : '0')
  if (column === 'fxd_slit') return (raw) => (isNothing(raw) ? 'NONE' : raw)
  if (isMeasure(column)) return encodedMeasure
  return numberText
}

function encodedMeasure(raw: string): string {
  return raw === '' ? '0' : raw
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

/** Neighbouring measures as they are encoded, each with a comma behind it. */
function writeMeasures({ first, last }: Neighbours<'measure run'>, measures: Measures, out: ByteWriter): void {
  if (!measures.hasBlank(first, last)) {
    measures.write(first, last, out)
    out.byte(BYTE.comma)
    return
  }
  for (let number = first; number <= last; number++) out.ascii(`${encodedMeasure(measures.text(number))},`)
}

/** The columns of one kind of model, and how their values are made. */
class Columns {
  readonly raw: readonly string[]
  readonly encoded: readonly string[]
  readonly #rawSources: readonly Source[]
  readonly #encodedSources: readonly Source[]
  readonly #encodes: readonly Encode[]
  readonly #places = new WeakMap<Layout, Places>()

  constructor(raw: readonly string[], encoded: readonly string[]) {
    this.raw = raw
    this.encoded = encoded
    this.#rawSources = raw.map(sourceOf)
    this.#encodedSources = encoded.map((column) => sourceOf(rawName(column)))
    this.#encodes = encoded.map(encodeOf)
  }

  rawValues(features: Features): string[] {
    return this.#placesIn(features.reference.layout).raw.map((place) => valueAt(place, features))
  }

  /** Writes the same, each with a comma behind it. */
  writeRaw(features: Features, row: RegularRow, out: ByteWriter): void {
    for (const place of this.#placesIn(features.reference.layout).rawRuns) {
      if (place.from === 'header run') row.writeCells(place.first, place.last, out)
      else if (place.from === 'measure run') measuresOf(features).write(place.first, place.last, out)
      else out.ascii(valueAt(place, features))
      out.byte(BYTE.comma)
    }
  }

  encodedValues(features: Features, encoder: Encoder): string[] {
    const { encoded } = this.#placesIn(features.reference.layout)
    return encoded.map(({ place, encode }) => encode(valueAt(place, features), encoder))
  }

  /** Writes the same, each with a comma behind it. */
  writeEncoded(features: Features, encoder: Encoder, out: ByteWriter): void {
    for (const run of this.#placesIn(features.reference.layout).encodedRuns) {
      if (run.from === 'measure run') writeMeasures(run, measuresOf(features), out)
      else {
        const values = run.places.map(({ place, encode }) => encode(valueAt(place, features), encoder))
        out.text(`${values.join(',')},`)
      }
    }
  }

  #placesIn(layout: Layout): Places {
    let places = this.#places.get(layout)
    if (places === undefined) {
      const placed = (source: Source): Place =>
        source.from === 'header' ? { from: 'header', index: layout.at[source.column] } : source
      const raw = this.#rawSources.map(placed)
      const encoded = this.#encodedSources.map((source, index) => {
        return { place: placed(source), encode: this.#encodes[index] as Encode }
      })
      places = { raw, rawRuns: runsOf(raw), encoded, encodedRuns: encodedRunsOf(encoded) }
      this.#places.set(layout, places)
    }
    return places
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

/** A group's values for {@link rawColumns}. */
export function rawValues(model: Model, features: Features): string[] {
  return columnsFor(model).rawValues(features)
}

/** Writes the same as they stand in a line, each with a comma behind it; only for features that are plain. */
export function writeRaw(model: Model, features: Features, out: ByteWriter): void {
  columnsFor(model).writeRaw(features, features.reference.regular as RegularRow, out)
}

/** Feature columns of a model's `train-*` and `rem-*` tables. */
export function encodedColumns(model: Model): readonly string[] {
  return columnsFor(model).encoded
}

/** A group's values for {@link encodedColumns}; a category without a code is a placeholder of the encoder. */
export function encodedValues(model: Model, features: Features, encoder: Encoder): string[] {
  return columnsFor(model).encodedValues(features, encoder)
}

/** Writes the same as they stand in a line, each with a comma behind it; only for features that are plain. */
export function writeEncoded(model: Model, features: Features, encoder: Encoder, out: ByteWriter): void {
  columnsFor(model).writeEncoded(features, encoder, out)
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
