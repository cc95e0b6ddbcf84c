/**
 * What became of an exposure, a group or a product: its association, its group, what that was compared with, and how it
 * ended.
 */
import { isCandidateName, type Model, modelOf } from '../rules/association.js'
import type { Settled } from '../rules/program.js'
import type { Resolution, WaitingProduct } from '../rules/resolve.js'
import { cell, type Row } from '../rules/row.js'
import { compareText, isNothing } from '../rules/values.js'
import { type Cause, causeOfGroup, causeOfMosaic, causeOfProduct } from './causes.js'
import { type Difference, type Neighbour, observationsOf, positionDifference, targetDifference } from './nearest.js'
import { type Compared, comparedBy, firstOf, mannerOf, type Part, partsOf } from './parts.js'
import { REASONS, type Reason } from './reasons.js'
import { isWaiting, productsOf, Surroundings } from './surroundings.js'

/** A product or group that something was compared with. */
export interface Comparison {
  readonly kind: 'product' | 'group' | 'mosaic'
  readonly name: string
  /** Where it is: a candidate of the same association, near it in the same observation, or across observations. */
  readonly where: 'association' | 'observation' | 'program'
  readonly state: 'matched' | 'waits'
  /** What tells the two apart: keywords of the key, then the compared value; nothing where they agree. */
  readonly differs: readonly Difference[]
}

/** A group as an explanation tells it. */
export interface ExplainedGroup {
  readonly name: string
  readonly exposures: readonly string[]
  readonly compares: Compared
  /** How it came by its product: it has the compared value, or no other product was left for it. */
  readonly match: 'exact' | 'fallback' | null
}

/** What became of something; the JSON of `explain --json`. */
export interface Explanation {
  readonly name: string
  readonly kind: 'exposure' | 'group' | 'product' | 'mosaic' | 'dropped'
  readonly outcome: 'matched' | 'taken over' | 'waits' | 'expired' | 'dropped'
  readonly model: Model | null
  readonly pid: number
  /** Three digits; blank where there is none. */
  readonly observation: string
  /** The day of the dataset; of a group the first of its exposures'. YYYY-MM-DD. */
  readonly date: string
  /** The association key; blank for what is in no association. */
  readonly params: string
  /** The group of an exposure; of a product all that it was made of. */
  readonly groups: readonly ExplainedGroup[]
  /** The product that a group was matched with, or that holds it back. */
  readonly product: string | null
  /** Why it waits. */
  readonly reason: { readonly code: Reason; readonly sentence: string; readonly detail: string } | null
  readonly compared: readonly Comparison[]
  /** The association file that names the members of the product; then nothing is compared. */
  readonly namedBy: string | null
}

/** An explanation as keywords alone give it. */
type Told = Omit<Explanation, 'namedBy'>

/** How many neighbours outside the association are told. */
const NEAREST = 5

/** Explains everything in a program that has a wanted name. */
export function explanationsIn(settled: Settled, isWanted: (name: string) => boolean): Explanation[] {
  const around = new Surroundings(settled)
  const { pid, resolutions, mosaics, hidden, expired } = settled
  // What waits for members that an association file names is told with these.
  const named = new Set(resolutions.flatMap(({ products }) => products.map(({ product }) => product)))
  const others = [
    ...mosaics.filter((row) => !named.has(row) && isWanted(row.dname)).map((row) => ofMosaic(pid, row, around)),
    ...hidden.filter(({ dname }) => isWanted(dname)).map((row) => ofDropped(pid, row)),
    ...expired.filter(({ dname }) => isWanted(dname)).map((row) => ofExpired(pid, row)),
  ]
  return [
    ...resolutions.flatMap((resolution) => {
      const told = new Association(pid, resolution, around).explain(isWanted)
      return told.map((its) => namedBy(its, resolution))
    }),
    ...others.map((its) => ({ ...its, namedBy: null })),
  ]
}

/** What a file names was compared with nothing. */
function namedBy(told: Told, { list }: Resolution): Explanation {
  return list === undefined ? { ...told, namedBy: null } : { ...told, compared: [], namedBy: list.source }
}

type Place = Pick<Explanation, 'name' | 'pid' | 'observation' | 'date' | 'params'>
type Ending = Omit<Told, 'kind' | keyof Place>

