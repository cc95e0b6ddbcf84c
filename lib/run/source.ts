/**
 * The inputs of a run: files, folders, globs and standard input, each with its name and day (specification, section 2).
 */

import { closeSync, constants, createReadStream, openSync, readSync, type Stats } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import type { Socket } from 'node:net'
import { basename, join } from 'node:path'
import { addAbortSignal, Readable } from 'node:stream'
import { IngestError } from '../errors.js'
import { type Day, parseDay } from '../rules/day.js'
import { REQUIRED_COLUMNS } from '../rules/layout.js'
import { isDatabase } from '../store/database.js'
import { counted, few } from '../text/words.js'

/** Name of standard input in messages and in `rejects.csv`. */
export const STDIN_NAME = '<stdin>'

/** One input of a run. */
export interface Input {
  /** Path as given or found; `<stdin>` for standard input. */
  readonly name: string
  readonly day: Day
  /** Opens its bytes, still compressed where the input is. A pipe can be opened only once. */
  readonly open: () => AsyncIterable<Buffer>
  /** Ends it, even while a read of it is going on, where that can take long. */
  readonly close?: () => void
  /** Whether it can be opened again. */
  readonly seekable: boolean
  /** Size in bytes, where known. */
  readonly bytes: number | undefined
}

/** What to read. */
export interface SourceOptions {
  /** Files, folders, globs, or `-` for standard input; none means standard input. */
  readonly inputs: readonly string[]
  /** Day of inputs whose name tells none, YYYY-MM-DD. */
  readonly date?: string | undefined
  /** Which files of a folder: the start of their names, with `*` and `?`. */
  readonly prefix?: string | undefined
  /** Stands for standard input. */
  readonly stdin: AsyncIterable<Buffer>
  /** Takes warnings. */
  readonly warn: (message: string) => void
  /** Takes what even a quiet run tells; by default as a warning. */
  readonly alert?: ((message: string) => void) | undefined
  /** Ends the reading of pipes that have a name. */
  readonly signal?: AbortSignal | undefined
}

const DAILY_NAME = /^(\d{4}-\d{2}-\d{2})_(\d{3})\.csv(\.gz)?$/
const CSV_NAME = /\.csv(\.gz)?$/i

/**
 * Finds the inputs, in the order given; those of a folder in name order.
 *
 * @throws IngestError NO_INPUT for a missing file or a folder or glob without matching files; USAGE for an input whose
 *   day is not known or not a day
 */
export async function findInputs(options: SourceOptions): Promise<Input[]> {
  if (options.date !== undefined) parseDay(options.date, '--date')
  const given = options.inputs.length === 0 ? ['-'] : options.inputs
  if (given.filter((name) => name === '-').length > 1)
    throw new IngestError('USAGE', 'standard input (-) can be read only once')
  const found: Input[] = []
  const { warn, rest } = firstWarnings(options.warn)
  for (const name of given)
    found.push(...(name === '-' ? [standardInput(options)] : await filesOf(name, options, warn)))
  if (rest() > 0) options.warn(`${rest()} more file${rest() === 1 ? '' : 's'} with such a name; the dates count`)
  warnOfUnusedDate(found, options)
  return found
}

/** Says that names count before `--date`, where no input is left that would take it. */
function warnOfUnusedDate(inputs: readonly Input[], { date, warn }: SourceOptions): void {
  if (date === undefined || !inputs.every(({ name }) => DAILY_NAME.test(basename(name)))) return
  const [first, ...more] = inputs.filter(({ day }) => day.date !== date)
  if (first === undefined) return
  const rest = more.length === 0 ? '' : `; so it is with ${counted(more.length, 'more file')}`
  warn(`${first.name}: the day in its name counts, ${first.day.date}, not --date ${date}${rest}`)
}

/** How many warnings of a kind are told; the rest is counted. */
const EXAMPLES = 3

/** Lets the first few warnings through. */
function firstWarnings(warn: (message: string) => void): { warn: (message: string) => void; rest: () => number } {
  let count = 0
  const told = (message: string) => {
    count++
    if (count <= EXAMPLES) warn(message)
  }
  return { warn: told, rest: () => Math.max(0, count - EXAMPLES) }
}

