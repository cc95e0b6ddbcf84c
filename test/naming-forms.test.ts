/**
 * The forms of names that the observatory uses, as the table of `docs/from-spacekit.md` has them: each line of it is run,
 * by keywords and by an association file.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { asnFile, runBoth, writeAssociations } from './helpers/association-runs.js'
import { readRows, temporaryFolder, writeDayFiles } from './helpers/database.js'
import { day, exposure, product } from './helpers/database-rows.js'
import type { Keywords } from './helpers/model-modes.js'

const DOCUMENT = join(import.meta.dirname, '..', '..', 'docs', 'from-spacekit.md')
const PROGRAM = 'jw01001'

/** A line of the table. */
interface Form {
  readonly inFile: string
  readonly example: string
  readonly byKeywords: string
  readonly byFile: string
}

function readForms(): Form[] {
  const [, section = ''] = readFileSync(DOCUMENT, 'utf8').split('### Names\n')
  const lines = section.split('\n## ')[0]?.match(/^\|.*\|$/gm) ?? []
  return lines.slice(2).map((line) => {
    const [, , inFile = '', , example = '', byKeywords = '', byFile = ''] = line.split('|').map((cell) => cell.trim())
    return { inFile: inFile.replaceAll('`', ''), example: example.replaceAll('`', ''), byKeywords, byFile }
  })
}

/** What exposures and products of a form are. */
interface Scene {
  readonly keywords: Keywords
  /** What tells the exposures apart, beginning with the detector; two of the one detector by default. */
  readonly exposures?: readonly Keywords[]
  /** Which of the exposures are members of the product, by their numbers; all by default. */
  readonly members?: readonly number[]
  /** What the product has otherwise than its exposures. */
  readonly product?: Keywords
  /** Other products: name, their members. */
  readonly others?: Readonly<Record<string, { readonly cells?: Keywords; readonly members?: readonly number[] }>>
  /** Segments in the names of exposures, as time series have them. */
  readonly isSegmented?: boolean
}

const of = (EXP_TYPE: string, INSTRUME: string, DETECTOR: string, more: Keywords = {}): Keywords => {
  return { EXP_TYPE, INSTRUME, DETECTOR, FILTER: 'NONE', SUBARRAY: 'FULL', ...more }
}
const nircam = (type: string, FILTER: string, PUPIL: string, more: Keywords = {}) =>
  of(type, 'NIRCAM', 'NRCALONG', { FILTER, PUPIL, CHANNEL: 'LONG', ...more })
const niriss = (type: string, FILTER: string, PUPIL: string, more: Keywords = {}) =>
  of(type, 'NIRISS', 'NIS', { FILTER, PUPIL, ...more })
const nirspec = (type: string, FILTER: string, GRATING: string, more: Keywords = {}) =>
  of(type, 'NIRSPEC', 'NRS1', { FILTER, GRATING, ...more })
const miri = (type: string, FILTER: string, more: Keywords = {}) => of(type, 'MIRI', 'MIRIMAGE', { FILTER, ...more })
const mrs = (DETECTOR: string, CHANNEL: string, BAND: string) => of('MIR_MRS', 'MIRI', DETECTOR, { CHANNEL, BAND })

const BOTH = [{ DETECTOR: 'NRS1' }, { DETECTOR: 'NRS2' }]
const SOURCES = (name: string, ...ids: readonly string[]) =>
  Object.fromEntries(ids.map((id) => [name.replace(/(?<=[_-])[sbv]\d{5,9}(?=_)/, id), {}]))

