/** Products that association files name: names, which list counts, members, and what waits (specification, section 9). */
import test from 'ava'
import fc from 'fast-check'
import { type MemberList, memberLines } from '../lib/rules/member-list.js'
import { compareLists, newestLists, readMemberLists } from '../lib/rules/member-lists.js'
import { expectedProduct, ProductNames } from '../lib/rules/product-name.js'
import type { Row } from '../lib/rules/row.js'
import { Datasets } from '../lib/settle/member-selection.js'
import { givenExposures, nameProducts, placeWaiting, resolveList } from '../lib/settle/members.js'
import { type Resolution, resolveAssociation } from '../lib/settle/resolve.js'
import { type Columns, exposure, product } from './helpers/rows.js'

const seed = Number(process.env.FC_SEED ?? 20240221)

const PRODUCT = 'jw01001-o001_t001_miri_f770w'
const nameOf = (number: number, detector = 'mirimage') => `jw01001001001_02101_0000${number}_${detector}`
const e = (number: number, columns: Columns = {}) =>
  exposure({ Dataset: `${nameOf(number, columns.DETECTOR?.toLowerCase())}_uncal.fits`, ...columns })
const p = (Dataset: string, columns: Columns = {}) => product({ Dataset, ...columns })
const dropped = (number: number) => e(number, { EXP_TYPE: 'MIR_TACQ' })
const names = (rows: readonly Row[]) => rows.map(({ dname }) => dname)

/** A list of science members by number, and others by role. */
function list(name: string, science: readonly number[], others: Readonly<Record<number, string>> = {}): MemberList {
  const members = [
    ...science.map((number) => ({ name: nameOf(number), role: 'science' })),
    ...Object.entries(others).map(([number, role]) => ({ name: nameOf(Number(number)), role })),
  ]
  return { product: name, candidate: 'o001', type: 'image3', rule: '', source: 'a_asn.json', version: '', members }
}

// --- names ---

