/** What the script of the page unpacks of what waits is what was packed, in the order of age: without a browser. */
import test from 'ava'
import fc from 'fast-check'
import type { Wait } from '../lib/inspect/waits.js'
import { WaitList } from '../lib/report/wait-list.js'
import { propertyOptions } from './helpers/arbitrary-rows.js'

/** What is asked of `lib/report/page/waits.js` here; the page has no types. */
interface Unpacked {
  readonly count: number
  readonly isWhole: boolean
  readonly members: Int32Array
  readonly exposures: Int32Array
  read(texts: string): Promise<void>
  kind(item: number): readonly string[]
  name(item: number): string
  detail(item: number): string
  observation(item: number): string
  program(item: number): string
  day(item: number): string
  age(item: number): number
  remedy(item: number): string
}

const page = (name: string) => import(new URL(`../../lib/report/page/${name}`, import.meta.url).href)
const { Waits }: { Waits: { unpack(numbers: string): Promise<Unpacked> } } = await page('waits.js')
const { Finder, NO_VIEW }: { Finder: new (waits: Unpacked) => { find(view: object): Found }; NO_VIEW: object } =
  await page('view.js')
interface Found {
  readonly items: Int32Array
}

const LAST = '2024-06-11'
const NO_DAYS = ['', '1950-01-01', 'soon']

const textArbitrary = fc.string({ unit: fc.constantFrom('~', '~0', '~1', 'jw01001-o001_', '"', '\n', 'é', '𝛼', 'f') })
const waitArbitrary: fc.Arbitrary<Wait> = fc.record({
  kind: fc.constantFrom<Wait['kind'][]>('group', 'product', 'mosaic', 'exposure'),
  name: textArbitrary,
  model: fc.constantFrom('IMAGE', 'TAC', undefined),
  pid: fc.constantFrom(1, 1001, 65_536, 99_999),
  observation: fc.constantFrom('', '001', '999'),
  instrument: fc.constantFrom('', 'NIRCAM'),
  params: fc.constant(''),
  since: fc.constantFrom(...NO_DAYS, '2022-07-12', '2024-06-11', '9999-12-31'),
  members: fc.constantFrom(0, 1, 255, 256, 65_535, 65_536, 2 ** 31 - 1),
  exposures: fc.nat(300),
  reason: fc.constantFrom('no-product', 'no-group'),
  detail: textArbitrary,
  differs: fc.constant([]),
  remedy: fc.constantFrom('nothing to do', 'another'),
})

/** Packs and unpacks; gives what the table of all shows, in its order. */
async function unpacked(waits: readonly Wait[]): Promise<{ readonly list: Unpacked; readonly items: Int32Array }> {
  const packer = new WaitList()
  for (const wait of waits) packer.add(wait)
  const { numbers, texts } = packer.packed('db', LAST)
  const list = await Waits.unpack(numbers)
  const { items } = new Finder(list).find(NO_VIEW)
  await list.read(texts)
  return { list, items }
}

const dayOf = ({ since }: Wait) => (NO_DAYS.includes(since) ? '' : since)
const inOrder = (waits: readonly Wait[]) =>
  waits.toSorted((a, b) => (dayOf(a) < dayOf(b) ? -1 : dayOf(a) > dayOf(b) ? 1 : 0))

const rowOf = (list: Unpacked, item: number) => [
  ...list.kind(item),
  list.name(item),
  list.detail(item),
  list.observation(item),
  list.program(item),
  list.day(item),
  list.age(item),
  list.members[item],
  list.exposures[item],
  list.remedy(item),
]

const expectedRow = (wait: Wait) => [
  wait.kind,
  wait.model ?? '',
  wait.instrument,
  wait.reason,
  wait.name,
  wait.detail,
  wait.observation,
  String(wait.pid).padStart(5, '0'),
  dayOf(wait),
  dayOf(wait) === '' ? 0 : (Date.parse(LAST) - Date.parse(wait.since)) / 86_400_000,
  wait.members,
  wait.exposures,
  wait.remedy,
]

test('whatever waits is unpacked as it was packed, the oldest first', async (t) => {
  const property = fc.asyncProperty(fc.array(waitArbitrary, { maxLength: 20 }), async (waits) => {
    const { list, items } = await unpacked(waits)
    t.is(list.count, waits.length)
    t.true(list.isWhole)
    t.deepEqual(
      [...items].map((item) => rowOf(list, item)),
      inOrder(waits).map(expectedRow),
    )
  })
  await fc.assert(property, propertyOptions(t, 100))
})

test('more than a block is unpacked as it was packed; before its texts come, the oldest have theirs', async (t) => {
  const [first] = fc.sample(waitArbitrary, { numRuns: 1, seed: 1 }) as [Wait]
  const waits = Array.from({ length: 20_000 }, (_, number): Wait => {
    const since = new Date(Date.UTC(2024, 5, 11 - ((number * 7919) % 700))).toISOString().slice(0, 10)
    return { ...first, name: `jw01001-o001_${number}`, since, members: number, pid: number % 99_999 }
  })
  const { list, items } = await unpacked(waits)
  const expected = inOrder(waits)
  t.deepEqual(
    [...items].map((item) => list.name(item)),
    expected.map(({ name }) => name),
  )
  for (const at of [0, 8191, 8192, 19_999])
    t.deepEqual(rowOf(list, items[at] ?? -1), expectedRow(expected[at] as Wait), String(at))

  const packer = new WaitList()
  for (const wait of waits) packer.add(wait)
  const early = await Waits.unpack(packer.packed('db', LAST).numbers)
  t.false(early.isWhole)
  t.is(early.name(items[99] ?? -1), expected[99]?.name ?? '')
  t.is(early.name(items[100] ?? -1), '')
})