/** The scene of each example of the table. */
const SCENES: Readonly<Record<string, Scene>> = {
  'jw01001-o001_t001_miri_f770w': { keywords: miri('MIR_IMAGE', 'F770W') },
  'jw01001-o001_t001_miri_f770w-brightsky': { keywords: miri('MIR_IMAGE', 'F770W', { SUBARRAY: 'BRIGHTSKY' }) },
  'jw01001-o001_t002_nircam_f444w-f470n': { keywords: nircam('NRC_IMAGE', 'F444W', 'F470N') },
  'jw01001-o001_t002_nircam_f405n-f444w': { keywords: nircam('NRC_IMAGE', 'F444W', 'F405N') },
  'jw01001-o001_t001_niriss_clear-f200w': { keywords: niriss('NIS_IMAGE', 'CLEAR', 'F200W') },
  'jw01001-o001_t009_fgs_clear': { keywords: of('FGS_IMAGE', 'FGS', 'GUIDER1', { FILTER: 'CLEAR' }) },
  'jw01001-o001_t001-epoch1_miri_f1280w': { keywords: miri('MIR_IMAGE', 'F1280W') },
  ...Object.fromEntries(
    ['c1005', 'a3001', 'r0001'].map((candidate) => [
      `jw01001-${candidate}_t000_miri_f1000w`,
      { keywords: miri('MIR_IMAGE', 'F1000W') },
    ]),
  ),
  'jw01001-c1020_t001_miri_f1140c-mask1140': { keywords: miri('MIR_4QPM', 'F1140C', { SUBARRAY: 'MASK1140' }) },
  'jw01001-c1002_t001_nircam_f430m-maskrnd-sub320a430r': {
    keywords: nircam('NRC_CORON', 'F430M', 'MASKRND', { SUBARRAY: 'SUB320A430R' }),
  },
  'jw01001-o001_t001_nircam_f210m-maskrnd-image3': {
    keywords: nircam('NRC_CORON', 'F210M', 'MASKRND', { DETECTOR: 'NRCA2', CHANNEL: 'SHORT' }),
  },
  'jw01001-c1001_t001_niriss_f480m-nrm-sub80': { keywords: niriss('NIS_AMI', 'F480M', 'NRM', { SUBARRAY: 'SUB80' }) },
  'jw01001-o001_t001_nircam_f322w2-grismr-subgrism256': {
    keywords: nircam('NRC_TSGRISM', 'F322W2', 'GRISMR', { SUBARRAY: 'SUBGRISM256', TSOVISIT: 'True' }),
    isSegmented: true,
  },
  'jw01001-o001_t001_nircam_clear-wlp4-sub400p': {
    keywords: nircam('NRC_TSIMAGE', 'WLP4', 'CLEAR', { SUBARRAY: 'SUB400P', TSOVISIT: 'True' }),
    isSegmented: true,
  },
  'jw01001-o001_t001_niriss_clear-gr700xd-sub680stripe_soss': {
    keywords: niriss('NIS_SOSS', 'CLEAR', 'GR700XD', { SUBARRAY: 'SUB680STRIPE_SOSS', TSOVISIT: 'True' }),
    isSegmented: true,
  },
  'jw01001-o001_t001_nirspec_f290lp-g395h-s1600a1-sub2048': {
    keywords: nirspec('NRS_BRIGHTOBJ', 'F290LP', 'G395H', {
      FXD_SLIT: 'S1600A1',
      SUBARRAY: 'SUB2048',
      TSOVISIT: 'True',
    }),
    exposures: BOTH,
    isSegmented: true,
  },
  'jw01001-o001_t001_miri_p750l-slitlessprism': {
    keywords: miri('MIR_LRS-SLITLESS', 'P750L', { SUBARRAY: 'SLITLESSPRISM', TSOVISIT: 'True' }),
    isSegmented: true,
  },
  'jw01001-o001_t001_miri_ch1-short': {
    keywords: mrs('MIRIFUSHORT', '12', 'SHORT'),
    // The file has the exposures of the other detector and of the other bands, too.
    exposures: [{}, {}, { DETECTOR: 'MIRIFULONG', CHANNEL: '34' }, { BAND: 'LONG' }],
    members: [1, 2],
    product: { CHANNEL: '1' },
  },
  'jw01001-o001_t002_miri_ch4-long': { keywords: mrs('MIRIFULONG', '34', 'LONG'), product: { CHANNEL: '4' } },
  'jw01001-o001_t003_miri_ch1-shortmediumlong': {
    keywords: mrs('MIRIFUSHORT', '12', 'SHORT'),
    exposures: [{}, { BAND: 'MEDIUM' }, { BAND: 'LONG' }],
    product: { CHANNEL: '1', BAND: 'MULTIPLE' },
  },
  'jw01001-o001_t001-epoch2_miri_ch1-short': {
    keywords: mrs('MIRIFUSHORT', '12', 'SHORT'),
    product: { CHANNEL: '1' },
  },
  'jw01001-o002_t001_miri_ch3-medium': {
    keywords: mrs('MIRIFULONG', '34', 'MEDIUM'),
    product: { CHANNEL: '3' },
  },
  'jw01001-o001_t001_miri_p750l': { keywords: miri('MIR_LRS-FIXEDSLIT', 'P750L') },
  'jw01001-o001_t001_nircam_f444w-grismr': { keywords: nircam('NRC_WFSS', 'F444W', 'GRISMR') },
  'jw01001-o001_t001_niriss_f150w-gr150c': { keywords: niriss('NIS_WFSS', 'GR150C', 'F150W') },
  ...sourceScenes('jw01001-o001_s00012_niriss_f150w-gr150c', niriss('NIS_WFSS', 'GR150C', 'F150W'), [{}, {}]),
  ...sourceScenes('jw01001-o001_s000000012_niriss_f150w-gr150r', niriss('NIS_WFSS', 'GR150R', 'F150W'), [{}, {}]),
  ...sourceScenes('jw01001-o001_s000004385_nirspec_clear-prism', nirspec('NRS_MSASPEC', 'CLEAR', 'PRISM'), BOTH),
  ...sourceScenes('jw01001-o001_b000000030_nirspec_f100lp-g140m', nirspec('NRS_MSASPEC', 'F100LP', 'G140M'), BOTH),
  ...sourceScenes('jw01001-o001_v000000048_nirspec_f170lp-g235m', nirspec('NRS_MSASPEC', 'F170LP', 'G235M'), BOTH),
  ...sourceScenes(
    'jw01001-o001_t001-s000000001_nirspec_f290lp-g395h-s200a1-s200a2-allslits',
    nirspec('NRS_FIXEDSLIT', 'F290LP', 'G395H', { FXD_SLIT: 'S200A1', SUBARRAY: 'ALLSLITS' }),
    BOTH,
  ),
  ...sourceScenes(
    'jw01001-o001_t001-s000000002_nirspec_f100lp-g140h-s400a1-allslits',
    nirspec('NRS_FIXEDSLIT', 'F100LP', 'G140H', { FXD_SLIT: 'S400A1', SUBARRAY: 'ALLSLITS' }),
    BOTH,
  ),
  'jw01001-o001_t003_nirspec_f290lp-g395h-s200a1-allslits': {
    keywords: nirspec('NRS_FIXEDSLIT', 'F290LP', 'G395H', { FXD_SLIT: 'S200A1', SUBARRAY: 'ALLSLITS' }),
    exposures: BOTH,
  },
  'jw01001-o001_t001_nirspec_g395h-f290lp': { keywords: nirspec('NRS_IFU', 'F290LP', 'G395H'), exposures: BOTH },
  'jw01001-o001_t001_nirspec_g140m-f070lp': {
    keywords: nirspec('NRS_IFU', 'F070LP', 'G140M'),
    exposures: [...BOTH, { FILTER: 'F100LP' }, { DETECTOR: 'NRS2', FILTER: 'F100LP' }],
    members: [1, 2],
    others: { 'jw01001-o001_t001_nirspec_g140m-f100lp': { cells: { FILTER: 'F100LP' }, members: [3, 4] } },
  },
  'jw01001-o001_t001_nirspec_prism-clear': {
    keywords: nirspec('NRS_IFU', 'CLEAR', 'PRISM'),
    // A prism throws no light on the second detector, whose exposures the file leaves out.
    exposures: [{}, {}, { DETECTOR: 'NRS2' }, { DETECTOR: 'NRS2' }],
    members: [1, 2],
  },
  'jw01001-o001_t002_nirspec_g235h-f170lp': { keywords: nirspec('NRS_IFU', 'F170LP', 'G235H'), exposures: BOTH },
  ...Object.fromEntries(
    [
      ['nrca3_wfscmb-04', 'nrca3_wfscmb-06'],
      ['nrca1_wfscmb-0a', 'nrca1_wfscmb-0c'],
    ].map(([own = '', other = '']): [string, Scene] => [
      `jw01001-o001_t001_nircam_f212n-wlm8-${own}`,
      {
        keywords: nircam('NRC_IMAGE', 'F212N', 'WLM8', {
          DETECTOR: own.slice(0, 5).toUpperCase(),
          CHANNEL: 'SHORT',
          VISITYPE: 'PRIME_WFSC_SENSING_CONTROL',
        }),
        exposures: [{}, {}, {}, {}],
        members: [1, 2],
        others: { [`jw01001-o001_t001_nircam_f212n-wlm8-${other}`]: { members: [3, 4] } },
      },
    ]),
  ),
}

