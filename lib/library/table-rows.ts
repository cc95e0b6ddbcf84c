/**
 * The types of rows with values. Any value may be null: a blank, or what does not fit its column.
 */
import type { Value } from '../export/cells.js'

/** A row of any table, by column. */
export type TypedRow = Readonly<Record<string, Value>>

type NumbersOf<Names extends string> = { readonly [Name in Names]: number | null }
type TextsOf<Names extends string> = { readonly [Name in Names]: string | null }
type BooleansOf<Names extends string> = { readonly [Name in Names]: boolean | null }

/** Codes and counts of a group of exposures, with 1 or 0 for booleans. */
type EncodedNumbers =
  | ('instr' | 'detector' | 'exp_type' | 'visitype' | 'filter' | 'pupil' | 'grating' | 'channel' | 'subarray' | 'band')
  | ('bkgdtarg' | 'is_imprt' | 'tsovisit' | 'crowdfld')
  | ('nexposur' | 'numdthpt' | 'gs_mag')

/** Offsets on the sky, in pixels, and shares of 0 to 1; `train-fgs` and `rem-fgs` have none. */
type EncodedOffsets =
  | ('targ_max_offset' | 'offset' | 'max_offset' | 'mean_offset' | 'sigma_offset' | 'err_offset' | 'sigma1_mean')
  | ('frac' | 'targ_frac')

/** Features of a group of exposures, encoded: a row of `rem-*` (specification, section 7). */
export type RemRow = NumbersOf<EncodedNumbers> &
  Partial<NumbersOf<EncodedOffsets>> &
  TextsOf<'fxd_slit' | 'dname' | 'Dataset'>

/** A matched product as models take it: a row of `train-*`. `imagesize` is in kB, `imgsize_gb` in GB. */
export type TrainRow = RemRow & TextsOf<'pname' | 'date'> & NumbersOf<'imagesize' | 'imgsize_gb'>

/** Keywords of a dataset, or of a group's reference exposure: degrees, magnitudes, numbers. */
type KeywordNumbers =
  | ('TARG_RA' | 'TARG_DEC' | 'GS_RA' | 'GS_DEC' | 'GS_MAG' | 'RA_REF' | 'DEC_REF' | 'CRVAL1' | 'CRVAL2')
  | 'NUMDTHPT'
type KeywordBooleans = 'BKGDTARG' | 'IS_IMPRT' | 'TSOVISIT' | 'CROWDFLD'
type KeywordTexts =
  | ('PROGRAM' | 'OBSERVTN' | 'VISITYPE' | 'TARGNAME' | 'INSTRUME' | 'DETECTOR' | 'FILTER' | 'PUPIL' | 'GRATING')
  | ('FXD_SLIT' | 'EXP_TYPE' | 'CHANNEL' | 'BAND' | 'SUBARRAY')

/** What is measured on the sky, in degrees and pixels; `raw-fgs` has none. */
type RawOffsets =
  | ('fx_ra' | 'fy_dec' | 'scale' | 'offset' | 'targ_offset' | 't_offset' | 'gs_offset')
  | ('max_offset' | 'mean_offset' | 'sigma_offset' | 'err_offset' | 'sigma1_mean' | 'frac')
  | (
      | 'targ_max_offset'
      | 'targ_mean_offset'
      | 'targ_sigma_offset'
      | 'targ_err_offset'
      | 'targ_sigma1_mean'
      | 'targ_frac'
    )

/** A matched product with features that are not encoded: a row of `raw-*` (specification, section 6). */
export type RawRow = NumbersOf<KeywordNumbers | 'NEXPOSUR' | 'imagesize' | 'imgsize_gb'> &
  Partial<NumbersOf<RawOffsets>> &
  BooleansOf<KeywordBooleans> &
  TextsOf<KeywordTexts | 'date' | 'pname' | 'Dataset'>

/** The row of a table, by the table's name: those of the models have their columns, all others any. */
export type RowOf<Name extends string> = Name extends `train-${string}`
  ? TrainRow
  : Name extends `raw-${string}`
    ? RawRow
    : Name extends `rem-${string}`
      ? RemRow
      : TypedRow
