/**
 * Whether a database has lost rows since the last run: a table that is missing, cut or short of lines must not be taken
 * for the truth, as all that came of its rows would go out of the others. A table that was edited and has all rows that
 * others point at is none of that.
 */
import { join } from 'node:path'
import { Findings } from '../audit/findings.js'
import { Columns, Program, type ProgramContext } from '../audit/lines.js'
import { CanonicalLine } from '../csv/row.js'
import { breather } from '../process/breath.js'
import type { Watch } from '../process/progress.js'
import { createLayout } from '../rules/layout.js'
import { FIRST_TABLES, isAsLeft } from '../store/database.js'
import { type DatabaseIndex, hasRottenIndex, INDEX_FILE, readStoredIndex } from '../store/index-file.js'
import { lookAtTables, readSeen, type Seen, sameLook, unendedLine } from '../store/seen.js'
import type { Table } from '../store/table.js'
import { TABLE_NUMBERS, TABLES, tableColumns } from '../store/tables.js'
import type { Survey } from '../workers/survey.js'
import type { Damage } from './damage.js'
import { bytes, Losses } from './losses.js'
import { References } from './references.js'

/** What is no loss to who looks for one: nothing, features that can be made anew from other tables, or everything. */
export type Accepted = 'nothing' | 'features' | 'everything'

/** What a look for losses is given. */
export interface LossOptions extends Watch {
  readonly accepts: Accepted
  /** Takes what was changed by something else than a run, and what is accepted as lost. */
  readonly warn: (message: string) => void
}

/** What is known of the last run. */
interface LastRun {
  readonly folder: string
  readonly index: DatabaseIndex | undefined
  readonly seen: ReadonlyMap<string, Seen> | undefined
}

/** A run that was killed has placed its tables, but not looked at them: then what is seen is of the run before it. */
async function readLastRun(folder: string): Promise<LastRun> {
  const index = await readStoredIndex(folder)
  const seen = await readSeen(folder)
  const isOfLast = [...(index?.tables ?? [])].every(([file, { bytes }]) => seen?.get(file)?.bytes === bytes)
  return { folder, index, seen: isOfLast ? seen : undefined }
}

/**
 * Looks for what is lost in a database; where its tables are as the last run left them, only for what cannot be read.
 *
 * @param damage what the survey found that cannot be read
 * @throws IngestError TABLE_INVALID where rows are lost or cannot be read; it says which, what points at them, and ways on
 */
export async function refuseLoss(
  folder: string,
  survey: Survey,
  damage: Damage,
  { accepts, warn, signal, meter }: LossOptions,
): Promise<void> {
  const last = await readLastRun(folder)
  if (await hasRottenIndex(folder))
    warn(`${join(folder, INDEX_FILE)} is not as a run wrote it: all tables are read, and it is made anew`)
  const losses = new Losses(folder)
  addDamage(damage, isOwn(last, survey), losses)
  const asLeft = last.index !== undefined && (await isAsLeft(folder, last.index, { signal, meter }))
  if (asLeft) addRotten(last, survey, losses)
  else await addLost(last, survey, losses, signal)
  if (accepts === 'nothing' || !(losses.areDerived || accepts === 'everything')) losses.refuse()
  if (accepts === 'everything' && !losses.areDerived) warn(`lost for good: ${losses.text}`)
  const changed = asLeft ? undefined : await changedTables(last)
  if (changed !== undefined) warn(changed)
}

/** What waiting groups in another program's folder look like is of no interest: they are made anew. */
function addDamage({ files }: Damage, isOwn: boolean, losses: Losses): void {
  for (const [file, { detail, place }] of files) {
    const isOfGroups = TABLES.some((table) => table.file === file && table.holds === 'groups')
    if (isOwn || !isOfGroups) losses.add(file, detail, place.line)
  }
}

