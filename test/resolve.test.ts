/** Groups of exposures (section 4) and the products that they made (section 5). */
import assert from 'node:assert/strict'
import test from 'ava'
import fc from 'fast-check'
import type { Row } from '../lib/rules/row.js'
import { type Resolution, resolveAssociation, type TakenOverMatch } from '../lib/settle/resolve.js'
import { type Columns, exposure, product } from './helpers/rows.js'

const seed = Number(process.env.FC_SEED ?? 20240221)

/** Rows by the last part of their names: `e1` is jw01001_e1. */
type Rows = Readonly<Record<string, Columns>>

const PREFIX = 'jw01001_'
const short = (row: Row) => row.dname.slice(PREFIX.length)
const exposuresOf = (rows: Rows) =>
  Object.entries(rows).map(([name, columns]) => exposure({ Dataset: `${PREFIX}${name}`, ...columns }))
const productsOf = (rows: Rows) =>
  Object.entries(rows).map(([name, columns]) => product({ Dataset: `${PREFIX}${name}`, ...columns }))

/** What became of all rows, in words. */
interface Told {
  /** Product: `model name: exposures`. */
  readonly matches?: Readonly<Record<string, string>>
  /** Group, as `model name: exposures`, and why it waits. */
  readonly groups?: Readonly<Record<string, string>>
  /** Product, and why it waits, with the model that it lost to. */
  readonly products?: Readonly<Record<string, string>>
  readonly ungrouped?: readonly string[]
}

function tell({ matches, groups, products, ungrouped }: Resolution): Told {
  const group = ({ model, name, exposures }: { model: string; name: string; exposures: readonly Row[] }) =>
    `${model} ${name.replace('jw01001-o001_', '')}: ${exposures.map(short).join(' ')}`
  return {
    matches: Object.fromEntries(matches.map((match) => [short(match.product), group(match)])),
    groups: Object.fromEntries(groups.map((its) => [group(its), its.reason])),
    products: Object.fromEntries(
      products.map(({ product: its, reason, model }) => [
        short(its),
        model === undefined ? reason : `${reason} ${model}`,
      ]),
    ),
    ungrouped: ungrouped.map(({ exposure: its }) => short(its)),
  }
}

interface Case {
  readonly rule: string
  readonly exposures?: Rows
  readonly products?: Rows
  readonly told: Told
}

const NOTHING: Told = { matches: {}, groups: {}, products: {}, ungrouped: [] }

function check(cases: readonly Case[]): void {
  for (const { rule, exposures = {}, products = {}, told } of cases) {
    test(rule, (t) => {
      const [level1, level3] = [exposuresOf(exposures), productsOf(products)]
      t.deepEqual(tell(resolveAssociation(level1, level3)), { ...NOTHING, ...told })
      t.deepEqual(tell(resolveAssociation(level1.toReversed(), level3.toReversed())), { ...NOTHING, ...told })
    })
  }
}

const FIXED = { VISITYPE: 'PRIME_TARGETED_FIXED' }
const MOVING = { VISITYPE: 'PRIME_TARGETED_MOVING' }
const UNTARGETED = { VISITYPE: 'PRIME_UNTARGETED', TARGNAME: 'NONE' }
const PURE = { VISITYPE: 'PARALLEL_PURE', TARGNAME: 'NONE' }
const A = { TARGNAME: 'ALPHA', TARG_RA: '10' }
const B = { TARGNAME: 'BETA', TARG_RA: '20' }
const C = { TARGNAME: 'GAMMA', TARG_RA: '30' }

