import test from 'ava'
import fc from 'fast-check'
import { gigabyteText, share, wholeCounted } from '../lib/report/format.js'
import { escapeHtml, html } from '../lib/report/html.js'
import {
  AGE_BINS,
  ageName,
  binOf,
  daysBetween,
  EXPOSURE_BINS,
  LogBins,
  periodEnd,
  periodFor,
  periodStart,
} from '../lib/report/scales.js'
import { MEMORY_BINS } from '../lib/rules/memory-bins.js'
import { propertyOptions } from './helpers/arbitrary-rows.js'

const memory = test.macro<[gigabyteText: number, bin: number]>({
  exec: (t, size, bin) => t.is(binOf(MEMORY_BINS, size), bin),
  title: (_, size, bin) => `${size} GB is in bin ${bin} of the models`,
})
test(memory, 0.0001, 0)
test(memory, 11.999999, 0)
test(memory, 12, 1)
test(memory, 224.9, 1)
test(memory, 225, 2)
test(memory, 950, 3)
test(memory, 1999.999, 3)
test(memory, 2000, 4)
test(memory, 1e9, 4)

test('ages are called by their whole days', (t) => {
  const names = AGE_BINS.map((_, bin) => ageName(bin))
  t.deepEqual(names, ['0–1', '2–7', '8–14', '15–30', '31–60', '61–90', '91–180', '181–365', '≥ 366'])
  for (const [bin, name] of names.entries()) {
    const days = name.match(/\d+/g)?.map(Number) ?? []
    for (const day of days) t.is(binOf(AGE_BINS, day), bin, `${day} days`)
  }
})

test('bins of exposures are whole numbers that rise; small numbers have one each', (t) => {
  t.deepEqual(EXPOSURE_BINS.slice(0, 8), [1, 2, 3, 4, 6, 7, 10, 13])
  for (const [index, border] of EXPOSURE_BINS.entries()) {
    t.true(Number.isInteger(border))
    if (index > 0) t.true(border > (EXPOSURE_BINS[index - 1] ?? 0))
  }
})

test('a value is in its logarithmic bin, a border in the bin that it begins', (t) => {
  const exponent = fc.double({ min: -6, max: 6, noNaN: true })
  const property = fc.property(exponent, fc.integer({ min: 1, max: 300 }), (power, perDecade) => {
    const bins = new LogBins(perDecade)
    const value = 10 ** power
    const bin = bins.of(value)
    t.true(bins.start(bin) <= value && value < bins.start(bin + 1), `${value} in ${bin} of ${perDecade} a decade`)
    t.is(bins.of(bins.start(bin)), bin)
  })
  fc.assert(property, propertyOptions(t, 500))
})

const period = test.macro<[first: string, last: string, expected: ReturnType<typeof periodFor>]>({
  exec: (t, first, last, expected) => t.is(periodFor(first, last), expected),
  title: (_, first, last, expected) => `${first} to ${last} is shown by ${expected}`,
})
test(period, '2024-02-21', '2024-02-21', 'day')
test(period, '2024-01-01', '2024-04-01', 'day')
test(period, '2024-01-01', '2024-04-02', 'week')
test(period, '2022-01-01', '2023-12-29', 'week')
test(period, '2022-01-01', '2023-12-30', 'month')

test('a period begins on its first day and ends before the next', (t) => {
  t.is(periodStart('2024-02-29', 'day'), '2024-02-29')
  t.is(periodEnd('2024-02-29', 'day'), '2024-03-01')
  t.is(periodStart('2024-02-25', 'week'), '2024-02-19', 'a Sunday is in the week of the Monday before')
  t.is(periodStart('2024-02-26', 'week'), '2024-02-26', 'a Monday begins one')
  t.is(periodEnd('2024-12-30', 'week'), '2025-01-06')
  t.is(periodStart('2024-02-29', 'month'), '2024-02-01')
  t.is(periodEnd('2024-02-01', 'month'), '2024-03-01')
  t.is(periodEnd('2023-12-01', 'month'), '2024-01-01')
})

test('every day is in its period', (t) => {
  const day = fc.integer({ min: 0, max: 40_000 }).map((days) => new Date(days * 86_400_000).toISOString().slice(0, 10))
  const property = fc.property(day, fc.constantFrom('day', 'week', 'month'), (text, of) => {
    const start = periodStart(text, of)
    const end = periodEnd(start, of)
    t.true(start <= text && text < end, `${text}: ${start} to ${end}`)
    t.is(periodStart(end, of), end, 'the next one begins where this one ends')
    if (of === 'week') t.is(new Date(start).getUTCDay(), 1)
  })
  fc.assert(property, propertyOptions(t, 500))
})

test('days between days', (t) => {
  t.is(daysBetween('2024-02-28', '2024-03-01'), 2)
  t.is(daysBetween('2023-02-28', '2023-03-01'), 1)
  t.is(daysBetween('2024-03-01', '2024-03-01'), 0)
})

test('numbers as a reader wants them', (t) => {
  t.is(wholeCounted(1, 'product'), '1 product')
  t.is(wholeCounted(28518, 'product'), '28,518 products')
  t.deepEqual([0.00126009, 8.8653, 117.57, 1240.4].map(gigabyteText), ['0.00126', '8.87', '118', '1,240'])
  t.deepEqual(
    [share(0, 0), share(0, 5), share(5, 5), share(1, 3), share(1, 5000), share(4999, 5000)],
    ['–', '0 %', '100 %', '33.3 %', '< 0.1 %', '> 99.9 %'].map((text) => text.replaceAll(' ', '\u00a0')),
  )
})

test('what is put into a template is text, but for templates', (t) => {
  const evil = `<script>alert("1")</script> & 'more'`
  const safe = '&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &#39;more&#39;'
  t.is(
    html`<p title="${evil}">${evil}${undefined}${[1, html`<b>${evil}</b>`]}</p>`.text,
    `<p title="${safe}">${safe}1<b>${safe}</b></p>`,
  )
})

test('escaped text has nothing that begins or ends a tag, an attribute or an entity', (t) => {
  const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" }
  const property = fc.property(fc.string({ unit: fc.constantFrom(...'<>&"\'a;#lt') }), (text) => {
    const escaped = escapeHtml(text)
    t.notRegex(escaped, /[<>"']/)
    t.is(
      escaped.replace(/&(#?\w+);/g, (_, name: string) => entities[name] ?? '?'),
      text,
    )
  })
  fc.assert(property, propertyOptions(t, 300))
})
