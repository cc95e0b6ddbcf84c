/** What became of single rows, told: association, group, comparison, end. */
import test from 'ava'
import { explanationsIn } from '../lib/inspect/explain.js'
import { formatExplanation } from '../lib/inspect/explain-text.js'
import type { Explanation } from '../lib/inspect/explanation.js'
import { wanted } from '../lib/inspect/names.js'
import { BETA, CORON, type ProgramRows, settleRows } from './helpers/settled.js'

const E1 = 'jw01001003001_02101_00001_nrcalong'
const E2 = 'jw01001003001_02101_00002_nrcalong'
const GROUP = 'jw01001-o003_t1_nircam_maskrnd-f335m-sub320-image3'
const P1 = 'jw01001-o003_t001_nircam_maskrnd-f335m'
const P2 = 'jw01001-o003_t002_nircam_maskrnd-f335m'
const KEY = '1001-003-F335M-MASKRND-SUB320-NRC_CORON'

async function explained(rows: ProgramRows, name: string): Promise<Explanation[]> {
  return explanationsIn(await settleRows(rows), wanted(name).matches)
}

/** Wavefront sensing. */
const SENSING = {
  ...{ INSTRUME: 'NIRCAM', DETECTOR: 'NRCA3', CHANNEL: 'SHORT', EXP_TYPE: 'NRC_IMAGE', FILTER: 'F212N' },
  ...{ PUPIL: 'WLM8', VISITYPE: 'PRIME_WFSC_ROUTINE' },
}

interface Case extends ProgramRows {
  readonly rule: string
  readonly name: string
  readonly text: string
}

function check(cases: readonly Case[]): void {
  for (const { rule, name, text, ...rows } of cases) {
    test(rule, async (t) => {
      const found = await explained(rows, name)
      t.is(found.map((its) => formatExplanation(its)).join('\n'), text.replace(/^\n/, '').replace(/^ {6}/gm, ''))
    })
  }
}