// Groups.
check([
  { rule: 'no rows make nothing', told: {} },
  {
    rule: 'exposures with one expected name are a group, in the order of date, size (blank last) and name',
    exposures: {
      e1: { ImageSize: '' },
      e2: { ImageSize: '20' },
      e3: { ImageSize: '9' },
      e4: { date: '2024-02-20', ImageSize: '' },
      e5: { ImageSize: '9.0' },
    },
    told: { groups: { 'IMAGE t1_miri_f770w: e4 e3 e5 e2 e1': 'no product' } },
  },
  {
    rule: 'each target is a group, numbered by rank, told in the order of their names',
    exposures: { e1: B, e2: A, e3: { ...MOVING, TARGNAME: 'Z' }, e4: A },
    told: {
      groups: {
        'IMAGE t1_miri_f770w: e3': 'no product',
        'IMAGE t2_miri_f770w: e2 e4': 'no product',
        'IMAGE t3_miri_f770w: e1': 'no product',
      },
    },
  },
  {
    rule: 'the model of a group is that of its first exposure',
    exposures: { e1: { TSOVISIT: 'False' }, e2: { TSOVISIT: 'True', date: '2024-02-20' } },
    told: { groups: { 'TAC t1_miri_f770w: e2 e1': 'no product' } },
  },
  {
    rule: 'exposures in no group are told, and rank as targets all the same',
    exposures: {
      e1: { ...A, SUBARRAY: 'SUB64', VISITYPE: 'PRIME_WFSC_ROUTINE' },
      e2: { ...B, VISITYPE: 'PRIME_WFSC_ROUTINE' },
    },
    told: { groups: { 'IMAGE t2_miri_f770w-mirimage: e2': 'no product' }, ungrouped: ['e1'] },
  },
  {
    rule: 'an exposure in no group takes no product',
    exposures: { e1: { EXP_TYPE: 'MIR_LRS-SLITLESS' } },
    products: { p1: { EXP_TYPE: 'MIR_LRS-SLITLESS' } },
    told: { products: { p1: 'no exposures' }, ungrouped: ['e1'] },
  },
  {
    rule: 'products without exposures wait, those without size with that reason',
    products: { p1: {}, p2: { ImageSize: '' } },
    told: { products: { p1: 'no exposures', p2: 'no size' } },
  },
])

