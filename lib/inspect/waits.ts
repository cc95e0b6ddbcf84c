/**
 * Everything that waits in a database, and why.
 */
import { type Model, modelOf } from '../rules/association.js'
import type { Settled } from '../rules/program.js'
import type { Resolution } from '../rules/resolve.js'
import type { Row } from '../rules/row.js'
import { compareText } from '../rules/values.js'
import { type Cause, causeOfGroup, causeOfMosaic, causeOfProduct, causeOfUngrouped } from './causes.js'
import { leaderOf } from './known.js'
import { observationsOf } from './nearest.js'
import { DatabaseReader, type ReadOptions } from './reader.js'
import { Surroundings } from './surroundings.js'

/**
 * A group of exposures, a product, one of another candidate than an observation (mosaic), or an exposure of no group that
 * waits for its counterpart, and why.
 */
export interface Wait extends Cause {
  readonly kind: 'group' | 'product' | 'mosaic' | 'exposure'
  /** Name of the product or exposure; of a group the name that its product is expected to have. */
  readonly name: string
  /** Of a product the model that its own keywords tell; none for an exposure of no group. */
  readonly model: Model | undefined
  /** Program. */
  readonly pid: number
  /** Three digits; blank where there is none, as for most mosaics. */
  readonly observation: string
  /** Association key. */
  readonly params: string
  /** The day since which it waits: its first one, YYYY-MM-DD. */
  readonly since: string
  /** How many exposures wait: those of the group, or the one of no group. */
  readonly exposures: number
}

/**
 * Everything that waits in a database, program by program, each in the order of its associations: their groups, products
 * and ungrouped exposures, then the program's mosaics. The database may be in use: it is seen as it was at one moment.
 *
 * @throws IngestError DATABASE_UNUSABLE where there is no database, or none that can be read
 */
export async function* waitsOf(folder: string, options: ReadOptions = {}): AsyncGenerator<Wait> {
  const reader = await DatabaseReader.open(folder, options)
  try {
    for (const pid of reader.waitingPrograms) yield* waitsIn(await reader.settle(pid))
  } finally {
    await reader.close()
  }
}

/** Everything that waits in a program. */
export function waitsIn(settled: Settled): Wait[] {
  const around = new Surroundings(settled)
  const { pid } = settled
  const named = new Set(settled.resolutions.flatMap(({ products }) => products.map(({ product }) => product)))
  return [
    ...settled.resolutions.flatMap((resolution) => waitsInAssociation(pid, resolution, around)),
    // What waits for members that an association file names is told with these.
    ...settled.mosaics
      .filter((row) => !named.has(row))
      .map((row): Wait => ({ ...ofRow(row, pid), kind: 'mosaic', model: modelOf(row), ...causeOfMosaic(row, around) })),
  ]
}

function waitsInAssociation(pid: number, resolution: Resolution, around: Surroundings): Wait[] {
  const scene = { resolution, around }
  const groups = resolution.groups.map((group): Wait => {
    const { name, model, exposures } = group
    const since = exposures.map(({ date }) => date).sort(compareText)[0] ?? ''
    const place = { ...ofRow(leaderOf(group), pid), name, since, exposures: exposures.length }
    return { ...place, kind: 'group', model, ...causeOfGroup(group, scene) }
  })
  const products = resolution.products.map((its): Wait => {
    const model = its.model ?? modelOf(its.product)
    return {
      ...ofRow(its.product, pid),
      kind: its.product.kind === 'mosaic' ? 'mosaic' : 'product',
      model,
      ...causeOfProduct(its, scene),
    }
  })
  const ungrouped = resolution.ungrouped.map((its): Wait => {
    return {
      ...ofRow(its.exposure, pid),
      exposures: 1,
      kind: 'exposure',
      model: undefined,
      ...causeOfUngrouped(its, scene),
    }
  })
  return [...groups, ...products, ...ungrouped]
}

function ofRow(row: Row, pid: number): Omit<Wait, 'kind' | 'model' | keyof Cause> {
  const [observation = ''] = observationsOf(row)
  return { name: row.dname, pid, observation, params: row.params, since: row.date, exposures: 0 }
}
