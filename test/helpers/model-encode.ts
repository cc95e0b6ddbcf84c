/** Section 7 of the specification, naively: features as numbers. */
import type { ModelName } from './model-groups.js'
import { type Cells, cell, compareText, distinct, floatText, has, isTrue, numberIn } from './model-values.js'

/** Codes of category values, by column of the encoded tables. */
export type Encodings = Readonly<Record<string, Readonly<Record<string, number>>>>

const OFFSETS =
  'targ_max_offset offset max_offset mean_offset sigma_offset err_offset sigma1_mean frac targ_frac'.split(' ')
const BEFORE_OFFSETS = (
  'instr detector exp_type visitype filter pupil grating fxd_slit channel subarray bkgdtarg is_imprt tsovisit nexposur ' +
  'numdthpt band'
).split(' ')
const AFTER_OFFSETS = ['gs_mag', 'crowdfld']
const BOOLEANS = ['bkgdtarg', 'tsovisit', 'is_imprt', 'crowdfld']
const COUNTS = ['nexposur', 'numdthpt']
const CATEGORIES = 'instr detector filter pupil grating exp_type channel band subarray visitype'.split(' ')

/** The columns of section 7 that a model has, in their order. */
export function encodedColumns(model: ModelName): string[] {
  return [...BEFORE_OFFSETS, ...(model === 'FGS' ? [] : OFFSETS), ...AFTER_OFFSETS]
}

/** The encodings with codes for the values in these features that have none: in text order, from the maximum + 1 on. */
export function withNewValues(encodings: Encodings, features: readonly Cells[]): Encodings {
  const extended: Record<string, Record<string, number>> = {}
  for (const column of CATEGORIES) {
    const codes = { ...encodings[column] }
    for (const value of distinct(features.map((row) => categoryValue(row, column)))) {
      if (!Object.hasOwn(codes, value)) codes[value] = Math.max(-1, ...Object.values(codes)) + 1
    }
    extended[column] = codes
  }
  return extended
}

/** The encoded cells of one group's features. */
export function encode(row: Cells, model: ModelName, encodings: Encodings): Cells {
  return Object.fromEntries(encodedColumns(model).map((column) => [column, encodedCell(row, column, encodings)]))
}

function encodedCell(row: Cells, column: string, encodings: Encodings): string {
  if (column === 'fxd_slit') return has(cell(row, 'FXD_SLIT')) ? cell(row, 'FXD_SLIT') : 'NONE'
  if (BOOLEANS.includes(column)) return isTrue(cell(row, column.toUpperCase())) ? '1' : '0'
  if (CATEGORIES.includes(column)) return String(encodings[column]?.[categoryValue(row, column)])
  if (COUNTS.includes(column)) return String(numberIn(cell(row, column.toUpperCase())) ?? 0)
  return floatText(numberIn(cell(row, column === 'gs_mag' ? 'GS_MAG' : column)) ?? 0)
}

/** The value that is looked up in the encodings. */
function categoryValue(row: Cells, column: string): string {
  const text = cell(row, column === 'instr' ? 'INSTRUME' : column.toUpperCase())
  if (!has(text)) return 'NONE'
  if (column === 'detector') return detectorValue(text)
  if (column === 'subarray') return ['MASK', 'SUB', 'WFSS'].find((word) => text.startsWith(word)) ?? text
  return text
}

/** NIRCam detectors count as single or several, by module; others are themselves. */
function detectorValue(text: string): string {
  const detectors = text.split('|')
  if (!detectors.every((one) => one.startsWith('NRC'))) return text
  if (detectors.length === 1) return 'NRC-S'
  const modules = detectors.map((one) => one.slice(3, 4)).sort(compareText)
  if (modules.every((module) => module === 'A')) return 'NRCA-M'
  if (modules.every((module) => module === 'B')) return 'NRCB-M'
  return 'NRC-M'
}
