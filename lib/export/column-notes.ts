/**
 * What the columns of the tables mean, in a line each, as docs/tables.md has them. Units are written as astropy reads them.
 */
import type { Table } from '../store/table.js'

/** What a column means. */
export interface ColumnNote {
  readonly description: string
  readonly unit?: string
}

const note = (description: string, unit?: string): ColumnNote => ({
  description,
  ...(unit === undefined ? {} : { unit }),
})

/** Keywords of a dataset, and what scrubbing adds to them. */
const ROW_NOTES: Readonly<Record<string, ColumnNote>> = {
  dag: note('pipeline step that made the dataset, by which its level is told'),
  imagesize: note('size of the dataset', 'kB'),
  PROGRAM: note('program, 5 digits'),
  OBSERVTN: note('observation within the program, 3 digits'),
  BKGDTARG: note('whether the target is a background'),
  IS_IMPRT: note('whether it is an imprint exposure (NIRSpec)'),
  VISITYPE: note('type of the visit'),
  TSOVISIT: note('whether the visit is a time series'),
  TARGNAME: note('name of the target'),
  TARG_RA: note('right ascension of the target', 'deg'),
  TARG_DEC: note('declination of the target', 'deg'),
  INSTRUME: note('instrument'),
  DETECTOR: note('detector'),
  FILTER: note('filter'),
  PUPIL: note('element of the pupil wheel'),
  GRATING: note('grating'),
  EXP_TYPE: note('type of the exposure'),
  FXD_SLIT: note('fixed slit (NIRSpec)'),
  CHANNEL: note('channel: of NIRCam SHORT or LONG, of MIRI MRS 12 or 34 (exposures), 1 or 3 (products)'),
  BAND: note('band of MIRI MRS'),
  SUBARRAY: note('subarray, FULL for the whole detector'),
  NUMDTHPT: note('number of dither points of the pattern'),
  GS_RA: note('right ascension of the guide star', 'deg'),
  GS_DEC: note('declination of the guide star', 'deg'),
  CROWDFLD: note('whether the field is crowded'),
  GS_MAG: note('guide star', 'mag'),
  RA_REF: note('right ascension of the reference point of the aperture', 'deg'),
  DEC_REF: note('declination of the reference point of the aperture', 'deg'),
  CRVAL1: note('right ascension of the reference point of the world coordinates', 'deg'),
  CRVAL2: note('declination of the reference point of the world coordinates', 'deg'),
  date: note('day of the daily file that the row came in'),
  year: note('year of date'),
  doy: note('day of the year of date, 1 to 366'),
  dname: note('name of the dataset: its identity'),
  pid: note('program as a number'),
  targra: note('right ascension of the target, 6 decimals', 'deg'),
  params: note('association key, which exposures and products share that can belong together'),
  expmode: note('model: IMAGE, SPEC, TAC or FGS'),
  pname: note('name of the product'),
  Dataset: note('the same as dname'),
  role: note('role of the exposure in the product: science, psf, background, imprint, …'),
  expired: note('day on which the row was set aside'),
}

const FEATURE_NOTES: Readonly<Record<string, ColumnNote>> = {
  fx_ra: note('fiducial, the middle of the product on the sky: right ascension', 'deg'),
  fy_dec: note('fiducial, the middle of the product on the sky: declination', 'deg'),
  scale: note('pixel scale of the reference exposure', 'arcsec/pix'),
  offset: note('smallest distance of an exposure to the fiducial', 'pix'),
  targ_offset: note('reference exposure to target', 'pix'),
  max_offset: note('greatest distance of an exposure to the fiducial', 'pix'),
  mean_offset: note('mean distance of the exposures to the fiducial', 'pix'),
  sigma_offset: note('population standard deviation of the offsets', 'pix'),
  err_offset: note('standard error of the offsets', 'pix'),
  sigma1_mean: note('mean of the offsets beyond mean + sigma, 0 if there are none', 'pix'),
  frac: note('share of the offsets beyond mean + sigma, 0 to 1'),
  targ_max_offset: note('greatest distance of an exposure to the target', 'pix'),
  targ_mean_offset: note('mean distance of the exposures to the target', 'pix'),
  targ_sigma_offset: note('population standard deviation of the distances to the target', 'pix'),
  targ_err_offset: note('standard error of the distances to the target', 'pix'),
  targ_sigma1_mean: note('mean of the distances to the target beyond mean + sigma, 0 if there are none', 'pix'),
  targ_frac: note('share of the distances to the target beyond mean + sigma, 0 to 1'),
  t_offset: note('fiducial to target', 'pix'),
  gs_offset: note('fiducial to guide star', 'pix'),
  NEXPOSUR: note('number of exposures in the group'),
  nexposur: note('number of exposures in the group'),
  numdthpt: note('number of dither points, 0 for none'),
  gs_mag: note('guide star, 0 for none', 'mag'),
  fxd_slit: note('fixed slit, NONE for none'),
  bkgdtarg: note('1 where the target is a background, else 0'),
  is_imprt: note('1 where it is an imprint exposure, else 0'),
  tsovisit: note('1 where the visit is a time series, else 0'),
  crowdfld: note('1 where the field is crowded, else 0'),
  instr: note('instrument, code'),
  detector: note('detectors of the group, code; those of NIRCam by family'),
  exp_type: note('type of the exposure, code'),
  visitype: note('type of the visit, code'),
  filter: note('filter, code'),
  pupil: note('element of the pupil wheel, code'),
  grating: note('grating, code'),
  channel: note('channel, code'),
  subarray: note('subarray, code; MASK…, SUB… and WFSS… by family'),
  band: note('bands of MIRI MRS, code'),
  dname: note("name that the group's product is expected to have"),
  date: note('day of the product'),
  imagesize: note('size of the product', 'kB'),
  imgsize_gb: note('size of the product', 'GB'),
  Dataset: note('the same as pname, or without that as dname'),
}

const MEMBER_NOTES: Readonly<Record<string, ColumnNote>> = {
  product: note('name of the product in the association file, in small letters'),
  candidate: note('association candidate: o001 an observation, c1001 several, a3001 discovered'),
  type: note('type of the association'),
  rule: note('rule of the generator that made the association'),
  member: note('dataset of the exposure, in small letters'),
  role: note('role of the exposure in the product'),
  source: note('name of the association file'),
  version: note('by which a newer file is told'),
}

const REJECT_NOTES: Readonly<Record<string, ColumnNote>> = {
  source: note('input file, as given or found'),
  line: note('line of the input on which the row starts, from 1'),
  reason: note('what is wrong with the row'),
  text: note('the row as it came'),
}

const CARRIED = note('column of the input that the program does not know, as it came')

/** What a column of a table means; a table that is none of the database's holds rejects. */
export function columnNote(table: Table | undefined, column: string): ColumnNote {
  return notesOf(table?.holds)[column] ?? CARRIED
}

function notesOf(holds: Table['holds'] | undefined): Readonly<Record<string, ColumnNote>> {
  if (holds === undefined) return REJECT_NOTES
  if (holds === 'rows') return ROW_NOTES
  return holds === 'members' ? MEMBER_NOTES : { ...ROW_NOTES, ...FEATURE_NOTES }
}
