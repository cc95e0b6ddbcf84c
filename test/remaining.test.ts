/** Lines that go out of a table and lines that come: those that stay are not moved, and the index knows where they are. */
import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import fc from 'fast-check'
import { ingest } from '../lib/run/ingest.js'
import { checksum } from '../lib/store/checksum.js'
import { END_BYTES, fillHoles, fillingsOf, holesOf } from '../lib/store/holes.js'
import { LineRanges } from '../lib/store/line-ranges.js'
import { readLines } from '../lib/store/read/stored-lines.js'
import { remainingOf } from '../lib/store/remaining.js'
import { Scratch } from '../lib/store/scratch.js'
import { ifClones } from './helpers/clones.js'
import { temporaryFolder } from './helpers/database.js'
import { daily, exposure, product } from './helpers/program.js'

const seed = Number(process.env.FC_SEED ?? 20240221)
const HEADER = 'the header\n'

interface Line {
  readonly pid: number
  readonly text: string
  readonly goes: boolean
}

/** The bytes of a table of lines, and its index. */
function bytesOf(header: string, lines: readonly Line[]) {
  const lineRanges = new LineRanges()
  const parts = [Buffer.from(header)]
  const ends: number[] = []
  let at = header.length
  for (const { pid, text } of lines) {
    const bytes = Buffer.from(text)
    lineRanges.addContent(pid, at, bytes.length, bytes)
    parts.push(bytes)
    at += bytes.length
    ends.push(at)
  }
  return { text: Buffer.concat(parts), lineRanges, ends }
}

/** The same as text: lines of ASCII. */
function tableOf(lines: readonly Line[]): { readonly text: string; readonly lineRanges: LineRanges; ends: number[] } {
  const { text, ...rest } = bytesOf(HEADER, lines)
  return { ...rest, text: text.toString() }
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
      const old = { path, bytes: text.length, pieces: lineRanges.all }
      const { ranges, lineRanges: left } = await remainingOf(old, holesOf(leaving), undefined)
      const expected = tableOf(lines.filter(({ goes }) => !goes))
      const found = ranges.map(({ offset, length }) => text.slice(offset, offset + length)).join('')
      assert.ok(found === expected.text)
      assert.deepEqual(left.all, expected.lineRanges.all)
    }),
    { seed, numRuns: 200 },
  )
  t.pass()
})

/** Lines of few lengths, as those of tables: some bytes in two units, and line ends within quotes. */
const fitting = fc.record({
  pid: fc.integer({ min: 1, max: 3 }),
  text: fc.constantFrom('a\n', 'bb\n', 'é\n', '"\n"\n', 'ccc\n', 'dddddd\n'),
  goes: fc.boolean(),
})

test('new lines and those of the end fill holes, and the table holds the lines that it should, where its index says', async (t) => {
  const folder = temporaryFolder(t)
  const [path, scratchPath] = [join(folder, 'table.csv'), join(folder, 'scratch')]
  let filled = 0
  const some = fc.array(fitting, { maxLength: 60 })
  await fc.assert(
    fc.asyncProperty(some, some, fc.integer({ min: 0, max: 30 }), async (lines, coming, endBytes) => {
      const { text, lineRanges, ends } = bytesOf(HEADER, lines)
      writeFileSync(path, text)
      const leaving = lines.flatMap(({ goes, text: its }, at) => {
        const length = Buffer.byteLength(its)
        return goes ? [(ends[at] ?? 0) - length, length] : []
      })
      const scratch = new Scratch(scratchPath)
      const waiting = bytesOf('', coming)
      scratch.write(waiting.text)
      const old = { path, bytes: text.length, pieces: lineRanges.all }
      const {
        table,
        holes,
        coming: left,
      } = fillHoles({ table: old, holes: holesOf(leaving), coming: waiting.lineRanges.all }, scratch, endBytes)
      const { ranges, lineRanges: made } = await remainingOf(table, holes, undefined)
      const bytes = Buffer.concat(ranges.map(({ offset, length }) => text.subarray(offset, offset + length)))
      for (const patch of fillingsOf(holes)) bytes.set(patch.bytes, patch.offset)
      filled += fillingsOf(holes).length
      let offset = bytes.length
      for (const piece of left) {
        made.add({ ...piece, offset })
        offset += piece.length
      }
      const all = Buffer.concat([bytes, ...left.map((piece) => scratch.read(piece))])
      scratch.close()
      const sorted = (its: readonly Line[]) => its.map(({ pid, text }) => `${pid} ${text}`).sort()
      const found = made.all.flatMap(({ pid, offset, length, sum }) => {
        const content = all.subarray(offset, offset + length)
        assert.equal(checksum(content), sum)
        return readLines(content).map((line) => ({ pid, text: `${line}\n`, goes: false }))
      })
      assert.deepEqual(sorted(found), sorted([...lines.filter(({ goes }) => !goes), ...coming]))
      assert.equal(all.toString('utf8', 0, HEADER.length), HEADER)
      assert.equal(all.length, HEADER.length + made.all.reduce((sum, { length }) => sum + length, 0))
    }),
    { seed, numRuns: 500 },
  )
  t.true(filled > 50, `${filled} holes`)
})

