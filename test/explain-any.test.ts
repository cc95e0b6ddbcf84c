/** For any rows, with and without association files: every dataset is found, and what is told of it is true of the tables. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import test from 'ava'
import fc from 'fast-check'
import { formatExplanation } from '../lib/inspect/explain-text.js'
import type { Explanation } from '../lib/inspect/explanation.js'
import { explain } from '../lib/inspect/lookup.js'
import { DatabaseReader } from '../lib/inspect/reader.js'
import { pruneDatabase } from '../lib/maintain/prune.js'
import { associationHistoryArbitrary } from './helpers/arbitrary-associations.js'
import { propertyOptions, rowsArbitrary, toDayFiles } from './helpers/arbitrary-rows.js'
import { runBoth, writeHistory } from './helpers/association-runs.js'
import { run, withFolder, writeDayFiles } from './helpers/database.js'
import { keyAcross, type Placed, Tables } from './helpers/tables-of.js'

/** Which letters are capitals, and whether the older part of what waits is pruned. */
const asked = fc.record({ seed: fc.nat(), prunes: fc.boolean() })
type Asked = typeof asked extends fc.Arbitrary<infer T> ? T : never

const reasons = new Set<string>()
const outcomes = new Set<string>()
const memberStates = new Set<string>()

test.serial('without association files', async (t) => {
  await fc.assert(
    fc.asyncProperty(rowsArbitrary, asked, async (rows, how) => {
      fc.pre(rows.length > 0)
      await withFolder(async (folder) => {
        await run(join(folder, 'db'), writeDayFiles(folder, toDayFiles(rows)))
        await judge(join(folder, 'db'), how)
      })
    }),
    propertyOptions(t, 30),
  )
  t.pass()
})

test.serial('with association files', async (t) => {
  await fc.assert(
    fc.asyncProperty(associationHistoryArbitrary, asked, async (history, how) => {
      fc.pre(history.files.length > 0)
      await withFolder(async (folder) => {
        const { all } = writeHistory(folder, history)
        await runBoth(join(folder, 'db'), all.inputs, all.asn)
        await judge(join(folder, 'db'), how)
      })
    }),
    propertyOptions(t, 60),
  )
  t.pass()
})

test.serial('the generated databases have nearly everything that can be told', (t) => {
  const wanted = ['matched', 'waits', 'expired', 'dropped', 'missing', 'superseded', 'rejected']
  t.deepEqual(
    wanted.filter((outcome) => !outcomes.has(outcome)),
    [],
  )
  t.true(reasons.size > 9, [...reasons].join(' '))
  t.true(memberStates.size > 4, [...memberStates].join(' '))
})

async function judge(folder: string, { seed, prunes }: Asked): Promise<void> {
  if (prunes) await pruneDatabase({ out: folder, olderThan: '1d', asOf: '2024-01-02', warn: assert.fail })
  const tables = new Tables(folder)
  const { names } = tables
  const { explanations, unknown } = await explained(
    folder,
    names.map((name, index) => inAnyCase(name, seed + index)),
  )
  assert.deepEqual(unknown, [])
  for (const name of names) {
    const its = explanations.filter((one) => one.name.toLowerCase() === name.toLowerCase())
    assert.ok(its.length > 0, `${name} is found, and not told`)
  }
  for (const its of explanations) {
    assert.ok(!/undefined|NaN|null|nearest $/.test(formatExplanation(its)), formatExplanation(its))
    outcomes.add(its.outcome)
    judgePlace(its, explanations, tables)
    judgeMembers(its, tables)
    if (its.kind === 'exposure') judgeMemberOf(its, tables)
    if (its.reason !== null) judgeReason(its, tables)
  }
}

/** A name with some letters in capitals, the same ones for the same seed. */
function inAnyCase(name: string, seed: number): string {
  return [...name].map((letter, index) => ((seed >> (index % 13)) & 1 ? letter.toUpperCase() : letter)).join('')
}

async function explained(folder: string, names: readonly string[]) {
  const reader = await DatabaseReader.open(folder, { expectedNames: true })
  const [explanations, unknown]: [Explanation[], string[]] = [[], []]
  for await (const its of explain(reader, names, unknown)) explanations.push(its)
  await reader.close()
  return { explanations, unknown }
}

