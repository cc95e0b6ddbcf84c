/** Why things wait: every reason, by rows made for it; then whole databases. */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { COUNTED_BY, WaitCounter } from '../lib/inspect/counts.js'
import { REASON_CODES } from '../lib/inspect/reasons.js'
import { type Wait, waitsIn, waitsOf } from '../lib/inspect/waits.js'
import { build, daily, FIXTURES, newFolder } from './helpers/damage.js'
import { fileBytes, readRows } from './helpers/database.js'
import type { Columns } from './helpers/rows.js'
import { BETA, CORON, type ProgramRows, settleRows } from './helpers/settled.js'

interface Case extends ProgramRows {
  readonly rule: string
  /** What waits: kind and name, then reason and detail. */
  readonly waits: Readonly<Record<string, string>>
}

const told = new Set<string>()

function check(cases: readonly Case[]): void {
  for (const { rule, waits, ...rows } of cases) {
    test(rule, async (t) => {
      const found = waitsIn(await settleRows(rows))
      t.deepEqual(Object.fromEntries(found.map((wait) => [`${wait.kind} ${wait.name}`, sentence(wait)])), waits)
      t.deepEqual(waitsIn(await settleRows(rows, true)), found, 'the order of the rows changes what is told')
      for (const { reason } of found) told.add(reason)
    })
  }
}

const sentence = ({ reason, detail }: Wait) => `${reason}: ${detail}`

const GROUP = 'group jw01001-o003_t1_nircam_maskrnd-f335m-sub320-image3'
const E1 = 'jw01001003001_02101_00001_nrcalong'
const E2 = 'jw01001003001_02101_00002_nrcalong'
const P1 = 'jw01001-o003_t001_nircam_maskrnd-f335m'
const P2 = 'jw01001-o003_t002_nircam_maskrnd-f335m'
const P3 = 'jw01001-o003_t003_nircam_maskrnd-f335m'

