import test from 'ava'
import fc from 'fast-check'
import { chooseTables } from '../lib/export/choice.js'
import { wanted } from '../lib/inspect/names.js'
import { ProductNames } from '../lib/rules/product-name.js'
import type { Row } from '../lib/rules/row.js'
import {
  character,
  either,
  literal,
  matches,
  type PatternPart,
  repeated,
  run,
  sequence,
  wildcards,
} from '../lib/text/wildcards.js'

const isA = (its: string) => its === 'a'

/** Each part beside an expression of the same meaning. */
const PARTS: readonly (readonly [part: PatternPart, expression: string])[] = [
  [literal('ab'), 'ab'],
  [literal(''), ''],
  [character(), '[^]'],
  [character(isA), 'a'],
  [run(isA), 'a+'],
  [either(literal('a'), literal('ab')), '(?:a|ab)'],
  [repeated(literal('ab')), '(?:ab)+'],
  [repeated(sequence(character(isA), either(literal('b'), literal('bb')))), '(?:a(?:b|bb))+'],
  [wildcards('*'), '[^]*'],
  [wildcards('b?**a'), 'b[^][^]*a'],
]

const texts = fc.string({ unit: fc.constantFrom('a', 'b', '\n'), maxLength: 8 })
const patterns = fc.array(fc.nat(PARTS.length - 1), { maxLength: 4 })

test('parts in a row match as a regular expression does', (t) => {
  const check = (text: string, numbers: readonly number[]) => {
    const parts = numbers.flatMap((number) => PARTS[number]?.[0] ?? [])
    const expression = `^${numbers.map((number) => PARTS[number]?.[1]).join('')}$`
    t.is(matches(sequence(...parts), text), new RegExp(expression).test(text), `${expression} ${JSON.stringify(text)}`)
  }
  fc.assert(fc.property(texts, patterns, check), { numRuns: 2000 })
})

const meant: readonly (readonly [pattern: string, text: string, isMeant: boolean])[] = [
  ['jw01018*', 'jw01018-o003_t001', true],
  ['*_3', 'a_3', true],
  ['*_3', 'a_34', false],
  ['a?c', 'abc', true],
  ['a?c', 'ac', false],
  ['', '', true],
  ['', 'a', false],
  ['(.+)[a]{1}^$|\\', '(.+)[a]{1}^$|\\', true],
  ['a.c', 'abc', false],
]
for (const [pattern, text, isMeant] of meant) {
  test(`${JSON.stringify(pattern)} ${isMeant ? 'stands' : 'does not stand'} for ${JSON.stringify(text)}`, (t) => {
    t.is(matches(wildcards(pattern), text), isMeant)
  })
}

/** To try all ways to share a text of this length among so many parts would take longer than the sun shines. */
const MANY = 40
const LONG = 'a'.repeat(250)
/** Far more than any machine needs for what does not go back. */
const MOST_MS = 10_000

const hostile: readonly (readonly [title: string, work: () => unknown, result: unknown])[] = [
  ['a name with stars beside each other', () => wanted(`${'*'.repeat(MANY)}Z`).matches(LONG), false],
  ['a name with many stars', () => wanted(`${'a*'.repeat(MANY)}Z`).matches(LONG), false],
  ['tables', () => chooseTables([`${'*a*'.repeat(MANY)}Z`, 'level1']), Error],
  ['a template', () => namesOf(`jw01001-o001_${'{a}'.repeat(MANY)}-`, `jw01001-o001_${LONG}`), []],
  ['slits', () => namesOf(`jw01001-o001_${'{slit_name}'.repeat(MANY)}_`, `jw01001-o001_${'s1a1-'.repeat(50)}s1a1`), []],
  ['a name that all objects have', () => namesOf('jw01001-o001_{constructor}', 'jw01001-o001_x').length, 1],
]
for (const [title, work, result] of hostile) {
  test(`matched in no time: ${title}`, (t) => {
    const start = performance.now()
    if (result === Error) t.throws(work)
    else t.deepEqual(work(), result)
    t.true(performance.now() - start < MOST_MS)
  })
}

function namesOf(template: string, product: string): string[] {
  return new ProductNames([template]).of({ dname: product, keywords: { EXP_TYPE: '' } } as Row)
}