function placeOf(row: Row, pid: number): Place {
  const [observation = ''] = observationsOf(row)
  return { name: row.dname, pid, observation, date: row.date, params: row.params }
}

function ofMosaic(pid: number, row: Row, around: Surroundings): Told {
  const compared = around.groupsFor(row).map((group): Comparison => {
    const state = isWaiting(group) ? 'waits' : 'matched'
    return { kind: 'group', name: group.name, where: 'program', state, differs: [] }
  })
  const ending = { outcome: 'waits', model: modelOf(row), ...NO_GROUP, ...because(causeOfMosaic(row, around)) } as const
  return { ...placeOf(row, pid), kind: 'mosaic', params: '', ...ending, compared }
}

/** Of a dropped dataset only name and date are known. */
function ofDropped(pid: number, row: Row): Told {
  const observation = isCandidateName(row.dname) ? '' : (observationsOf(row)[0] ?? '')
  const ending = { outcome: 'dropped', model: null, ...NO_GROUP, reason: null, compared: [] } as const
  return { ...placeOf(row, pid), observation, kind: 'dropped', params: '', ...ending }
}

/** It takes part in nothing, so there is nothing that it was compared with. */
function ofExpired(pid: number, row: Row): Told {
  const kind = row.kind === 'exposure' ? 'exposure' : 'product'
  const ending = { outcome: 'expired', model: modelOf(row), ...NO_GROUP, reason: null, compared: [] } as const
  return { ...placeOf(row, pid), kind, ...ending }
}

const NO_GROUP = { groups: [], product: null } as const

function because({ reason, detail }: Cause): Pick<Explanation, 'reason'> {
  return { reason: { code: reason, sentence: REASONS[reason], detail } }
}

function explainedGroup(part: Part): ExplainedGroup {
  const exposures = part.exposures.map(({ dname }) => dname)
  return { name: part.name, exposures, compares: comparedBy(part), match: mannerOf(part) ?? null }
}

/** An association of which some rows are asked for. */
class Association {
  readonly #pid: number
  readonly #resolution: Resolution
  readonly #around: Surroundings
  readonly #parts: readonly Part[]
  readonly #endings = new Map<Part, Ending>()

  constructor(pid: number, resolution: Resolution, around: Surroundings) {
    this.#pid = pid
    this.#resolution = resolution
    this.#around = around
    this.#parts = partsOf(resolution)
  }

