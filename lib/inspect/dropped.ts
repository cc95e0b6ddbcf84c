/**
 * Why a dataset was dropped (specification, sections 3.6 and 3.8): by what is kept of it, which is its name, its exposure
 * type and its channel; of one that an earlier version of the program dropped the name alone.
 */
import type { Keywords } from '../rules/keywords.js'
import { isNothing } from '../rules/values.js'

/** What is kept of a dropped row. */
interface Kept {
  readonly dname: string
  readonly keywords: Pick<Keywords, 'EXP_TYPE' | 'CHANNEL'>
}

/** Why a dataset was dropped. */
export interface Dropped {
  /** `unknown` where an earlier version of the program, or a blank cell, leaves no more to tell. */
  readonly rule: 'exposure type' | 'channel' | 'unknown'
  readonly expType: string | null
  readonly channel: string | null
  /** The name of the product that stands for one of channel 2 or 4, where its own name tells it. */
  readonly standIn: string | null
  readonly sentence: string
}

/** The channel in the name of a MIR_MRS product that another one stands for. */
const SHARED_CHANNEL = /(_miri_ch)([24])(?=-|$)/i

/** Why a row was dropped. */
export function whyDropped({ dname, keywords: { EXP_TYPE, CHANNEL } }: Kept): Dropped {
  const named = SHARED_CHANNEL.exec(dname)?.[2]
  const isKnown = EXP_TYPE !== ''
  const channel = isKnown ? CHANNEL : named
  const facts = { expType: isKnown ? EXP_TYPE : null, channel: isNothing(channel ?? '') ? null : (channel ?? null) }
  if (isKnown ? EXP_TYPE === 'MIR_MRS' : named !== undefined) {
    const other = Number(channel) - 1
    const standIn = named === channel ? dname.replace(SHARED_CHANNEL, `$1${other}`) : null
    const stands = standIn ?? `the product of channel ${other}`
    return { rule: 'channel', ...facts, standIn, sentence: `MIR_MRS channel ${channel}, for which ${stands} stands` }
  }
  if (isKnown) {
    return { rule: 'exposure type', ...facts, standIn: null, sentence: `EXP_TYPE ${EXP_TYPE} reaches no Level 3` }
  }
  const sentence = 'its exposure type, blank or not kept by an earlier version of this program, reaches no Level 3'
  return { rule: 'unknown', ...facts, standIn: null, sentence }
}

/** The instruments by the first letters of their exposure types. */
const BY_TYPE: Readonly<Record<string, string>> = {
  FGS: 'FGS',
  MIR: 'MIRI',
  NIS: 'NIRISS',
  NRC: 'NIRCAM',
  NRS: 'NIRSPEC',
}
/** The instruments by the first letters of their detectors. */
const BY_DETECTOR: Readonly<Record<string, string>> = { ...BY_TYPE, GUI: 'FGS' }

/** A product's name: program, observation, target, instrument. */
const PRODUCT_NAME = /^jw\d{5}-o\d{3}_[^_]+_([a-z]+)/i

/** The instrument of a dropped dataset, as far as its exposure type or its name tells it; else blank. */
export function instrumentOfDropped({ dname, keywords: { EXP_TYPE } }: Kept): string {
  const [, named] = PRODUCT_NAME.exec(dname) ?? []
  const detector = dname.slice(dname.lastIndexOf('_') + 1)
  const byDetector = BY_DETECTOR[detector.slice(0, 3).toUpperCase()]
  return BY_TYPE[EXP_TYPE.slice(0, 3)] ?? named?.toUpperCase() ?? byDetector ?? ''
}