check([
  { rule: 'nothing waits where nothing is', waits: {} },
  {
    rule: 'nothing waits where group and product match',
    exposures: { [E1]: CORON },
    products: { [P1]: CORON },
    waits: {},
  },
  {
    rule: 'no-product: there is none of the instrument in the observation',
    exposures: { [E1]: CORON },
    // Another instrument beside it, and the same keywords in another observation.
    products: {
      'jw01001-o003_t001_miri_f770w': { OBSERVTN: '003' },
      'jw01001-o004_t001_nircam_maskrnd-f335m-sub320': { ...CORON, OBSERVTN: '004' },
    },
    waits: {
      [GROUP]: 'no-product: none of NIRCAM in observation 003',
      'product jw01001-o003_t001_miri_f770w': 'no-exposures: none of MIRI in observation 003',
      'product jw01001-o004_t001_nircam_maskrnd-f335m-sub320': 'no-exposures: none of NIRCAM in observation 004',
    },
  },
  {
    rule: 'no-product: the nearest product has exposures of its own',
    exposures: { [E1]: CORON, [E2]: { ...CORON, FILTER: 'F444W' } },
    products: { [P1]: { ...CORON, FILTER: 'F444W' } },
    waits: { [GROUP]: `no-product: nearest ${P1} (matched); FILTER: exposures F335M, product F444W` },
  },
  {
    rule: 'keywords-differ: one keyword, told of both',
    exposures: { [E1]: CORON, [E2]: CORON },
    products: { [P1]: { ...CORON, SUBARRAY: 'FULL' } },
    waits: {
      [GROUP]: `keywords-differ: nearest ${P1}; SUBARRAY: exposures SUB320, product FULL`,
      [`product ${P1}`]: `keywords-differ: nearest ${GROUP.slice(6)}; SUBARRAY: exposures SUB320, product FULL`,
    },
  },
  {
    rule: 'keywords-differ: the nearest by number of keywords, those in the order of the key, then the target',
    exposures: { [E1]: CORON },
    products: {
      [P1]: { ...CORON, ...BETA, SUBARRAY: 'NONE', FILTER: 'F444W' },
      [P2]: { ...CORON, SUBARRAY: 'FULL', FILTER: 'F444W', PUPIL: 'MASKBAR' },
    },
    waits: {
      [GROUP]: `keywords-differ: nearest ${P1}; FILTER: exposures F335M, product F444W; SUBARRAY: exposures SUB320, product none; TARGNAME: exposures ALPHA, product BETA`,
      [`product ${P1}`]: `keywords-differ: nearest ${GROUP.slice(6)}; FILTER: exposures F335M, product F444W; SUBARRAY: exposures SUB320, product none; TARGNAME: exposures ALPHA, product BETA`,
      [`product ${P2}`]: `keywords-differ: nearest ${GROUP.slice(6)}; FILTER: exposures F335M, product F444W; PUPIL: exposures MASKRND, product MASKBAR; SUBARRAY: exposures SUB320, product FULL`,
    },
  },
  {
    rule: 'keywords-differ: of equally near products the one of the same target',
    exposures: { [E1]: CORON },
    products: { [P1]: { ...CORON, ...BETA, SUBARRAY: 'FULL' }, [P2]: { ...CORON, SUBARRAY: 'FULL', FXD_SLIT: '0' } },
    waits: {
      [GROUP]: `keywords-differ: nearest ${P2}; SUBARRAY: exposures SUB320, product FULL`,
      [`product ${P1}`]: `keywords-differ: nearest ${GROUP.slice(6)}; SUBARRAY: exposures SUB320, product FULL; TARGNAME: exposures ALPHA, product BETA`,
      [`product ${P2}`]: `keywords-differ: nearest ${GROUP.slice(6)}; SUBARRAY: exposures SUB320, product FULL`,
    },
  },
  {
    rule: 'keywords-differ: the observation of a product by its name, where its OBSERVTN is another one',
    exposures: { [E1]: CORON },
    products: { [P1]: { ...CORON, OBSERVTN: 'NONE' } },
    waits: {
      [GROUP]: `keywords-differ: nearest ${P1}; OBSERVTN: exposures 003, product none`,
      [`product ${P1}`]: `keywords-differ: nearest ${GROUP.slice(6)}; OBSERVTN: exposures 003, product none`,
    },
  },
  {
    rule: 'keywords-differ: detectors of the integral field unit are part of the key, others are not',
    exposures: { jw01001001001_1_1_mirifushort: { EXP_TYPE: 'MIR_MRS', DETECTOR: 'MIRIFUSHORT', CHANNEL: '12' } },
    products: { 'jw01001-o001_t001_miri_ch3': { EXP_TYPE: 'MIR_MRS', DETECTOR: 'MIRIFULONG', CHANNEL: '3' } },
    waits: {
      'group jw01001-o001_t1_miri_f770w':
        'keywords-differ: nearest jw01001-o001_t001_miri_ch3; DETECTOR: exposures MIRIFUSHORT, product MIRIFULONG',
      'product jw01001-o001_t001_miri_ch3':
        'keywords-differ: nearest jw01001-o001_t1_miri_f770w; DETECTOR: exposures MIRIFUSHORT, product MIRIFULONG',
    },
  },
  {
    rule: 'keywords-differ: wavefront sensing is keyed by detector',
    exposures: { jw01001001001_1_1_nrca3: { ...wavefront('NRCA3') } },
    products: { 'jw01001-o001_t001_nircam_f212n-nrca1': { ...wavefront('NRCA1') } },
    waits: {
      'group jw01001-o001_t1_nircam_f212n-wlm8-nrca3':
        'keywords-differ: nearest jw01001-o001_t001_nircam_f212n-nrca1; DETECTOR: exposures NRCA3, product NRCA1',
      'product jw01001-o001_t001_nircam_f212n-nrca1':
        'keywords-differ: nearest jw01001-o001_t1_nircam_f212n-wlm8-nrca3; DETECTOR: exposures NRCA3, product NRCA1',
    },
  },
  {
    rule: 'keywords-differ: a product keyed otherwise differs in VISITYPE, not in what its key does not have',
    exposures: { jw01001001001_1_1_nrca3: { ...wavefront('NRCA3') } },
    products: { 'jw01001-o001_t001_nircam_f212n': { ...wavefront('NRCA1'), VISITYPE: 'PARALLEL_PURE' } },
    waits: {
      'group jw01001-o001_t1_nircam_f212n-wlm8-nrca3':
        'keywords-differ: nearest jw01001-o001_t001_nircam_f212n; VISITYPE: exposures PRIME_WFSC_ROUTINE, product PARALLEL_PURE',
      'product jw01001-o001_t001_nircam_f212n':
        'keywords-differ: nearest jw01001-o001_t1_nircam_f212n-wlm8-nrca3; VISITYPE: exposures PRIME_WFSC_ROUTINE, product PARALLEL_PURE',
    },
  },
  {
    rule: 'target-differs: the products of the association are those of other targets',
    exposures: { [E1]: CORON, [E2]: { ...CORON, ...BETA } },
    products: { [P1]: { ...CORON, ...BETA } },
    waits: { [GROUP]: `target-differs: nearest ${P1}; TARGNAME: exposures ALPHA, product BETA` },
  },
  {
    rule: 'target-differs: numbers, where that is what is compared',
    exposures: {
      [E1]: { ...CORON, TARGNAME: 'NONE' },
      [E2]: { ...CORON, TARGNAME: 'NONE', TARG_RA: '20' },
    },
    products: { [P1]: { ...CORON, TARGNAME: 'NONE', TARG_RA: '20' } },
    waits: { [GROUP]: `target-differs: nearest ${P1}; targra: exposures 10.5, product 20.0` },
  },
  {
    rule: 'target-differs: the exposures of the association made another product',
    exposures: { [E1]: CORON },
    products: { [P1]: CORON, [P2]: { ...CORON, ...BETA } },
    waits: {
      [`product ${P2}`]: `target-differs: nearest ${P1} (matched); TARGNAME: exposures ALPHA, product BETA`,
    },
  },
  {
    rule: 'target-differs: the position decides between products of one name',
    exposures: { [E1]: CORON },
    products: { [P1]: { ...CORON, TARG_RA: '11' }, [P2]: CORON },
    waits: { [`product ${P1}`]: `target-differs: nearest ${P2} (matched); targra: exposures 10.5, product 11.0` },
  },
  {
    rule: 'candidate-only: rather than a product of the observation with other keywords',
    exposures: { [E1]: { ...CORON, ...BETA }, jw01001005001_02101_00002_nrcalong: { ...CORON, OBSERVTN: '005' } },
    products: {
      [P1]: { ...CORON, ...BETA, SUBARRAY: 'FULL' },
      'jw01001-c1001_t002_nircam_maskrnd-f335m-sub320': { ...CORON, ...BETA },
      'jw01001-c1001_t001_nircam_maskrnd-f335m-sub320': { ...CORON, OBSERVTN: '001' },
      'jw01001-c1002_t001_nircam_maskrnd-f444w-sub320': { ...CORON, FILTER: 'F444W' },
    },
    waits: {
      // Of several the ones of the target come first.
      [GROUP]:
        'candidate-only: jw01001-c1001_t002_nircam_maskrnd-f335m-sub320, jw01001-c1001_t001_nircam_maskrnd-f335m-sub320',
      'group jw01001-o005_t1_nircam_maskrnd-f335m-sub320-image3':
        'candidate-only: jw01001-c1001_t001_nircam_maskrnd-f335m-sub320, jw01001-c1001_t002_nircam_maskrnd-f335m-sub320',
      [`product ${P1}`]: `keywords-differ: nearest ${GROUP.slice(6)}; SUBARRAY: exposures SUB320, product FULL`,
      'mosaic jw01001-c1001_t001_nircam_maskrnd-f335m-sub320':
        'across-observations: 2 exposures with its keywords in observations 003, 005, 1 of its target',
      'mosaic jw01001-c1001_t002_nircam_maskrnd-f335m-sub320':
        'across-observations: 2 exposures with its keywords in observations 003, 005, 1 of its target',
      'mosaic jw01001-c1002_t001_nircam_maskrnd-f444w-sub320': 'across-observations: no exposures with its keywords',
    },
  },
  {
    rule: 'product-dropped: the product came with an exposure type that reaches no Level 3',
    exposures: { [E1]: CORON },
    products: {
      [P1]: { ...CORON, EXP_TYPE: 'NRC_TACQ' },
      'jw01001-o003_t001_miri_f770w': { OBSERVTN: '003', EXP_TYPE: 'MIR_TACQ' },
    },
    waits: { [GROUP]: `product-dropped: ${P1} (EXP_TYPE NRC_TACQ reaches no Level 3)` },
  },
  {
    rule: 'no-product: MIR_MRS products of channel 2 and 4 are dropped as those of 1 and 3 stand for them',
    exposures: { jw01001001001_1_1_mirifushort: { EXP_TYPE: 'MIR_MRS', DETECTOR: 'MIRIFUSHORT', CHANNEL: '12' } },
    products: { 'jw01001-o001_t001_miri_ch2-short': { EXP_TYPE: 'MIR_MRS', CHANNEL: '2' } },
    waits: {
      'group jw01001-o001_t1_miri_f770w':
        'no-product: only jw01001-o001_t001_miri_ch2-short (MIR_MRS channel 2, for which jw01001-o001_t001_miri_ch1-short stands)',
    },
  },
  {
    rule: 'product-without-size: of group and product',
    exposures: { [E1]: CORON, [E2]: CORON },
    products: { [P1]: { ...CORON, ImageSize: '' }, [P3]: { ...CORON, FILTER: 'F444W', ImageSize: '' } },
    waits: {
      [GROUP]: `product-without-size: ${P1}`,
      [`product ${P1}`]: 'product-without-size: 2 exposures of it are there',
      [`product ${P3}`]: 'product-without-size: no exposures either',
    },
  },
  {
    rule: 'product-taken-over: a late exposure of a product whose exposures are unknown',
    exposures: { [E1]: CORON },
    takenOver: { [P1]: CORON },
    waits: { [GROUP]: `product-taken-over: ${P1}` },
  },
  {
    rule: 'no-coordinates: with and without a product',
    exposures: {
      [E1]: { ...CORON, RA_REF: '' },
      jw01001001001_1_1_mirimage: { CRVAL2: '' },
      jw01001001001_1_2_mirimage: { CRVAL1: '' },
    },
    products: { [P1]: CORON },
    waits: {
      [GROUP]: `no-coordinates: RA_REF or DEC_REF blank in 1 exposure of ${P1}`,
      [`product ${P1}`]: 'no-coordinates: RA_REF or DEC_REF blank in 1 exposure of it',
      'group jw01001-o001_t1_miri_f770w': 'no-coordinates: CRVAL1 or CRVAL2 blank in 2 exposures',
    },
  },
  {
    rule: 'ambiguous: with the product that was taken and all that were not',
    exposures: { [E1]: CORON },
    products: { [P3]: CORON, [P1]: CORON, [P2]: CORON },
    waits: {
      [`product ${P2}`]: `ambiguous: taken is ${P1}, the first by name; candidates left: ${P2}, ${P3}`,
      [`product ${P3}`]: `ambiguous: taken is ${P1}, the first by name; candidates left: ${P2}, ${P3}`,
    },
  },
  {
    rule: 'no-exposures: all of the observation have products',
    exposures: { [E1]: CORON, [E2]: CORON },
    products: { [P1]: CORON, [P2]: { ...CORON, FILTER: 'F444W' } },
    waits: { [`product ${P2}`]: 'no-exposures: all 2 of NIRCAM in observation 003 are matched' },
  },
  {
    rule: 'members-missing: of a product, of its group, and of a product across observations',
    exposures: { [E1]: CORON },
    products: { [P1]: CORON, 'jw01001-c1001_t001_nircam_f335m': CORON },
    members: { [P1]: [E1, E2], 'jw01001-c1001_t001_nircam_f335m': [E2] },
    waits: {
      [`group ${P1}`]: `members-missing: ${E2}`,
      [`product ${P1}`]: `members-missing: ${E2}`,
      'mosaic jw01001-c1001_t001_nircam_f335m': `members-missing: ${E2}`,
    },
  },
  {
    rule: 'no-group and exposures-ungrouped: slitless without time series',
    exposures: { jw01001001001_1_1_mirimage: { EXP_TYPE: 'MIR_LRS-SLITLESS' } },
    products: { 'jw01001-o001_t001_miri_p750l': { EXP_TYPE: 'MIR_LRS-SLITLESS' } },
    waits: {
      'exposure jw01001001001_1_1_mirimage': 'no-group: slitless without TSOVISIT',
      'product jw01001-o001_t001_miri_p750l': 'exposures-ungrouped: 1 exposure: slitless without TSOVISIT',
    },
  },
])

