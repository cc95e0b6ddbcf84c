/** The page of the benchmark: what it begins with, and which bars it says are met. */
import test from 'ava'
import { MOST_PARSE_TIME } from '../bench/bench-bars.js'
import { memoryBar, ratioBar, report, type Section, worst } from '../bench/bench-report.js'
import { DIALECTS } from '../bench/generator-dialect.js'

const met = ratioBar('plain ÷ csv-parse alone', 0.75, 0.75)
const missed = ratioBar('quoted ÷ csv-parse alone', 0.951, 0.9)
const peak = memoryBar('peak memory', 250e6, 300e6)

const MET = '| plain ÷ csv-parse alone | 0.75 × | ≤ 0.75 × | yes |'
const MISSED = '| quoted ÷ csv-parse alone | 0.95 × | ≤ 0.90 × | **no** |'
const PEAK = '| peak memory | 250 MB | ≤ 300 MB | yes |'

const section = (bars: Section['bars'], headlines: Section['headlines']): Section => {
  return { title: 'Part', text: 'Figures.', bars, headlines }
}

const rowsOf = (table = '') => table.trimEnd().split('\n').slice(2)

test('the page says first how many bars are missed, then those of each kind that come nearest', (t) => {
  const page = report([section([met, missed], worst([met, missed])), section([peak], [peak])], 0.1, 12)
  const parts = page.split('\n\n')
  const [title, verdict = '', , headlines] = parts
  t.is(title, '# Benchmark results')
  t.true(verdict.includes('Bars not met: 1 of 3.'))
  t.deepEqual(rowsOf(headlines), [MISSED, PEAK])
  t.deepEqual(rowsOf(parts.at(-1)), [MET, MISSED, PEAK])
})

test('a figure at its bar keeps to it; one that could not be measured does not', (t) => {
  t.true(report([section([met], [met])], 0, 1).includes('All 1 bars are met.'))
  t.true(report([section([memoryBar('x', Number.NaN, 1)], [])], 0, 1).includes('Bars not met: 1 of 1.'))
})

test('a page of some parts says which are missing', (t) => {
  const told = 'It was ended before these parts were measured: endless, page.'
  t.true(report([section([met], [met])], 0, 1, ['endless', 'page']).includes(told))
  t.false(report([section([met], [met])], 0, 1).includes('ended before'))
})

test('a page of parts whose bars matter less has them at its end alone', (t) => {
  const page = report([section([met], undefined)], 0, 1)
  t.false(page.includes('What matters first'))
  t.is(page.split(MET).length, 2)
})

test('of no bars none is the worst', (t) => t.deepEqual(worst([]), []))

test('every dialect has bars, and more rows have the stricter one', (t) => {
  for (const dialect of DIALECTS) t.true(MOST_PARSE_TIME[dialect][1] < MOST_PARSE_TIME[dialect][0], dialect)
})