/** Products of several sources, all of the same exposures. */
function sourceScenes(name: string, keywords: Keywords, exposures: readonly Keywords[]): Record<string, Scene> {
  return { [name]: { keywords, exposures, others: SOURCES(name, 's000000901', 'b000000902') } }
}

/** The rows of a scene, and of which exposures each product is made. */
function build(example: string, scene: Scene) {
  const [observation = '001'] = /(?<=-o)\d{3}/.exec(example) ?? []
  const own = { OBSERVTN: observation, ...scene.keywords }
  const exposures = (scene.exposures ?? [{}, {}]).map((cells, index) => {
    const all: Keywords = { ...own, ...cells }
    const segment = scene.isSegmented ? `-seg00${index + 1}` : ''
    const name = `${PROGRAM}${observation}001_02101_0000${index + 1}${segment}_${all.DETECTOR?.toLowerCase()}`
    return { name, row: exposure(index + 1, { ...all, Dataset: `${name}_uncal.fits` }) }
  })
  const membersOf = (numbers: readonly number[] | undefined) =>
    (numbers ?? exposures.map((_, index) => index + 1)).map((number) => exposures[number - 1]?.name ?? '')
  const products = Object.entries({ [example]: scene, ...scene.others }).map(([name, its]) => {
    const cells = 'keywords' in its ? its.product : its.cells
    return { name, row: product(1, { ...own, ...cells, Dataset: name }), members: membersOf(its.members) }
  })
  return { exposures, products }
}