const M = (number: number) => `jw01001001001_02101_0000${number}_mirimage`
const MIRI_GROUP = 'group jw01001-o001_t1_miri_f770w'
const MIRI = 'jw01001-o001_t001_miri_f770w'
const ACROSS = 'jw01001-c1001_t001_miri_f770w'
const CHANNEL1 = { EXP_TYPE: 'MIR_MRS', DETECTOR: 'MIRIFUSHORT', CHANNEL: '12', BAND: 'SHORT' }
const DROPPED = { EXP_TYPE: 'MIR_TACQ' }

/** What association files name: nothing is compared, and what is left beside it is told as it is. */
check([
  {
    rule: 'other-members: the product of the keywords is made of what a file names',
    exposures: { [M(1)]: {}, [M(2)]: {}, [M(3)]: {}, [M(4)]: {} },
    products: { [MIRI]: {} },
    members: { [MIRI]: [M(1), M(2)] },
    waits: {
      [MIRI_GROUP]: `other-members: nearest ${MIRI} (matched); a_asn.json names its members, none of these 2 exposures among them`,
    },
  },
  {
    rule: 'other-members: rather than a product with other keywords, and of another target, too',
    exposures: { [M(1)]: {}, [M(3)]: BETA },
    products: { [MIRI]: {}, 'jw01001-o001_t001_miri_f560w': { ...BETA, FILTER: 'F560W' } },
    members: { [MIRI]: [M(1), M(2)] },
    waits: {
      [`group ${MIRI}`]: `members-missing: ${M(2)}`,
      [`product ${MIRI}`]: `members-missing: ${M(2)}`,
      // Targets are numbered over all exposures of an association.
      'group jw01001-o001_t2_miri_f770w': `other-members: nearest ${MIRI} (waits); TARGNAME: exposures BETA, product ALPHA; a_asn.json names its members, not this exposure among them`,
      'product jw01001-o001_t001_miri_f560w':
        'keywords-differ: nearest jw01001-o001_t2_miri_f770w; FILTER: exposures F770W, product F560W',
    },
  },
  {
    rule: 'no-product: a product across observations that a file names has members in this one',
    exposures: { [M(1)]: {}, [M(3)]: {} },
    products: { [ACROSS]: { OBSERVTN: 'NONE' } },
    members: { [ACROSS]: [M(1)] },
    waits: {
      [MIRI_GROUP]: `no-product: nearest ${ACROSS} (matched); OBSERVTN: exposures 001, product none; a_asn.json names its members, 1 of these 2 exposures among them`,
    },
  },
  {
    rule: 'no-product: the file names all of these exposures, and more that are missing',
    exposures: { [M(1)]: {} },
    products: { [ACROSS]: {} },
    members: { [ACROSS]: [M(1), M(2)] },
    waits: {
      [`group ${ACROSS}`]: `members-missing: ${M(2)}`,
      [`mosaic ${ACROSS}`]: `members-missing: ${M(2)}`,
      [MIRI_GROUP]: `no-product: nearest ${ACROSS} (waits); a_asn.json names its members, this exposure among them`,
    },
  },
  {
    rule: 'no-product: the product that a file names has not come, was pruned or dropped, or is named by a template',
    exposures: {
      [M(1)]: {},
      [M(2)]: { FILTER: 'F560W' },
      [M(3)]: { FILTER: 'F1000W' },
      jw01001001001_1_1_nrs1: { EXP_TYPE: 'NRS_MSASPEC', INSTRUME: 'NIRSPEC', DETECTOR: 'NRS1' },
    },
    products: { 'jw01001-o001_t001_miri_f1000w': DROPPED },
    pruned: { 'jw01001-o001_t001_miri_f560w': { FILTER: 'F560W' } },
    members: {
      [MIRI]: [M(1)],
      'jw01001-o001_t001_miri_f560w': [M(2)],
      'jw01001-o001_t001_miri_f1000w': [M(3)],
      'jw01001-o001_{source_id}_nirspec_f770w': ['jw01001001001_1_1_nrs1'],
    },
    waits: {
      [`group ${MIRI}`]: `no-product: no row of ${MIRI} has come, which a_asn.json names`,
      'group jw01001-o001_t001_miri_f560w': 'no-product: jw01001-o001_t001_miri_f560w was pruned',
      'group jw01001-o001_t001_miri_f1000w':
        'product-dropped: jw01001-o001_t001_miri_f1000w (EXP_TYPE MIR_TACQ reaches no Level 3)',
      'group jw01001-o001_s000000001_nirspec_f770w':
        'no-product: no product that a_asn.json calls jw01001-o001_{source_id}_nirspec_f770w has come',
    },
  },
  {
    rule: 'no-product: only products of the observation that are of no use',
    exposures: { [M(1)]: {} },
    products: { [ACROSS]: { FILTER: 'F560W' } },
    pruned: { 'jw01001-o001_t002_miri_f560w': { FILTER: 'F560W' } },
    waits: {
      [MIRI_GROUP]: `no-product: only ${ACROSS} (across observations), jw01001-o001_t002_miri_f560w (pruned)`,
      [`mosaic ${ACROSS}`]: 'across-observations: no exposures with its keywords',
    },
  },
  {
    rule: 'no-exposures: those of the observation are given to other products, or in no group',
    exposures: { [M(1)]: {}, [M(2)]: {}, [M(3)]: {}, [M(4)]: { EXP_TYPE: 'MIR_LRS-SLITLESS' } },
    products: { [MIRI]: {}, 'jw01001-o001_t002_miri_f770w': {} },
    members: { [MIRI]: [M(1)], 'jw01001-o001_t003_miri_f770w': [M(2), M(3)] },
    waits: {
      'group jw01001-o001_t003_miri_f770w':
        'no-product: no row of jw01001-o001_t003_miri_f770w has come, which a_asn.json names',
      'product jw01001-o001_t002_miri_f770w':
        'no-exposures: 4 of MIRI in observation 001: 1 matched, 2 for products that association files name, 1 in no group',
      [`exposure ${M(4)}`]: 'no-group: slitless without TSOVISIT',
    },
  },
  {
    rule: 'no-exposures: an exposure in whatever role is one',
    exposures: { [M(1)]: {}, [M(2)]: { ...BETA } },
    products: { [MIRI]: {}, 'jw01001-o001_t002_miri_f560w': { FILTER: 'F560W' } },
    members: { [MIRI]: { [M(1)]: 'science', [M(2)]: 'background' } },
    waits: { 'product jw01001-o001_t002_miri_f560w': 'no-exposures: all 2 of MIRI in observation 001 are matched' },
  },
  {
    rule: 'no-exposures: the only one is matched, and another one was pruned',
    exposures: { [M(1)]: {}, jw01001001001_1_1_nis: { INSTRUME: 'NIRISS', DETECTOR: 'NIS', EXP_TYPE: 'NIS_IMAGE' } },
    pruned: { [M(2)]: { FILTER: 'F560W' } },
    products: {
      ...{ [MIRI]: {}, 'jw01001-o001_t001_miri_f1000w': { FILTER: 'F1000W' } },
      'jw01001-o001_t001_niriss_f770w': { INSTRUME: 'NIRISS', EXP_TYPE: 'NIS_IMAGE' },
      'jw01001-o001_t001_niriss_f560w': { INSTRUME: 'NIRISS', EXP_TYPE: 'NIS_IMAGE', FILTER: 'F560W' },
    },
    waits: {
      'product jw01001-o001_t001_miri_f1000w': 'no-exposures: 2 of MIRI in observation 001: 1 matched, 1 pruned',
      'product jw01001-o001_t001_niriss_f560w': 'no-exposures: the only one of NIRISS in observation 001 is matched',
    },
  },
  {
    rule: 'no-exposures: only those that take part in nothing',
    exposures: { [M(1)]: DROPPED, jw01001001001_1_1_nrs1: { EXP_TYPE: 'NRS_TACQ' } },
    pruned: { [M(2)]: {} },
    products: { [MIRI]: {} },
    waits: {
      [`product ${MIRI}`]:
        'no-exposures: only 1 of exposure types without Level 3 (MIR_TACQ) and 1 pruned, of MIRI in observation 001',
    },
  },
  {
    rule: 'no-exposures: none of the science members can ever come',
    exposures: { [M(1)]: DROPPED, [M(2)]: {} },
    products: { [MIRI]: {} },
    members: { [MIRI]: { [M(1)]: 'science', [M(2)]: 'background' } },
    waits: {
      [`product ${MIRI}`]:
        'no-exposures: of the science members that a_asn.json names none is of it: 1 of exposure types without Level 3',
      [`exposure ${M(2)}`]: 'no-group: a_asn.json names it as background, and no science exposure that waits with it',
    },
  },
  {
    rule: 'members-missing: also of an exposure that waits in no group',
    exposures: { [M(2)]: {} },
    members: { [MIRI]: { [M(1)]: 'science', [M(2)]: 'background' } },
    waits: { [`exposure ${M(2)}`]: `members-missing: ${M(1)}` },
  },
  {
    rule: 'product-without-size and no-coordinates: of every product of a name in a file',
    exposures: {
      jw01001001001_1_1_nis: { EXP_TYPE: 'NIS_WFSS', INSTRUME: 'NIRISS', DETECTOR: 'NIS' },
      [M(1)]: { CRVAL1: '' },
    },
    products: {
      'jw01001-o001_s000000001_niriss_f770w': { EXP_TYPE: 'NIS_WFSS', ImageSize: '' },
      'jw01001-o001_s000000002_niriss_f770w': { EXP_TYPE: 'NIS_WFSS', ImageSize: '' },
      [MIRI]: {},
    },
    members: { 'jw01001-o001_{source_id}_niriss_f770w': ['jw01001001001_1_1_nis'], [MIRI]: [M(1)] },
    waits: {
      'group jw01001-o001_s000000001_niriss_f770w': 'product-without-size: jw01001-o001_s000000001_niriss_f770w',
      'product jw01001-o001_s000000001_niriss_f770w': 'product-without-size: 1 exposure of it is there',
      'product jw01001-o001_s000000002_niriss_f770w': 'product-without-size: 1 exposure of it is there',
      [`group ${MIRI}`]: `no-coordinates: CRVAL1 or CRVAL2 blank in 1 exposure of ${MIRI}`,
      [`product ${MIRI}`]: 'no-coordinates: CRVAL1 or CRVAL2 blank in 1 exposure of it',
    },
  },
  {
    rule: 'a product of MIR_MRS has come for one channel, and not for the other',
    exposures: {
      jw01001001001_1_1_mirifushort: CHANNEL1,
      jw01001001001_1_1_mirifulong: { ...CHANNEL1, DETECTOR: 'MIRIFULONG', CHANNEL: '34' },
    },
    products: { 'jw01001-o001_t001_miri_ch1-short': { ...CHANNEL1, CHANNEL: '1' } },
    members: { 'jw01001-o001_t001_miri': ['jw01001001001_1_1_mirifushort', 'jw01001001001_1_1_mirifulong'] },
    waits: {
      'group jw01001-o001_t001_miri_ch3-short':
        'no-product: no row of jw01001-o001_t001_miri_ch3-short has come, which a_asn.json names',
    },
  },
  {
    rule: 'an observation is the same in whatever form, and so is an instrument',
    exposures: { [M(1)]: { OBSERVTN: '1' } },
    products: { 'jw01001-o001_t001_miri_f560w': { FILTER: 'F560W', OBSERVTN: 'NONE', INSTRUME: 'miri' } },
    waits: {
      [MIRI_GROUP]:
        'keywords-differ: nearest jw01001-o001_t001_miri_f560w; OBSERVTN: exposures 001, product none; FILTER: exposures F770W, product F560W',
      'product jw01001-o001_t001_miri_f560w':
        'keywords-differ: nearest jw01001-o001_t1_miri_f770w; OBSERVTN: exposures 001, product none; FILTER: exposures F770W, product F560W',
    },
  },
])

