/**
 * The inputs of the benchmark: generated once, from fixed seeds, and kept in bench/data.
 */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  createReadStream,
  createWriteStream,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
} from 'node:fs'
import { rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import type { Dialect } from './generator-dialect.js'
import { HEADER } from './generator-rows.js'

/** What an input holds. */
export interface InputSpec {
  readonly rows: number
  /** Rows in random order over the whole file, instead of by name. */
  readonly shuffle?: boolean
  /** Share of groups whose product is there; that of the generator where it is absent. */
  readonly match?: number
  /** How the rows are written; plain by default. */
  readonly dialect?: Dialect
}

/** A file of rows. */
export interface InputFile {
  readonly path: string
  readonly rows: number
  readonly bytes: number
}

/** Compiled files are in dist/bench, inputs in bench/data. */
export const ROOT = join(import.meta.dirname, '..', '..')
const GENERATE = join(import.meta.dirname, 'generate.js')
/** Name of every file: a day for all programs that ask for one. */
const FILE_NAME = '2024-02-21_052.csv'
/** The program numbers of a generated day begin here, and reach little further than those of a million rows. */
const FIRST_PROGRAM = 1001
/** A dataset's name begins with so many letters that tell its program. */
const PROGRAM_LETTERS = 7
/** Program numbers from here on are in no generated file; a day of 5,000 rows takes fewer than the step. */
const FIRST_FREE_PROGRAM = 60_000
const FREE_PROGRAM_STEP = 4000

/** Inputs of another version of the generator are of no use. */
function generatorVersion(): string {
  const hash = createHash('sha256')
  const files = readdirSync(import.meta.dirname).filter((name) => /^generat.*\.js$/.test(name))
  for (const file of [...files.sort(), 'bench-data.js']) hash.update(readFileSync(join(import.meta.dirname, file)))
  return hash.digest('hex').slice(0, 12)
}

/** The folder of the inputs. */
export const DATA_FOLDER = join(ROOT, 'bench', 'data')
const VERSION_FOLDER = join(DATA_FOLDER, generatorVersion())

/** A file of the data folder, made by `make` under another name first, so that what is there is whole. */
async function cached(name: string, make: (path: string) => unknown): Promise<string> {
  const path = join(VERSION_FOLDER, name)
  if (existsSync(path)) return path
  console.error(`making ${name}`)
  removeOtherVersions()
  mkdirSync(dirname(path), { recursive: true })
  await make(`${path}.new`)
  await rename(`${path}.new`, path)
  return path
}

/** What another version of the generator made takes room, and is of no use. */
function removeOtherVersions(): void {
  const folders = existsSync(DATA_FOLDER) ? readdirSync(DATA_FOLDER) : []
  for (const folder of folders.filter((name) => /^[0-9a-f]{12}$/.test(name) && !VERSION_FOLDER.endsWith(name)))
    rmSync(join(DATA_FOLDER, folder), { recursive: true })
}

function fileOf(path: string, rows: number): InputFile {
  return { path, rows, bytes: statSync(path).size }
}

/** A generated file. */
export async function inputFile({ rows, shuffle = false, match, dialect = 'plain' }: InputSpec): Promise<InputFile> {
  const order = shuffle ? 'shuffled' : 'by-name'
  const written = dialect === 'plain' ? '' : `-${dialect}`
  const name = `${rows}-${order}${match === undefined ? '' : `-match-${match}`}${written}`
  const shares = match === undefined ? [] : ['--match', String(match)]
  const options = [...(shuffle ? ['--shuffle'] : []), ...shares, '--dialect', dialect]
  return fileOf(await cached(join(name, FILE_NAME), (path) => generate(path, rows, options)), rows)
}

/** In a process of its own: shuffling holds all rows in memory. */
function generate(path: string, rows: number, options: readonly string[]): void {
  const place = ['--out', dirname(path), '--one-file', path.slice(dirname(path).length + 1)]
  runGenerator(['--days', '1', '--rows', String(rows), ...place, ...options])
}

function runGenerator(args: readonly string[]): void {
  const { status } = spawnSync(process.execPath, [GENERATE, ...args], { stdio: ['ignore', 'ignore', 'inherit'] })
  if (status !== 0) throw new Error(`the generator ended with ${status}`)
}

/** A folder with as many rows in a file for each of some days. */
export function dayFiles(rows: number, days: number): Promise<string> {
  const perDay = Math.round(rows / days)
  return cached(`${rows}-in-${days}-days`, (path) =>
    runGenerator(['--days', String(days), '--rows', String(perDay), '--out', path]),
  )
}

/**
 * A file in which a program begins behind every `size` rows, so that none of these touch what came before: where the next
 * program does not fit, rows of a level that is of no matter fill the room.
 */
export async function rowsInBlocks(rows: number, size: number): Promise<InputFile> {
  const path = await cached(join(`${rows}-in-blocks-of-${size}`, FILE_NAME), async (to) => {
    const all = await inputFile({ rows })
    await pipeline(blocksOf(all.path, rows, size), createWriteStream(to))
    await rm(dirname(all.path), { recursive: true })
  })
  return fileOf(path, rows)
}

async function* blocksOf(path: string, rows: number, size: number): AsyncGenerator<string> {
  let given = 0
  let filler = ''
  yield `${HEADER}\n`
  for await (const lines of programsIn(path)) {
    const room = size - (given % size)
    const filled = lines.length > room ? room : 0
    if (given + filled + lines.length > rows) break
    yield filler.repeat(filled) + lines.join('')
    given += filled + lines.length
    filler = lines.find((line) => line.includes(',LEVEL_2,')) ?? filler
  }
  yield filler.repeat(rows - given)
}

/** The lines of each program of a file that is in the order of names. */
async function* programsIn(path: string): AsyncGenerator<string[]> {
  let lines: string[] = []
  for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) {
    if (line === HEADER) continue
    if (lines[0]?.slice(0, PROGRAM_LETTERS) !== line.slice(0, PROGRAM_LETTERS) && lines.length > 0) {
      yield lines
      lines = []
    }
    lines.push(`${line}\n`)
  }
  yield lines
}

