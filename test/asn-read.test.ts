/** Association files from files, folders and globs into the buffer of a run (specification, section 9). */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import test, { type ExecutionContext } from 'ava'
import { findAssociations } from '../lib/asn/find.js'
import { bufferAssociations, MOST_BYTES } from '../lib/asn/read.js'
import type { MemberList } from '../lib/rules/member-list.js'
import { AssociationTally } from '../lib/settle/named-counts.js'
import { LineBuffer } from '../lib/sort/buffer.js'
import { FRESH_LIST, RecordCursor } from '../lib/sort/records.js'
import { asnFile } from './helpers/association-runs.js'
import { exposureName, productName } from './helpers/database-rows.js'

const GOOD = asnFile({ [productName(1)]: { [exposureName(1)]: 'science' } }).text
const ACROSS = asnFile({ 'jw01001-c1001_t001_miri_f770w': { [exposureName(1)]: 'science' } }).text
const LEVEL2 = asnFile({ [exposureName(1)]: { [exposureName(1)]: 'science' } }, { type: 'image2' }).text

/** A folder with these files. */
function folderWith(t: ExecutionContext, files: Readonly<Record<string, string | Buffer>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'jwst-ingest-asn-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(join(folder, name, '..'), { recursive: true })
    writeFileSync(join(folder, name), content)
  }
  return folder
}

async function read(given: readonly string[], options: { strict?: boolean; candidates?: boolean } = {}) {
  const buffer = new LineBuffer(1 << 20, () => '')
  const tally = new AssociationTally()
  const { strict = false, candidates = true } = options
  await bufferAssociations(await findAssociations(given), { buffer, tally, strict, candidates, signal: undefined })
  const lists = [...buffer.batches(true)].flatMap(entriesIn)
  return { summary: tally.summary, lists: lists.map(({ text }) => JSON.parse(text) as MemberList), lines: lists }
}

function entriesIn(block: Buffer) {
  const cursor = new RecordCursor(block)
  const entries = []
  while (cursor.nextPartition !== undefined) {
    const entry = cursor.next()
    if (!('kind' in entry)) entries.push(entry)
  }
  return entries
}

test('a folder is searched with all folders in it; other files and those of Level 2 are left alone', async (t) => {
  const folder = folderWith(t, {
    'a_asn.json': GOOD,
    'deep/er/B_ASN.json': ACROSS,
    'deep/level2_asn.json': LEVEL2,
    'notes.json': '{',
    'a_asn.json.bak': '{',
    '.hidden/c_asn.json': GOOD,
  })
  const { summary, lists, lines } = await read([folder])
  t.like(summary, { files: 3, products: 3, skipped: 1, unusable: 0 })
  t.deepEqual(lists.map(({ source }) => source).sort(), ['B_ASN.json', 'a_asn.json', 'c_asn.json'])
  t.true(lines.every(({ origin }) => origin === FRESH_LIST))
  t.like((await read([folder], { strict: true })).summary, { files: 3, skipped: 1 })
})

test('files, folders and globs may be given together; a file that is given twice is read once', async (t) => {
  const folder = folderWith(t, { 'a_asn.json': GOOD, 'b_asn.json': ACROSS, 'x/level2_asn.json': LEVEL2 })
  const given = [join(folder, 'a_asn.json'), join(folder, '[ab]_*.json'), folder]
  t.like((await read(given)).summary, { files: 2, products: 2, skipped: 1 })
  t.like((await read([join(folder, '**/*_asn.json')])).summary, { files: 2, skipped: 1, unusable: 0 })
})

test('products across observations are left out and counted on demand', async (t) => {
  const folder = folderWith(t, { 'a_asn.json': GOOD, 'b_asn.json': ACROSS })
  const { summary, lists } = await read([folder], { candidates: false })
  t.like(summary, { files: 2, products: 1, candidatesLeft: 1 })
  t.deepEqual(
    lists.map(({ product }) => product),
    [productName(1)],
  )
})

const nothing: readonly (readonly [what: string, given: (folder: string) => string, message: RegExp])[] = [
  ['a file that is not there', (folder) => join(folder, 'none_asn.json'), /none_asn\.json: no such association file/],
  ['a folder without such files', (folder) => folder, /neither the folder nor a folder in it has a file \*_asn\.json/],
  ['a glob without such files', (folder) => join(folder, '*_asn.json'), /no association file matches this pattern/],
]
for (const [what, given, message] of nothing) {
  test(`an error that says so: ${what}`, async (t) => {
    const folder = folderWith(t, { 'day.csv': '' })
    await t.throwsAsync(findAssociations([given(folder)]), { code: 'NO_INPUT', message })
  })
}