async function addLost(last: LastRun, survey: Survey, losses: Losses, signal: AbortSignal | undefined): Promise<void> {
  if (isOwn(last, survey)) {
    addMissing(last, survey, losses)
    const look = new Look(last, survey)
    await look.go(signal)
    look.tell(losses)
    await addCut(last, survey, losses)
    await addHeaders(last, survey, losses)
    addBytes(last, survey, losses)
  } else if (lacksProducts(survey)) {
    losses.add('training.csv', `${survey.tables.has(0) ? 'has no rows' : 'is missing'}, though train-* has some`)
  }
}

/** Whether a run of this program wrote the tables: those of spacekit may lack some, and may repeat rows. */
function isOwn({ index }: LastRun, { tables }: Survey): boolean {
  const hasRoles = tables.get(TABLE_NUMBERS.level1)?.header.includes('role') ?? false
  return index !== undefined || hasRoles || TABLES.some(({ holds, number }) => holds === 'hidden' && tables.has(number))
}

/** Whether there are features, but not one of the products that have them. */
function lacksProducts({ tables }: Survey): boolean {
  const hasLines = (number: number) => (tables.get(number)?.lines ?? 0) > 0
  return (
    !hasLines(TABLE_NUMBERS.training) && TABLES.some(({ holds, number }) => holds === 'products' && hasLines(number))
  )
}

/** Tables with bytes that changed by themselves; which lines groups of `rem-*` have is not always clear from their names. */
function addRotten({ index }: LastRun, { tables }: Survey, losses: Losses): void {
  for (const { table, lineRanges } of tables.values()) {
    const known = index?.tables.get(table.file)?.lineRanges
    if (known === undefined || table.holds === 'groups') continue
    const programs = known.differing(lineRanges)
    if (programs.length > 0)
      losses.add(table.file, `has other bytes than the last run wrote, in ${listedPrograms(programs)}`)
  }
}

function listedPrograms(pids: readonly number[]): string {
  const more = pids.length - MOST_PROGRAMS
  const names = pids.slice(0, MOST_PROGRAMS).join(', ')
  return `the lines of program${pids.length === 1 ? '' : 's'} ${names}${more > 0 ? ` and ${more} more` : ''}`
}

/** How many programs a message tells. */
const MOST_PROGRAMS = 5

/** Tables that are not there, or of which nothing is left though no other table shows that. */
function addMissing({ index }: LastRun, { tables }: Survey, losses: Losses): void {
  for (const table of TABLES) {
    const { file, number } = table
    const isKnown = index === undefined ? FIRST_TABLES.includes(file) : index.tables.has(file)
    const had = index?.tables.get(file)?.lineRanges.words.some(({ length }) => length > 0) ?? false
    if (isKnown && !tables.has(number)) losses.add(file, 'is missing')
    // Who takes all expired rows out means it.
    else if (had && isAlone(table) && number !== TABLE_NUMBERS.expired && tables.get(number)?.lines === 0)
      losses.add(file, 'has no rows')
  }
}

/** Whether no other table has rows that point at those of this one. */
function isAlone({ holds, number }: Table): boolean {
  if (holds === 'hidden' || holds === 'members') return true
  return holds === 'rows' && number !== TABLE_NUMBERS.training && number !== TABLE_NUMBERS.level1
}

/** Tables that end within the line that was their last: cells may be cut so that the line can be read. */
async function addCut({ folder, seen }: LastRun, { tables }: Survey, losses: Losses): Promise<void> {
  for (const { file, number } of TABLES) {
    const { last } = seen?.get(file) ?? {}
    if (last === undefined || !tables.has(number)) continue
    const line = await unendedLine(join(folder, file))
    if (line !== '' && line !== last && last.startsWith(line)) losses.add(file, 'ends within a line')
  }
}