/** The outcome of each table's datasets. */
const OUTCOMES: Readonly<Record<string, string>> = {
  training: 'matched',
  level1: 'matched',
  ingest: 'waits',
  mosaics: 'waits',
  expired: 'expired',
  hidden: 'dropped',
}

function judgePlace(its: Explanation, all: readonly Explanation[], tables: Tables): void {
  const { name, kind, outcome } = its
  if (kind === 'group' || kind === 'template') return
  const files = tables.filesOf(name)
  assert.equal(all.filter((other) => other.kind !== 'group' && other.name === name).length, 1, `${name} is told twice`)
  if (files.length > 0) {
    assert.deepEqual([outcome], [...new Set(files.map((file) => OUTCOMES[file]))], name)
    return
  }
  assert.deepEqual(tables.filesOfMember(name), [], name)
  const isNamed = tables.associations.some(({ product, member }) => [product, member].includes(name))
  if (isNamed) assert.ok(outcome === 'missing' || outcome === 'superseded', `${name}: ${outcome}`)
  else {
    assert.equal(outcome, 'rejected', name)
    assert.ok(tables.rejected.includes(name) && its.rejected.length > 0, name)
  }
}

/** Every row of an exposure in level1.csv is told, with product and role, and no other; and every file that names it. */
function judgeMemberOf({ name, memberOf }: Explanation, tables: Tables): void {
  const pairs = tables.rows.flatMap(({ file, row }) =>
    file === 'level1' && row.dname === name ? `${row.pname} ${row.role}` : [],
  )
  const isThere = tables.filesOf(name).some((file) => file === 'level1' || file === 'ingest')
  const matched = memberOf.filter(({ state }) => state === 'matched').map(({ product, role }) => `${product} ${role}`)
  if (isThere) assert.deepEqual(matched.sort(), pairs.sort(), name)
  const sources = tables.associations.flatMap(({ member, role, source }) =>
    member === name.toLowerCase() ? `${source} ${role}` : [],
  )
  const told = memberOf.flatMap(({ namedBy, role }) => (namedBy === null ? [] : `${namedBy} ${role}`))
  if (name === name.toLowerCase()) assert.deepEqual([...new Set(told)].sort(), [...new Set(sources)].sort(), name)
}

function judgeMembers({ name, kind, namedBy, members, outcome }: Explanation, tables: Tables): void {
  if (members.length === 0) {
    assert.ok(namedBy === null || kind === 'exposure', `${name} has no members`)
    return
  }
  const named = tables.associations.filter(({ source }) => source === namedBy)
  for (const { name: member, role, state, expType } of members) {
    memberStates.add(state)
    const files = tables.filesOfMember(member)
    const isNamed = named.some((row) => row.member === member.toLowerCase() && row.role === role)
    assert.ok(isNamed, `${namedBy} does not name ${member} as ${role}`)
    const isMatchedHere = tables.rows.some(
      ({ file, row }) => file === 'level1' && row.dname === member && row.pname === name && row.role === role,
    )
    if (kind === 'product' || kind === 'mosaic')
      assert.equal(state === 'matched', isMatchedHere, `${member} of ${name}: ${state}`)
    const wanted: Readonly<Record<string, readonly string[]>> = {
      ...{ matched: ['level1'], waits: ['ingest'], elsewhere: ['level1'], missing: [], expired: ['expired'] },
      'no Level 3': ['hidden'],
    }
    if (state !== 'of another product' && state !== 'no exposure')
      assert.deepEqual(files, wanted[state], `${member} of ${name}: ${state}`)
    const hidden = tables.hidden.find(({ dname }) => dname?.toLowerCase() === member.toLowerCase())
    if (state === 'no Level 3') assert.equal(expType, hidden?.EXP_TYPE || null)
  }
  if (outcome === 'matched' && kind !== 'template') {
    const missing = members.filter(({ state, role }) => state === 'missing' && role === 'science')
    assert.deepEqual(missing, [], `${name} is matched without all of its science members`)
  }
}

