/**
 * What programs without types get wrong: an option of the wrong type is reported by its name, before anything is done with
 * it. What a value of the right type means is looked at where it is used.
 */
import { IngestError } from '../errors.js'
import { itemsWithReason, withReason } from './abort.js'

/** What an option has to be. */
interface Kind {
  readonly expected: string
  readonly fits: (value: unknown) => boolean
}

const isNumber = (value: unknown): value is number => typeof value === 'number' && value >= 0
const isText = (value: unknown): value is string => typeof value === 'string'
const isObject = (value: unknown): value is Readonly<Record<PropertyKey, unknown>> =>
  typeof value === 'object' && value !== null

const TEXT: Kind = { expected: 'a text', fits: isText }
const TEXTS: Kind = { expected: 'a list of texts', fits: (value) => Array.isArray(value) && value.every(isText) }
const NUMBERS: Kind = { expected: 'a list of numbers', fits: (value) => Array.isArray(value) && value.every(isNumber) }
const FLAG: Kind = { expected: 'true or false', fits: (value) => typeof value === 'boolean' }
const LISTENER: Kind = { expected: 'a function', fits: (value) => typeof value === 'function' }
const SIGNAL: Kind = {
  expected: 'an AbortSignal',
  fits: (value) => isObject(value) && typeof value.throwIfAborted === 'function',
}

/** By name: an option means the same in every function that has it. */
const KINDS: Readonly<Record<string, Kind>> = {
  ...kinds(TEXT, 'date', 'prefix', 'tmp', 'olderThan', 'asOf', 'since', 'until', 'other', 'format'),
  ...kinds(TEXTS, 'inputs', 'asn', 'names', 'tables', 'instruments', 'columns'),
  ...kinds(NUMBERS, 'programs'),
  ...kinds(FLAG, 'candidates', 'replace', 'dryRun', 'strict', 'follow', 'share'),
  ...kinds(FLAG, 'acceptLoss', 'safeForSheets', 'card', 'force'),
  ...kinds(LISTENER, 'warn', 'alert', 'progress', 'onInputs', 'onCommit', 'onReject'),
  ...kinds(SIGNAL, 'signal', 'stop'),
  wait: { expected: 'a number of seconds, 0 or more', fits: isNumber },
  maxRejects: { expected: 'a whole number, 0 or more', fits: (value) => isNumber(value) && Number.isInteger(value) },
  memory: {
    expected: 'a number of bytes, 1 or more',
    fits: (value) => isNumber(value) && value >= 1 && Number.isFinite(value),
  },
  stdin: {
    expected: 'an async iterable of Buffers, such as a stream',
    fits: (value) => isObject(value) && Symbol.asyncIterator in value,
  },
  commitEvery: {
    expected: '{ rows } or { seconds }, with a number above 0',
    fits: (value) => isObject(value) && [value.rows, value.seconds].some((its) => isNumber(its) && its > 0),
  },
}

function kinds(kind: Kind, ...names: readonly string[]): Record<string, Kind> {
  return Object.fromEntries(names.map((name) => [name, kind]))
}

/** @throws IngestError USAGE for an option that is not of its type */
export function checkOptions(options: object): void {
  for (const [name, value] of Object.entries(options)) {
    const kind = Object.hasOwn(KINDS, name) ? KINDS[name] : undefined
    if (value !== undefined && kind?.fits(value) === false) throw wrong(name, kind.expected, value)
  }
}

/** @throws IngestError USAGE for a database that is not given as the path of its folder */
export function checkFolder(folder: unknown): void {
  if (!isText(folder) || folder === '') throw wrong('the database', 'the path of its folder', folder)
}

function wrong(name: string, expected: string, value: unknown): IngestError {
  const got = typeof value === 'string' ? JSON.stringify(value) : String(value)
  return new IngestError('USAGE', `${name}: expected ${expected}, got ${got}`)
}

/**
 * A program's standard input is not read unless it says so.
 *
 * @throws IngestError USAGE where nothing says what to read
 */
export function mustHaveInputs(options: {
  readonly inputs?: readonly string[] | undefined
  readonly stdin?: unknown
}): void {
  if ((options.inputs ?? []).length > 0 || options.stdin !== undefined) return
  const ways =
    "files, folders or globs in `inputs`, '-' in it for the standard input of the process, or a stream as `stdin`"
  throw new IngestError('USAGE', `no inputs: give ${ways}`)
}

interface Abortable {
  readonly signal?: AbortSignal | undefined
}

/** Does what a function is asked for. @throws IngestError USAGE as {@link checkOptions}; the signal's reason */
export async function answer<T>(folder: string, options: Abortable, work: () => Promise<T>): Promise<T> {
  checkFolder(folder)
  checkOptions(options)
  return withReason(options.signal, work)
}

/** Gives item by item what a function is asked for. @throws IngestError USAGE as {@link checkOptions}; the signal's reason */
export async function* answerItems<T>(
  folder: string,
  options: Abortable,
  items: () => AsyncIterable<T>,
): AsyncGenerator<T> {
  checkFolder(folder)
  checkOptions(options)
  yield* itemsWithReason(options.signal, items)
}
