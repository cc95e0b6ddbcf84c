/** Rows that share keywords, and what follows from these: no row is told otherwise than by itself. */
import assert from 'node:assert/strict'
import test from 'ava'
import fc from 'fast-check'
import { modelOf, targetKey, ungroupedReason } from '../lib/rules/association.js'
import { parseDay } from '../lib/rules/day.js'
import { expectedName, rankTargets } from '../lib/rules/expected-name.js'
import { KEYWORD_COLUMNS, KeywordFinder, type Keywords } from '../lib/rules/keywords.js'
import { createLayout, otherColumns, uniteColumns } from '../lib/rules/layout.js'
import type { Row } from '../lib/rules/row.js'
import { Scrubber } from '../lib/rules/scrub.js'
import { readFresh } from '../lib/store/read/stored.js'
import { type Columns, fieldsOf, INPUT_COLUMNS, scrubRecord } from './helpers/rows.js'

const seed = Number(process.env.FC_SEED ?? 20240221)

/** Columns of lines that share much, as those of an association do. */
const columns = fc.record({
  Dataset: fc.constantFrom(
    'jw01001001001_02101_00001_nrca1_uncal.fits',
    'jw01001-o001_t001_miri_f770w',
    'jw01001-c1000_t001',
  ),
  DagNodeName: fc.constantFrom('LEVEL_1', 'LEVEL_3'),
  ImageSize: fc.constantFrom('', '1000.5', '7'),
  PROGRAM: fc.constantFrom('01001', '01001', '1001', '99999'),
  OBSERVTN: fc.constantFrom('001', '001', '1'),
  VISITYPE: fc.constantFrom('PRIME_TARGETED_FIXED', 'PRIME_WFSC_ROUTINE'),
  TARG_RA: fc.constantFrom('', '10.5', '10.50000001', '10.123456785', '0.00001', '359.9999999999', 'NaN'),
  INSTRUME: fc.constantFrom('MIRI', 'NIRCAM', 'WFI'),
  DETECTOR: fc.constantFrom('MIRIMAGE', 'MIRIFULONG', 'NRCA1', 'MULTIPLE'),
  FILTER: fc.constantFrom('F770W', '', 'NONE', 'False'),
  EXP_TYPE: fc.constantFrom('MIR_IMAGE', 'MIR_MRS', 'MIR_DARK', 'NRC_IMAGE'),
  CHANNEL: fc.constantFrom('NONE', '1', '2', 'LONG'),
  CRVAL1: fc.constantFrom('1.5', '', '-0.25', '1e2'),
  GS_RA: fc.constantFrom('7', ''),
})

/** The input's columns in another order, with others between and behind them. */
const odd = ['EXTRA', ...INPUT_COLUMNS.toReversed().filter((name) => name !== 'GS_RA' && name !== 'CROWDFLD'), 'note']
const HEADERS: readonly (readonly string[])[] = [INPUT_COLUMNS, odd]
const LAYOUT = createLayout(uniteColumns([...HEADERS.map(otherColumns), ['elsewhere']]))
const DAYS = ['2024-02-29', '2024-12-31'].map((day) => parseDay(day, 'test'))
const INPUTS = HEADERS.flatMap((header) => DAYS.map((day) => ({ header, day })))

function lineOf(cells: Columns, header: readonly string[], isQuoted: boolean): string {
  const fields = fieldsOf(cells)
  const quote = isQuoted ? '"' : ''
  const fieldOf = (name: string) => fields[(INPUT_COLUMNS as readonly string[]).indexOf(name)] ?? `its ${name}`
  return header.map((name) => quote + fieldOf(name) + quote).join(',')
}

const keywordsIn = (keywords: Keywords) => [...KEYWORD_COLUMNS, 'targra' as const].map((name) => [name, keywords[name]])

interface Case {
  readonly cells: Columns
  /** Number of the input. */
  readonly input: number
  readonly isQuoted: boolean
}

/** Other detectors than that of the kind of row. */
const detectors = fc.constantFrom(undefined, undefined, 'NRCA1', 'NRCB1', 'MIRIFUSHORT')

/** Rows of few associations. */
const cases = fc
  .tuple(
    fc.array(columns, { minLength: 1, maxLength: 3 }),
    fc.array(
      fc.tuple(fc.nat(2), fc.constantFrom('', '7', '1000.5'), detectors, fc.nat(INPUTS.length - 1), fc.boolean()),
      { maxLength: 40 },
    ),
  )
  .map(([kinds, rows]) =>
    rows.map(([kind, ImageSize, detector, input, isQuoted]): Case => {
      const cells = { ...kinds[kind % kinds.length], ImageSize }
      return { cells: detector === undefined ? cells : { ...cells, DETECTOR: detector }, input, isQuoted }
    }),
  )

function scrubberOf(input: number): Scrubber {
  const { header, day } = INPUTS[input] as (typeof INPUTS)[number]
  return new Scrubber(LAYOUT, header, day)
}

test('rows are scrubbed in any company as by themselves', (t) => {
  let kept = 0
  fc.assert(
    fc.property(cases, (rows) => {
      const scrubbers = INPUTS.map((_, input) => scrubberOf(input))
      for (const { cells, input, isQuoted } of rows) {
        const line = lineOf(cells, INPUTS[input]?.header ?? [], isQuoted)
        const scrubbed = scrubRecord(scrubbers[input] as Scrubber, line)
        assert.deepEqual(scrubbed, scrubRecord(scrubberOf(input), line))
        if ('text' in scrubbed) kept++
      }
    }),
    { seed, numRuns: 500 },
  )
  t.log(`FC_SEED=${seed}`)
  t.true(kept > 500, `${kept} rows`)
})

test('rows that share keywords have those of their own cells', (t) => {
  let shared = 0
  fc.assert(
    fc.property(cases, (rows) => {
      const finder = new KeywordFinder(LAYOUT.at)
      const made = rows.flatMap(({ cells, input, isQuoted }) => {
        const scrubbed = scrubRecord(scrubberOf(input), lineOf(cells, INPUTS[input]?.header ?? [], isQuoted))
        return 'text' in scrubbed ? [{ ...scrubbed, row: readFresh(LAYOUT, scrubbed.text, scrubbed.kind, finder) }] : []
      })
      // Now, as the cells of a row must not depend on what is read after it.
      for (const { row, text, kind } of made) {
        const alone = readFresh(LAYOUT, text, kind)
        assert.equal(row.text, text)
        assert.deepEqual(keywordsIn(row.keywords), keywordsIn(alone.keywords))
        for (const name of ['dname', 'date', 'size', 'params'] as const) assert.equal(row[name], alone[name], name)
        // What rows may share, though they are of different detectors.
        const nameOf = (exposure: Row) => expectedName(exposure, rankTargets([exposure]))
        for (const rule of [modelOf, ungroupedReason, nameOf, targetKey])
          assert.deepEqual(rule(row), rule(alone), rule.name)
      }
      shared += made.length - new Set(made.map(({ row }) => row.keywords)).size
    }),
    { seed, numRuns: 500 },
  )
  t.log(`FC_SEED=${seed}`)
  t.true(shared > 100, `${shared} shared keywords`)
})
