/** Section 9 of the specification, "Association files", naively: products that are made of the members that a file names. */
import { featuresOf } from './model-features.js'
import { type Group, inExposureOrder, modelOf } from './model-groups.js'
import { type Cells, cell, compareText, distinct, has, numberIn } from './model-values.js'

/** An association file: its name and text. */
export interface AsnFile {
  readonly name: string
  readonly text: string
}

/** What a file says of one product. */
interface Said {
  readonly product: string
  readonly version: string
  /** Role by name of the exposure. */
  readonly members: ReadonlyMap<string, string>
  /** Its rows in `associations.csv`. */
  readonly rows: readonly Cells[]
}

/** A product that is made of named members. */
export interface NamedMatch {
  readonly product: Cells
  readonly group: Group
  readonly others: readonly { readonly row: Cells; readonly role: string }[]
  readonly features: Cells
}

/** What association files make of a program's rows. */
export interface Named {
  /** The rows of `associations.csv`. */
  readonly rows: readonly Cells[]
  readonly matches: readonly NamedMatch[]
  /** Products that are named, complete or not. */
  readonly products: ReadonlySet<Cells>
  /** Exposures that are given to a product of an observation. */
  readonly given: ReadonlySet<Cells>
  /** Groups that wait for nothing but their product, for `rem-*`. */
  readonly waitingGroups: readonly Group[]
  /** Given exposures and the model with which they wait, unless a product has them; the first entry counts. */
  readonly places: readonly { readonly row: Cells; readonly model: string }[]
}

const COLUMNS = ['product', 'candidate', 'type', 'rule', 'member', 'role', 'source', 'version']

/** Applies the files, of which those that cannot be used are left out. */
export function nameMembers(
  files: readonly AsnFile[],
  exposures: readonly Cells[],
  products: readonly Cells[],
  dropped: readonly string[],
): Named {
  const newest = newestOfEach(files.flatMap(readFile))
  const chosen = new Map(products.map((product) => [product, choose(product, newest)]))
  const inForce = newest.filter(
    (said) => !products.some((one) => means(said, one)) || [...chosen.values()].includes(said),
  )
  const matches: NamedMatch[] = []
  const waitingGroups: Group[] = []
  const given = new Set<Cells>()
  const places: { row: Cells; model: string }[] = []
  const unplaced: Cells[] = []
  for (const said of inForce) {
    const its = products.filter((product) => chosen.get(product) === said)
    const made = its.flatMap((product) => makeOf(product, said, exposures, dropped) ?? [])
    matches.push(...made)
    const done = made.flatMap(({ group }) => group.exposures)
    const groups = leftGroups(said, exposures, dropped, done)
    waitingGroups.push(...groups.filter(({ complete }) => complete).map(({ group }) => group))
    if (said.product.slice(7, 9) !== '-o') continue
    const all = exposures.filter((row) => said.members.has(lower(row)))
    for (const row of all) given.add(row)
    for (const { group, others } of groups)
      for (const row of [...group.exposures, ...others]) places.push({ row, model: group.model })
    unplaced.push(...all)
  }
  return {
    rows: newest.flatMap(({ rows }) => rows),
    matches,
    products: new Set(products.filter((product) => chosen.get(product) !== undefined)),
    given,
    waitingGroups,
    places: [...places, ...unplaced.map((row) => ({ row, model: '' }))],
  }
}

function lower(row: Cells): string {
  return cell(row, 'dname').toLowerCase()
}

interface Json {
  readonly asn_type: string
  readonly asn_rule: string
  readonly asn_id: string
  readonly version_id: string | null
  readonly products: readonly { name: string; members: readonly { expname: string; exptype: string }[] }[]
}

/** What a file says; nothing where it cannot be used. The generated ones are wrong in few ways. */
function readFile({ name: source, text }: AsnFile): Said[] {
  const json = parse(text)
  if (json === undefined || !json.asn_type.endsWith('3')) return []
  const told = (json.version_id ?? '').trim()
  const version = ['', 'null', 'none'].includes(told.toLowerCase()) ? (/\d{8}t\d{6}/.exec(source)?.[0] ?? '') : told
  const said = json.products.map(({ name, members: all }): Said => {
    const members = all.filter(({ expname, exptype }) => exptype === 'science' || isExposure(expname))
    const file = (name.toLowerCase().split('/').at(-1) ?? '').replace(/\.fits$/, '')
    const product = file.replace(/_(i2d|s2d|s3d|x1d|x1dints|c1d|crf|crfints|cat|phot)$/, '')
    const names = distinct(members.map(({ expname }) => nameOf(expname)))
    const roles = new Map(names.map((one) => [one, roleOf(members.filter(({ expname }) => nameOf(expname) === one))]))
    const [type, rule, candidate] = [json.asn_type, json.asn_rule, json.asn_id]
    const rows = names.map((member) => {
      const role = roles.get(member) ?? ''
      return { product, candidate, type, rule, member, role, source, version }
    })
    return { product, version, members: roles, rows }
  })
  return said.every(isUsable) ? said : []
}