check([
  {
    rule: 'an exposure that is matched exactly, by the name of its FITS file',
    exposures: { [E1]: CORON, [E2]: CORON },
    products: { [P1]: CORON },
    name: `${E2}_uncal.fits`,
    text: `
      ${E2}
        is             an exposure, TAC, 2024-02-21, matched with ${P1}
        association    ${KEY}
        group          ${GROUP}, 2 exposures
        compares       TARGNAME ALPHA, as ${P1} has it
        candidate      ${P1} (matched): agrees
`,
  },
  {
    rule: 'a product that two groups made, one of them as nothing else was left',
    exposures: {
      [E1]: CORON,
      [E2]: { ...CORON, ...BETA, VISITYPE: 'PRIME_UNTARGETED', TARGNAME: 'NONE', GS_MAG: '13.0' },
    },
    products: { [P1]: CORON },
    name: P1,
    text: `
      ${P1}
        is             a product, TAC, 2024-02-21, matched with 2 exposures
        association    ${KEY}
        group          jw01001-o003_t1_nircam_maskrnd-f335m-sub320-image3, 1 exposure
        exposures      ${E1}
        compares       TARGNAME ALPHA, as the product has it
        group          jw01001-o003_t2_nircam_maskrnd-f335m-sub320-image3, 1 exposure
        exposures      ${E2}
        compares       GS_MAG 13.0, which the product does not have: no other was left
`,
  },
  {
    rule: 'an expected name: a group with what it was compared with, near it and across observations',
    exposures: { [E1]: CORON, [E2]: CORON },
    products: {
      [P1]: { ...CORON, SUBARRAY: 'FULL' },
      [P2]: { ...CORON, ...BETA, SUBARRAY: 'FULL', FILTER: 'F444W' },
      'jw01001-c1001_t001_nircam_maskrnd-f335m-sub320': { ...CORON, ...BETA },
    },
    name: GROUP,
    text: `
      ${GROUP}
        is             a group, TAC, waits since 2024-02-21
        association    ${KEY}
        exposures      ${E1}, ${E2}
        compares       TARGNAME ALPHA
        waits because  candidate-only: only a product of another candidate could use it
                       jw01001-c1001_t001_nircam_maskrnd-f335m-sub320
        what helps     give the association file of that product: \`jwst-ingest associate db --asn asn\`
        near           ${P1} (waits)
                       SUBARRAY: exposures SUB320, product FULL
        near           ${P2} (waits)
                       FILTER: exposures F335M, product F444W
                       SUBARRAY: exposures SUB320, product FULL
                       TARGNAME: exposures ALPHA, product BETA
        could use it   jw01001-c1001_t001_nircam_maskrnd-f335m-sub320 (waits)
                       TARGNAME: exposures ALPHA, product BETA
`,
  },
  {
    rule: 'a product that waits: groups of its association, then near ones',
    exposures: { [E1]: CORON, [E2]: { ...CORON, SUBARRAY: 'FULL' } },
    products: { [P1]: CORON, [P2]: { ...CORON, ...BETA } },
    name: P2,
    text: `
      ${P2}
        is             a product, TAC, waits since 2024-02-21
        association    ${KEY}
        waits because  target-differs: product and exposures agree in all keywords, but not in the target
                       nearest ${P1} (matched)
                       TARGNAME: exposures ALPHA, product BETA
        what helps     re-deliver product or exposures with the same TARGNAME, or give the association
                       file: \`jwst-ingest associate db --asn asn\`
        other group    ${GROUP} (matched)
                       TARGNAME: exposures ALPHA, product BETA
        near           jw01001-o003_t1_nircam_maskrnd-f335m-image3 (waits)
                       SUBARRAY: exposures FULL, product SUB320
                       TARGNAME: exposures ALPHA, product BETA
`,
  },
  {
    rule: 'a group that waits beside a product of another target: a candidate is not told as near, too',
    exposures: { [E1]: CORON, [E2]: { ...CORON, ...BETA } },
    products: { [P1]: { ...CORON, ...BETA } },
    name: GROUP,
    text: `
      ${GROUP}
        is             a group, TAC, waits since 2024-02-21
        association    ${KEY}
        exposures      ${E1}
        compares       TARGNAME ALPHA
        waits because  target-differs: product and exposures agree in all keywords, but not in the target
                       nearest ${P1}
                       TARGNAME: exposures ALPHA, product BETA
        what helps     re-deliver product or exposures with the same TARGNAME, or give the association
                       file: \`jwst-ingest associate db --asn asn\`
        candidate      ${P1} (matched)
                       TARGNAME: exposures ALPHA, product BETA
`,
  },
  {
    rule: 'exposures of no group count in the number of a target, as when the group is named',
    exposures: {
      jw01001001001_1_1_nrca3: { ...SENSING, SUBARRAY: 'SUB64' },
      jw01001001001_1_2_nrca3: { ...SENSING, ...BETA },
    },
    products: { 'jw01001-o001_t001_nircam_f212n-wlm8-nrca3': SENSING },
    name: 'jw01001-o001_t2*',
    text: `
      jw01001-o001_t2_nircam_f212n-wlm8-nrca3
        is             a group, IMAGE, 2024-02-21, matched with jw01001-o001_t001_nircam_f212n-wlm8-nrca3
        association    1001-001-F212N-WLM8-NRCA3
        exposures      jw01001001001_1_2_nrca3
        compares       TARGNAME BETA, which jw01001-o001_t001_nircam_f212n-wlm8-nrca3 does not have: no
                       other was left
        candidate      jw01001-o001_t001_nircam_f212n-wlm8-nrca3 (matched)
                       TARGNAME: exposures BETA, product ALPHA
`,
  },
  {
    rule: 'of fixed targets of one name the position is told',
    exposures: { [E1]: CORON },
    products: { [P1]: { ...CORON, TARG_RA: '11' }, [P2]: CORON },
    name: E1,
    text: `
      ${E1}
        is             an exposure, TAC, 2024-02-21, matched with ${P2}
        association    ${KEY}
        group          ${GROUP}, 1 exposure
        compares       TARGNAME ALPHA, as ${P2} has it
        candidate      ${P2} (matched): agrees
        candidate      ${P1} (waits)
                       targra: exposures 10.5, product 11.0
`,
  },
  {
    rule: 'an exposure of no group, with the rule',
    exposures: { jw01001001001_1_1_mirimage: { EXP_TYPE: 'MIR_LRS-SLITLESS' } },
    name: 'jw01001001001*',
    text: `
      jw01001001001_1_1_mirimage
        is             an exposure, waits since 2024-02-21
        association    1001-001-F770W-FULL-MIR_LRS-SLITLESS
        waits because  no-group: exposures of its kind are in no group
                       slitless without TSOVISIT
        what helps     give an association file that names it as science:
                       \`jwst-ingest associate db --asn asn\`
`,
  },
  {
    rule: 'a product across observations, with the groups of its keywords',
    exposures: { [E1]: CORON },
    products: { [P1]: CORON, 'jw01001-c1001_t001_nircam_maskrnd-f335m': { ...CORON, OBSERVTN: '001' } },
    name: 'jw01001-c*',
    text: `
      jw01001-c1001_t001_nircam_maskrnd-f335m
        is             a product of another candidate than an observation, TAC, waits since 2024-02-21
        waits because  across-observations: no association file names the exposures of this product across
                       observations
                       1 exposure with its keywords in observation 003, 1 of its target
        what helps     give its association file: \`jwst-ingest associate db --asn asn\`
        its keywords   ${GROUP} (matched): has its keywords
`,
  },
  {
    rule: 'a product that was taken over, and a dataset that was dropped',
    exposures: { jw01001003001_02101_00001_nrs1: { EXP_TYPE: 'NRS_TACQ' } },
    takenOver: { [P1]: CORON },
    name: 'jw01001*',
    text: `
      ${P1}
        is             a product, TAC, taken over without its exposures, 2024-02-21
        association    ${KEY}

      jw01001003001_02101_00001_nrs1
        is             a dataset of 2024-02-21 that was dropped: EXP_TYPE NRS_TACQ reaches no Level 3
`,
  },
])