type Built = ReturnType<typeof build>

/** Which of the products are made of exactly their members. */
function outcome(database: string, { products }: Built): string {
  const level1 = readRows(database, 'level1')
  const made = products.map(({ name, members }) => {
    const its = level1.filter(({ pname }) => pname === name).map(({ dname = '' }) => dname)
    return { isMatched: its.length > 0, isExact: its.sort().join() === [...members].sort().join() }
  })
  if (made.every(({ isExact }) => isExact)) return 'yes'
  if (!made.some(({ isMatched }) => isMatched)) return 'no'
  return made.every(({ isMatched, isExact }) => isExact || !isMatched) ? 'one of several' : 'not exactly'
}

/** The name in the file, whole. */
function nameInFile({ inFile, example }: Form): string {
  return inFile.startsWith('…') ? `${example.slice(0, 12)}${inFile.slice(1)}` : `${PROGRAM}${inFile}`
}

/** What the file lists: of MIR_MRS and of mixed filters all exposures, else the members alone. */
function listed({ exposures, products }: Built, { keywords }: Scene): readonly string[] {
  if (keywords.EXP_TYPE === 'MIR_MRS') return exposures.map(({ name }) => name)
  const [own] = products
  const isShared = keywords.EXP_TYPE === 'NRS_IFU' && products.length > 1
  return isShared ? products.flatMap(({ members }) => members) : (own?.members ?? [])
}

const forms = readForms()

test('the table has a line for each scene, and each scene is told of', (t) => {
  t.deepEqual(forms.map(({ example }) => example).sort(), Object.keys(SCENES).sort())
})

// One after the other: all of them at a time would have more than a thousand files open.
for (const form of forms) {
  const { example, byKeywords, byFile } = form
  test.serial(`${example}: by keywords ${byKeywords}, by file ${byFile}`, async (t) => {
    const scene = SCENES[example] as Scene
    const built = build(example, scene)
    const folder = temporaryFolder(t)
    const rows = [...built.exposures, ...built.products].map(({ row }) => row)
    const inputs = writeDayFiles(folder, [day('2024-02-21', rows)])
    const files = writeAssociations(folder, filesOf(form, scene, built))
    await runBoth(join(folder, 'keywords'), inputs, [])
    await runBoth(join(folder, 'file'), inputs, files)
    const shown = (label: string) => (label === 'dropped' ? 'no' : label)
    t.is(outcome(join(folder, 'keywords'), built), shown(byKeywords))
    t.is(outcome(join(folder, 'file'), built), shown(byFile))
  })
}