const meant: readonly (readonly [inFile: string, product: string, columns: Columns, isMeant: boolean])[] = [
  [PRODUCT, PRODUCT, {}, true],
  [PRODUCT, PRODUCT.toUpperCase().replace('JW', 'jw'), {}, true],
  [PRODUCT, `${PRODUCT}-sub64`, {}, false],
  ['jw01001-o001_t001-{source_id}_nirspec_f100lp', 'jw01001-o001_t001-s000000012_nirspec_f100lp', {}, true],
  ['jw01001-o001_t001-{source_id}_nirspec_f100lp', 'jw01001-o001_t001-x000000012_nirspec_f100lp', {}, false],
  ['jw01001-o001_{source_id}_nirspec_f100lp', 'jw01001-o001_s00012_nirspec_f100lp', {}, true],
  ['jw01001-o001_t001-{source_id}_nirspec_{slit_name}-sub', 'jw01001-o001_t001-s01_nirspec_s200a1-sub', {}, true],
  ['jw01001-o001_t001-{source_id}_nirspec_{slit_name}-sub', 'jw01001-o001_t001-s01_nirspec_s200-a1-sub', {}, false],
  ['jw01001-o001_t001-{source_id}_nirspec_{slit_name}-x', 'jw01001-o001_t001-s01_nirspec_s200a1-s400a1-x', {}, true],
  ['jw01001-o001_t001-{source_id}_nirspec_{slit_name}-x', 'jw01001-o001_t001-s01_nirspec_s1-subs200a1-x', {}, false],
  ['jw01001-o001_{source_id}_nirspec_f100lp', 'jw01001-o001_b000000030_nirspec_f100lp', {}, true],
  ['jw01001-o001_{source_id}_nirspec_f100lp', 'jw01001-o001_v000000030_nirspec_f100lp', {}, true],
  ['jw01001-o001_t001_x_{suffix}-05', 'jw01001-o001_t001_x_i2d-05', {}, false],
  ['jw01001-o001_t001_nirspec_g395h', 'jw01001-o001_t001_nirspec_g395h-f290lp', { EXP_TYPE: 'NRS_IFU' }, true],
  ['jw01001-o001_t001_nirspec_prism', 'jw01001-o001_t001_nirspec_prism-clear', { EXP_TYPE: 'NRS_IFU' }, true],
  ['jw01001-o001_t001_nirspec_g395h', 'jw01001-o001_t001_nirspec_g395h', { EXP_TYPE: 'NRS_IFU' }, true],
  ['jw01001-o001_t001_nirspec_g395h', 'jw01001-o001_t001_nirspec_g395h-f290lp', { EXP_TYPE: 'NRS_MSASPEC' }, false],
  ['jw01001-o001_t001_nirspec_g395h', 'jw01001-o001_t001_nirspec_g395h-f290lp-x', { EXP_TYPE: 'NRS_IFU' }, false],
  ['jw01001-o001_t001_nirspec_g395m', 'jw01001-o001_t001_nirspec_g395h-f290lp', { EXP_TYPE: 'NRS_IFU' }, false],
  ['jw01001-o001_t001_nircam_f212n-nrca1_{suffix}-05', 'jw01001-o001_t001_nircam_f212n-nrca1_wfscmb-05', {}, true],
  ['jw01001-o001_t001_nircam_f212n-nrca1_{suffix}-05', 'jw01001-o001_t001_nircam_f212n-nrca1_wfscmb-04', {}, false],
  ['jw01001-o001_t001_nircam_f.12n_{suffix}', 'jw01001-o001_t001_nircam_f212n_wfscmb', {}, false],
  ['jw01001-o001_t001_miri', 'jw01001-o001_t001_miri_ch1-short', { EXP_TYPE: 'MIR_MRS' }, true],
  ['jw01001-o001_t001_miri', 'jw01001-o001_t001_miri_ch3-shortmediumlong', { EXP_TYPE: 'MIR_MRS' }, true],
  ['jw01001-o001_t001_miri', 'jw01001-o001_t001_miri_ch1-short', { EXP_TYPE: 'MIR_IMAGE' }, false],
  ['jw01001-o001_t001_miri', 'jw01001-o001_t001_miri_f770w', { EXP_TYPE: 'MIR_MRS' }, false],
  ['jw01001-o001_t002_miri', 'jw01001-o001_t001_miri_ch1-short', { EXP_TYPE: 'MIR_MRS' }, false],
]
for (const [inFile, name, columns, isMeant] of meant) {
  test(`${inFile} in a file ${isMeant ? 'means' : 'does not mean'} ${name} (${columns.EXP_TYPE ?? 'image'})`, (t) => {
    t.deepEqual(new ProductNames([inFile]).of(p(name, columns)), isMeant ? [inFile] : [])
  })
}

const expected: readonly (readonly [inFile: string, columns: Columns, name: string])[] = [
  [PRODUCT, {}, PRODUCT],
  ['jw01001-o001_t001-{source_id}_x_{slit_name}', { FXD_SLIT: 'S200A1' }, 'jw01001-o001_t001-s000000001_x_s200a1'],
  ['jw01001-o001_t001_x_{slit_name}', { FXD_SLIT: 'NONE' }, 'jw01001-o001_t001_x_{slit_name}'],
  ['jw01001-o001_t001_x_{suffix}-05', {}, 'jw01001-o001_t001_x_wfscmb-05'],
  ['jw01001-o001_t1_nirspec_g395h', { EXP_TYPE: 'NRS_IFU', FILTER: 'F290LP' }, 'jw01001-o001_t1_nirspec_g395h-f290lp'],
  [
    'jw01001-o001_t001_miri',
    { EXP_TYPE: 'MIR_MRS', CHANNEL: '34', BAND: 'MEDIUM' },
    'jw01001-o001_t001_miri_ch3-medium',
  ],
]
for (const [inFile, columns, name] of expected) {
  test(`the product ${inFile} is expected to be ${name}`, (t) => t.is(expectedProduct(inFile, e(1, columns)), name))
}

// --- which list counts ---

const listArbitrary = fc
  .record({
    product: fc.constantFrom('a', 'b'),
    version: fc.constantFrom('', '9', '10', '010', '20240101t000000', 'x'),
    source: fc.constantFrom('a_asn.json', 'b,"_asn.json'),
    science: fc.subarray([1, 2, 3], { minLength: 1 }),
  })
  .map(({ science, ...rest }) => ({ ...list(rest.product, science), ...rest }))

