/** Bytes that are gathered are those of the pieces, one behind the other. */
import assert from 'node:assert/strict'
import test from 'ava'
import fc from 'fast-check'
import { ByteWriter } from '../lib/csv/bytes.js'
import { propertyOptions } from './helpers/arbitrary-rows.js'

const lengths = fc.oneof(fc.nat(80), fc.integer({ min: 3000, max: 9000 }))
const bytes = lengths.chain((length) => fc.uint8Array({ minLength: length, maxLength: length }))

/** A piece, and what it adds. */
const pieces = fc.oneof(
  fc.string({ unit: 'binary' }).map((text) => [(out: ByteWriter) => out.text(text), Buffer.from(text)] as const),
  fc.nat(255).map((byte) => [(out: ByteWriter) => out.byte(byte), Buffer.of(byte)] as const),
  fc.tuple(bytes, fc.nat(50), fc.nat(50)).map(([block, before, behind]) => {
    const copied = Buffer.concat([Buffer.alloc(before, 1), block, Buffer.alloc(behind, 2)])
    return [(out: ByteWriter) => out.copy(copied, before, before + block.length), Buffer.from(block)] as const
  }),
  bytes.map((block) => {
    const add = (out: ByteWriter) => {
      const start = out.reserve(block.length)
      out.block.set(block, start)
    }
    return [add, Buffer.from(block)] as const
  }),
)

test('what a writer has is its pieces, one behind the other', (t) => {
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 60 }), (all) => {
      const out = new ByteWriter()
      const expected = Buffer.concat(all.map(([, its]) => its))
      for (let again = 0; again < 2; again++) {
        for (const [add] of all) add(out)
        assert.equal(out.length, expected.length)
        assert.ok(expected.equals(out.take()))
      }
    }),
    propertyOptions(t, 200),
  )
  t.pass()
})