// Exact matches.
check([
  {
    rule: 'exact by TARGNAME, whatever name, targra and GS_MAG say of others',
    exposures: { e1: { ...FIXED, ...A, GS_MAG: '14' } },
    products: { p1: { ...B, TARG_RA: '10', GS_MAG: '14' }, p2: { ...A, TARG_RA: '99', GS_MAG: '99' } },
    told: { matches: { p2: 'IMAGE t1_miri_f770w: e1' }, products: { p1: 'no exposures' } },
  },
  {
    rule: 'exact by TARGNAME for every visit type that has one',
    exposures: { e1: { ...PURE, ...A, GS_MAG: '14' } },
    products: { p1: { ...B, GS_MAG: '14' }, p2: { ...A, GS_MAG: '99' } },
    told: { matches: { p2: 'IMAGE t1_miri_f770w: e1' }, products: { p1: 'no exposures' } },
  },
  {
    rule: 'a product without TARGNAME is no exact match by name',
    exposures: { e1: { ...MOVING, ...A } },
    products: { p1: { TARGNAME: 'NONE' }, p2: { TARGNAME: 'ALPHA' } },
    told: { matches: { p2: 'IMAGE t1_miri_f770w: e1' }, products: { p1: 'no exposures' } },
  },
  {
    rule: 'exact by targra for fixed targets without a name, in 6 decimals',
    exposures: { e1: { ...FIXED, TARGNAME: 'NONE', TARG_RA: '10.0000004', GS_MAG: '14' } },
    products: { p1: { TARG_RA: '10.000002', GS_MAG: '14' }, p2: { TARG_RA: '9.9999996', GS_MAG: '99' } },
    told: { matches: { p2: 'IMAGE t1_miri_f770w: e1' }, products: { p1: 'no exposures' } },
  },
  {
    rule: 'exact by GS_MAG for others without a name, as a number',
    exposures: { e1: { ...UNTARGETED, TARG_RA: '10', GS_MAG: '14.50' } },
    products: { p1: { TARG_RA: '10', GS_MAG: '14.51' }, p2: { TARG_RA: '99', GS_MAG: '14.5' } },
    told: { matches: { p2: 'IMAGE t1_miri_f770w: e1' }, products: { p1: 'no exposures' } },
  },
  {
    rule: 'GS_MAG is compared for PARALLEL_PURE too, though it is no target key',
    exposures: { e1: { ...PURE, GS_MAG: '14.5' } },
    products: { p1: { GS_MAG: '15' }, p2: { GS_MAG: '14.50' } },
    told: { matches: { p2: 'IMAGE t0_miri_f770w: e1' }, products: { p1: 'no exposures' } },
  },
  {
    rule: 'a blank GS_MAG agrees with none, not with a blank one either: p1 is a fallback, and p2 has not lost',
    exposures: { e1: { ...UNTARGETED, GS_MAG: '' } },
    products: { p1: { GS_MAG: '' }, p2: { GS_MAG: '' } },
    told: { matches: { p1: 'IMAGE t0_miri_f770w: e1' }, products: { p2: 'no exposures' } },
  },
  {
    rule: 'so it is with a blank targra',
    exposures: { e1: { ...FIXED, TARGNAME: 'NONE', TARG_RA: '' } },
    products: { p1: { TARG_RA: '' }, p2: { TARG_RA: '' } },
    told: { matches: { p1: 'IMAGE t0_miri_f770w: e1' }, products: { p2: 'no exposures' } },
  },
  {
    rule: 'the first exposure of the group decides what is compared, and with what',
    exposures: { e1: { ...FIXED, ...A }, e2: { ...FIXED, TARGNAME: 'BETA', TARG_RA: '10', date: '2024-02-20' } },
    products: { p1: A, p2: { TARGNAME: 'BETA' } },
    told: { matches: { p2: 'IMAGE t1_miri_f770w: e2 e1' }, products: { p1: 'no exposures' } },
  },
  {
    rule: 'every group takes its own exact match',
    exposures: { e1: B, e2: A, e3: A },
    products: { p1: A, p2: B },
    told: { matches: { p1: 'IMAGE t1_miri_f770w: e2 e3', p2: 'IMAGE t2_miri_f770w: e1' } },
  },
  {
    rule: 'several agree by name, one by targra: that one; the other stays free',
    exposures: { e1: { ...FIXED, ...A }, e2: { ...FIXED, ...B } },
    products: { p1: { ...A, TARG_RA: '99' }, p2: A },
    told: { matches: { p1: 'IMAGE t2_miri_f770w: e2', p2: 'IMAGE t1_miri_f770w: e1' } },
  },
  {
    rule: 'several agree by name, one by targra: the other has not lost',
    exposures: { e1: { ...FIXED, ...A } },
    products: { p1: { ...A, TARG_RA: '99' }, p2: A },
    told: { matches: { p2: 'IMAGE t1_miri_f770w: e1' }, products: { p1: 'no exposures' } },
  },
  {
    rule: 'several agree by name, none by targra: the first by name; the others lose',
    exposures: { e1: { ...FIXED, ...A } },
    products: { p3: { ...A, TARG_RA: '98' }, p1: { ...A, TARG_RA: '99' }, p2: { ...A, TARG_RA: '97' } },
    told: {
      matches: { p1: 'IMAGE t1_miri_f770w: e1' },
      products: { p2: 'multiple match IMAGE', p3: 'multiple match IMAGE' },
    },
  },
  {
    rule: 'several agree by name and targra: the first of these by name; the others of these lose',
    exposures: { e1: { ...FIXED, ...A } },
    products: { p1: { ...A, TARG_RA: '99' }, p3: A, p2: A },
    told: {
      matches: { p2: 'IMAGE t1_miri_f770w: e1' },
      products: { p1: 'no exposures', p3: 'multiple match IMAGE' },
    },
  },
  {
    rule: 'targra narrows for fixed targets alone',
    exposures: { e1: { ...MOVING, ...A } },
    products: { p1: { ...A, TARG_RA: '99' }, p2: A },
    told: { matches: { p1: 'IMAGE t1_miri_f770w: e1' }, products: { p2: 'multiple match IMAGE' } },
  },
  {
    rule: 'several agree by GS_MAG: the first by name; the others lose',
    exposures: { e1: { ...UNTARGETED, GS_MAG: '14.5' } },
    products: { p2: { GS_MAG: '14.5' }, p1: { GS_MAG: '14.5' }, p0: { GS_MAG: '15' } },
    told: {
      matches: { p1: 'IMAGE t1_miri_f770w: e1' },
      products: { p0: 'no exposures', p2: 'multiple match IMAGE' },
    },
  },
  {
    rule: 'a product that lost has the model of the group',
    exposures: { e1: { ...A, EXP_TYPE: 'MIR_MRS', CHANNEL: '12' }, e2: { ...B, TSOVISIT: 'True' } },
    products: {
      p1: { ...A, TARG_RA: '98' },
      p2: { ...A, TARG_RA: '99' },
      p3: { ...B, TARG_RA: '98' },
      p4: { ...B, TARG_RA: '99' },
    },
    told: {
      matches: { p1: 'SPEC t1_miri_f770w: e1', p3: 'TAC t2_miri_f770w: e2' },
      products: { p2: 'multiple match SPEC', p4: 'multiple match TAC' },
    },
  },
  {
    rule: 'a product that lost stays so whether it has a size or not',
    exposures: { e1: { ...MOVING, ...A } },
    products: { p1: A, p2: { ...A, ImageSize: '' } },
    told: { matches: { p1: 'IMAGE t1_miri_f770w: e1' }, products: { p2: 'multiple match IMAGE' } },
  },
  {
    rule: 'a product that one group lost to and another takes is matched',
    exposures: { e1: { ...MOVING, ...A }, e2: { ...FIXED, TARGNAME: 'NONE', TARG_RA: '20' } },
    products: { p1: A, p2: { ...A, TARG_RA: '20' } },
    told: { matches: { p1: 'IMAGE t1_miri_f770w: e1', p2: 'IMAGE t2_miri_f770w: e2' } },
  },
])