function standardInput({ date, stdin, warn, alert = warn }: SourceOptions): Input {
  const today = new Date().toISOString().slice(0, 10)
  if (date === undefined) alert(`standard input without --date: taking today's UTC date, ${today}`)
  return {
    name: STDIN_NAME,
    day: parseDay(date ?? today, '--date'),
    open: () => stdin,
    close: () => {
      if (stdin instanceof Readable) stdin.destroy()
    },
    seekable: false,
    bytes: undefined,
  }
}

/** @param warnOfDay takes warnings of names that contradict themselves */
async function filesOf(name: string, options: SourceOptions, warnOfDay: SourceOptions['warn']): Promise<Input[]> {
  const { paths, others } = await filesAt(name, options)
  const leftOut = others.filter((file) => !options.inputs.includes(join(name, file)))
  if (paths.length > 0) {
    if (leftOut.length > 0) options.warn(leftOutText(name, leftOut))
    return fileInputs(paths, { ...options, warn: warnOfDay })
  }
  const ways = leftOut.length === 0 ? '' : `; name its other files with --date (${few(leftOut)})`
  const hint = (await isDatabase(name)) ? '; it is a database: name it with -o' : ways
  const what = await nothingFound(name, await ask(name, () => stat(name)), options)
  throw new IngestError('NO_INPUT', what + hint, { source: name })
}

/** That files of a folder are passed over, as their names tell no day. */
export function leftOutText(folder: string, names: readonly string[]): string {
  const files = counted(names.length, 'file')
  return `${folder}: ${files} left out, as not named YYYY-MM-DD_DDD.csv or .csv.gz (${few(names)}): name them with --date`
}

/** How much of a file is looked at for a header. */
const HEADER_BYTES = 4096

/**
 * A folder of daily files is not to become a database by a slip.
 *
 * @throws IngestError USAGE where a folder has no table, but files that look like inputs
 */
export async function refuseInputFolder(folder: string): Promise<void> {
  if (await isDatabase(folder)) return
  const names = (await readdir(folder).catch(() => [])).filter((name) => /\.csv(\.gz)?$/.test(name)).sort()
  const found = names.find((name) => DAILY_NAME.test(name)) ?? names.find((name) => hasInputHeader(join(folder, name)))
  if (found === undefined) return
  const what = `the folder is no database and has input files in it (${found}), so it would hold both`
  const ways = 'give another folder for the database with -o, such as'
  throw new IngestError('USAGE', `${what}: ${ways} \`jwst-ingest -o jwst-db ${folder}\``, { source: folder })
}

