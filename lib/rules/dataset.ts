/**
 * What a dataset is, by its name and a few keywords: level, identity, program, observation, kind (specification, sections
 * 3.1-3.3, 3.6, 3.8, 3.9).
 */
import type { Fields } from '../csv/row.js'
import { isCandidateName, LEVEL3_EXP_TYPES } from './association.js'
import type { Positions } from './layout.js'
import { NO_OBSERVATION, WHOLE_PROGRAM } from './partition.js'
import type { Kind } from './row.js'

/** A row's level, by DagNodeName. */
export type Level = 'level1' | 'level3' | 'other'

/** The level of a dataset (section 3.1). */
export function levelOf(dag: string): Level {
  if (dag.includes('1')) return 'level1'
  return dag.includes('3') && !dag.includes('MEMORY') ? 'level3' : 'other'
}

const CODE_UNDERSCORE = 95

/** A wavefront-sensing suffix, which is part of a name; only the extension behind it is not. */
const WAVEFRONT_FITS = /_wfscmb-[^_.]+(?=\.fits$)/i

/** The dataset's identity: its name without the suffix and extension of a FITS file (section 3.2). */
export function datasetName(dataset: string): string {
  if (!dataset.endsWith('fits')) return dataset
  if (WAVEFRONT_FITS.test(dataset)) return dataset.slice(0, -'.fits'.length)
  // A call of `lastIndexOf` would take longer than to look at the few letters of a suffix.
  let cut = dataset.length - 1
  while (cut > 0 && dataset.charCodeAt(cut) !== CODE_UNDERSCORE) cut--
  return cut > 0 ? dataset.slice(0, cut) : dataset
}

/** The program number in a dataset's name, its characters 3-7 (section 3.3); undefined where there is none. */
export function programOf(dname: string): number | undefined {
  return digitsAt(dname, 2, 5)
}

/** The number that some digits of a text make; undefined where any of them is none. */
function digitsAt(text: string, start: number, count: number): number | undefined {
  let value = 0
  for (let index = start; index < start + count; index++) {
    const digit = text.charCodeAt(index) - 48
    if (!(digit >= 0 && digit <= 9)) return undefined
    value = value * 10 + digit
  }
  return value
}

/** The observation in a cell of OBSERVTN; undefined where that is not three digits. */
export function observationIn(obs: string): number | undefined {
  return obs.length === 3 ? digitsAt(obs, 0, 3) : undefined
}

/**
 * The observation that a dataset is buffered under: the one in its name, if the row's OBSERVTN is the same.
 *
 * @param keywords level and {@link observationIn} of the row; absent where only the name is known
 */
export function observationOf(
  dname: string,
  keywords?: { readonly level: Level; readonly observation: number | undefined },
): number {
  // An exposure of such a name would be odd, but it is one all the same, and belongs to an association.
  if (isCandidateName(dname)) return keywords?.level === 'level1' ? WHOLE_PROGRAM : NO_OBSERVATION
  const observation = digitsAt(dname, dname.startsWith('-o', 7) ? 9 : 7, 3)
  const differs = keywords !== undefined && keywords.observation !== observation
  return observation === undefined || differs ? WHOLE_PROGRAM : observation
}

/**
 * What a scrubbed row is, by its cells alone, so that a row read back from a table or a spill file is told the same
 * (sections 3.1, 3.6, 3.8, 3.9).
 */
export function kindOf(row: Fields, at: Positions, dname: string): Kind {
  const expType = row.field(at.EXP_TYPE)
  return kindBy(dname, levelOf(row.field(at.dag)), {
    isLevel3Type: LEVEL3_EXP_TYPES.has(expType),
    isSharedChannel: isSharedChannel(expType, row.field(at.CHANNEL)),
  })
}

/** The same by what it depends on. */
export function kindBy(
  dname: string,
  level: Level,
  { isLevel3Type, isSharedChannel }: { readonly isLevel3Type: boolean; readonly isSharedChannel: boolean },
): Kind {
  if (!isLevel3Type) return 'dropped'
  if (level === 'level1') return 'exposure'
  if (isSharedChannel) return 'dropped'
  return isCandidateName(dname) ? 'mosaic' : 'product'
}

/** MIR_MRS products of channels 2 and 4 have the exposures and the size of those of 1 and 3 (section 3.8). */
export function isSharedChannel(expType: string, channel: string): boolean {
  return expType === 'MIR_MRS' && (channel === '2' || channel === '4')
}
