/**
 * Everything that waits in a database, and why.
 */
import type { Model } from '../rules/keywords.js'
import type { Row } from '../rules/row.js'
import { compareText, isNothing } from '../rules/values.js'
import { type Pending, pendingIn } from '../settle/census.js'
import type { Settled } from '../settle/settled.js'
import { type Cause, causeOfGroup, causeOfMosaic, causeOfProduct, causeOfUngrouped } from './causes.js'
import { observationsOf } from './nearest.js'
import { DatabaseReader, type ReadOptions } from './reader.js'
import { remedyOf } from './reasons.js'
import { Surroundings } from './surroundings.js'

/**
 * A group of exposures, a product, one of another candidate than an observation (mosaic), or an exposure of no group that
 * waits for its counterpart, and why.
 */
export interface Wait extends Cause {
  readonly kind: Pending['kind']
  /** Name of the product or exposure; of a group the name that its product is expected to have. */
  readonly name: string
  /** Of a product the model that its own keywords tell; none for an exposure of no group. */
  readonly model: Model | undefined
  /** Program. */
  readonly pid: number
  /** Three digits; blank where there is none, as for most mosaics. */
  readonly observation: string
  /** INSTRUME in capitals; blank where it says nothing. */
  readonly instrument: string
  /** Association key. */
  readonly params: string
  /** The day since which it waits: its first one, YYYY-MM-DD. */
  readonly since: string
  /** Of a group how many exposures it is made of; of an exposure 1. */
  readonly members: number
  /** How many exposures wait here. Each waits in one place, so a group that shares its exposures may have none of them. */
  readonly exposures: number
  /** What helps, in one line. */
  readonly remedy: string
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
    yield* waitsFrom(reader)
  } finally {
    await reader.close()
  }
}

/**
 * Everything that waits in an open database, in the order of {@link waitsOf}.
 *
 * @param only a program; all by default
 */
export async function* waitsFrom(reader: DatabaseReader, only?: number): AsyncGenerator<Wait> {
  const pids = reader.waitingPrograms.filter((pid) => only === undefined || pid === only)
  for (const pid of reader.inTurn('explaining', pids)) yield* waitsIn(await reader.settle(pid), reader.folder)
}

/**
 * Everything that waits in a program.
 *
 * @param database as remedies call it
 */
export function waitsIn(settled: Settled, database?: string): Wait[] {
  const around = new Surroundings(settled)
  return [...pendingIn(settled)].map((pending) => waitOf(pending, settled.pid, around, database))
}

function waitOf(pending: Pending, pid: number, around: Surroundings, database: string | undefined): Wait {
  const { kind, model, exposures, rows } = pending
  const first = rows[0] as Row
  const [observation = ''] = observationsOf(first)
  const cause = causeOf(pending, around)
  return {
    kind,
    name: kind === 'group' ? pending.of.name : first.dname,
    model,
    pid,
    observation,
    instrument: isNothing(first.keywords.INSTRUME) ? '' : first.keywords.INSTRUME.toUpperCase(),
    params: first.params,
    since: rows.map(({ date }) => date).sort(compareText)[0] ?? '',
    members: kind === 'group' ? rows.length : exposures,
    exposures,
    ...cause,
    remedy: remedyOf(cause.reason, { model, differs: cause.differs, database }),
  }
}

function causeOf(pending: Pending, around: Surroundings): Cause {
  if (pending.resolution === undefined) return causeOfMosaic(pending.rows[0] as Row, around)
  const scene = { resolution: pending.resolution, around }
  if (pending.kind === 'group') return causeOfGroup(pending.of, scene)
  return pending.kind === 'exposure' ? causeOfUngrouped(pending.of, scene) : causeOfProduct(pending.of, scene)
}