function hasInputHeader(path: string): boolean {
  try {
    const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
    try {
      const bytes = Buffer.alloc(HEADER_BYTES)
      const [header = ''] = bytes.toString('utf8', 0, readSync(fd, bytes)).split('\n')
      const columns = header.split(',').map((column) => column.replace(/["\r]/g, ''))
      return REQUIRED_COLUMNS.every((column) => columns.includes(column))
    } finally {
      closeSync(fd)
    }
  } catch {
    return false
  }
}

/** The files that a name stands for. */
interface FilesAt {
  /** Whether there is a file or folder of the name itself. */
  readonly isThere: boolean
  /** Of a folder those with names of daily files, in name order; none where there is nothing. */
  readonly paths: readonly string[]
  /** Names of a folder's other CSV files, in name order. */
  readonly others: readonly string[]
}

/**
 * Finds the files that a name stands for.
 *
 * @throws IngestError INPUT_UNREADABLE
 */
export async function filesAt(name: string, { prefix }: Pick<SourceOptions, 'prefix'>): Promise<FilesAt> {
  const status = await ask(name, () => stat(name))
  if (status === undefined) {
    const { globFiles } = await import('../glob.js')
    return { isThere: false, paths: (await ask(name, () => globFiles(name))) ?? [], others: [] }
  }
  if (!status.isDirectory()) return { isThere: true, paths: [name], others: [] }
  const isWanted = await prefixMatcher(prefix)
  const all = (await ask(name, () => readdir(name))) ?? []
  const names = all.filter((file) => CSV_NAME.test(file) && isWanted(file)).sort()
  const paths = names.filter((file) => DAILY_NAME.test(file)).map((file) => join(name, file))
  return { isThere: true, paths, others: names.filter((file) => !DAILY_NAME.test(file)) }
}

async function nothingFound(name: string, status: Stats | undefined, { prefix }: SourceOptions): Promise<string> {
  const { isPattern } = await import('../glob.js')
  if (status === undefined) return isPattern(name) ? 'no file matches this pattern' : 'no such file or folder'
  const wanted = prefix === undefined ? '' : ` whose name starts with ${prefix}`
  return `the folder has no file named YYYY-MM-DD_DDD.csv or .csv.gz${wanted}`
}

/** What the system says about a path; undefined where there is nothing. */
async function ask<T>(path: string, question: () => Promise<T>): Promise<T | undefined> {
  try {
    return await question()
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw new IngestError('INPUT_UNREADABLE', `cannot be read: ${message}`, { source: path }, error)
  }
}

/** Whether a name starts with a prefix in which `*` stands for any text and `?` for any character. */
async function prefixMatcher(prefix: string | undefined): Promise<(name: string) => boolean> {
  if (prefix === undefined) return () => true
  const { matches, wildcards } = await import('../text/wildcards.js')
  const pattern = wildcards(`${prefix}*`)
  return (name) => matches(pattern, name)
}

/** One after the other, so that warnings come in the order of the files. */
export async function fileInputs(
  paths: readonly string[],
  options: Pick<SourceOptions, 'date' | 'warn' | 'signal'>,
): Promise<Input[]> {
  const inputs: Input[] = []
  for (const path of paths) {
    const status = await ask(path, () => stat(path))
    if (status === undefined) throw new IngestError('NO_INPUT', 'a link to a file that is not there', { source: path })
    if (status.isDirectory()) throw folderAsFile(path)
    inputs.push(fileInput(path, status, options))
  }
  return inputs
}

/** Folders stand for the files in them, but not for those in folders in them. */
function folderAsFile(path: string): IngestError {
  const message = 'is a folder, though it has the name of a daily file: rename it, or name the files that are meant'
  return new IngestError('INPUT_UNREADABLE', message, { source: path })
}

function fileInput(path: string, status: Stats, options: Pick<SourceOptions, 'date' | 'warn' | 'signal'>): Input {
  const seekable = status.isFile()
  return {
    name: path,
    day: dayOfFile(path, options),
    ...(status.isFIFO()
      ? namedPipe(path, options.signal)
      : { open: () => createReadStream(path, { highWaterMark: 1 << 18 }) }),
    seekable,
    bytes: seekable ? status.size : undefined,
  }
}

/**
 * A pipe with a name, as `<(zcat *.gz)` makes one, is read by the event loop: a thread of the system would wait in it for
 * its writer, and the process could not end before that.
 */
function namedPipe(path: string, signal: AbortSignal | undefined): Required<Pick<Input, 'open' | 'close'>> {
  let socket: Socket | undefined
  return {
    open() {
      const { Socket } = process.getBuiltinModule('node:net')
      const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
      socket = new Socket({ fd, readable: true, writable: false })
      return signal === undefined ? socket : addAbortSignal(signal, socket)
    },
    close: () => socket?.destroy(),
  }
}

function dayOfFile(path: string, { date, warn }: Pick<SourceOptions, 'date' | 'warn'>): Day {
  const [, named, doy] = DAILY_NAME.exec(basename(path)) ?? []
  if (named === undefined) {
    if (date !== undefined) return parseDay(date, '--date')
    throw new IngestError('USAGE', 'the name tells no day (YYYY-MM-DD_DDD.csv): give it with --date YYYY-MM-DD', {
      source: path,
    })
  }
  const day = parseDay(named, path)
  if (Number(doy) !== Number(day.doy))
    warn(`${path}: day of year ${doy} is not that of ${named} (${day.doy}); the date counts`)
  return day
}
