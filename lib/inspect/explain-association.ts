/** What became of the groups, exposures and products of one association. */
import { modelOf } from '../rules/association.js'
import { cell, type Row } from '../rules/row.js'
import { compareText, isNothing } from '../rules/values.js'
import type { Match, Resolution, WaitingProduct } from '../settle/resolve.js'
import { causeOfGroup, causeOfProduct, causeOfUngrouped, type Scene } from './causes.js'
import {
  becauseOf,
  type Comparison,
  type ExplainedGroup,
  type Explanation,
  NOTHING_TOLD,
  ofRow,
} from './explanation.js'
import { type KnownProduct, leaderOf, membersOf, productsOf } from './known.js'
import { type KeywordDifference, type Neighbour, positionDifference, targetDifference } from './nearest.js'
import { comparedBy, firstOf, mannerOf, type Part, partsOf } from './parts.js'
import type { Surroundings } from './surroundings.js'

/** How many neighbours outside the association are told. */
const NEAREST = 5

/** How something ended. */
type Ending = Pick<Explanation, 'outcome' | 'model' | 'groups' | 'product' | 'reason' | 'compared' | 'namedBy'>

/** An association of which some rows are asked for. */
export class AssociationExplainer {
  readonly #pid: number
  readonly #resolution: Resolution
  readonly #around: Surroundings
  readonly #scene: Scene
  readonly #database: string | undefined
  readonly #namedBy: string | null
  readonly #parts: readonly Part[]
  readonly #endings = new Map<Part, Ending>()

  /** @param database as remedies call it */
  constructor(pid: number, resolution: Resolution, around: Surroundings, database: string | undefined) {
    this.#pid = pid
    this.#resolution = resolution
    this.#around = around
    this.#scene = { resolution, around }
    this.#database = database
    this.#namedBy = resolution.list?.source ?? null
    this.#parts = partsOf(resolution, (params) => around.exposuresWith(params))
  }