test('lists have one order, and the newest of each product does not depend on which came first', (t) => {
  fc.assert(
    fc.property(fc.array(listArbitrary), fc.array(listArbitrary), (a, b) => {
      t.deepEqual(newestLists([...a, ...b]), newestLists([...b, ...a]))
      t.deepEqual(newestLists([...newestLists(a), ...b]), newestLists([...a, ...b]))
      for (const [x, y, z] of [[...a, ...b].slice(0, 3)]) {
        if (x === undefined || y === undefined || z === undefined) continue
        t.is(Math.sign(compareLists(x, y)), -Math.sign(compareLists(y, x)) || 0)
        if (compareLists(x, y) > 0 && compareLists(y, z) > 0) t.true(compareLists(x, z) > 0)
      }
    }),
    { seed, numRuns: 200 },
  )
})

const ages: readonly (readonly [older: string, newer: string])[] = [
  ['', '1'],
  ['9', '10'],
  ['20240221t101530', '20240222T000000'],
  ['20240221t101530', '20240221t101531'],
  ['10', '010'].toSorted() as [string, string],
]
for (const [older, newer] of ages) {
  test(`version ${JSON.stringify(newer)} is newer than ${JSON.stringify(older)}`, (t) => {
    const [a, b] = [older, newer].map((version, index) => ({ ...list('a', [2 - index]), version }))
    t.deepEqual(newestLists([b, a] as MemberList[]), [b])
  })
}

test('a list is read back from its lines as it was', (t) => {
  const both = [list('a', [1, 2], { 3: 'psf' }), { ...list('b', [2]), source: 'odd, "name"_asn.json', version: '7' }]
  const rows = both.flatMap(({ members, ...rest }) =>
    members.map(({ name, role }) => [
      ...[rest.product, rest.candidate, rest.type, rest.rule, name, role, rest.source, rest.version],
    ]),
  )
  t.deepEqual(readMemberLists(rows.toReversed()), both.toReversed())
  t.deepEqual(readMemberLists([...rows, ...rows]), both)
  t.is(memberLines(list('a', [1])), `a,o001,image3,,${nameOf(1)},science,a_asn.json,\n`)
})

test('of several names of one product the newest list counts, then its own name; one without products is out', (t) => {
  const [own, template, other] = [
    list(PRODUCT, [1]),
    list('jw01001-o001_t001_miri_{slit_name}', [2]),
    list('jw01001-o001_{target}_miri_f770w', [3]),
  ]
  const rows = [p(PRODUCT), p('jw01001-o001_t002_miri_f770w')]
  const named = (...lists: MemberList[]) =>
    [...nameProducts(rows, lists)].map(([{ product: name }, products]) => [name, ...names(products)])
  t.deepEqual(named(template, own), [[PRODUCT, PRODUCT]])
  t.deepEqual(named(own, { ...template, version: '1' }), [[template.product, PRODUCT]])
  t.deepEqual(named(own, other), [
    [PRODUCT, PRODUCT],
    [other.product, 'jw01001-o001_t002_miri_f770w'],
  ])
  t.deepEqual(named(list('jw01001-o001_absent', [1])), [['jw01001-o001_absent']])
})

// --- members ---

const resolve = (one: MemberList, rows: readonly Row[], products: readonly Row[]) =>
  resolveList(one, products, new Datasets(rows), new Map())

test('a complete product has its science members in their order, and the others with their roles', (t) => {
  const rows = [e(2), e(1, { ImageSize: '9' }), e(3), e(4)]
  const { matches, products, groups } = resolve(list(PRODUCT, [1, 2], { 3: 'psf', 9: 'imprint' }), rows, [p(PRODUCT)])
  t.is(matches.length, 1)
  t.deepEqual(names(matches[0]?.exposures ?? []), [nameOf(1), nameOf(2)])
  t.deepEqual(
    matches[0]?.others.map(({ exposure: { dname }, role }) => [dname, role]),
    [[nameOf(3), 'psf']],
  )
  t.like(matches[0], { name: PRODUCT, model: 'IMAGE', features: { nexposur: 2 } })
  t.deepEqual([products, groups], [[], []])
})

interface Waits {
  readonly why: string
  readonly science: readonly number[]
  readonly rows: readonly Row[]
  readonly product?: Columns
  readonly reason: Resolution['products'][number]['reason']
  readonly missing: readonly number[]
  readonly group?: Resolution['groups'][number]['reason']
}