const M = (number: number) => `jw01001001001_02101_0000${number}_mirimage`
const MIRI = 'jw01001-o001_t001_miri_f770w'
const ACROSS = 'jw01001-c1001_t001_miri_f770w'

/** What association files name. */
check([
  {
    rule: 'a product that a file names: every member with its role, and what became of it',
    exposures: { [M(1)]: {}, [M(2)]: { ...BETA, OBSERVTN: '002' }, [M(3)]: { EXP_TYPE: 'MIR_TACQ' }, [M(4)]: {} },
    products: { [ACROSS]: {}, [MIRI]: {} },
    pruned: { [M(5)]: {} },
    members: {
      [MIRI]: [M(4)],
      [ACROSS]: {
        ...{ [M(1)]: 'science', [M(2)]: 'psf', [M(3)]: 'target_acquisition', [M(4)]: 'background' },
        ...{ [M(5)]: 'science', [M(6)]: 'science', [M(7)]: 'background' },
      },
    },
    name: ACROSS.toUpperCase(),
    text: `
      ${ACROSS}
        is             a product of another candidate than an observation, IMAGE, waits since 2024-02-21
        named by       a_asn.json
        members        7: 2 waiting, 1 in other products, 2 missing, 1 pruned, 1 of exposure types without
                       Level 3
        waiting        science: ${M(1)}
                       psf: ${M(2)}
        elsewhere      background: ${M(4)}
        missing        science: ${M(6)}
                       background: ${M(7)}
        pruned         science: ${M(5)}
        no Level 3     target_acquisition (MIR_TACQ): ${M(3)}
        waits because  members-missing: science members that its association file names are not there
                       ${M(5)}, ${M(6)}
        what helps     nothing to do: they may still come; of one that never does, give a newer
                       association file: \`jwst-ingest associate db --asn asn\`
`,
  },
  {
    rule: 'an exposure of several products in several roles, in any letter case',
    exposures: { [M(1)]: {}, [M(2)]: {}, [M(3)]: { OBSERVTN: '002' } },
    products: { [ACROSS]: {}, 'jw01001-c1002_t001_miri_f770w': {}, [MIRI]: {} },
    members: {
      [ACROSS]: { [M(1)]: 'science', [M(2)]: 'psf' },
      'jw01001-c1002_t001_miri_f770w': { [M(2)]: 'science', [M(4)]: 'science' },
      'jw01001-c1003_t001_miri_f770w': { [M(2)]: 'background', [M(3)]: 'science' },
    },
    name: `${M(2).replace('jw', 'JW')}_CAL.fits`,
    text: `
      ${M(2)}
        is             an exposure, IMAGE, 2024-02-21, matched with 2 products
        member of      ${MIRI} (matched) as science, by keywords
                       ${ACROSS} (matched) as psf, named by a_asn.json
                       jw01001-c1002_t001_miri_f770w (waits) as science, named by a_asn.json
                       jw01001-c1003_t001_miri_f770w (no row of it has come) as background, named by
                       a_asn.json
`,
  },
  {
    rule: 'an exposure that only a file knows',
    exposures: { [M(1)]: {} },
    products: { [MIRI]: {} },
    members: { [MIRI]: { [M(1)]: 'science', [M(2)]: 'background' } },
    name: M(2),
    text: `
      ${M(2)}
        is             an exposure of which no row has come
        member of      ${MIRI} (matched) as background, named by a_asn.json
`,
  },
  {
    rule: 'a product that only a file knows, and a name in it that stands for others',
    exposures: {
      jw01001001001_1_1_mirifushort: { EXP_TYPE: 'MIR_MRS', DETECTOR: 'MIRIFUSHORT', CHANNEL: '12', BAND: 'SHORT' },
    },
    products: {
      'jw01001-o001_t001_miri_ch1-short': { EXP_TYPE: 'MIR_MRS', DETECTOR: 'MIRIFUSHORT', CHANNEL: '1', BAND: 'SHORT' },
    },
    members: {
      'jw01001-o001_t001_miri': ['jw01001001001_1_1_mirifushort', 'jw01001001001_1_1_mirifulong'],
      'jw01001-o001_t001_miri_f560w': [M(2)],
      'jw01001-c1001_t001_miri_{slit_name}': [M(2)],
    },
    name: 'jw01001-*_t001_miri*',
    text: `
      jw01001-o001_t001_miri_ch1-short
        is             a product, SPEC, 2024-02-21, matched with 1 exposure
        named by       a_asn.json
        members        2: 1 matched, 1 of another detector, band or filter
        matched        science: jw01001001001_1_1_mirifushort
        others         science: jw01001001001_1_1_mirifulong

      jw01001-c1001_t001_miri_{slit_name}
        is             a name in an association file that stands for products of which none has come
        named by       a_asn.json
        members        1: 1 missing
        missing        science: ${M(2)}

      jw01001-o001_t001_miri
        is             a name in an association file that stands for 1 product
        named by       a_asn.json
        members        2: 1 matched, 1 missing
        matched        science: jw01001001001_1_1_mirifushort
        missing        science: jw01001001001_1_1_mirifulong
        stands for     jw01001-o001_t001_miri_ch1-short (matched)

      jw01001-o001_t001_miri_f560w
        is             a product of which no row has come
        named by       a_asn.json
        members        1: 1 missing
        missing        science: ${M(2)}
`,
  },
  {
    rule: 'a product by keywords tells which exposures of its group a file gives to another product',
    exposures: { [M(1)]: {}, [M(2)]: {} },
    products: { [MIRI]: {} },
    members: { 'jw01001-o001_t001_miri_f560w': [M(2)] },
    name: MIRI,
    text: `
      ${MIRI}
        is             a product, IMAGE, 2024-02-21, matched with 1 exposure
        association    1001-001-F770W-FULL-MIR_IMAGE
        group          jw01001-o001_t1_miri_f770w, 1 exposure
        exposures      ${M(1)}
        compares       TARGNAME ALPHA, as the product has it
        withheld       ${M(2)}, which a_asn.json names
`,
  },
  {
    rule: 'a name in a file all of whose products newer files name',
    exposures: { [M(1)]: {} },
    products: { [MIRI]: {} },
    members: { [MIRI]: [M(1)], 'jw01001-o001_{suffix_id}_miri_f770w': [M(1)] },
    name: 'jw01001-o001_{*',
    text: `
      jw01001-o001_{suffix_id}_miri_f770w
        is             a name in an association file that a newer file replaces
        named by       a_asn.json
        members        1: 1 in other products
        elsewhere      science: ${M(1)}
`,
  },
  {
    rule: 'an exposure in no file tells the nearest product, also where a file names its members',
    exposures: { [M(1)]: {}, [M(3)]: {} },
    products: { [MIRI]: {} },
    members: { [MIRI]: [M(1)] },
    name: M(3),
    text: `
      ${M(3)}
        is             an exposure, IMAGE, waits since 2024-02-21
        association    1001-001-F770W-FULL-MIR_IMAGE
        group          jw01001-o001_t1_miri_f770w, 1 exposure
        compares       TARGNAME ALPHA
        waits because  other-members: the association file of the nearest product names other exposures
                       nearest ${MIRI} (matched)
                       a_asn.json names its members, not this exposure among them
        what helps     give a newer association file that names these exposures:
                       \`jwst-ingest associate db --asn asn\`
        near           ${MIRI} (matched, named by a_asn.json): has its keywords
`,
  },
])