const SIX = ['MIRIFUSHORT', 'MIRIFULONG'].flatMap((DETECTOR) =>
  ['SHORT', 'MEDIUM', 'LONG'].map((BAND): Keywords => ({ DETECTOR, BAND })),
)
const FOUR = ['F070LP', 'F100LP'].flatMap((FILTER) => BOTH.map((cells): Keywords => ({ ...cells, FILTER })))
const cube = (name: string, members: readonly number[], ...products: readonly Keywords[]) =>
  products.map((cells) => ({ name, members, cells, exposures: SIX, keywords: mrs('MIRIFUSHORT', '12', 'SHORT') }))

/** Products of files that list the exposures of several, and what their keywords say; which exposures are theirs. */
const TOLD_BY_NAME = [
  ...cube(
    'miri_ch1-shortmediumlong',
    [1, 2, 3],
    { BAND: 'SHORTMEDIUMLONG' },
    { BAND: 'LONGSHORTMEDIUM' },
    { BAND: 'SHORT-MEDIUM-LONG' },
    { BAND: 'SHORT|MEDIUM|LONG' },
    { BAND: 'MULTIPLE', DETECTOR: 'MULTIPLE' },
  ),
  ...cube('miri_ch3-shortmedium', [4, 5], { BAND: 'MEDIUMSHORT', DETECTOR: 'MULTIPLE' }, { BAND: '', DETECTOR: '' }),
  ...cube('miri_ch1-short', [1], { DETECTOR: 'MULTIPLE' }, { BAND: 'MULTIPLE' }, { BAND: 'NONE' }, { BAND: 'LONG' }),
  ...['', 'MULTIPLE', 'F070LP'].map((FILTER) => ({
    name: 'nirspec_g140m-f070lp',
    members: [1, 2],
    cells: { FILTER },
    exposures: FOUR,
    keywords: nirspec('NRS_IFU', 'F070LP', 'G140M'),
  })),
]

test('what the name of a cube tells of its detector, bands and filter counts, whatever its keywords say', async (t) => {
  const folder = temporaryFolder(t)
  const scenes = TOLD_BY_NAME.map(({ name, cells, ...scene }, index) =>
    build(`jw01001-o${String(index + 1).padStart(3, '0')}_t001_${name}`, { ...scene, product: cells }),
  )
  const inputs = writeDayFiles(folder, [
    day(
      '2024-02-21',
      scenes.flatMap(({ exposures, products }) => [...exposures, ...products].map(({ row }) => row)),
    ),
  ])
  const files = scenes.map(({ exposures, products: [own] }) => {
    const inFile = (own?.name ?? '').replace(/(?:_ch\d|(?<=g140m)-f).*/, '')
    return asnFile({ [inFile]: Object.fromEntries(exposures.map(({ name }) => [name, 'science'])) })
  })
  await runBoth(join(folder, 'db'), inputs, writeAssociations(folder, files))
  const told = scenes.map((scene, index) => [TOLD_BY_NAME[index]?.cells, outcome(join(folder, 'db'), scene)])
  t.deepEqual(
    told,
    TOLD_BY_NAME.map(({ cells }) => [cells, 'yes']),
  )
})

/** A file for the form; those of wavefront sensing name one pair each. */
function filesOf(form: Form, scene: Scene, built: Built) {
  const type = scene.keywords.VISITYPE?.includes('WFSC') ? 'wfs-image3' : 'image3'
  const name = nameInFile(form)
  const membersIn = (names: readonly string[]) => Object.fromEntries(names.map((member) => [member, 'science']))
  const own = asnFile({ [name]: membersIn(listed(built, scene)) }, { type })
  if (type === 'image3') return [own]
  const others = built.products.slice(1).map((other) => {
    const inFile = other.name.replace('wfscmb', '{suffix}')
    return asnFile({ [inFile]: membersIn(other.members) }, { type })
  })
  return [own, ...others]
}
