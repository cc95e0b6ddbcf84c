/** Memory that is used again: never by two at a time. */
import assert from 'node:assert/strict'
import test from 'ava'
import fc from 'fast-check'
import { Memory } from '../lib/stream/memory.js'
import { propertyOptions } from './helpers/arbitrary-rows.js'

const KIB = 1024

test('what is given back is given out again, where it is large enough', (t) => {
  const memory = new Memory()
  const first = memory.take(200 * KIB)
  memory.give(first)
  const larger = memory.take(300 * KIB)
  t.not(larger.buffer, first.buffer)
  t.is(memory.take(100).buffer, first.buffer)
})

test('all of the memory comes back with a part of it', (t) => {
  const memory = new Memory()
  const { buffer } = memory.take(200 * KIB)
  memory.give(Buffer.from(buffer, 10, 20))
  const again = memory.take(200 * KIB)
  t.is(again.buffer, buffer)
  t.is(again.byteOffset, 0)
})

test('what is to spare is given away, once', (t) => {
  const memory = new Memory()
  t.is(memory.spare(), undefined)
  const { buffer } = memory.take(200 * KIB)
  memory.give({ buffer })
  t.is(memory.spare(), buffer as ArrayBuffer)
  t.is(memory.spare(), undefined)
  t.not(memory.take(200 * KIB).buffer, buffer)
})

test('what is large is not kept, nor what is small', (t) => {
  const memory = new Memory()
  const large = memory.take(1024 * KIB + 1)
  memory.give(large)
  memory.give(Buffer.from(new ArrayBuffer(100)))
  t.not(memory.take(1024 * KIB + 1).buffer, large.buffer)
  t.true(memory.take(50).buffer.byteLength > 100)
})

test('nobody has the memory of another, whatever is taken and given back', (t) => {
  const step = fc.oneof(
    fc.nat(2000 * KIB).map((length) => ({ length })),
    fc.nat(20).map((index) => ({ index })),
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const memory = new Memory()
      const held: Buffer[] = []
      for (const one of steps) {
        if ('length' in one) {
          const taken = memory.take(one.length)
          assert.equal(taken.length, one.length)
          assert.ok(held.every(({ buffer }) => buffer !== taken.buffer))
          held.push(taken)
        } else for (const given of held.splice(one.index, 1)) memory.give(given)
      }
    }),
    propertyOptions(t, 200),
  )
  t.pass()
})