/** What takes part in nothing. */
check([
  {
    rule: 'a dropped channel tells which product stands for it',
    products: { 'jw01001-o001_t001_miri_ch4-long': { EXP_TYPE: 'MIR_MRS', CHANNEL: '4' } },
    name: '*ch4-long',
    text: `
      jw01001-o001_t001_miri_ch4-long
        is             a dataset of 2024-02-21 that was dropped: MIR_MRS channel 4, for which
                       jw01001-o001_t001_miri_ch3-long stands
`,
  },
  {
    rule: 'a dropped exposure tells of which products it is a member',
    exposures: { [M(1)]: {}, [M(2)]: { EXP_TYPE: 'MIR_TACQ' } },
    products: { [MIRI]: {} },
    members: { [MIRI]: { [M(1)]: 'science', [M(2)]: 'target_acquisition' } },
    name: M(2),
    text: `
      ${M(2)}
        is             a dataset of 2024-02-21 that was dropped: EXP_TYPE MIR_TACQ reaches no Level 3
        member of      ${MIRI} (matched) as target_acquisition, named by a_asn.json
`,
  },
  {
    rule: 'a pruned exposure, too',
    exposures: { [M(1)]: {} },
    pruned: { [M(2)]: {} },
    members: { [MIRI]: [M(1), M(2)] },
    name: M(2),
    text: `
      ${M(2)}
        is             an exposure, IMAGE, 2024-02-21, pruned; ingest it again to bring it back
        association    1001-001-F770W-FULL-MIR_IMAGE
        member of      ${MIRI} (no row of it has come) as science, named by
                       a_asn.json
`,
  },
])

