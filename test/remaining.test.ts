/** Lines that go out of a table: those that stay are not moved, and the index knows where they are. */
import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import fc from 'fast-check'
import { ingest } from '../lib/run/ingest.js'
import { LineRanges } from '../lib/store/line-ranges.js'
import { remainingOf } from '../lib/store/remaining.js'
import { temporaryFolder } from './helpers/database.js'
import { daily, exposure, product } from './helpers/program.js'

const seed = Number(process.env.FC_SEED ?? 20240221)
const HEADER = 'the header\n'

interface Line {
  readonly pid: number
  readonly text: string
  readonly goes: boolean
}

/** A table of lines, and its index. */
function tableOf(lines: readonly Line[]): { readonly text: string; readonly lineRanges: LineRanges; ends: number[] } {
  const lineRanges = new LineRanges()
  let text = HEADER
  const ends: number[] = []
  for (const line of lines) {
    lineRanges.addContent(line.pid, text.length, line.text.length, line.text)
    text += line.text
    ends.push(text.length)
  }
  return { text, lineRanges, ends }
}

const line = fc.record({
  pid: fc.integer({ min: 1, max: 3 }),
  // Beyond a block, too.
  text: fc.oneof(fc.integer({ min: 0, max: 30 }), fc.constant(300_000)).map((length) => `${'x'.repeat(length)}\n`),
  goes: fc.boolean(),
})

test('what is left is all lines that do not go, in their order, and its index is that of a table of these alone', async (t) => {
  const path = join(temporaryFolder(t), 'table.csv')
  await fc.assert(
    fc.asyncProperty(fc.array(line, { maxLength: 20 }), async (lines) => {
      const { text, lineRanges, ends } = tableOf(lines)
      writeFileSync(path, text)
      const leaving = lines.flatMap((its, at) => (its.goes ? [(ends[at] ?? 0) - its.text.length, its.text.length] : []))
      const old = { bytes: text.length, lineRanges }
      const { ranges, lineRanges: left } = await remainingOf(path, old, leaving, undefined)
      const expected = tableOf(lines.filter(({ goes }) => !goes))
      const found = ranges.map(({ offset, length }) => text.slice(offset, offset + length)).join('')
      assert.ok(found === expected.text)
      assert.deepEqual(left.all, expected.lineRanges.all)
    }),
    { seed, numRuns: 200 },
  )
  t.pass()
})

test('a table that is shorter than its index says is refused', async (t) => {
  const path = join(temporaryFolder(t), 'table.csv')
  const { text, lineRanges } = tableOf([
    { pid: 1, text: 'one\n', goes: true },
    { pid: 1, text: 'two\n', goes: false },
  ])
  writeFileSync(path, text.slice(0, -4))
  const old = { bytes: text.length, lineRanges }
  await t.throwsAsync(remainingOf(path, old, [HEADER.length, 4], undefined), { code: 'DATABASE_UNUSABLE' })
})

test('a late exposure moves no line of its product but those that change', async (t) => {
  const folder = temporaryFolder(t)
  const out = join(folder, 'db')
  const run = async (day: string, ...lines: readonly string[]) => {
    mkdirSync(join(folder, day))
    const input = join(folder, day, `${day}_052.csv`)
    writeFileSync(input, daily(...lines))
    return ingest({ inputs: [input], out })
  }
  const read = (file: string) => readFileSync(join(out, file), 'utf8')
  const second = (observation: number) => ({ Dataset: `jw0100100${observation}001_02101_00002_mirimage_uncal.fits` })
  await run('2024-02-21', exposure(1), product(1), exposure(2), product(2), exposure(2, second(2)))
  const [level1, raw, ino] = [read('level1.csv'), read('raw-image.csv'), statSync(join(out, 'training.csv')).ino]
  const { written } = await run('2024-02-22', exposure(1, second(1)))
  // Of the same file as before: nothing in it changed.
  t.is(statSync(join(out, 'training.csv')).ino, ino)
  const [, added = ''] = read('level1.csv').split(level1)
  t.regex(added, /^LEVEL_1,[^\n]*jw01001001001_02101_00002_mirimage[^\n]*\n$/)
  // The features of the other product stand where they stood, now before those of this one.
  const rows = (text: string) => text.trimEnd().split('\n')
  const [header, ...others] = rows(raw)
  const stays = others.filter((text) => text.endsWith('jw01001-o002_t001_miri_f770w'))
  t.is(stays.length, 1)
  t.deepEqual(rows(read('raw-image.csv')).slice(0, 2), [header, ...stays])
  t.is(rows(read('raw-image.csv')).length, 3)
  const index = statSync(join(out, '.jwst-ingest', 'index')).size
  const replaced = ['raw-image.csv', 'train-image.csv'].map((file) => read(file).length)
  t.deepEqual(written, { bytes: added.length + index + (replaced[0] ?? 0) + (replaced[1] ?? 0), cloned: 0 })
})