function wavefront(DETECTOR: string): Columns {
  return {
    ...{ INSTRUME: 'NIRCAM', CHANNEL: 'SHORT', EXP_TYPE: 'NRC_IMAGE', FILTER: 'F212N', PUPIL: 'WLM8' },
    ...{ VISITYPE: 'PRIME_WFSC_ROUTINE', DETECTOR },
  }
}

test.after('every reason is among the cases', () => {
  const missing = REASON_CODES.filter((code) => !told.has(code))
  if (missing.length > 0) throw new Error(`no case gives ${missing.join(', ')}`)
})

test('a product that lost a multiple match is of the model of the group, others of that of their keywords', async (t) => {
  const series = { SUBARRAY: 'SUB64', TSOVISIT: 'True' }
  const exposures = { jw01001001001_1_1_mirimage: series }
  const products = { ...twins({ ...series, TSOVISIT: 'False' }), 'jw01001-o001_t003_miri': { FILTER: 'F560W' } }
  const found = waitsIn(await settleRows({ exposures, products }))
  t.deepEqual(found.map(({ name, model, reason }) => `${name.slice(13)} ${model} ${reason}`).sort(), [
    't002_miri TAC ambiguous',
    't003_miri IMAGE no-exposures',
  ])
})

const twins = (columns: Columns) => ({ 'jw01001-o001_t001_miri': columns, 'jw01001-o001_t002_miri': columns })

