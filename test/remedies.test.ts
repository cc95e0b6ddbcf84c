/** What helps against each reason for waiting: told in one place, as the documents have it, and true. */
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import test from 'ava'
import { buildProgram } from '../lib/cli/cli.js'
import { CommandRecord } from '../lib/cli/record.js'
import { needsFile, REASON_CODES, type Reason, remedyOf } from '../lib/inspect/reasons.js'
import { type Wait, waitsIn, waitsOf } from '../lib/inspect/waits.js'
import { associate, ingest } from '../lib/run/ingest.js'
import { FIXTURES } from './helpers/damage.js'
import { readRows, temporaryFolder } from './helpers/database.js'
import { BETA, CORON, type ProgramRows, settleRows } from './helpers/settled.js'

const E1 = 'jw01001003001_02101_00001_nrcalong'
const E2 = 'jw01001003001_02101_00002_nrcalong'
const P1 = 'jw01001-o003_t001_nircam_maskrnd-f335m'
const P2 = 'jw01001-o003_t002_nircam_maskrnd-f335m'
const ACROSS = 'jw01001-c1001_t001_nircam_maskrnd-f335m'
const SLITLESS = 'jw01001001001_1_1_mirimage'
const SLITLESS_PRODUCT = 'jw01001-o001_t001_miri_p750l'
const slitless = {
  exposures: { [SLITLESS]: { EXP_TYPE: 'MIR_LRS-SLITLESS' } },
  products: { [SLITLESS_PRODUCT]: { EXP_TYPE: 'MIR_LRS-SLITLESS' } },
}

/** What waits for a reason alone, and rows with which nothing waits any more: all that the remedy speaks of. */
interface Case {
  readonly waits: ProgramRows
  readonly helps: readonly ProgramRows[]
}

const CASES: Readonly<Record<Reason, Case>> = {
  'no-product': { waits: { exposures: { [E1]: CORON } }, helps: [{ products: { [P1]: CORON } }] },
  'keywords-differ': {
    waits: { exposures: { [E1]: CORON }, products: { [P1]: { ...CORON, SUBARRAY: 'FULL' } } },
    helps: [
      { products: { [P1]: CORON } },
      { exposures: { [E1]: { ...CORON, SUBARRAY: 'FULL' } } },
      { members: { [P1]: [E1] } },
    ],
  },
  'target-differs': {
    waits: { exposures: { [E1]: CORON, [E2]: { ...CORON, ...BETA } }, products: { [P1]: { ...CORON, ...BETA } } },
    helps: [{ exposures: { [E1]: { ...CORON, ...BETA } } }, { members: { [P1]: [E1, E2] } }],
  },
  'candidate-only': {
    waits: { exposures: { [E1]: CORON }, products: { [ACROSS]: CORON } },
    helps: [{ members: { [ACROSS]: [E1] } }],
  },
  'other-members': {
    waits: { exposures: { [E1]: CORON, [E2]: CORON }, products: { [P1]: CORON }, members: { [P1]: [E1] } },
    helps: [{ members: { [P1]: [E1, E2] } }],
  },
  'product-dropped': {
    waits: { exposures: { [E1]: CORON }, products: { [P1]: { ...CORON, EXP_TYPE: 'NRC_TACQ' } } },
    helps: [{ products: { [P1]: CORON } }],
  },
  'product-without-size': {
    waits: { exposures: { [E1]: CORON }, products: { [P1]: { ...CORON, ImageSize: '' } } },
    helps: [{ products: { [P1]: CORON } }],
  },
  'product-taken-over': {
    waits: { exposures: { [E1]: CORON }, takenOver: { [P1]: CORON } },
    helps: [{ exposures: { [E2]: CORON }, members: { [P1]: [E1, E2] } }],
  },
  'members-missing': {
    waits: { exposures: { [E1]: CORON }, products: { [P1]: CORON }, members: { [P1]: [E1, E2] } },
    helps: [{ exposures: { [E2]: CORON } }, { members: { [P1]: [E1] } }],
  },
  'no-coordinates': {
    waits: { exposures: { [E1]: { ...CORON, RA_REF: '', DEC_REF: '' } }, products: { [P1]: CORON } },
    helps: [{ exposures: { [E1]: { ...CORON, RA_REF: '10', DEC_REF: '-5' } } }],
  },
  ambiguous: {
    waits: { exposures: { [E1]: CORON }, products: { [P1]: CORON, [P2]: CORON } },
    helps: [{ members: { [P1]: [E1], [P2]: [E1] } }],
  },
  'no-exposures': { waits: { products: { [P1]: CORON } }, helps: [{ exposures: { [E1]: CORON } }] },
  'exposures-ungrouped': { waits: slitless, helps: [{ members: { [SLITLESS_PRODUCT]: [SLITLESS] } }] },
  'no-group': {
    waits: { exposures: slitless.exposures },
    // It is in a group then, and no more than its product is missing.
    helps: [{ products: slitless.products, members: { [SLITLESS_PRODUCT]: [SLITLESS] } }],
  },
  'across-observations': {
    waits: { exposures: { [E1]: CORON }, products: { [ACROSS]: CORON } },
    helps: [{ members: { [ACROSS]: [E1] } }],
  },
}