// Fallback.
check([
  {
    rule: 'without an exact match: any candidate that no group matched exactly, first by name',
    exposures: { e1: C, e2: A },
    products: { p3: B, p1: A, p2: B },
    told: {
      matches: { p1: 'IMAGE t1_miri_f770w: e2', p2: 'IMAGE t2_miri_f770w: e1' },
      products: { p3: 'no exposures' },
    },
  },
  {
    rule: 'a group with a target of its own takes no candidate that another matched exactly',
    exposures: { e1: A, e2: B },
    products: { p1: A },
    told: { matches: { p1: 'IMAGE t1_miri_f770w: e1' }, groups: { 'IMAGE t2_miri_f770w: e2': 'no product' } },
  },
  {
    rule: 'so does one with a name that is not fixed, and a fixed one without a name',
    exposures: { e1: A, e2: { ...MOVING, TARGNAME: 'MARS' }, e3: { ...FIXED, TARGNAME: 'NONE', TARG_RA: '20' } },
    products: { p1: A },
    told: {
      matches: { p1: 'IMAGE t2_miri_f770w: e1' },
      groups: { 'IMAGE t1_miri_f770w: e2': 'no product', 'IMAGE t3_miri_f770w: e3': 'no product' },
    },
  },
  {
    rule: 'a candidate that lost a multiple match is open to none',
    exposures: { e1: { ...MOVING, ...A }, e2: B, e3: { ...UNTARGETED, GS_MAG: '99' } },
    products: { p1: A, p2: A },
    told: {
      matches: { p1: 'IMAGE t1_miri_f770w: e1 e3' },
      groups: { 'IMAGE t2_miri_f770w: e2': 'no product' },
      products: { p2: 'multiple match IMAGE' },
    },
  },
  {
    rule: 'a group keyed by GS_MAG may take a candidate that is matched already',
    exposures: { e1: A, e2: { ...UNTARGETED, GS_MAG: '99' } },
    products: { p1: A },
    told: { matches: { p1: 'IMAGE t1_miri_f770w: e1 e2' } },
  },
  {
    rule: 'so may t0 of PARALLEL_PURE and of a fixed target without targra',
    exposures: {
      e1: A,
      e2: { ...PURE, GS_MAG: '99' },
      e3: { ...FIXED, TARGNAME: 'X', TARG_RA: '', date: '2024-02-22' },
    },
    products: { p1: A },
    told: { matches: { p1: 'IMAGE t1_miri_f770w: e1 e2 e3' } },
  },
  {
    rule: 'of candidates that are matched already it takes the first by name',
    exposures: { e1: B, e2: A, e3: { ...PURE, GS_MAG: '99' } },
    products: { p1: B, p2: A },
    told: { matches: { p1: 'IMAGE t2_miri_f770w: e1 e3', p2: 'IMAGE t1_miri_f770w: e2' } },
  },
  {
    rule: 'but a free candidate comes first, whatever its name',
    exposures: { e1: A, e2: { ...UNTARGETED, GS_MAG: '99' } },
    products: { p1: A, p2: C },
    told: { matches: { p1: 'IMAGE t1_miri_f770w: e1', p2: 'IMAGE t2_miri_f770w: e2' } },
  },
  {
    rule: 'a group of sources has a target of its own',
    exposures: { e1: { ...A, EXP_TYPE: 'MIR_WFSS', FILTER: 'P1' }, e2: { ...B, EXP_TYPE: 'MIR_WFSS', FILTER: 'P2' } },
    products: { p1: A },
    told: { matches: { p1: 'SPEC s000000001_miri_p1: e1' }, groups: { 'SPEC s000000001_miri_p2: e2': 'no product' } },
  },
  {
    rule: 'a group of sources in PARALLEL_PURE has none',
    exposures: { e1: { ...A, EXP_TYPE: 'MIR_WFSS' }, e2: { ...B, EXP_TYPE: 'MIR_WFSS', VISITYPE: 'PARALLEL_PURE' } },
    products: { p1: A },
    told: { matches: { p1: 'SPEC s000000001_miri_f770w: e1 e2' } },
  },
])