const waits: readonly Waits[] = [
  {
    why: 'a member that is not there',
    science: [1, 2, 9],
    rows: [e(2)],
    reason: 'members missing',
    missing: [1, 9],
    group: 'members missing',
  },
  { why: 'all members', science: [1], rows: [], reason: 'members missing', missing: [1] },
  { why: 'members none of which is ever kept', science: [1], rows: [dropped(1)], reason: 'no exposures', missing: [] },
  {
    why: 'its size',
    science: [1],
    rows: [e(1)],
    product: { ImageSize: '' },
    reason: 'no size',
    missing: [],
    group: 'product without size',
  },
  {
    why: 'coordinates',
    science: [1],
    rows: [e(1, { CRVAL1: '' })],
    reason: 'no coordinates',
    missing: [],
    group: 'no coordinates',
  },
]
for (const { why, science, rows, product: columns, reason, missing, group } of waits) {
  test(`a product waits for ${why}`, (t) => {
    const { matches, products, groups } = resolve(list(PRODUCT, science), rows, [p(PRODUCT, columns)])
    t.deepEqual(matches, [])
    t.like(products[0], { reason, missing: missing.map((number) => nameOf(number)), model: undefined })
    t.is(groups[0]?.reason, group)
    t.deepEqual(groups[0]?.missing ?? [], group === undefined ? [] : missing.map((number) => nameOf(number)))
    t.is(groups[0]?.features !== undefined, group === 'product without size')
  })
}

test('a member of a type that is never kept is not waited for, in any case of its name', (t) => {
  const rows = [e(1, { Dataset: `${nameOf(1).toUpperCase().replace('JW', 'jw')}_UNCAL_fits` }), dropped(2)]
  const upper = e(1, { Dataset: nameOf(1).replace('mirimage', 'MIRIMAGE') })
  t.is(resolve(list(PRODUCT, [1, 2]), [...rows.slice(1), upper], [p(PRODUCT)]).matches.length, 1)
})

test('a template makes each product that is there, all of the same members', (t) => {
  const products = ['s02', 's01'].map((source) => p(`jw01001-o001_t001-${source}_miri_x`))
  const { matches } = resolve(list('jw01001-o001_t001-{source_id}_miri_x', [1]), [e(1)], products)
  t.deepEqual(
    matches.map(({ product: { dname } }) => dname),
    ['jw01001-o001_t001-s01_miri_x', 'jw01001-o001_t001-s02_miri_x'],
  )
})

const IFU = 'jw01001-o001_t001_nirspec_g140m'
const IFU_KEYWORDS = { EXP_TYPE: 'NRS_IFU', INSTRUME: 'NIRSPEC', GRATING: 'G140M' }
const ifu = (number: number, FILTER: string, DETECTOR = 'NRS1') =>
  e(number, { ...IFU_KEYWORDS, DETECTOR, FILTER, Dataset: `${nameOf(number)}_uncal.fits` })
const ifuProduct = (FILTER: string) =>
  p(FILTER === '' ? IFU : `${IFU}-${FILTER.toLowerCase()}`, { ...IFU_KEYWORDS, FILTER })

test('IFU products of a file have the members of their filter; that with the very name of the file has all', (t) => {
  const rows = [ifu(1, 'F070LP'), ifu(2, 'F100LP'), ifu(3, 'F100LP', 'NRS2'), ifu(4, 'F100LP')]
  const products = ['F070LP', 'F100LP', ''].map(ifuProduct)
  const { matches } = resolve(list(IFU, [1, 2, 3]), rows, products)
  t.deepEqual(
    matches.map(({ product, exposures }) => [product.dname, names(exposures)]),
    [
      [IFU, [nameOf(1), nameOf(2), nameOf(3)]],
      [`${IFU}-f070lp`, [nameOf(1)]],
      [`${IFU}-f100lp`, [nameOf(2), nameOf(3)]],
    ],
  )
})

test('IFU members without a product wait in a group for each filter', (t) => {
  const { groups } = resolve(list(IFU, [1, 2]), [ifu(1, 'F070LP'), ifu(2, 'F100LP')], [ifuProduct('F070LP')])
  t.deepEqual(
    groups.map(({ name, exposures }) => [name, names(exposures)]),
    [[`${IFU}-f100lp`, [nameOf(2)]]],
  )
})