test('waits are counted by value and kind: keywords by their number, programs and reasons in their order', (t) => {
  const wait = (changes: Partial<Wait>): Wait => ({
    ...{ kind: 'group', name: '', model: 'TAC', pid: 1001, observation: '001', params: '', since: '2024-02-21' },
    ...{
      instrument: 'NIRCAM',
      members: 1,
      exposures: 1,
      reason: 'keywords-differ',
      detail: '',
      differs: ['FILTER'],
      remedy: '',
      ...changes,
    },
  })
  const waits = [
    wait({}),
    wait({ differs: ['SUBARRAY'], pid: 902 }),
    wait({ differs: ['SUBARRAY'], model: 'SPEC', pid: 902 }),
    wait({ reason: 'no-product', differs: [] }),
    wait({ kind: 'exposure', model: undefined, reason: 'no-group', differs: [] }),
  ]
  const counted = Object.fromEntries(
    COUNTED_BY.map((by) => {
      const counter = new WaitCounter(by)
      for (const its of waits) counter.add(its)
      return [
        by,
        counter.counts.map(({ value, kind, models, total }) => `${value} ${kind} ${Object.values(models)} ${total}`),
      ]
    }),
  )
  t.deepEqual(counted, {
    reason: ['no-product group 0,0,1,0,0 1', 'keywords-differ group 0,1,2,0,0 3', 'no-group exposure 0,0,0,0,1 1'],
    keyword: ['SUBARRAY group 0,1,1,0,0 2', 'FILTER group 0,0,1,0,0 1'],
    program: ['902 group 0,1,1,0,0 2', '1001 exposure 0,0,0,0,1 1', '1001 group 0,0,2,0,0 2'],
  })
})