test('a group that made a product of just its name is told as the product', async (t) => {
  const slit = { EXP_TYPE: 'NIS_WFSS', INSTRUME: 'NIRISS', DETECTOR: 'NIS' }
  const name = 'jw01001-o001_s000000001_niriss_f770w'
  const exposures = { jw01001001001_1_1_nis: slit }
  t.deepEqual(
    (await explained({ exposures, products: { [name]: slit } }, name)).map(({ kind, outcome }) => [kind, outcome]),
    [['product', 'matched']],
  )
  t.deepEqual(
    (await explained({ exposures, products: { [name]: { ...slit, FILTER: 'F1' } } }, name)).map(({ kind }) => kind),
    ['product', 'group'],
  )
})

test('long lists are cut in text, not in JSON', async (t) => {
  const numbers = Array.from({ length: 14 }, (_, index) => String(index).padStart(5, '0'))
  const exposures = Object.fromEntries(numbers.map((number) => [`jw01001003001_02101_${number}_nrcalong`, CORON]))
  const products = Object.fromEntries(numbers.map((number) => [`jw01001-o003_t${number}_nircam`, CORON]))
  const [product] = await explained({ exposures, products }, 'jw01001-o003_t00000_nircam')
  if (product === undefined) return t.fail()
  t.is(product.groups[0]?.exposures.length, 14)
  t.regex(formatExplanation(product), /_00009_nrcalong and 4 more\n/)
  const [group] = await explained({ exposures, products }, GROUP)
  if (group === undefined) return t.fail()
  t.is(group.compared.length, 14)
  t.regex(formatExplanation(group), /\n +… 4 more were compared\n/)
  t.notRegex(formatExplanation(group), /jw01001-o003_t00010/)
})