// Merging.
check([
  {
    rule: 'groups that fall back on one product are merged, in the order of all their exposures',
    exposures: {
      e1: { ...B, ImageSize: '3' },
      e2: { ...A, ImageSize: '2' },
      e3: { ...B, ImageSize: '1' },
      e4: { ...A, ImageSize: '' },
    },
    products: { p1: C },
    told: { matches: { p1: 'IMAGE t2_miri_f770w: e3 e2 e1 e4' } },
  },
  {
    rule: 'groups that match one product exactly are merged',
    exposures: { e1: { ...FIXED, ...A, TARG_RA: '99' }, e2: { ...FIXED, ...A } },
    products: { p1: A },
    told: { matches: { p1: 'IMAGE t2_miri_f770w: e1 e2' } },
  },
  {
    rule: 'a merged group has name and model of the one with the first exposure',
    exposures: { e1: A, e2: { ...PURE, GS_MAG: '99', date: '2024-02-20', TSOVISIT: 'True' } },
    products: { p1: A },
    told: { matches: { p1: 'TAC t0_miri_f770w: e2 e1' } },
  },
  {
    rule: 'exposures of one expected name are one group, however many groups there are and whatever comes between',
    exposures: Object.fromEntries(
      Array.from({ length: 60 }, (_, number) => [
        `e${number}`,
        { ...A, TARG_RA: String(10 + (number % 20)), ImageSize: String(number + 1) },
      ]),
    ),
    told: {
      groups: Object.fromEntries(
        Array.from({ length: 20 }, (_, target) => [
          `IMAGE t${target + 1}_miri_f770w: e${target} e${target + 20} e${target + 40}`,
          'no product',
        ]),
      ),
    },
  },
  {
    rule: 'three groups become one',
    exposures: {
      e1: A,
      e2: { ...PURE, GS_MAG: '98', date: '2024-02-20' },
      e3: { ...UNTARGETED, GS_MAG: '99', date: '2024-02-19' },
    },
    products: { p1: A },
    told: { matches: { p1: 'IMAGE t2_miri_f770w: e3 e2 e1' } },
  },
])

const UNPLACED = { CRVAL1: '', RA_REF: '' }

