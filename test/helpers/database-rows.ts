/** A small association of MIRI images of one target, for tests that tell one case each. */
import { dayFile, HEADER } from './arbitrary-rows.js'
import type { DayFile } from './model.js'
import type { Keywords } from './model-modes.js'

const COMMON: Keywords = {
  ...Object.fromEntries(HEADER.map((name) => [name, 'NONE'])),
  PROGRAM: '01001',
  OBSERVTN: '001',
  BKGDTARG: 'False',
  IS_IMPRT: 'False',
  VISITYPE: 'PRIME_TARGETED_FIXED',
  TSOVISIT: 'False',
  TARGNAME: 'ALPHA',
  TARG_RA: '10.5',
  TARG_DEC: '-5.25',
  INSTRUME: 'MIRI',
  DETECTOR: 'MIRIMAGE',
  FILTER: 'F770W',
  EXP_TYPE: 'MIR_IMAGE',
  SUBARRAY: 'FULL',
  NUMDTHPT: '4',
  GS_RA: '10.55',
  GS_DEC: '-5.28',
  CROWDFLD: 'False',
  GS_MAG: '14.5',
  DEC_REF: '-5.25',
  CRVAL2: '-5.25',
}

/** What another target's rows differ in. */
export const BETA: Keywords = { TARGNAME: 'BETA', TARG_RA: '10.6' }

/** An exposure of program 1001, observation 1; the number tells exposures apart. */
export function exposure(number: number, changes: Keywords = {}): Keywords {
  const ra = String(10.5 + number / 1000)
  return {
    ...COMMON,
    Dataset: `${exposureName(number)}_uncal.fits`,
    DagNodeName: 'LEVEL_1',
    ImageSize: '1000.0',
    RA_REF: ra,
    CRVAL1: ra,
    ...changes,
  }
}

/** `dname` of {@link exposure}. */
export function exposureName(number: number): string {
  return `jw01001001001_02101_0000${number}_mirimage`
}

/** A product of these exposures; the number tells products of one association apart. */
export function product(number: number, changes: Keywords = {}): Keywords {
  return { ...COMMON, Dataset: productName(number), DagNodeName: 'LEVEL_3', ImageSize: '5000000.0', ...changes }
}

/** `dname` of {@link product}. */
export function productName(number: number): string {
  return `jw01001-o001_t00${number}_miri_f770w`
}

/** The daily file of these rows. */
export function day(date: string, rows: readonly Keywords[], columns: readonly string[] = HEADER): DayFile {
  return dayFile(
    date,
    rows.map((cells) => ({ date, cells })),
    { columns },
  )
}
