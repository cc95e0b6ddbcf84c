/**
 * Association files and the truth: which exposures the observatory's association generator would put into each product.
 */

import type { Mode } from './generator-modes.js'
import type { Group } from './generator-rows.js'

/** An exposure of a product, by its dataset's name, in its role. */
export interface Member {
  readonly name: string
  readonly role: 'science' | 'psf'
}

/** What an association file says of one name. */
export interface Association {
  /** The name in the file: a product's, or a template of several. */
  readonly name: string
  readonly program: string
  /** `o001`, `c1000`, … */
  readonly candidate: string
  /** `image3`, `spec3`, … */
  readonly type: string
  /** Name of the official generator's rule. */
  readonly rule: string
  readonly members: readonly Member[]
  /** The products that the program can make of it, each with its own members. */
  readonly truth: readonly { readonly product: string; readonly members: readonly Member[] }[]
}

/** Several groups that have one association between them, such as the bands of a spectrometer. */
export function mergeAssociations(all: readonly Association[]): Association[] {
  const byName = new Map<string, Association>()
  for (const one of all) {
    const known = byName.get(one.name)
    if (known === undefined) byName.set(one.name, one)
    else {
      const members = [...known.members, ...one.members]
      byName.set(one.name, { ...known, members, truth: [...known.truth, ...one.truth] })
    }
  }
  return [...byName.values()]
}

/** The file of an association. */
export function associationFile(association: Association, number: number): { name: string; text: string } {
  const { name, program, candidate, type, rule, members } = association
  const content = {
    asn_type: type,
    asn_rule: `candidate_${rule}`,
    version_id: null,
    degraded_status: 'No known degraded exposures in association.',
    program,
    asn_id: candidate,
    target: /(?<=_)t\d{3}/.exec(name)?.[0] ?? 'source_id',
    asn_pool: `jw${program}_pool`,
    products: [{ name, members: members.map((member) => memberOf(member, candidate)) }],
  }
  const file = `jw${program}-${candidate}_${type}_${String(number).padStart(5, '0')}_asn.json`
  return { name: file, text: `${JSON.stringify(content, null, 1)}\n` }
}

function memberOf({ name, role }: Member, candidate: string) {
  const kind = candidate.startsWith('o') ? 'observation' : 'mosaic'
  return { expname: `${name}_cal.fits`, exptype: role, exposerr: null, asn_candidate: `[('${candidate}', '${kind}')]` }
}

/** The header of the truth, as `fixtures/pools` have it. */
export const TRUTH_HEADER = 'product,asn_type,asn_rule,candidate,member,exptype'

/** The lines of an association's products. */
export function truthLines({ type, rule, candidate, truth }: Association): string[] {
  return truth.flatMap(({ product, members }) =>
    members.map(({ name, role }) => [product, type, rule, candidate, name, role].join(',')),
  )
}

const RULES: Readonly<Record<string, readonly [type: string, rule: string]>> = {
  MIR_MRS: ['spec3', 'Asn_Lv3MIRMRS'],
  NRS_IFU: ['spec3', 'Asn_Lv3NRSIFU'],
  NRS_MSASPEC: ['spec3', 'Asn_Lv3SpectralSource'],
  NIS_WFSS: ['spec3', 'Asn_Lv3WFSSNIS'],
  NRC_WFSS: ['spec3', 'Asn_Lv3WFSSNRC'],
  NIS_AMI: ['ami3', 'Asn_Lv3AMI'],
}

/** Type and rule of a group's association. */
export function ruleOf({ mode, visitType, timeSeries, style }: Group, isCandidate: boolean): readonly [string, string] {
  if (visitType.includes('WFSC')) return ['wfs-image3', 'Asn_Lv3WFSCMB']
  if (timeSeries) return ['tso3', 'Asn_Lv3TSO']
  if (isCoronagraphic(mode)) return coronagraphic(mode, isCandidate)
  if (mode.family === 'image') return ['image3', isCandidate ? 'Asn_Lv3ImageMosaic' : 'Asn_Lv3Image']
  if (mode.expType === 'NRS_FIXEDSLIT') return ['spec3', style.bySource ? 'Asn_Lv3NRSFSS' : 'Asn_Lv3SpecAux']
  return RULES[mode.expType] ?? ['spec3', 'Asn_Lv3SpectralTarget']
}

/** Modes whose products across observations have a star's exposures as `psf`. */
export function isCoronagraphic({ expType }: Mode): boolean {
  return ['MIR_4QPM', 'MIR_LYOT', 'NRC_CORON'].includes(expType)
}

function coronagraphic({ expType }: Mode, isCandidate: boolean): readonly [string, string] {
  if (expType !== 'NRC_CORON') return ['coron3', 'Asn_Lv3MIRCoron']
  return isCandidate ? ['coron3', 'Asn_Lv3NRCCoron'] : ['image3', 'Asn_Lv3NRCCoronImage']
}
