/** The text of an association file to what it says, and what is wrong with it (specification, section 9). */
import test from 'ava'
import fc from 'fast-check'
import { AssociationFault, parseAssociation } from '../lib/asn/parse.js'
import { memberName } from '../lib/rules/member-name.js'

const seed = Number(process.env.FC_SEED ?? 20240221)

const SOURCE = 'jw01018-o001_20240221t101530_image3_00001_asn.json'
const MEMBER = { expname: 'jw01018001001_02101_00001_nis_cal.fits', exptype: 'science' }
const PRODUCT = { name: 'jw01018-o001_t001_niriss_clear-f200w', members: [MEMBER] }
const FILE = { asn_type: 'image3', asn_rule: 'candidate_Asn_Lv3Image', asn_id: 'o001', version_id: null }

const file = (changes: object, products: unknown = [PRODUCT]) => JSON.stringify({ ...FILE, products, ...changes })
const parse = (text: string, source = SOURCE) => parseAssociation(text, source)
const withMembers = (...members: unknown[]) => file({}, [{ ...PRODUCT, members }])

test('a file tells of each product its members, roles, and where it is from', (t) => {
  const other = { name: 'jw01018-o001_t001_niriss_clear-f115w', members: [MEMBER, { ...MEMBER, exptype: 'psf' }] }
  t.deepEqual(parse(file({ version_id: '3' }, [PRODUCT, other])), {
    level: 3,
    lists: [PRODUCT.name, other.name].map((product) => ({
      ...{ product, candidate: 'o001', type: 'image3', rule: 'candidate_Asn_Lv3Image', source: SOURCE, version: '3' },
      members: [{ name: 'jw01018001001_02101_00001_nis', role: 'science' }],
    })),
    passedOver: [],
  })
})

const versions: readonly (readonly [what: string, version_id: unknown, source: string, version: string])[] = [
  ['the version_id', '20240301t000000', SOURCE, '20240301t000000'],
  ['a number as version_id', 7, SOURCE, '7'],
  ['the time stamp in the name for want of a version_id', null, SOURCE, '20240221t101530'],
  ['the time stamp in the name where the version_id is blank', ' ', SOURCE, '20240221t101530'],
  ...['null', 'NULL', 'None', 'none ', 'NaN'].map(
    (text) => [`the time stamp in the name where the version_id is ${text}`, text, SOURCE, '20240221t101530'] as const,
  ),
  ['nothing where neither is there', undefined, 'jw01018-o001_image3_00001_asn.json', ''],
]
for (const [what, version_id, source, version] of versions) {
  test(`the version is ${what}`, (t) => {
    t.is(parse(file({ version_id }), source).lists[0]?.version, version)
  })
}

const names: readonly (readonly [expname: string, name: string])[] = [
  ['jw01018001001_02101_00001_nis_cal.fits', 'jw01018001001_02101_00001_nis'],
  ['JW01018001001_02101_00001_NIS_CALINTS.FITS', 'jw01018001001_02101_00001_nis'],
  ['jw01018001001_02101_00001_nrca1_a3001_crf.fits', 'jw01018001001_02101_00001_nrca1'],
  ['../../etc/jw01018001001_02101_00001_nis_x1d.fits', 'jw01018001001_02101_00001_nis'],
  ['C:\\data\\jw01018001001_02101_00001_nis_cal.fits', 'jw01018001001_02101_00001_nis'],
  ['jw01018001001_02101_00001_nis_cal.fits.gz', 'jw01018001001_02101_00001_nis'],
  ['jw01018001001_02101_00001_nis.fits', 'jw01018001001_02101_00001_nis'],
  ['jw01018001001_02101_00001_nis', 'jw01018001001_02101_00001_nis'],
  ['jw01018001001_04101_00001-seg002_nis_calints.fits', 'jw01018001001_04101_00001-seg002_nis'],
  ['jw01018_odd_cal.fits', 'jw01018_odd'],
]
for (const [expname, name] of names) {
  test(`the member ${expname} is the dataset ${name}`, (t) => t.is(memberName(expname), name))
}

test('a member that is named twice is there once: science, else the first role by name', (t) => {
  const other = 'jw01018001001_02101_00002_nis'
  const [list] = parse(
    withMembers(
      ...[{ expname: `${other}_cal.fits`, exptype: 'psf' }, MEMBER, { ...MEMBER, exptype: 'imprint' }],
      ...[
        { ...MEMBER, exptype: 'Background' },
        { expname: `${other}_x1d.fits`, exptype: 'BACKGROUND ' },
      ],
    ),
  ).lists
  t.deepEqual(list?.members, [
    { name: 'jw01018001001_02101_00001_nis', role: 'science' },
    { name: other, role: 'background' },
  ])
})