test('no line is longer than 100 characters where words allow', async (t) => {
  const further = { [`${E1}2`]: CORON, [`${E1}3`]: CORON, [`${E1}4`]: CORON }
  const exposures = { [E1]: CORON, ...further, [E2]: { ...CORON, FILTER: 'F444W' } }
  const products = { [P1]: { ...CORON, SUBARRAY: 'FULL' }, [P2]: { ...CORON, ...BETA, PUPIL: 'MASKBAR' } }
  const lines = (await explained({ exposures, products }, '*')).flatMap((its) => formatExplanation(its).split('\n'))
  t.true(
    lines.some((line) => line === `${' '.repeat(17)}${E1}3, ${E1}4`),
    'nothing is wrapped',
  )
  t.deepEqual(
    lines.filter((line) => line.length > 100),
    [],
  )
})

for (const [given, name, isMatch] of [
  [E1, E1, true],
  [`${E1}_cal.fits`, E1, true],
  [`${E1}_uncal.fits`, `${E1}_uncal.fits`, true],
  [E1, E2, false],
  ['jw01001*', E1, true],
  ['*_nrcalong', E1, true],
  ['jw?1001003001_02101_0000?_nrcalong', E1, true],
  [E1.toUpperCase(), E1, true],
  [E1, E1.toUpperCase(), true],
  [`/data/L2/${E1}_a3001_crf.fits.gz`, E1, true],
  [`${P1}_i2d.fits`, P1, true],
  [`${P1}_i2d`, P1, true],
  ['JW01001*_NRCALONG', E1, true],
  ['jw01001', E1, false],
  ['*01001', E1, false],
  ['jw.1001*', E1, false],
  ['jw01001-o003_t1_miri_f[770]w*', 'jw01001-o003_t1_miri_f[770]w-x', true],
] as const) {
  test(`${given} ${isMatch ? 'means' : 'does not mean'} ${name}`, (t) => {
    t.is(wanted(given).matches(name), isMatch)
  })
}

for (const [given, pid] of [
  [E1, 1001],
  ['jw01001*', 1001],
  ['jw0100*', undefined],
  ['*01001*', undefined],
  ['jw01001-o003_t1', 1001],
] as const) {
  test(`${given} is of ${pid ?? 'any program'}`, (t) => {
    t.is(wanted(given).pid, pid)
  })
}