// Products without size, groups without coordinates.
check([
  {
    rule: 'a product without size is a candidate and holds its group: both wait',
    exposures: { e1: A },
    products: { p1: { ...A, ImageSize: '' }, p2: C },
    told: {
      groups: { 'IMAGE t1_miri_f770w: e1': 'product without size' },
      products: { p1: 'no size', p2: 'no exposures' },
    },
  },
  {
    rule: 'a product without size that a fallback takes holds its groups too, each by itself',
    exposures: { e1: A, e2: B },
    products: { p1: { ...C, ImageSize: '' }, p2: C },
    told: {
      groups: { 'IMAGE t1_miri_f770w: e1': 'product without size', 'IMAGE t2_miri_f770w: e2': 'product without size' },
      products: { p1: 'no size', p2: 'no exposures' },
    },
  },
  {
    rule: 'a product without size that is matched exactly is not free',
    exposures: { e1: A, e2: B },
    products: { p1: { ...A, ImageSize: 'NaN' } },
    told: {
      groups: { 'IMAGE t1_miri_f770w: e1': 'product without size', 'IMAGE t2_miri_f770w: e2': 'no product' },
      products: { p1: 'no size' },
    },
  },
  {
    rule: 'a group without coordinates matches first and then waits with its product',
    exposures: { e1: { ...A, ...UNPLACED }, e2: { ...A, ...UNPLACED }, e3: B },
    products: { p1: A },
    told: {
      groups: { 'IMAGE t1_miri_f770w: e1 e2': 'no coordinates', 'IMAGE t2_miri_f770w: e3': 'no product' },
      products: { p1: 'no coordinates' },
    },
  },
  {
    rule: 'a group without coordinates and product waits for coordinates',
    exposures: { e1: UNPLACED },
    told: { groups: { 'IMAGE t1_miri_f770w: e1': 'no coordinates' } },
  },
  {
    rule: 'groups without coordinates that share a product wait each by itself',
    exposures: { e1: { ...A, ...UNPLACED }, e2: { ...B, ...UNPLACED } },
    products: { p1: C },
    told: {
      groups: { 'IMAGE t1_miri_f770w: e1': 'no coordinates', 'IMAGE t2_miri_f770w: e2': 'no coordinates' },
      products: { p1: 'no coordinates' },
    },
  },
  {
    rule: 'exposures without coordinates are matched in a merged group that has some',
    exposures: { e1: { ...A, ...UNPLACED }, e2: B },
    products: { p1: C },
    told: { matches: { p1: 'IMAGE t1_miri_f770w: e1 e2' } },
  },
  {
    rule: 'an FGS group needs no coordinates',
    exposures: { e1: { INSTRUME: 'FGS', EXP_TYPE: 'FGS_IMAGE', CRVAL1: '', RA_REF: '' } },
    products: { p1: { INSTRUME: 'FGS', EXP_TYPE: 'FGS_IMAGE' } },
    told: { matches: { p1: 'FGS t1_fgs_f770w: e1' } },
  },
])

test('a match has the features of all its exposures, a waiting group those of its own, none without coordinates', (t) => {
  const placed = { CRVAL1: '10', CRVAL2: '0' }
  const level1 = exposuresOf({
    ...{ e1: { ...A, ...placed }, e2: { ...PURE, ...placed, GS_MAG: '99', CRVAL1: '10.00275' } },
    ...{ e3: { ...B, ...placed }, e4: { ...C, ...UNPLACED } },
  })
  const { matches, groups } = resolveAssociation(level1, productsOf({ p1: A }))
  t.is(matches[0]?.features.nexposur, 2)
  // 9.9 arcsec between the two: 45 pixels of 0.11 from the middle.
  t.true(Math.abs((matches[0]?.features.pointing?.offset ?? 0) - 45) < 1e-6)
  t.deepEqual(
    groups.map(({ features }) => features?.nexposur),
    [1, undefined],
  )
})

test('an exposure that comes late for a product of unknown exposures waits, and the product keeps its features', (t) => {
  const [p1, p2] = productsOf({ p1: A, p2: B })
  if (p1 === undefined || p2 === undefined) return t.fail()
  const takenOver: TakenOverMatch = { product: p1, expmode: 'IMAGE', features: new Map() }
  const found = resolveAssociation(
    exposuresOf({ e1: A, e2: B, e3: { ...PURE, GS_MAG: '99', date: '2024-02-22' } }),
    [p2, p1],
    new Map([[p1.dname, takenOver]]),
  )
  t.deepEqual(found.takenOver, [takenOver])
  t.deepEqual(tell(found), {
    ...NOTHING,
    matches: { p2: 'IMAGE t2_miri_f770w: e2' },
    groups: {
      'IMAGE t0_miri_f770w: e3': 'product of unknown exposures',
      'IMAGE t1_miri_f770w: e1': 'product of unknown exposures',
    },
  })
})

test('a group does not fall back on a product of unknown exposures while another is free', (t) => {
  const [p1, p2] = productsOf({ p1: A, p2: { ...B, TARGNAME: 'GAMMA' } })
  if (p1 === undefined || p2 === undefined) return t.fail()
  const takenOver = new Map<string, TakenOverMatch>([
    [p1.dname, { product: p1, expmode: 'IMAGE', features: new Map() }],
  ])
  const level1 = exposuresOf({ e1: B })
  t.deepEqual(tell(resolveAssociation(level1, [p1, p2], takenOver)).matches, { p2: 'IMAGE t1_miri_f770w: e1' })
  t.deepEqual(tell(resolveAssociation(level1, [p1], takenOver)).groups, {
    'IMAGE t1_miri_f770w: e1': 'product of unknown exposures',
  })
})