test('where all holes are filled, only the end of a table is written anew', async (t) => {
  const folder = temporaryFolder(t)
  const path = join(folder, 'table.csv')
  const long = 'x'.repeat(998)
  const lines = Array.from({ length: 4000 }, (_, at) => ({
    pid: at >> 8,
    text: `${long}\n`,
    goes: at === 7 || at === 2000,
  }))
  const { text, lineRanges } = bytesOf(HEADER, lines)
  writeFileSync(path, text)
  const scratch = new Scratch(join(folder, 'scratch'))
  t.teardown(() => scratch.close())
  const holes = [7, 2000].map((at) => ({ offset: HEADER.length + 999 * at, length: 999 }))
  const old = { path, bytes: text.length, pieces: lineRanges.all }
  const { table, holes: filled, coming } = fillHoles({ table: old, holes, coming: [] }, scratch)
  // The last programs that together have a MiB: five of 256 lines, the last one of 160.
  t.is(text.length - table.bytes, 999 * (4 * 256 + 160))
  t.true(text.length - table.bytes >= END_BYTES)
  t.true(filled.every(({ filling }) => filling?.bytes.toString() === `${long}\n`))
  const { ranges } = await remainingOf(table, filled, undefined)
  t.deepEqual(ranges, [{ offset: 0, length: table.bytes }])
  t.is(
    coming.reduce((sum, { length }) => sum + length, 0),
    999 * (4 * 256 + 160 - 2),
  )
  // Not worth it: what stands between the first hole and the end is less than the end.
  const late = { offset: table.bytes - 999, length: 999 }
  const whole = { table: old, holes: [late], coming: [] }
  t.deepEqual(fillHoles(whole, scratch), whole)
})

test('a table that is shorter than its index says is refused', async (t) => {
  const path = join(temporaryFolder(t), 'table.csv')
  const { text, lineRanges } = tableOf([
    { pid: 1, text: 'one\n', goes: true },
    { pid: 1, text: 'two\n', goes: false },
  ])
  writeFileSync(path, text.slice(0, -4))
  const old = { path, bytes: text.length, pieces: lineRanges.all }
  await t.throwsAsync(remainingOf(old, holesOf([HEADER.length, 4]), undefined), { code: 'DATABASE_UNUSABLE' })
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

test.serial(
  'a late version of an exposure takes the place of the earlier one: of a large table nothing else is moved',
  async (t) => {
    const folder = temporaryFolder(t)
    const out = join(folder, 'db')
    const run = async (day: string, lines: readonly string[]) => {
      const input = join(folder, `${day}.csv`)
      writeFileSync(input, daily(...lines))
      return ingest({ inputs: [input], out })
    }
    const read = (file: string) => readFileSync(join(out, file), 'utf8')
    const numbers = (count: number) => [...Array(count).keys()].map((number) => number + 1)
    const inProgram = (line: string, program: number) =>
      line.replaceAll('jw01001', `jw0${program}`).replaceAll('01001', `0${program}`)
    const late = (number: number, ImageSize: string) =>
      exposure(1, { Dataset: `jw01001001001_02101_${String(number).padStart(5, '0')}_mirimage_uncal.fits`, ImageSize })
    const group = [product(1), ...numbers(200).map((number) => late(number, '160000.0'))]
    await run(
      '2024-02-21_052',
      numbers(40).flatMap((number) => group.map((line) => inProgram(line, 1000 + number))),
    )
    const before = read('level1.csv')
    await ifClones(true, async () => {
      const { written } = await run('2024-02-22_053', [late(7, '170000.0')])
      t.true(written.cloned > 1.5 * END_BYTES)
    })
    const after = read('level1.csv')
    t.is(after.length, before.length)
    const lines = (text: string) => text.split('\n')
    const changed = lines(after).filter((line, at) => line !== lines(before)[at])
    t.deepEqual(
      changed.map((line) => line.split(',')[1]),
      ['170000.0'],
    )
  },
)
