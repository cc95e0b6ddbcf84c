/** Inputs cut where commits are due: nothing is lost, nothing is waited for. */
import { deepEqual, ok } from 'node:assert/strict'
import { setTimeout as delay } from 'node:timers/promises'
import test from 'ava'
import fc from 'fast-check'
import { parseDay } from '../lib/rules/day.js'
import { type CommitInterval, Portions } from '../lib/run/portions.js'
import type { HeadedInput, InputChunk } from '../lib/run/read.js'
import { propertyOptions } from './helpers/arbitrary-rows.js'

const HEADER = 'Dataset'

function input(name: string, chunks: () => AsyncIterable<Buffer>, close?: () => void): HeadedInput {
  const day = parseDay('2024-02-21', 'test')
  const ends = close === undefined ? {} : { close }
  return { name, day, header: [HEADER], open: chunks, seekable: false, bytes: undefined, ...ends }
}

/** An input of lines in chunks of these sizes. */
function lines(name: string, count: number, size: number, isEnded = true): HeadedInput {
  const all = [HEADER, ...Array.from({ length: count }, (_, n) => `${name}${n}`)].join('\n')
  const bytes = Buffer.from(isEnded ? `${all}\n` : all)
  return input(name, async function* () {
    for (let from = 0; from < bytes.length; from += size) yield bytes.subarray(from, from + size)
  })
}

async function textOf(chunks: AsyncIterable<InputChunk>): Promise<string> {
  let text = ''
  for await (const { bytes } of chunks) text += bytes?.toString() ?? ''
  return text
}

/** The lines of each chunk, those of one input as one text. */
async function rowsOf(chunks: AsyncIterable<InputChunk>, open: Map<HeadedInput, string>): Promise<string[]> {
  const rows: string[] = []
  for await (const { input, bytes } of chunks) {
    const lines = `${open.get(input) ?? ''}${bytes?.toString() ?? '\n'}`.split('\n')
    open.set(input, lines.pop() ?? '')
    rows.push(...lines.filter((line) => line !== '' && line !== HEADER))
  }
  return rows
}

/** The rows of each portion. */
async function portionsOf(inputs: readonly HeadedInput[], every: CommitInterval | undefined): Promise<string[][]> {
  const portions = new Portions(inputs, { every })
  const all: string[][] = []
  const open = new Map<HeadedInput, string>()
  while (portions.hasMore) {
    all.push(await rowsOf(portions.next(), open))
  }
  return all
}

test('a portion ends with the line of its last row, wherever the chunks end, over all inputs', async (t) => {
  const one = fc.record({ rows: fc.nat(12), size: fc.integer({ min: 1, max: 60 }), isEnded: fc.boolean() })
  const shape = fc.array(one, { maxLength: 3 })
  const property = fc.asyncProperty(shape, fc.integer({ min: 1, max: 9 }), async (shapes, rows) => {
    const inputs = shapes.map(({ rows, size, isEnded }, index) => lines('abc'[index] ?? '', rows, size, isEnded))
    const found = await portionsOf(inputs, { rows })
    const all = shapes.flatMap(({ rows }, index) => Array.from({ length: rows }, (_, n) => `${'abc'[index]}${n}`))
    deepEqual(found.flat(), all)
    for (const portion of found.slice(0, -1)) deepEqual(portion.length, rows)
    ok((found.at(-1)?.length ?? 0) <= rows)
  })
  await fc.assert(property, propertyOptions(t, 200))
  t.pass()
})

test('without an interval all inputs are one portion', async (t) => {
  const found = await portionsOf([lines('a', 3, 4), lines('b', 2, 100)], undefined)
  t.deepEqual(found, [['a0', 'a1', 'a2', 'b0', 'b1']])
})

/** A pipe that gives what it is told to, and then nothing. */
function pipe(): {
  readonly input: HeadedInput
  readonly write: (text: string) => void
  readonly isClosed: () => boolean
} {
  const waiting: Buffer[] = []
  let wake = () => {}
  let closed = false
  const chunks = async function* () {
    for (;;) {
      const next = waiting.shift()
      if (next !== undefined) yield next
      else await new Promise<void>((resolve) => (wake = resolve))
    }
  }
  return {
    input: input('pipe', chunks, () => (closed = true)),
    write: (text) => {
      waiting.push(Buffer.from(text))
      wake()
    },
    isClosed: () => closed,
  }
}

test('a time is counted from the first chunk of a portion, and ends it though nothing more comes', async (t) => {
  const { input, write } = pipe()
  const portions = new Portions([input], { every: { seconds: 0.05 } })
  const first = textOf(portions.next())
  await delay(150)
  write('h\n1\n')
  t.is(await first, 'h\n1\n')
  t.true(portions.hasMore)
  const second = textOf(portions.next())
  // The read that went on when the first portion ended is the beginning of this one.
  write('2\n')
  t.is(await second, '2\n')
  portions.close()
})

test('stopped while it waits, the portion ends and is the last', async (t) => {
  const { input, write, isClosed } = pipe()
  const stop = new AbortController()
  const portions = new Portions([input], { every: { rows: 100 }, stop: stop.signal })
  const all = textOf(portions.next())
  write('h\n1\n')
  await delay(20)
  stop.abort()
  t.is(await all, 'h\n1\n')
  t.false(portions.hasMore)
  t.true(portions.isCutShort)
  t.false(isClosed())
  portions.close()
  t.true(isClosed())
})

test('stopped between two portions, what has come already is one more: it cannot be read again', async (t) => {
  const { input, write } = pipe()
  const stop = new AbortController()
  const portions = new Portions([input], { every: { rows: 1 }, stop: stop.signal })
  const first = textOf(portions.next())
  write('h\n1\n2\n3\n')
  t.is(await first, 'h\n1\n')
  stop.abort()
  t.true(portions.hasMore)
  t.is(await textOf(portions.next()), '2\n3\n')
  t.false(portions.hasMore)
})

test('inputs that end before they are stopped are not cut short', async (t) => {
  const stop = new AbortController()
  const portions = new Portions([lines('a', 2, 100)], { stop: stop.signal })
  await textOf(portions.next())
  stop.abort()
  t.false(portions.isCutShort)
  t.false(portions.hasMore)
})

test('what fails fails the portion', async (t) => {
  const failing = input('a', async function* () {
    yield Buffer.from('h\n')
    throw new Error('the disk is gone')
  })
  await t.throwsAsync(() => textOf(new Portions([failing]).next()), { message: 'the disk is gone' })
})

test('who stops reading a portion closes the inputs', async (t) => {
  const { input, write, isClosed } = pipe()
  const portions = new Portions([input], { every: { rows: 5 } })
  write('h\n1\n')
  for await (const { bytes } of portions.next()) if (bytes !== undefined) break
  t.true(isClosed())
  t.false(portions.hasMore)
})

test('a portion that is gathered ends with more bytes than it may have', async (t) => {
  const portions = new Portions([lines('a', 100, 50)], { every: { rows: 1000 } })
  const chunks = await portions.gather(120)
  t.is(chunks.length, 3)
  t.true(portions.hasMore)
  const rest = await portions.gather(1e6)
  const text = [...chunks, ...rest].map(({ bytes }) => bytes?.toString() ?? '').join('')
  t.is(text.trimEnd().split('\n').length, 101)
  t.false(portions.hasMore)
})