/** Rows of one association that meet the rules' cases often: few targets, magnitudes, sizes and points. */
const columns = fc.record({
  VISITYPE: fc.constantFrom(
    'PRIME_TARGETED_FIXED',
    'PRIME_TARGETED_MOVING',
    'PRIME_UNTARGETED',
    'PARALLEL_PURE',
    'PRIME_WFSC_ROUTINE',
  ),
  TARGNAME: fc.constantFrom('ALPHA', 'BETA', 'NONE', ''),
  TARG_RA: fc.constantFrom('10', '10.0000004', '20', ''),
  GS_MAG: fc.constantFrom('14.5', '14.50', '15', ''),
  CRVAL1: fc.constantFrom('10', '10.001', '10.002', ''),
  SUBARRAY: fc.constantFrom('FULL', 'FULL', 'FULL', 'SUB64'),
  TSOVISIT: fc.constantFrom('False', 'False', 'True'),
  ImageSize: fc.constantFrom('1000', '1000.0', '999', ''),
  date: fc.constantFrom('2024-02-20', '2024-02-21'),
  EXP_TYPE: fc.constantFrom('MIR_IMAGE', 'MIR_IMAGE', 'MIR_WFSS', 'MIR_LRS-SLITLESS'),
})
const named = (letter: string, maxLength: number) =>
  fc
    .array(columns, { maxLength })
    .map((list): Rows => Object.fromEntries(list.map((its, index) => [`${letter}${index}`, its])))
const association = fc.record({ exposures: named('e', 7).map(exposuresOf), products: named('p', 4).map(productsOf) })
const shuffled = association.chain(({ exposures, products }) =>
  fc.record({
    association: fc.constant({ exposures, products }),
    exposures: fc.shuffledSubarray(exposures, { minLength: exposures.length }),
    products: fc.shuffledSubarray(products, { minLength: products.length }),
  }),
)

test('the resolution does not depend on the order of the rows', (t) => {
  fc.assert(
    fc.property(shuffled, ({ association: { exposures, products }, ...others }) => {
      assert.deepEqual(resolveAssociation(others.exposures, others.products), resolveAssociation(exposures, products))
    }),
    { seed, numRuns: 800 },
  )
  t.pass()
})

/** Every row of a resolution, as often as it is there. */
function rowsIn({ matches, groups, products, ungrouped, takenOver }: Resolution): string[] {
  return [
    ...matches.flatMap(({ product: its, exposures }) => [its, ...exposures]),
    ...groups.flatMap(({ exposures }) => exposures),
    ...products.map(({ product: its }) => its),
    ...ungrouped.map(({ exposure: its }) => its),
    ...takenOver.map(({ product: its }) => its),
  ].map(short)
}

test('every row is in exactly one place of the resolution', (t) => {
  const reasons = new Set<string>()
  const some = fc.tuple(association, fc.array(fc.boolean(), { maxLength: 4 }))
  fc.assert(
    fc.property(some, ([{ exposures, products }, isTakenOver]) => {
      const kept = products.filter((_, index) => isTakenOver[index])
      const takenOver = new Map(kept.map((its) => [its.dname, { product: its, expmode: 'IMAGE', features: new Map() }]))
      const resolution = resolveAssociation(exposures, products, takenOver)
      assert.deepEqual(rowsIn(resolution).sort(), [...exposures, ...products].map(short).sort())
      for (const { reason } of [...resolution.groups, ...resolution.products]) reasons.add(reason)
      for (const match of resolution.matches) assert.ok(match.product.size > 0 && match.exposures.length > 0)
    }),
    { seed, numRuns: 800 },
  )
  // The rows meet every reason to wait.
  t.deepEqual([...reasons].sort(), [
    ...['multiple match', 'no coordinates', 'no exposures', 'no product', 'no size'],
    ...['product of unknown exposures', 'product without size'],
  ])
})
