/** Arbitrary association files about arbitrary rows: products that are there or not, of members that are there or not. */
import fc from 'fast-check'
import { filesOf, type History, historyOf, memberRowsArbitrary, type RawRow } from './arbitrary-rows.js'
import type { AsnFile, DayFile } from './model.js'

/** A role of a member; nearly all are science, as without one no file can be used. */
const role = fc.constantFrom('science', 'science', 'science', 'science', 'psf', 'background', 'imprint')
/** What stands before and behind a member's name; both count for nothing. */
const folder = fc.constantFrom('', '', '', '../', '/data/l2/', 'JW/')
const suffix = fc.constantFrom('_cal.fits', '_cal.fits', '_calints.fits', '_a3001_crf.fits', '_x1d.fits.gz', '')

const member = fc.record({
  of: fc.nat(40),
  role,
  folder,
  suffix,
  isUpper: mostly(false, true),
  /** Whether it is an exposure that never comes. */
  isAbsent: mostly(false, false, false, true),
})

const product = fc.record({
  of: fc.nat(40),
  naming: fc.constantFrom('own', 'own', 'own', 'upper', 'target', 'ending', 'instrument', 'candidate', 'absent'),
  members: fc.array(member, { minLength: 1, maxLength: 5 }),
})

const file = fc.record({
  products: fc.array(product, { minLength: 1, maxLength: 2 }),
  /** Where it stands on the time line, and whether the file or its name says so. */
  version: fc.constantFrom('', '', '20240101t000000', '20240201t000000'),
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

function buildFile({ products, version, isInName, number, fault }: File, rows: readonly RawRow[]): AsnFile {
  const names = rows.map(({ cells }) => (cells.Dataset ?? '').replace(/_uncal\.fits$/, ''))
  const content = {
    asn_type: fault === 'level 2' ? 'image2' : 'image3',
    asn_rule: 'candidate_Asn_Lv3Image',
    version_id: version === '' || isInName ? null : version,
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

function named(product: string, naming: Product['naming']): string {
  const [start = '', target = '', instrument = '', ...rest] = product.split('_')
  const end = rest.join('_')
  if (naming === 'upper') return product.toUpperCase().replace('JW', 'jw')
  if (naming === 'target') return [start, '{suffix}', instrument, end].join('_')
  if (naming === 'ending') return product.replace(/[a-zA-Z0-9]+$/, '{slit_name}')
  // MIR_MRS products are named so by the observatory, all others never are.
  const isMrs = instrument === 'miri' && end.startsWith('ch')
  if (naming === 'instrument' || (isMrs && naming === 'own')) return [start, target, instrument].join('_')
  if (naming === 'candidate') return [start.replace(/-o\d+/, '-c1001'), target, instrument, end].join('_')
  return naming === 'absent' ? `${product}-absent` : product
}

function expnameOf(one: Member, exposures: readonly string[], program: string): string {
  const name = one.isAbsent ? undefined : exposures[one.of % Math.max(exposures.length, 1)]
  const detector = ['mirimage', 'mirifushort', 'mirifulong'][one.of % 3]
  const known = name ?? `jw${program}001001_02101_0000${7 + (one.of % 3)}_${detector}`
  const its = program === known.slice(2, 7) ? known : `jw${program}${known.slice(7)}`
  return `${one.folder}${one.isUpper ? its.toUpperCase() : its}${one.suffix}`
}