/** Tables that look as the last run left them, but have another header. */
async function addHeaders({ folder, index, seen }: LastRun, { tables }: Survey, losses: Losses): Promise<void> {
  if (index === undefined) return
  const layout = createLayout(index.others)
  const looks = await lookAtTables(folder)
  for (const { table, header } of tables.values()) {
    const isAsSeen = sameLook(seen?.get(table.file), looks.get(table.file))
    if (isAsSeen && header.toSorted().join() !== tableColumns(table, layout).toSorted().join())
      losses.add(table.file, 'has another header than the last run wrote', 1)
  }
}

/** How many bytes the tables that have lost something are shorter. */
function addBytes({ index }: LastRun, { tables }: Survey, losses: Losses): void {
  for (const { file, number } of TABLES) {
    const fewer = (index?.tables.get(file)?.bytes ?? 0) - (tables.get(number)?.bytes ?? 0)
    if (fewer > 0 && losses.files.includes(file)) losses.shorter(file, fewer)
  }
}

/** A look at the rows of each program. */
class Look {
  readonly #survey: Survey
  readonly #references: References
  readonly #context: ProgramContext
  /** The last row that a run left in tables that are shorter now, by file; those that are found go. */
  readonly #ends: Map<string, string>

  constructor({ index, seen }: LastRun, survey: Survey) {
    this.#survey = survey
    this.#context = { survey, columns: new Columns(survey.layout), findings: new Findings() }
    this.#ends = this.#endsOf(index, seen)
    const bytesOf = (number: number, pid: number) => size(survey.tables.get(number)?.lineRanges.of(pid))
    this.#references = new References((pid, files) => {
      const tables = TABLES.filter(({ file }) => files.includes(file))
      return tables.some(({ file, number }) => size(index?.tables.get(file)?.lineRanges.of(pid)) > bytesOf(number, pid))
    })
  }

  async go(signal: AbortSignal | undefined): Promise<void> {
    const breathe = breather(signal)
    for (const pid of this.#survey.inTurn('checking')) {
      await breathe()
      const program = new Program(this.#survey.linesOf(pid), this.#context)
      this.#references.add(pid, program)
      for (const [file, name] of this.#ends)
        if (program.of(file).some((line) => program.nameOf(line) === name)) this.#ends.delete(file)
    }
  }

  tell(losses: Losses): void {
    this.#references.tell(losses)
    for (const [file, name] of this.#ends) losses.add(file, `has lost its end with ${name}`)
  }

  #endsOf(index: DatabaseIndex | undefined, seen: LastRun['seen']): Map<string, string> {
    const ends = new Map<string, string>()
    for (const table of TABLES.filter(isAlone)) {
      const { file, number } = table
      const its = this.#survey.tables.get(number)
      const last = seen?.get(file)?.last
      if (its === undefined || its.lines === 0 || last === undefined) continue
      const cells = new CanonicalLine(last)
      const isShorter = its.bytes < (index?.tables.get(file)?.bytes ?? 0)
      if (!isShorter || cells.width !== its.columns.length) continue
      ends.set(file, new Program([], this.#context).nameOf({ table: number, cells }))
    }
    return ends
  }
}

function size(lineRanges: readonly { readonly length: number }[] = []): number {
  return lineRanges.reduce((sum, { length }) => sum + length, 0)
}

/** Which tables something else than a run has changed; of a copy most have other times, which says nothing. */
async function changedTables({ folder, index, seen }: LastRun): Promise<string | undefined> {
  if (index === undefined) return undefined
  const resized: string[] = []
  const touched: string[] = []
  const looks = await lookAtTables(folder)
  for (const [file, look] of looks) {
    const more = look.bytes - (index.tables.get(file)?.bytes ?? look.bytes)
    if (more !== 0) resized.push(`${file} (${bytes(Math.abs(more))} ${more > 0 ? 'more' : 'fewer'})`)
    else if (seen !== undefined && seen.get(file)?.modified !== look.modified) touched.push(file)
  }
  const changed = [...resized, ...(touched.length * 2 > looks.size ? [] : touched)]
  return changed.length === 0 ? undefined : `changed since the last run, and not by one: ${changed.join(', ')}`
}