function parse(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json
  } catch {
    return undefined
  }
}

function roleOf(same: readonly { readonly exptype: string }[]): string {
  const roles = distinct(same.map(({ exptype }) => exptype))
  return roles.includes('science') ? 'science' : (roles[0] ?? '')
}

function isUsable({ product, members }: Said): boolean {
  const isItsProgram = [...members.keys()].every((name) => name.slice(2, 7) === product.slice(2, 7))
  const areExposures = [...members.keys()].every(isExposure)
  return isItsProgram && areExposures && [...members.values()].includes('science')
}

function isExposure(expname: string): boolean {
  return /^jw\d{11}_[^_]+_[^_]+_[^_]+$/.test(nameOf(expname))
}

/** The name of an exposure is its first four parts. */
function nameOf(expname: string): string {
  const file = expname.toLowerCase().split('/').at(-1) ?? ''
  return (file.split('.')[0] ?? '').split('_').slice(0, 4).join('_')
}

function newestOfEach(all: readonly Said[]): Said[] {
  return distinct(all.map(({ product }) => product)).flatMap((product) => {
    const its = all.filter((one) => one.product === product).sort(byAge)
    return its.slice(-1)
  })
}

/** The generated versions have the same width wherever they have digits. */
function byAge(a: Said, b: Said): number {
  return compareText(a.version, b.version) || compareText(linesOf(a), linesOf(b))
}

function linesOf({ rows }: Said): string {
  return rows.map((row) => `${COLUMNS.map((column) => cell(row, column)).join(',')}\n`).join('')
}

function isMrsName({ product }: Said): boolean {
  return product.endsWith('_miri')
}

/** `…_nirspec_g395h`: the products have the filter behind it. */
function isIfuName({ product }: Said): boolean {
  return /_nirspec_[a-z0-9]+$/.test(product)
}

/** Whether a name in a file means a product. */
function means(said: Said, product: Cells): boolean {
  const name = lower(product)
  if (isMrsName(said) && cell(product, 'EXP_TYPE') === 'MIR_MRS' && name.startsWith(`${said.product}_ch`)) return true
  if (isIfuName(said) && cell(product, 'EXP_TYPE') === 'NRS_IFU') {
    const behind = name.startsWith(`${said.product}-`) ? name.slice(said.product.length + 1) : ''
    if (/^[a-z0-9]+$/.test(behind)) return true
  }
  if (!said.product.includes('{')) return said.product === name
  const pattern = said.product
    .replaceAll('.', '\\.')
    .replaceAll('{source_id}', '[sbv][0-9]+')
    .replaceAll('{suffix}', 'wfscmb')
    .replaceAll('{slit_name}', '([a-z0-9]+|s[0-9]+[a-z][0-9]+(-s[0-9]+[a-z][0-9]+)+)')
    .replace(/\{\w+\}/g, '[a-z0-9]+')
  return new RegExp(`^${pattern}$`).test(name)
}

/** The newest of the lists that name a product; of equally new ones its own name, else the first by name. */
function choose(product: Cells, newest: readonly Said[]): Said | undefined {
  const its = newest.filter((said) => means(said, product))
  const isOwn = ({ product: name }: Said) => name === lower(product)
  return its.sort(
    (a, b) =>
      compareText(b.version, a.version) || Number(isOwn(b)) - Number(isOwn(a)) || compareText(a.product, b.product),
  )[0]
}

/** Whether an exposure, or one that is not there and of which the detector alone is known, is of a product. */
interface Share {
  readonly has: (row: Cells) => boolean
  readonly mayHave: (detector: string) => boolean
}

const everything: Share = { has: () => true, mayHave: () => true }

