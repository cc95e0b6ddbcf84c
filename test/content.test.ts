/** Whether a copy of a table has the bytes that its index tells of. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import fc from 'fast-check'
import { hasContent } from '../lib/store/content.js'
import { LineRanges } from '../lib/store/line-ranges.js'
import { temporaryFolder } from './helpers/database.js'

const seed = Number(process.env.FC_SEED ?? 20240221)
const HEADER = Buffer.from('the header\n')

/** Programs' lines, of which some are longer than what is read at a time, and most are short. */
const lengths = fc.array(fc.oneof(fc.integer({ min: 1, max: 5000 }), fc.integer({ min: 900_000, max: 2_500_000 })), {
  minLength: 1,
  maxLength: 6,
})

/** A table, and its index. */
function tableOf(parts: readonly number[]): { readonly table: Buffer; readonly lineRanges: LineRanges } {
  const table = Buffer.alloc(parts.reduce((sum, length) => sum + length, HEADER.length))
  const lineRanges = new LineRanges()
  HEADER.copy(table)
  let offset = HEADER.length
  for (const [number, length] of parts.entries()) {
    for (let at = offset; at < offset + length; at += 997) table[at] = at % 251
    lineRanges.addContent(number % 3, offset, length, table.subarray(offset, offset + length))
    offset += length
  }
  return { table, lineRanges }
}

test('all bytes below the header count: one that is another, is missing or too much is found', async (t) => {
  const folder = temporaryFolder(t)
  mkdirSync(folder, { recursive: true })
  const path = join(folder, 'table.csv')
  await fc.assert(
    fc.asyncProperty(lengths, fc.nat(), async (parts, place) => {
      const { table, lineRanges } = tableOf(parts)
      const holds = (bytes = table.length) => hasContent(path, { bytes, lineRanges }, HEADER.length, {})
      writeFileSync(path, table)
      const isSame = await holds()
      const isLonger = await holds(table.length + 1)
      const at = HEADER.length + (place % (table.length - HEADER.length))
      table.writeUInt8(table.readUInt8(at) ^ 1, at)
      writeFileSync(path, table)
      const isOther = await holds()
      writeFileSync(path, table.subarray(0, -1))
      return isSame && !isLonger && !isOther && !(await holds())
    }),
    { seed, numRuns: 60 },
  )
  t.pass()
})