test('what is told besides the reason', async (t) => {
  const exposures = { [E1]: { ...CORON, date: '2024-02-23' }, [E2]: { ...CORON, date: '2024-02-22' } }
  const products = { [P1]: { ...CORON, SUBARRAY: 'FULL', date: '2024-02-24' } }
  const found = waitsIn(await settleRows({ exposures, products }))
  const group = found.find(({ kind }) => kind === 'group')
  const waiting = found.find(({ kind }) => kind === 'product')
  t.is(found.length, 2)
  t.like(group, {
    kind: 'group',
    model: 'TAC',
    pid: 1001,
    observation: '003',
    instrument: 'NIRCAM',
    params: '1001-003-F335M-MASKRND-SUB320-NRC_CORON',
    since: '2024-02-22',
    exposures: 2,
    differs: ['SUBARRAY'],
  })
  t.like(waiting, { kind: 'product', model: 'TAC', observation: '003', since: '2024-02-24', exposures: 0 })
})

for (const [name, inputs] of Object.entries({
  days: daily(join(FIXTURES, 'days')),
  'three-days': daily(join(FIXTURES, 'golden', 'three-days', 'input')),
  shuffled: [[join(FIXTURES, 'golden', 'shuffled', 'input')]],
})) {
  test(`${name}: all that ingest.csv and mosaics.csv hold is told, and nothing else`, async (t) => {
    const folder = await build(newFolder(t), inputs)
    const waits = await allWaits(folder)
    const rows = readRows(folder, 'ingest')
    const names = (kind: Wait['kind']) => namesOf(waits.filter((wait) => wait.kind === kind))
    t.deepEqual(names('product'), namesIn(rows.filter(({ dag }) => dag?.includes('3'))))
    t.deepEqual(names('exposure'), namesIn(rows.filter(({ dag, expmode }) => dag?.includes('1') && expmode === '')))
    t.is(
      waits.reduce((sum, { exposures }) => sum + exposures, 0),
      rows.filter(({ dag }) => dag?.includes('1')).length,
    )
    t.deepEqual(names('mosaic'), namesIn(readRows(folder, 'mosaics')))
    const groups = ['image', 'spec', 'tac', 'fgs'].flatMap((model) => readRows(folder, `rem-${model}`))
    t.deepEqual(names('group'), namesIn(groups))
  })

  test(`${name}: without its index a database tells the same`, async (t) => {
    const folder = await build(newFolder(t), inputs)
    const waits = await allWaits(folder)
    t.true(waits.length > 5)
    rmSync(join(folder, '.jwst-ingest', 'seen.json'))
    t.deepEqual(await allWaits(folder), waits)
    rmSync(join(folder, '.jwst-ingest', 'index'))
    t.deepEqual(await allWaits(folder), waits)
  })
}

async function allWaits(folder: string): Promise<Wait[]> {
  const waits: Wait[] = []
  for await (const wait of waitsOf(folder)) waits.push(wait)
  return waits
}

const namesOf = (waits: readonly Wait[]) => waits.map(({ name }) => name).sort()
const namesIn = (rows: readonly Record<string, string>[]) => rows.map(({ dname }) => dname).sort()

test('a folder without tables is no database', async (t) => {
  const folder = newFolder(t)
  await t.throwsAsync(allWaits(folder), { code: 'DATABASE_UNUSABLE', message: /no table is in it/ })
})

test('a database that is read is not changed, and what is read can be given up', async (t) => {
  const folder = await build(newFolder(t), daily(join(FIXTURES, 'days')))
  const before = fileBytes(folder)
  for await (const wait of waitsOf(folder)) {
    t.truthy(wait.name)
    break
  }
  const aborted = AbortSignal.abort()
  const signalled = async () => {
    for await (const wait of waitsOf(folder, { signal: aborted })) t.fail(wait.name)
  }
  await t.throwsAsync(signalled, { any: true, name: 'AbortError' })
  t.deepEqual(fileBytes(folder), before)
})