  /**
   * Explains what has a wanted name.
   *
   * @param told exposures that are explained already: one may be a member of several products. Those explained here are
   * added to it
   */
  explain(isWanted: (name: string) => boolean, told: Set<Row>): Explanation[] {
    const { matches, takenOver, products } = this.#resolution
    const isAsked = ({ dname }: Row) => isWanted(dname)
    return [
      ...this.#parts.filter((part) => this.#isTold(part) && isWanted(part.name)).map((part) => this.#ofGroup(part)),
      ...this.#exposures(isAsked, told),
      ...matches.filter((its) => isAsked(its.product)).map((its) => this.#ofProduct(its)),
      ...takenOver.filter((its) => isAsked(its.product)).map((its) => this.#ofTakenOver(its.product)),
      ...products.filter((its) => isAsked(its.product)).map((its) => this.#ofWaiting(its)),
    ]
  }

  /**
   * Whether a group is told by its name: where it made a product of just that name, or waits with one that a file calls
   * so, the product tells all of it.
   */
  #isTold({ name, product, waiting }: Part): boolean {
    if (product?.dname.toLowerCase() !== name) return true
    return waiting !== undefined && this.#namedBy === null
  }

  /** Exposures where they belong: with their product, or in the one place in which they wait. */
  #exposures(isAsked: (row: Row) => boolean, told: Set<Row>): Explanation[] {
    const { list, matches, ungrouped } = this.#resolution
    const explained: Explanation[] = []
    const tell = (row: Row, endOf: () => Ending) => {
      if (told.has(row) || !isAsked(row)) return
      told.add(row)
      const memberOf = this.#around.members.of(row.dname)
      explained.push({ ...NOTHING_TOLD, ...ofRow(row, this.#pid), kind: 'exposure', ...endOf(), memberOf })
    }
    for (const match of list === undefined ? [] : matches) {
      for (const row of membersOf(match)) tell(row, () => this.#matchedByFile(match))
    }
    for (const part of this.#parts) {
      for (const row of part.waiting?.waiting ?? part.exposures) tell(row, () => this.#endOf(part))
    }
    for (const its of ungrouped) tell(its.exposure, () => this.#ungrouped(its))
    return explained
  }

  #ofGroup(part: Part): Explanation {
    const { list } = this.#resolution
    const [date = ''] = part.exposures.map((exposure) => exposure.date).sort(compareText)
    const members = list === undefined ? [] : this.#around.members.membersOf(list, firstOf(part))
    const place = { ...ofRow(firstOf(part), this.#pid), name: part.name, date }
    return { ...NOTHING_TOLD, ...place, kind: 'group', ...this.#endOf(part), members }
  }

  /** How a group ended, made once for all of its exposures. */
  #endOf(part: Part): Ending {
    const known = this.#endings.get(part) ?? this.#findEnd(part)
    this.#endings.set(part, known)
    return known
  }

  #findEnd(part: Part): Ending {
    const { model, product, waiting } = part
    const ending = {
      outcome: waiting === undefined ? 'matched' : 'waits',
      model,
      groups: [explainedGroup(part)],
      product: product?.dname ?? null,
      ...(waiting === undefined
        ? { reason: null }
        : becauseOf(causeOfGroup(waiting, this.#scene), model, this.#database)),
      namedBy: this.#namedBy,
    } as const
    if (this.#namedBy !== null) return { ...ending, compared: [] }
    const near = waiting === undefined ? [] : this.#near(part.exposures)
    return { ...ending, compared: [...this.#candidatesOf(part), ...near] }
  }

  #matchedByFile({ product, model }: Match): Ending {
    const ending = { outcome: 'matched', model, groups: [], reason: null, compared: [] } as const
    return { ...ending, product: product.dname, namedBy: this.#namedBy }
  }

  #ungrouped(its: Resolution['ungrouped'][number]): Ending {
    const compared = this.#namedBy === null ? this.#near([its.exposure]) : []
    const ending = {
      outcome: 'waits',
      model: null,
      groups: [],
      product: null,
      compared,
      namedBy: this.#namedBy,
    } as const
    return { ...ending, ...becauseOf(causeOfUngrouped(its, this.#scene), null, this.#database) }
  }

  #candidatesOf(part: Part): Comparison[] {
    return productsOf(this.#resolution).map((product) => {
      return {
        ...comparedProduct(product),
        where: 'association',
        differs: targetDifferences(part.exposures, product.row),
      }
    })
  }

  /** What stands near a waiting group outside its association. */
  #near(exposures: readonly Row[]): Comparison[] {
    const products = this.#around.productsNear(exposures, this.#resolution).slice(0, NEAREST)
    return [
      ...products.map((its): Comparison => {
        return { ...comparedProduct(its.of), where: 'observation', differs: differencesOf(its) }
      }),
      ...this.#around.mosaicsFor(leaderOf({ exposures })).map((row): Comparison => {
        const differs = targetDifferences(exposures, row)
        return { kind: 'mosaic', name: row.dname, where: 'program', state: 'waits', namedBy: null, differs }
      }),
    ]
  }

  #ofProduct({ product, model, withheld }: Match): Explanation {
    const kept = withheld.map(({ exposure, source }) => ({ name: exposure.dname, namedBy: source }))
    return { ...this.#told(product), outcome: 'matched', model, ...this.#partsOf(product), withheld: kept }
  }

  #ofTakenOver(product: Row): Explanation {
    return { ...this.#told(product), outcome: 'taken over', model: modelOf(product) }
  }

  #ofWaiting(waiting: WaitingProduct): Explanation {
    const { product, model = modelOf(product), taken } = waiting
    const near = this.#namedBy === null ? this.#around.groupsNear(product, this.#resolution).slice(0, NEAREST) : []
    const told = this.#told(product)
    return {
      ...told,
      outcome: 'waits',
      model,
      ...this.#partsOf(product),
      product: taken?.dname ?? null,
      ...becauseOf(causeOfProduct(waiting, this.#scene), model, this.#database),
      compared: [
        ...told.compared,
        ...near.map((its): Comparison => {
          const { name, state, resolution } = its.of
          const namedBy = resolution.list?.source ?? null
          return { kind: 'group', name, where: 'observation', state, namedBy, differs: differencesOf(its) }
        }),
      ],
    }
  }

  /** What is told of a product, however it ended. */
  #told(product: Row): Explanation {
    const { list } = this.#resolution
    const kind = product.kind === 'mosaic' ? 'mosaic' : 'product'
    const told = { ...NOTHING_TOLD, ...ofRow(product, this.#pid), kind, outcome: 'taken over' } as const
    if (list === undefined) return { ...told, compared: this.#groupsBeside(product) }
    return { ...told, namedBy: list.source, members: this.#around.members.membersOf(list, product) }
  }

  #partsOf(product: Row): Pick<Explanation, 'groups'> {
    return { groups: this.#parts.filter((part) => part.product === product).map(explainedGroup) }
  }

  /** The groups of the association that did not take a product. */
  #groupsBeside(product: Row): Comparison[] {
    const others = this.#parts.filter((part) => part.product !== product)
    return others.map((part) => {
      const state = part.waiting === undefined ? 'matched' : 'waits'
      const differs = targetDifferences(part.exposures, product)
      return { kind: 'group', name: part.name, where: 'association', state, namedBy: null, differs }
    })
  }
}

function explainedGroup(part: Part): ExplainedGroup {
  const exposures = part.exposures.map(({ dname }) => dname)
  return { name: part.name, exposures, compares: comparedBy(part), match: mannerOf(part) ?? null }
}

function comparedProduct({ row, state, list }: KnownProduct): Pick<Comparison, 'kind' | 'name' | 'state' | 'namedBy'> {
  const kind = row.kind === 'mosaic' ? 'mosaic' : 'product'
  return { kind, name: row.dname, state, namedBy: list?.source ?? null }
}

function differencesOf({ keywords, target }: Neighbour<unknown>): readonly KeywordDifference[] {
  return target === undefined ? keywords : [...keywords, target]
}

/** The compared value where it differs; of a fixed target that has its name also the position, which then counts. */
function targetDifferences(exposures: readonly Row[], product: Row): KeywordDifference[] {
  const target = targetDifference([exposures], product)
  if (target !== undefined) return [target]
  const first = leaderOf({ exposures })
  const isNamed = !isNothing(first.keywords.TARGNAME) && first.keywords.VISITYPE === 'PRIME_TARGETED_FIXED'
  const position = isNamed && cell(product, 'targra') !== '' ? positionDifference(exposures, product) : undefined
  return position === undefined ? [] : [position]
}
