/** Arbitrary association files about arbitrary rows: products that are there or not, of members that are there or not. */
import fc from 'fast-check'
import { filesOf, type History, historyOf, memberRowsArbitrary, type RawRow } from './arbitrary-rows.js'
import type { AsnFile, DayFile } from './model.js'

/** A role of a member; nearly all are science, as without one no file can be used. */
const role = fc.constantFrom('science', 'science', 'science', 'science', 'psf', 'background', 'imprint')
/** What stands before and behind a member's name; both count for nothing. */
const folder = fc.constantFrom('', '', '', '..', '/data/l2/', 'JW/')
const suffix = fc.constantFrom('_cal.fits', '_cal.fits', '_calints.fits', '_a3001_crf.fits', '_x1d.fits.gz', '')

const member = fc.record({
  of: fc.nat(40),
  role,
  folder,
  suffix,
  isUpper: mostly(false, true),
  /** Whether it is an exposure that never comes. */
  isAbsent: mostly(false, false, false, true),
  /** Whether it is a product. */
  isProduct: fc.oneof({ arbitrary: fc.constant(false), weight: 15 }, { arbitrary: fc.constant(true), weight: 1 }),
})

const product = fc.record({
  of: fc.nat(40),
  naming: fc.constantFrom(
    ...(['own', 'own', 'own', 'upper', 'target', 'ending', 'instrument', 'candidate', 'absent'] as const),
    ...(['source', 'sensing', 'grating', 'file'] as const),
  ),
  members: fc.array(member, { minLength: 1, maxLength: 5 }),
})

const file = fc.record({
  products: fc.array(product, { minLength: 1, maxLength: 2 }),
  /** Where it stands on the time line, and whether the file or its name says so. */
  version: fc.constantFrom('', '', '20240101t000000', '20240201t000000'),
  /** What stands for none. */
  noVersion: fc.constantFrom(null, null, 'NULL', 'None', ' '),
  isInName: fc.boolean(),
  number: fc.integer({ min: 1, max: 3 }),
  fault: mostly<Fault | undefined>(undefined, 'cut', 'level 2', 'program', 'no science'),
})

type Fault = 'cut' | 'level 2' | 'program' | 'no science'
type File = typeof file extends fc.Arbitrary<infer T> ? T : never
type Product = typeof product extends fc.Arbitrary<infer T> ? T : never
type Member = typeof member extends fc.Arbitrary<infer T> ? T : never

function mostly<T>(usual: T, ...others: readonly T[]): fc.Arbitrary<T> {
  return fc.oneof(
    { withCrossShrink: true },
    { arbitrary: fc.constant(usual), weight: 6 },
    { arbitrary: fc.constantFrom(...others), weight: 1 },
  )
}

/** Daily files, association files about their rows, and runs over both. */
export interface AssociationHistory {
  readonly files: readonly DayFile[]
  readonly associations: readonly AsnFile[]
  readonly runs: History['runs']
  /** For each association file, the runs that read it, by their numbers; one beyond the last is a run of its own. */
  readonly readIn: readonly (readonly number[])[]
}

/** Days of reprocessing in one program, with association files about them. */
export const associationHistoryArbitrary: fc.Arbitrary<AssociationHistory> = fc
  .tuple(memberRowsArbitrary, fc.array(file, { minLength: 1, maxLength: 6 }))
  .chain(([rows, files]) => {
    const places = fc.array(fc.array(fc.nat(5), { minLength: 1, maxLength: 2 }), {
      minLength: files.length,
      maxLength: files.length,
    })
    return fc.tuple(historyOf(filesOf(fc.constant(rows), 10)), places).map(([history, readIn]) => ({
      ...history,
      associations: files.map((one) => buildFile(one, rows)),
      readIn,
    }))
  })

function buildFile({ products, version, noVersion, isInName, number, fault }: File, rows: readonly RawRow[]): AsnFile {
  const names = rows.map(({ cells }) => (cells.Dataset ?? '').replace(/_uncal\.fits$/, ''))
  const content = {
    asn_type: fault === 'level 2' ? 'image2' : 'image3',
    asn_rule: 'candidate_Asn_Lv3Image',
    version_id: version === '' || isInName ? noVersion : version,
    asn_id: 'o001',
    products: products.map((one) => buildProduct(one, names, fault)),
  }
  const text = JSON.stringify(content, undefined, 1)
  const stamp = isInName && version !== '' ? `_${version}` : ''
  return {
    name: `jw01001-o001${stamp}_image3_0000${number}_asn.json`,
    text: fault === 'cut' ? text.slice(0, text.length / 2) : text,
  }
}

function buildProduct({ of, naming, members }: Product, names: readonly string[], fault: Fault | undefined) {
  const products = names.filter((name) => /^jw\d{5}-/.test(name))
  const name = named(products[of % Math.max(products.length, 1)] ?? 'jw01001-o001_t001_miri_f770w', naming)
  const program = name.slice(2, 7)
  const exposures = names.filter((one) => /^jw\d{11}_/.test(one) && one.slice(2, 7) === program)
  return {
    name,
    members: members.map((one) => ({
      expname: expnameOf(one, exposures, fault === 'program' ? '09999' : program),
      exptype: fault === 'no science' && one.role === 'science' ? 'psf' : one.role,
    })),
  }
}

/** How a file names a product. */
const NAMINGS: Readonly<Record<string, (product: string, parts: readonly string[]) => string>> = {
  upper: (product) => product.toUpperCase().replace('JW', 'jw'),
  target: (_, [start, , ...rest]) => [start, '{target}', ...rest].join('_'),
  source: (_, [start, target, ...rest]) => [start, `${target}-{source_id}`, ...rest].join('_'),
  ending: (product) => product.replace(/[a-zA-Z0-9]+$/, '{slit_name}'),
  sensing: (product) => product.replace(/wfscmb|[a-zA-Z0-9]+$/, '{suffix}'),
  file: (product) => `../l3/${product.replace(/_[a-z0-9]+\.fits$/, '')}_crf.fits`,
  instrument: (_, parts) => parts.slice(0, 3).join('_'),
  grating: (product) => product.replace(/-[^-]+$/, ''),
  candidate: (_, [start = '', ...rest]) => [start.replace(/-o\d+/, '-c1001'), ...rest].join('_'),
  absent: (product) => `${product}-absent`,
}

function named(product: string, naming: Product['naming']): string {
  const parts = product.split('_')
  const usual = naming === 'own' ? usualNaming(parts) : naming
  return NAMINGS[usual]?.(product, parts) ?? product
}

/** Products of MIR_MRS and of the IFU have names of their own in the observatory's files. */
function usualNaming([, , instrument, end = '']: readonly string[]): string {
  if (instrument === 'miri' && end.startsWith('ch')) return 'instrument'
  return instrument === 'nirspec' && /^g\w+-f\w+$/.test(end) ? 'grating' : 'own'
}

function expnameOf(one: Member, exposures: readonly string[], program: string): string {
  const name = one.isAbsent ? undefined : exposures[one.of % Math.max(exposures.length, 1)]
  const detector = ['mirimage', 'mirifushort', 'mirifulong'][one.of % 3]
  const known = name ?? `jw${program}001001_02101_0000${7 + (one.of % 3)}_${detector}`
  if (one.isProduct) return `${one.folder}jw${program}-o001_t001_miri_f770w_cat.ecsv`
  const its = program === known.slice(2, 7) ? known : `jw${program}${known.slice(7)}`
  return `${one.folder}${one.isUpper ? its.toUpperCase() : its}${one.suffix}`
}