for (const reason of REASON_CODES) {
  const { waits, helps } = CASES[reason]
  test(`${reason}: ${remedyOf(reason)}`, (t) => {
    const before = waitsIn(settleRows(waits), 'my db')
    const its = before.filter((wait) => wait.reason === reason)
    t.true(its.length > 0)
    for (const { model, differs, remedy } of its) t.is(remedy, remedyOf(reason, { model, differs, database: 'my db' }))
    for (const { exposures, products, members } of helps) {
      const after = {
        exposures: { ...waits.exposures, ...exposures },
        products: { ...waits.products, ...products },
        takenOver: waits.takenOver ?? {},
        members: { ...waits.members, ...members },
      }
      t.deepEqual(waitsIn(settleRows(after)), [], JSON.stringify({ exposures, products, members }))
    }
  })
}

test('a remedy tells the keywords that differ, and the columns that its model needs', (t) => {
  const differs = ['FILTER', 'SUBARRAY', 'targra']
  t.regex(remedyOf('keywords-differ', { differs }), /^re-deliver .* with the same FILTER, SUBARRAY and TARG_RA, or /)
  t.is(remedyOf('no-coordinates', { model: 'TAC' }), 're-deliver the exposures with RA_REF and DEC_REF')
  t.is(remedyOf('no-coordinates', { model: 'IMAGE' }), 're-deliver the exposures with CRVAL1 and CRVAL2')
})

/** The commands in a remedy, as they are printed. */
function commandsIn(remedy: string): string[] {
  return [...remedy.matchAll(/`([^`]*)`/g)].map(([, command = '']) => command)
}

test('every remedy is one line, and its commands are what the program and a shell take them for', async (t) => {
  const taken: string[] = []
  for (const database of ['db', "it's a db/2024"]) {
    for (const reason of REASON_CODES) {
      const remedy = remedyOf(reason, { database })
      t.regex(remedy, /^[^\n]+$/)
      for (const command of commandsIn(remedy)) {
        const { stdout } = spawnSync('sh', ['-c', `printf '%s\\n' ${command}`], { encoding: 'utf8' })
        const [name, ...args] = stdout.trimEnd().split('\n')
        t.is(name, 'jwst-ingest')
        taken.push(await parse(args, database))
      }
    }
  }
  t.deepEqual([...new Set(taken)].sort(), ['associate', 'prune'])
})

/** The command that a command line calls, on this database; what it would do is left out. */
async function parse(args: readonly string[], database: string): Promise<string> {
  const fail = (text: string) => {
    throw new Error(text)
  }
  const terminal = { stdin: new PassThrough(), stdout: new PassThrough(), out: fail, err: fail, env: {} }
  const record = new CommandRecord([], { print: fail })
  const program = buildProgram({ ...terminal, record, signal: new AbortController().signal })
  let called: string | undefined
  program.action(() => fail(`no command: ${args.join(' ')}`))
  for (const command of program.commands) {
    command.action((db: string) => {
      called = db === database ? command.name() : `${command.name()} of ${db}`
    })
  }
  await program.parseAsync(args, { from: 'user' })
  return called ?? fail(args.join(' '))
}

test('docs/inspecting.md lists every reason with its remedy, in order', (t) => {
  const text = readFileSync(new URL('../../docs/inspecting.md', import.meta.url), 'utf8')
  const rows = [...text.matchAll(/^\| `([a-z-]+)` +\|[^|]*\|[^|]*\| ([^|]*?) +\|$/gm)]
  t.deepEqual(
    rows.map(([, code, remedy]) => [code, remedy]),
    REASON_CODES.map((code) => [code, remedyOf(code)]),
  )
})

const POOLS = join(FIXTURES, 'pools')
/** Pools with files of Level 3, in which something waits for them. */
const pools = readdirSync(POOLS).filter((name) => existsSync(join(POOLS, name, 'asn')))

for (const pool of pools) {
  test(`${pool}: the official association files help where they are said to`, async (t) => {
    const out = join(temporaryFolder(t), 'db')
    await ingest({ inputs: [join(POOLS, pool, 'raw')], out })
    const before = (await allWaits(out)).filter(({ reason }) => needsFile(reason))
    await associate({ out, asn: [join(POOLS, pool, 'asn')] })
    const named = new Set(readRows(out, 'associations').flatMap(({ product = '', member = '' }) => [product, member]))
    const after = (await allWaits(out)).filter(({ reason }) => needsFile(reason))
    t.deepEqual(
      after.filter(({ name }) => named.has(name)).map(({ name, reason }) => `${name} ${reason}`),
      [],
    )
    const isGone = ({ name }: Wait) => !after.some((wait) => wait.name === name)
    t.true(before.filter(isGone).length >= before.filter(({ name }) => named.has(name)).length)
    t.log(`${before.length} waited for files, ${after.length} still do`)
  })
}

async function allWaits(folder: string): Promise<Wait[]> {
  const waits: Wait[] = []
  for await (const wait of waitsOf(folder)) waits.push(wait)
  return waits
}