const levels: readonly (readonly [changes: object, level: 2 | 3])[] = [
  [{ asn_type: 'image2' }, 2],
  [{ asn_type: 'tso-spec2' }, 2],
  [{ asn_type: 'wfs-image3' }, 3],
  [{ asn_type: 'None', asn_rule: 'DMS_Level3_Base' }, 3],
  [{ asn_type: null, asn_rule: 'candidate_Asn_Lv2Spec' }, 2],
  [{ asn_type: 'DMSLevel2b' }, 2],
  [{ asn_type: '', asn_rule: '' }, 3],
  [{ asn_type: '', asn_rule: '', products: [{ name: 'jw01018001001_02101_00001_nis', members: [MEMBER] }] }, 2],
]
for (const [changes, level] of levels) {
  test(`the level of ${JSON.stringify(changes)} is ${level}`, (t) => t.is(parse(file(changes)).level, level))
}

const CATALOG = 'jw01018-o001_t001_niriss_clear-f115w_cat.ecsv'

const faults: readonly (readonly [what: string, text: string, kind: RegExp, message: RegExp])[] = [
  ['nothing', ' \n', /empty/, /empty/],
  ['text', 'Dataset,DagNodeName\n', /not JSON/, /not JSON: .*Unexpected token/],
  ['half a file', file({}).slice(0, 200), /cut short/, /cut short/],
  ['a file without its last brace', file({}).slice(0, -1), /cut short/, /cut short/],
  ['a list', '[]', /no products/, /no products: expected/],
  ['null', 'null', /no products/, /no products/],
  ['no products', JSON.stringify(FILE), /no products/, /no products/],
  ['an empty list of products', file({}, []), /no products/, /no products/],
  ['products that are no list', file({}, { name: 'jw01018' }), /no products/, /no products/],
  ['a product that is none', file({}, [7]), /product is no object/, /products\[0\]: expected an object/],
  ['no name', file({}, [{ members: [MEMBER] }]), /no name/, /products\[0\]\.name is missing: expected jw/],
  ['a name of no program', file({}, [{ ...PRODUCT, name: 'jwABCDE-o001' }]), /no name/, /name is "jwABCDE-o001"/],
  ['a name with a path', file({}, [{ ...PRODUCT, name: 'jw01018/../../x' }]), /no name/, /name is "jw01018/],
  ['no members', file({}, [{ name: PRODUCT.name }]), /no members/, /products\[0\]: jw01018-o001_.* has no members/],
  ['a member that is none', withMembers('x'), /no name/, /products\[0\]\.members\[0\]\.expname is missing/],
  ['a member without a name', withMembers({ exptype: 'science' }), /no name/, /expname is missing/],
  ['a name with a comma', withMembers({ ...MEMBER, expname: 'jw01018,x' }), /no name/, /expname is "jw01018,x"/],
  ['science that is a product', withMembers({ expname: CATALOG, exptype: 'science' }), /science member/, /_cat\.ecsv"/],
  ['no exptype', withMembers({ expname: MEMBER.expname }), /no exptype/, /_nis has no exptype/],
  [
    'no science',
    withMembers({ ...MEMBER, exptype: 'psf' }),
    /no science/,
    /no member of jw01018-o001_.* exptype science/,
  ],
  [
    'a member of another program',
    withMembers(MEMBER, { ...MEMBER, expname: 'jw01019001001_02101_00001_nis_cal.fits' }),
    /another program/,
    /members\[1\]: jw01019001001_02101_00001_nis is of another program than jw01018-o001_/,
  ],
  [
    'a file of no level',
    file({ asn_type: '', asn_rule: '' }, [{ ...PRODUCT, name: 'x' }]),
    /tells the level/,
    /asn_type/,
  ],
]
for (const [what, text, kind, message] of faults) {
  test(`unusable, and told why: ${what}`, (t) => {
    const fault = t.throws(() => parse(text), { instanceOf: AssociationFault })
    t.regex(fault?.kind ?? '', kind)
    t.regex(fault?.message ?? '', message)
  })
}

test('a member of another role than science that is no exposure is passed over, and told', (t) => {
  const { lists, passedOver } = parse(
    withMembers(MEMBER, { expname: CATALOG, exptype: 'SourceCat' }, { expname: null, exptype: 'psf' }),
  )
  t.deepEqual(
    lists[0]?.members.map(({ name }) => name),
    ['jw01018001001_02101_00001_nis'],
  )
  t.deepEqual(passedOver, [`${PRODUCT.name}: sourcecat "${CATALOG}"`, `${PRODUCT.name}: psf null`])
})

const productNames: readonly (readonly [inFile: string, name: string])[] = [
  ['jw01018-o001_t001_niriss_clear-f115w', 'jw01018-o001_t001_niriss_clear-f115w'],
  ['JW01018-O001_T001_NIRISS_CLEAR-F115W_I2D.FITS', 'jw01018-o001_t001_niriss_clear-f115w'],
  ...['i2d', 's2d', 's3d', 'x1d', 'x1dints', 'c1d', 'crf', 'crfints', 'psfstack', 'aminorm-oi'].map(
    (suffix) => [`jw01018-o001_t001_miri_f770w_${suffix}`, 'jw01018-o001_t001_miri_f770w'] as const,
  ),
  ['../l3/jw01018-o001_t001_miri_f770w_i2d.fits', 'jw01018-o001_t001_miri_f770w'],
  ['C:\\l3\\jw01018-o001_t001_miri_f770w_i2d.fits.gz', 'jw01018-o001_t001_miri_f770w'],
  ['jw01018-o001_t001_miri_f770w.fits', 'jw01018-o001_t001_miri_f770w'],
  ['jw01018-o001_t001_miri', 'jw01018-o001_t001_miri'],
  ['jw01018-o001_t001_miri_ch1-short_s3d.fits', 'jw01018-o001_t001_miri_ch1-short'],
  ['jw01018-o001_t001_nircam_f212n-wlm8-nrca3_wfscmb-04.fits', 'jw01018-o001_t001_nircam_f212n-wlm8-nrca3_wfscmb-04'],
  [
    'jw01018-o001_t001_niriss_clear-gr700xd-sub680stripe_soss',
    'jw01018-o001_t001_niriss_clear-gr700xd-sub680stripe_soss',
  ],
]
for (const [inFile, name] of productNames) {
  test(`the product ${inFile} in a file is ${name}`, (t) => {
    t.is(parse(file({}, [{ ...PRODUCT, name: inFile }])).lists[0]?.product, name)
  })
}

test('one product that cannot be used makes the whole file unusable', (t) => {
  t.throws(() => parse(file({}, [PRODUCT, { ...PRODUCT, members: [] }])), { instanceOf: AssociationFault })
})

test('texts of a file are cells of one line, whatever they hold', (t) => {
  const [list] = parse(
    file({ asn_rule: 'a\nb\u0000c\r', asn_id: '\uD800x', asn_type: `image3` }),
    'a\nb_asn.json',
  ).lists
  t.like(list, { rule: 'a b c', candidate: '\uFFFDx', source: 'a b_asn.json' })
})

test('any JSON is either read or told to be unusable', (t) => {
  const member = fc.record({ expname: fc.oneof(fc.constant(MEMBER.expname), fc.string()), exptype: fc.anything() })
  const any = fc.oneof(
    fc.json(),
    fc
      .record({ products: fc.array(fc.record({ name: fc.string(), members: fc.array(member) })) })
      .map((x) => JSON.stringify(x)),
    fc.array(member).map((members) => withMembers(...members)),
    fc.nat(400).map((end) => file({}).slice(0, end)),
  )
  fc.assert(
    fc.property(any, (text) => {
      try {
        return parse(text).level > 1
      } catch (error) {
        return error instanceof AssociationFault
      }
    }),
    { seed, numRuns: 300 },
  )
  t.pass()
})

test('what is nested very deep, in whatever place of a file, is a fault like any other', (t) => {
  const deep = `${'['.repeat(1e6)}${']'.repeat(1e6)}`
  const texts = [
    deep,
    `{"a":${deep}}`,
    ...['asn_type', 'products', 'version_id'].map((key) =>
      file({}).replace(new RegExp(`"${key}":(\\[.*\\]|"[^"]*"|null)`), `"${key}":${deep}`),
    ),
    ...['name', 'members'].map((key) => file({}, [{ ...PRODUCT, [key]: 'HERE' }]).replace('"HERE"', deep)),
    ...['expname', 'exptype'].map((key) => withMembers({ ...MEMBER, [key]: 'HERE' }).replace('"HERE"', deep)),
  ]
  for (const text of texts) {
    t.true(text.includes(deep))
    try {
      parse(text)
    } catch (error) {
      t.true(error instanceof AssociationFault, String(error))
    }
  }
})