/** Rows with the association files that belong to them. */
export async function withAssociations(rows: number): Promise<{ path: string; asn: string; members: number }> {
  const folder = await cached(`${rows}-with-associations`, (path) => {
    const place = [
      '--out',
      path,
      '--one-file',
      FILE_NAME,
      '--asn',
      join(path, 'asn'),
      '--truth',
      join(path, 'truth.csv'),
    ]
    runGenerator(['--days', '1', '--rows', String(rows), ...place])
  })
  const lines = readFileSync(join(folder, 'truth.csv'), 'utf8').trimEnd().split('\n')
  return { path: join(folder, FILE_NAME), asn: join(folder, 'asn'), members: lines.length - 1 }
}

/** The same file, compressed with gzip. */
export async function gzipped({ path, rows }: InputFile): Promise<InputFile> {
  const name = `${path.slice(VERSION_FOLDER.length + 1)}.gz`
  const made = await cached(name, (to) => pipeline(createReadStream(path), createGzip(), createWriteStream(to)))
  return fileOf(made, rows)
}

/** Rows that a database is made of, and days that come to it afterwards. */
export interface IncrementalInputs {
  readonly base: InputFile
  /** Days of programs that the base does not have. */
  readonly apart: readonly InputFile[]
  /** Days with rows that were held back from the base: exposures and products that come late. */
  readonly late: readonly InputFile[]
}

/**
 * Takes some rows out of a file of more than `rows` rows and puts them into days of other programs.
 *
 * @param days number of days of each kind
 * @param dayRows rows of a day
 * @param lateRows how many of them belong to associations of the base
 */
export async function incrementalInputs(
  rows: number,
  days: number,
  dayRows: number,
  lateRows: number,
): Promise<IncrementalInputs> {
  const folder = `incremental-${rows}-${days}x${dayRows}-${lateRows}-late`
  const nameOf = (part: string) => join(VERSION_FOLDER, folder, part, FILE_NAME)
  const partOf = (part: string, count: number) => fileOf(nameOf(part), count)
  const numbers = [...Array(days).keys()]
  if (!numbers.every((number) => existsSync(nameOf(`late-${number}`)))) {
    const all = await inputFile({ rows: rows + days * lateRows })
    const heldBack = await splitRows(all, nameOf('base'), days * lateRows)
    for (const number of numbers) {
      const program = FIRST_FREE_PROGRAM + 2 * number * FREE_PROGRAM_STEP
      await writeDay(nameOf(`apart-${number}`), await rowsApart(dayRows, program), [])
      const late = heldBack.filter((_, index) => index % days === number)
      const own = await rowsApart(dayRows - lateRows, program + FREE_PROGRAM_STEP)
      await writeDay(nameOf(`late-${number}`), own, late)
    }
    await rm(dirname(all.path), { recursive: true })
  }
  return {
    base: partOf('base', rows),
    apart: numbers.map((number) => partOf(`apart-${number}`, dayRows)),
    late: numbers.map((number) => partOf(`late-${number}`, dayRows)),
  }
}

/** Copies a file without rows at even distances; returns these. */
async function splitRows(file: InputFile, path: string, count: number): Promise<string[]> {
  const heldBack: string[] = []
  const step = Math.floor(file.rows / count)
  mkdirSync(dirname(path), { recursive: true })
  async function* others() {
    let number = -1
    for await (const line of createInterface({ input: createReadStream(file.path), crlfDelay: Infinity })) {
      number += 1
      if (number % step === step - 1 && heldBack.length < count) heldBack.push(line)
      else yield `${line}\n`
    }
  }
  await pipeline(others, createWriteStream(path))
  return heldBack
}

/** Rows of programs from a number on, which the generator does not use for so few rows. */
async function rowsApart(rows: number, firstProgram: number): Promise<string[]> {
  const [, ...lines] = readFileSync((await inputFile({ rows })).path, 'utf8')
    .trimEnd()
    .split('\n')
  const column = HEADER.split(',').indexOf('PROGRAM')
  return lines.map((line) => {
    const number = String(Number(line.slice(2, 7)) - FIRST_PROGRAM + firstProgram)
    if (number.length !== 5) throw new RangeError(`program number ${number} has not five digits`)
    const cells = line.split(',')
    cells[column] = number
    return `jw${number}${cells.join(',').slice(7)}`
  })
}

async function writeDay(path: string, own: readonly string[], late: readonly string[]): Promise<void> {
  mkdirSync(dirname(path), { recursive: true })
  await writeFile(path, `${[HEADER, ...[...own, ...late].sort()].join('\n')}\n`)
}
