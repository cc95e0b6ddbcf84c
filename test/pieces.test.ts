/** Reading stored lines again: pieces of a file, and the lines in them. */
import assert from 'node:assert/strict'
import { closeSync, openSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import fc from 'fast-check'
import { PieceReader } from '../lib/store/read/pieces.js'
import { readLines } from '../lib/store/read/stored-lines.js'
import { temporaryFolder } from './helpers/database.js'

const seed = Number(process.env.FC_SEED ?? 20240221)

/** Some windows long, and no two places look alike. */
const FILE = Buffer.from(Uint32Array.from({ length: 100_000 }, (_, at) => at * 2_654_435_761).buffer)

/** Small pieces behind each other, and large and small ones anywhere. */
const piece = fc.record({
  back: fc.oneof(fc.constant(0), fc.integer({ min: -400_000, max: 400_000 })),
  length: fc.oneof(fc.integer({ min: 0, max: 3000 }), fc.integer({ min: 60_000, max: 200_000 })),
})

test('a piece has the bytes of the file, in whatever order pieces are read, and ends where the file does', (t) => {
  const path = join(temporaryFolder(t), 'table.csv')
  writeFileSync(path, FILE)
  const fd = openSync(path, 'r')
  t.teardown(() => closeSync(fd))
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), fc.integer({ min: 1, max: FILE.length }), (pieces, size) => {
      const reader = new PieceReader(fd, size)
      let end = 0
      for (const { back, length } of pieces) {
        const offset = Math.min(Math.max(end - back, 0), FILE.length)
        const expected = FILE.subarray(offset, Math.max(offset, Math.min(offset + length, size)))
        assert.ok(reader.read(offset, length).equals(expected), `${length} bytes from ${offset} on, of ${size}`)
        end = offset + length
      }
    }),
    { seed, numRuns: 200 },
  )
  t.pass()
})

const cell = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 8 }).map((text) => text.replace(/["\n]/g, '')),
  fc.string({ unit: fc.constantFrom('a', '\n', '""', ',', 'é'), maxLength: 6 }).map((text) => `"${text}"`),
  // So that lines end before, at and behind the end of a part that becomes a text of its own.
  fc.integer({ min: 1, max: 140_000 }).map((length) => 'ü'.repeat(length / 2)),
)

test('lines are read as they were written, however long they are, and a line end in quotes ends none', (t) => {
  fc.assert(
    fc.property(fc.array(fc.array(cell, { minLength: 1, maxLength: 3 }), { maxLength: 12 }), (rows) => {
      const lines = rows.map((cells) => cells.join())
      // A last line without an end counts, unless there is nothing in it.
      for (const end of ['\n', ''])
        if (end !== '' || lines.at(-1) !== '')
          assert.deepEqual(readLines(Buffer.from(lines.join('\n') + (lines.length > 0 ? end : ''))), lines)
    }),
    { seed, numRuns: 200 },
  )
  t.pass()
})