const faults: readonly (readonly [what: string, content: string | Buffer, message: RegExp])[] = [
  ['no JSON', 'Dataset,DagNodeName\n', /it is not JSON/],
  ['a file that is cut short', GOOD.slice(0, 80), /it is cut short/],
  ['no products', '{"asn_type": "image3"}', /it has no products/],
  ['a file of Level 2 that was named itself', LEVEL2, /it is of Level 2: only associations of Level 3/],
  ['text behind the JSON text', `${GOOD}x`, /: something follows its JSON text: /],
  ['a bracket too many', `${GOOD}}`, /: something follows its JSON text: /],
  ['a compressed file', gzipSync(GOOD), /: it is compressed with gzip: unpack it first, as with `gzip -dc`/],
  ['UTF-16', Buffer.from(`\uFEFF${GOOD}`, 'utf16le'), /: it is UTF-16 text, .*: convert it first, as with `iconv/],
  ['UTF-16, highest byte first', Buffer.from(`\uFEFF${GOOD}`, 'utf16le').swap16(), /: it is UTF-16 text/],
  ['UTF-16 without a mark', Buffer.from(GOOD, 'utf16le'), /: it is UTF-16 text/],
  ['bytes that are no UTF-8', Buffer.from([0x7b, 0xff, 0x7d]), /it is not UTF-8 text/],
]
for (const [what, content, message] of faults) {
  test(`left out and told, or the end of a strict run: ${what}`, async (t) => {
    const folder = folderWith(t, { 'bad_asn.json': content, 'good_asn.json': GOOD })
    const given = ['bad_asn.json', 'good_asn.json'].map((name) => join(folder, name))
    const { summary } = await read(given)
    t.like(summary, { files: 1, unusable: 1 })
    t.regex(summary.faults[0]?.examples[0] ?? '', message)
    t.true(summary.faults[0]?.examples[0]?.startsWith(`${given[0]}: `))
    const error = await t.throwsAsync(read(given, { strict: true }), { code: 'ASSOCIATION_INVALID', message })
    t.true(error?.message.startsWith(`${given[0]}: `))
  })
}

test('a file of 50 MB is not even read', async (t) => {
  const folder = folderWith(t, { 'large_asn.json': GOOD })
  truncateSync(join(folder, 'large_asn.json'), 50e6)
  const { summary } = await read([folder])
  t.like(summary, { files: 0, unusable: 1 })
  t.regex(
    summary.faults[0]?.examples[0] ?? '',
    /large_asn\.json: it has 48 MiB; no association file is larger than 32 MiB/,
  )
  truncateSync(join(folder, 'large_asn.json'), GOOD.length)
  writeFileSync(join(folder, 'large_asn.json'), GOOD.padEnd(MOST_BYTES))
  t.is((await read([folder])).summary.files, 1)
})

test('faults are counted by what is wrong, with a few examples of each', async (t) => {
  const files = Object.fromEntries(Array.from({ length: 5 }, (_, number) => [`bad${number}_asn.json`, '{']))
  const { summary } = await read([folderWith(t, { ...files, 'empty_asn.json': '', 'good_asn.json': GOOD })])
  t.is(summary.unusable, 6)
  t.deepEqual(
    summary.faults.map(({ count, examples }) => [count, examples.length]),
    [
      [5, 3],
      [1, 1],
    ],
  )
})

test('what cannot be read is told: a link to nothing, a folder of that name', async (t) => {
  const folder = folderWith(t, { 'good_asn.json': GOOD })
  symlinkSync(join(folder, 'nowhere'), join(folder, 'link_asn.json'))
  mkdirSync(join(folder, 'folder_asn.json'))
  const { summary } = await read([folder])
  t.is(summary.files, 1)
  t.true(summary.faults.every(({ reason }) => /cannot be read|is no file/.test(reason)))
})

test('a signal ends it', async (t) => {
  const folder = folderWith(t, { 'good_asn.json': GOOD })
  const context = { buffer: new LineBuffer(1 << 20, () => ''), tally: new AssociationTally(), strict: false }
  const signal = AbortSignal.abort()
  const reading = bufferAssociations(await findAssociations([folder]), { ...context, candidates: true, signal })
  await t.throwsAsync(reading, { any: true, name: 'AbortError' })
})