function judgeReason(its: Explanation, tables: Tables): void {
  const { code = '', detail = '' } = its.reason ?? {}
  reasons.add(code)
  const there = (name: string) => tables.filesOfMember(name)
  const [, only = ''] = /^(?:nearest|only) (\S+)/.exec(detail) ?? []
  if (only.startsWith('jw') && its.kind !== 'product') {
    // What is named is there: a product, or what is of use no more.
    assert.ok(there(only.replace(/[,;]$/, '')).length > 0, `${its.name}: ${detail}`)
  }
  judgeNone(its, code, detail, tables)
  judgeNamed(its, code, detail, tables)
}

/** Names that a reason gives are where it says they are. */
function judgeNamed(its: Explanation, code: string, detail: string, tables: Tables): void {
  const there = (name: string) => tables.filesOfMember(name)
  if (code === 'members-missing') {
    for (const name of namesIn(detail)) {
      const isExposure = tables.rows.some(({ row }) => row.dag?.includes('1') && row.dname?.toLowerCase() === name)
      assert.ok(!isExposure || there(name).includes('expired'), `${its.name}: ${detail}`)
    }
  }
  if (code === 'candidate-only') for (const name of namesIn(detail)) assert.deepEqual(there(name), ['mosaics'], detail)
  if (code === 'product-dropped') assert.deepEqual(there(namesIn(detail)[0] ?? ''), ['hidden'], detail)
  if (code === 'other-members') {
    const near = its.compared.find(({ name }) => detail.startsWith(`nearest ${name} `))
    assert.ok(near?.namedBy, `${its.name}: ${detail}`)
  }
  const [, absent] = /^no row of (\S+) has come/.exec(detail) ?? []
  if (absent !== undefined) assert.deepEqual(there(absent), [], `${its.name}: ${detail}`)
}

/** What a reason says of none, or of all, that are near something. */
const NONE_OR_ALL = /^(none|all \d+|the only one) of (\w+) in observation (.+?)(?: (?:is|are) matched)?$/

/** What is told to be in no table is in none, and what all are is all. */
function judgeNone({ name, pid, params }: Explanation, code: string, detail: string, tables: Tables): void {
  const ofProgram = tables.rows.filter(({ file, row }) => file !== 'expired' && Number(row.pid) === pid)
  const [, what, instrument = '', where = ''] = NONE_OR_ALL.exec(detail) ?? []
  const observations = where.split(' or ')
  const kind = code === 'no-product' ? 'product' : 'exposure'
  const near = what === undefined ? [] : tables.at(kind, pid ?? 0, instrument, observations)
  if (what === 'none') assert.deepEqual(near.map(shown), [], `${name}: ${detail}`)
  else if (what !== undefined) {
    assert.deepEqual([...new Set(near.map(({ file }) => file))], ['level1'], `${name}: ${detail}`)
    const count = new Set(near.map(({ row }) => row.dname)).size
    assert.equal(what, count === 1 ? 'the only one' : `all ${count}`, name)
  }
  if (what === 'none' && kind === 'product') {
    const named = tables.namedAt(observations)
    // An exposure may have the name of a product.
    const products = ofProgram.filter(({ row }) => !row.dag?.includes('1'))
    const there = products.filter(({ row }) => named.includes(row.dname?.toLowerCase() ?? ''))
    const same = there.filter(({ row }) => row.INSTRUME?.toUpperCase() === instrument || row.params === params)
    assert.deepEqual(same.map(shown), [], `${name}: ${detail}`)
  }
  if (detail === 'no exposures with its keywords') {
    const own = ofProgram.find(({ row }) => row.dname === name)?.row ?? {}
    const others = ofProgram.filter(({ row }) => row.dag?.includes('1') && keyAcross(row) === keyAcross(own))
    assert.deepEqual(others.map(shown), [], name)
  }
}

/** A row in short, for a failure to show. */
function shown({ file, row: { dname, INSTRUME, OBSERVTN, params } }: Placed): string {
  return `${file}: ${dname} (${INSTRUME}, ${OBSERVTN}, ${params})`
}

function namesIn(text: string): string[] {
  return text.match(/\bjw[-\w+{}]+/g) ?? []
}