  explain(isWanted: (name: string) => boolean): Told[] {
    const { matches, frozen, products, ungrouped } = this.#resolution
    const isAsked = ({ dname }: Row) => isWanted(dname)
    return [
      ...this.#parts.filter((part) => isGroup(part) && isWanted(part.name)).map((part) => this.#ofGroup(part)),
      ...this.#parts.flatMap((part) => part.exposures.filter(isAsked).map((row) => this.#ofExposure(row, part))),
      ...ungrouped.filter((its) => isAsked(its.exposure)).map((its) => this.#ofUngrouped(its.exposure, its.reason)),
      ...matches.filter((its) => isAsked(its.product)).map((its) => this.#ofProduct(its.product, its.model)),
      ...frozen.filter((its) => isAsked(its.product)).map((its) => this.#ofTakenOver(its.product)),
      ...products.filter((its) => isAsked(its.product)).map((its) => this.#ofWaiting(its)),
    ]
  }

  #ofGroup(part: Part): Told {
    const place = placeOf(firstOf(part), this.#pid)
    const [date = ''] = part.exposures.map((exposure) => exposure.date).sort(compareText)
    return { ...place, name: part.name, date, kind: 'group', ...this.#endOf(part) }
  }

  #ofExposure(exposure: Row, part: Part): Told {
    return { ...placeOf(exposure, this.#pid), kind: 'exposure', ...this.#endOf(part) }
  }

  /** How a group ended, made once for all of its exposures. */
  #endOf(part: Part): Ending {
    const known = this.#endings.get(part) ?? this.#findEnd(part)
    this.#endings.set(part, known)
    return known
  }

  #findEnd(part: Part): Ending {
    const { model, product, waiting } = part
    const scene = { resolution: this.#resolution, around: this.#around }
    return {
      outcome: waiting === undefined ? 'matched' : 'waits',
      model,
      groups: [explainedGroup(part)],
      product: product?.dname ?? null,
      ...(waiting === undefined ? { reason: null } : because(causeOfGroup(waiting, scene))),
      compared: [...this.#candidatesOf(part), ...(waiting === undefined ? [] : this.#near(firstOf(part)))],
    }
  }

  #candidatesOf(part: Part): Comparison[] {
    return productsOf(this.#resolution).map(({ row, state }) => {
      const differs = targetDifferences(firstOf(part), row)
      return { kind: 'product', name: row.dname, where: 'association', state, differs }
    })
  }

  /** What stands near a waiting group outside its association. */
  #near(first: Row): Comparison[] {
    const products = this.#around.productsNear(first).slice(0, NEAREST)
    return [
      ...products.map((its) => neighbour('product', its.of.row.dname, its.of.state, its)),
      ...this.#around.mosaicsFor(first).map((row): Comparison => {
        return {
          kind: 'mosaic',
          name: row.dname,
          where: 'program',
          state: 'waits',
          differs: targetDifferences(first, row),
        }
      }),
    ]
  }

  #ofUngrouped(exposure: Row, rule: string): Told {
    const cause: Cause = { reason: 'no-group', detail: rule, differs: [] }
    const ending = {
      outcome: 'waits',
      model: null,
      ...NO_GROUP,
      ...because(cause),
      compared: this.#near(exposure),
    } as const
    return { ...placeOf(exposure, this.#pid), kind: 'exposure', ...ending }
  }

  #ofProduct(product: Row, model: Model): Told {
    const parts = this.#parts.filter((part) => part.product === product)
    const ending = { outcome: 'matched', model, product: null, reason: null } as const
    const groups = parts.map(explainedGroup)
    return { ...placeOf(product, this.#pid), kind: 'product', ...ending, groups, compared: this.#groupsBeside(product) }
  }

  #ofTakenOver(product: Row): Told {
    const ending = { outcome: 'taken over', model: modelOf(product), ...NO_GROUP, reason: null } as const
    return { ...placeOf(product, this.#pid), kind: 'product', ...ending, compared: this.#groupsBeside(product) }
  }

  #ofWaiting(waiting: WaitingProduct): Told {
    const { product } = waiting
    const cause = causeOfProduct(waiting, { resolution: this.#resolution, around: this.#around })
    const near = this.#around.groupsNear(product).slice(0, NEAREST)
    return {
      ...placeOf(product, this.#pid),
      kind: 'product',
      outcome: 'waits',
      model: waiting.model ?? modelOf(product),
      groups: this.#parts.filter((part) => part.product === product).map(explainedGroup),
      product: waiting.taken?.dname ?? null,
      ...because(cause),
      compared: [
        ...this.#groupsBeside(product),
        ...near.map((its) => neighbour('group', its.of.name, isWaiting(its.of) ? 'waits' : 'matched', its)),
      ],
    }
  }

  /** The groups of the association that did not take a product. */
  #groupsBeside(product: Row): Comparison[] {
    const others = this.#parts.filter((part) => part.product !== product)
    return others.map((part) => {
      const state = part.waiting === undefined ? 'matched' : 'waits'
      const differs = targetDifferences(firstOf(part), product)
      return { kind: 'group', name: part.name, where: 'association', state, differs }
    })
  }
}

/** Whether a group is told by its name: where it made a product of just that name, the product tells all of it. */
function isGroup({ name, product, waiting }: Part): boolean {
  return waiting !== undefined || product?.dname !== name
}

function neighbour(
  kind: Comparison['kind'],
  name: string,
  state: Comparison['state'],
  { keywords, target }: Neighbour<unknown>,
): Comparison {
  return { kind, name, where: 'observation', state, differs: target === undefined ? keywords : [...keywords, target] }
}

/** The compared value where it differs; of a fixed target that has its name also the position, which then counts. */
function targetDifferences(first: Row, product: Row): Difference[] {
  const target = targetDifference([first], product)
  if (target !== undefined) return [target]
  const isNamed = !isNothing(first.TARGNAME) && first.VISITYPE === 'PRIME_TARGETED_FIXED'
  const position = isNamed && cell(product, 'targra') !== '' ? positionDifference(first, product) : undefined
  return position === undefined ? [] : [position]
}
