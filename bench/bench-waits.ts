/**
 * Reports of as much that waits as one likes, made straight from data: no rows, no database.
 */
import { type Reason, remedyOf } from '../lib/inspect/reasons.js'
import type { Wait } from '../lib/inspect/waits.js'
import type { ReportData } from '../lib/report/data.js'
import { ModelTally } from '../lib/report/model-tally.js'
import { WaitList } from '../lib/report/wait-list.js'
import { WaitingTally } from '../lib/report/waiting-tally.js'
import { MODELS, type Model } from '../lib/rules/keywords.js'
import { Random } from './generator-random.js'

/** Days over which it came. */
const DAYS = 700
const FIRST = Date.UTC(2022, 6, 12)
/** How many wait in a program. */
const IN_PROGRAM = 150

const DAY_MS = 86_400_000
const dayAt = (number: number) => new Date(FIRST + number * DAY_MS).toISOString().slice(0, 10)
const LAST_DATE = dayAt(DAYS - 1)

const OPTICS: Readonly<Record<string, readonly string[]>> = {
  NIRCAM: ['clear-f200w', 'clear-f444w', 'f405n-f444w', 'clear-f150w-sub160', 'f444w-grismr-subgrism128'],
  MIRI: ['f770w', 'f1000w', 'f2100w-brightsky', 'ch1-short', 'p750l-slitlessprism', 'f1550c-mask1550'],
  NIRSPEC: ['f100lp-g140h', 'f290lp-g395h-s200a1-subs200a1', 'clear-prism', 'f170lp-g235m'],
  NIRISS: ['clear-f115w', 'f200w-gr150r', 'f380m-nrm-sub80', 'clear-f277w'],
  FGS: ['clear'],
}
const INSTRUMENTS = Object.keys(OPTICS)

/** What waits for each reason, and what is told of it. */
const CAUSES: readonly (readonly [Reason, Wait['kind'], (of: Drawn) => string])[] = [
  ['no-product', 'group', ({ instrument, observation }) => `none of ${instrument} in observation ${observation}`],
  ['no-product', 'group', ({ other }) => `nearest ${other} (matched); FILTER: exposures F250M, product F444W`],
  ['keywords-differ', 'product', ({ other }) => `nearest ${other} (waits); SUBARRAY: exposures FULL, product SUB160`],
  [
    'target-differs',
    'group',
    ({ other, magnitude }) => `nearest ${other} (waits); GS_MAG: exposures ${magnitude}, product 15.629164`,
  ],
  ['no-exposures', 'product', () => 'no exposures of the observation are free'],
  ['ambiguous', 'product', ({ other }) => `taken is ${other}, the first by name`],
  ['across-observations', 'mosaic', ({ members }) => `${members} exposures with its keywords`],
  ['no-group', 'exposure', () => 'slitless without TSOVISIT'],
]

interface Drawn {
  readonly instrument: string
  readonly observation: string
  /** Name of a product near it. */
  readonly other: string
  readonly magnitude: string
  readonly members: number
}

/** Something that waits, `count` times, program by program. */
export function* manyWaits(count: number): Generator<Wait> {
  const random = new Random(1)
  for (let index = 0; index < count; index++) {
    const pid = 1001 + Math.floor(index / IN_PROGRAM)
    const observation = String(1 + (index % IN_PROGRAM)).padStart(3, '0')
    const instrument = random.pick(INSTRUMENTS)
    const optics = random.pick(OPTICS[instrument] ?? [])
    const start = `jw${String(pid).padStart(5, '0')}-o${observation}_`
    const end = `_${instrument.toLowerCase()}_${optics}`
    const [reason, kind, detail] = random.pick(CAUSES)
    const members = random.integer(1, 12)
    const target = () => `t${String(random.integer(1, 40)).padStart(3, '0')}`
    const magnitude = (13 + random.next() * 3).toFixed(6)
    yield {
      ...{ kind, reason, pid, observation, instrument },
      name:
        kind === 'exposure'
          ? `${start.slice(0, 7)}${observation}001_02101_00001_${instrument.toLowerCase()}`
          : `${start}${target()}${end}`,
      model: kind === 'exposure' ? undefined : modelFor(optics),
      params: '',
      since: dayAt(Math.floor(DAYS * random.next() ** 0.3)),
      members,
      exposures: kind === 'group' ? members : kind === 'exposure' ? 1 : 0,
      detail: detail({ instrument, observation, other: `${start}${target()}${end}`, magnitude, members }),
      differs: [],
      remedy: remedyOf(reason, { database: 'jwst-db' }),
    }
  }
}

function modelFor(optics: string): Model {
  if (/mask|sub80|grism/.test(optics)) return 'TAC'
  if (/gr150|g\d{3}|prism|ch1/.test(optics)) return 'SPEC'
  return optics === 'clear' ? 'FGS' : 'IMAGE'
}

/** A report of so much that waits, with a product for every tenth of it. */
export function makeReport(count: number): { readonly data: ReportData; readonly list: WaitList } {
  const list = new WaitList()
  const waiting = new WaitingTally()
  const models = new Map(MODELS.map((model) => [model, new ModelTally(model)]))
  let index = 0
  for (const wait of manyWaits(count)) {
    list.add(wait)
    waiting.add(wait)
    const tally = wait.model && models.get(wait.model)
    tally?.exposure(wait.since, index++ % 2 === 0)
    if (index % 10 === 0) tally?.product(wait.since, 1 + (index % 300), wait.members)
  }
  const data: ReportData = {
    database: 'jwst-db',
    made: '2024-06-11T06:00:00.000Z',
    firstDate: dayAt(0),
    lastDate: LAST_DATE,
    models: [...models.values()].map((tally) => tally.report([dayAt(0), LAST_DATE])),
    waiting: waiting.report(LAST_DATE),
    scope: { since: undefined, until: undefined, programs: [], instruments: [] },
    before: undefined,
    instruments: [],
    drift: [],
    encodings: [],
    rejects: 0,
    damaged: 0,
  }
  return { data, list }
}