function shareOf(said: Said, row: Cells): Share {
  const behind = lower(row).startsWith(said.product) ? lower(row).slice(said.product.length) : ''
  if (isIfuName(said) && cell(row, 'EXP_TYPE') === 'NRS_IFU' && lower(row) !== said.product) {
    const filter = behind === '' ? cell(row, 'FILTER') : behind.slice(1).toUpperCase()
    return { has: (other) => fitsIn(filter, cell(other, 'FILTER')), mayHave: () => true }
  }
  if (!isMrsName(said) || cell(row, 'EXP_TYPE') !== 'MIR_MRS') return everything
  const [channel = '', bands = ''] = behind.replace('_ch', '').split(/-(.*)/)
  const [detector, band] =
    behind === ''
      ? [cell(row, 'DETECTOR'), cell(row, 'BAND')]
      : [channel < '3' ? 'MIRIFUSHORT' : 'MIRIFULONG', bands.toUpperCase()]
  const told = ['SHORT', 'MEDIUM', 'LONG'].filter((its) => band.includes(its)).join('|')
  const wanted = band.includes('-') || band === 'MULTIPLE' ? band : told
  return {
    has: (other) => fitsIn(detector, cell(other, 'DETECTOR')) && fitsIn(wanted, cell(other, 'BAND')),
    mayHave: (its) => fitsIn(detector, its),
  }
}

function fitsIn(wanted: string, found: string): boolean {
  return !has(wanted) || wanted === 'MULTIPLE' || wanted.split('|').includes(found)
}

interface Taken {
  readonly science: readonly Cells[]
  readonly others: readonly { readonly row: Cells; readonly role: string }[]
  /** Whether all science members are there that may come. */
  readonly complete: boolean
}

function takeMembers(said: Said, share: Share, exposures: readonly Cells[], dropped: readonly string[]): Taken {
  const mine = exposures.filter((row) => said.members.has(lower(row)) && share.has(row))
  const roleOf = (row: Cells) => said.members.get(lower(row)) ?? ''
  const there = [...exposures.map(lower), ...dropped.map((name) => name.toLowerCase())]
  const absent = [...said.members].filter(([name, role]) => role === 'science' && !there.includes(name))
  return {
    science: inExposureOrder(mine.filter((row) => roleOf(row) === 'science')),
    others: mine
      .filter((row) => roleOf(row) !== 'science')
      .sort((a, b) => compareText(lower(a), lower(b)))
      .map((row) => ({ row, role: roleOf(row) })),
    complete: !absent.some(([name]) => share.mayHave((name.split('_')[3] ?? '').toUpperCase())),
  }
}

function makeOf(
  product: Cells,
  said: Said,
  exposures: readonly Cells[],
  dropped: readonly string[],
): NamedMatch | undefined {
  const { science, others, complete } = takeMembers(said, shareOf(said, product), exposures, dropped)
  const [first] = science
  if (!complete || first === undefined || numberIn(cell(product, 'imagesize')) === undefined) return undefined
  const group = { name: cell(product, 'dname'), model: modelOf(first), exposures: science, withoutTarget: false }
  const features = featuresOf(group)
  return features === undefined ? undefined : { product, group, others, features }
}

/** The groups of science members that no product of the list took. */
function leftGroups(said: Said, exposures: readonly Cells[], dropped: readonly string[], done: readonly Cells[]) {
  const science = takeMembers(said, everything, exposures, dropped).science.filter((row) => !done.includes(row))
  const keyOf = (row: Cells): string =>
    isMrsName(said) && cell(row, 'EXP_TYPE') === 'MIR_MRS'
      ? `${cell(row, 'DETECTOR')} ${cell(row, 'BAND')}`
      : isIfuName(said) && cell(row, 'EXP_TYPE') === 'NRS_IFU'
        ? cell(row, 'FILTER')
        : ''
  const firsts = science.filter((row, index) => science.findIndex((other) => keyOf(other) === keyOf(row)) === index)
  return firsts.map((first) => {
    const taken = takeMembers(said, shareOf(said, first), exposures, dropped)
    const group = { name: fillIn(said, first), model: modelOf(first), exposures: taken.science, withoutTarget: false }
    return { group, others: taken.others.map(({ row }) => row), complete: taken.complete }
  })
}

function fillIn(said: Said, first: Cells): string {
  const slit = cell(first, 'FXD_SLIT')
  const name = said.product.replace('{source_id}', 's000000001').replace('{suffix}', 'wfscmb')
  const filled = has(slit) ? name.replace('{slit_name}', slit.toLowerCase()) : name
  if (isIfuName(said) && cell(first, 'EXP_TYPE') === 'NRS_IFU' && has(cell(first, 'FILTER')))
    return `${filled}-${cell(first, 'FILTER')}`.toLowerCase()
  if (!isMrsName(said) || cell(first, 'EXP_TYPE') !== 'MIR_MRS') return filled
  return `${filled}_ch${has(cell(first, 'CHANNEL')) ? cell(first, 'CHANNEL').charAt(0) : ''}-${cell(first, 'BAND')}`.toLowerCase()
}