const MRS = 'jw01001-o001_t001_miri'
const MRS_KEYWORDS = { EXP_TYPE: 'MIR_MRS', DETECTOR: 'MIRIFUSHORT' }
const mrs = (number: number, BAND: string) =>
  e(number, { ...MRS_KEYWORDS, CHANNEL: '12', BAND, Dataset: `${nameOf(number)}_uncal.fits` })
const bands: readonly (readonly [of: string, its: readonly number[]])[] = [
  ['SHORT', [1]],
  ['long', [2]],
  ['SHORT-LONG', [3]],
  ['SHORT|LONG', [1, 2, 3]],
  ['MULTIPLE', [1, 2, 3]],
]
for (const [BAND, its] of bands) {
  test(`a MIR_MRS product of band ${BAND} has exposures ${its} of SHORT, LONG and SHORT-LONG`, (t) => {
    const rows = [mrs(1, 'SHORT'), mrs(2, 'LONG'), mrs(3, 'SHORT-LONG')]
    const one = p(`${MRS}_ch1-x`, { ...MRS_KEYWORDS, CHANNEL: '1', BAND })
    const { matches } = resolve(list(MRS, [1, 2, 3]), rows, [one])
    t.deepEqual(
      matches.map(({ exposures }) => names(exposures)),
      [its.map((number) => nameOf(number))],
    )
  })
}

test('a match by keywords tells what a list withholds from its own group, and of no other', (t) => {
  const other = { TARGNAME: 'OMEGA', TARG_RA: '11.5' }
  const rows = [e(1), e(2), e(3, other)]
  const given = givenExposures([list(PRODUCT, [2, 3])], new Datasets(rows))
  const { matches } = resolveAssociation(rows, [p('jw01001-o001_t009_x')], new Map(), given)
  t.deepEqual(
    matches[0]?.withheld.map(({ exposure, source }) => [exposure.dname, source]),
    [[nameOf(2), 'a_asn.json']],
  )
})

test('exposures given to a product of an observation are left out by keywords, those of other products are not', (t) => {
  const rows = [e(1), e(2), e(3)]
  const lists = [list(PRODUCT, [1]), list('jw01001-c1001_t001_x', [2]), list('jw01001-a3001_t001_x', [3])]
  const given = givenExposures(lists, new Datasets(rows))
  t.deepEqual(names([...given.keys()]), [nameOf(1)])
  const { groups } = resolveAssociation(rows, [], new Map(), given)
  t.deepEqual(
    groups.map(({ exposures }) => names(exposures)),
    [[nameOf(2), nameOf(3)]],
  )
})

test('an exposure waits in one place, and only if no product has it', (t) => {
  const rows = [e(1), e(2), e(3)]
  const datasets = new Datasets(rows)
  const candidate = 'jw01001-c1001_t001_miri_f770w'
  const byLists = [
    resolveList(list(candidate, [1, 2]), [p(candidate)], datasets, new Map()),
    resolveList(list('jw01001-o001_x', [1, 3]), [], datasets, new Map()),
    resolveList(list('jw01001-o001_y', [3]), [], datasets, new Map()),
  ]
  const byKeywords = resolveAssociation([e(2)], [])
  const placed = placeWaiting([...byLists, byKeywords])
  const waiting = placed.map(({ groups }) => groups.map((group) => [group.name, ...names(group.waiting)]))
  t.deepEqual(waiting.slice(0, 3), [[], [['jw01001-o001_x', nameOf(3)]], [['jw01001-o001_y']]])
  t.deepEqual(
    placed.flatMap(({ ungrouped }) => ungrouped),
    [],
  )
})

test('a group of keywords goes when all of its exposures have a product, unless its own product is there', (t) => {
  const [one] = [e(1)]
  if (one === undefined) return t.fail()
  const candidate = 'jw01001-c1001_t001_miri_f770w'
  const made = resolveList(list(candidate, [1]), [p(candidate)], new Datasets([one]), new Map())
  const groupsBeside = (products: readonly Row[]) =>
    placeWaiting([made, resolveAssociation([one], products)])[1]?.groups.map(({ reason, waiting }) => [reason, waiting])
  t.deepEqual(groupsBeside([]), [])
  t.deepEqual(groupsBeside([p(PRODUCT, { ImageSize: '' })]), [['product without size', []]])
})
