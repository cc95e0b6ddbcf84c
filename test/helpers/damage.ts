/** Tables of a database changed by hand, for tests of what a check and a rebuild make of it. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import type { ExecutionContext } from 'ava'
import { ingest } from '../../lib/run/ingest.js'

export const FIXTURES = join(import.meta.dirname, '..', '..', '..', 'fixtures')

/** A new folder that is removed after the test. */
export function newFolder(t: Pick<ExecutionContext, 'teardown'>): string {
  const folder = mkdtempSync(join(tmpdir(), 'jwst-ingest-check-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** A database that one run for each list of inputs makes. */
export async function build(out: string, runs: readonly (readonly string[])[]): Promise<string> {
  for (const inputs of runs) await ingest({ inputs, out })
  return out
}

/** The daily files of a folder, each a run. */
export function daily(folder: string): string[][] {
  return readdirSync(folder)
    .sort()
    .map((name) => [join(folder, name)])
}

/** A copy that no run can tell from the original. */
export function copyOf(folder: string, into: string): string {
  // Node's own copies round the times of files, by which a run tells whether they were changed.
  const { status } = spawnSync('cp', ['-a', folder, into])
  if (status !== 0) throw new Error(`cannot copy ${folder}`)
  return into
}

/** The lines of a file; the first is the header. Fields with quotes are none of its business. */
export class Lines {
  readonly #path: string
  readonly #lines: string[]

  constructor(folder: string, file: string) {
    this.#path = join(folder, file)
    this.#lines = existsSync(this.#path) ? readFileSync(this.#path, 'utf8').trimEnd().split('\n') : []
  }

  get all(): readonly string[] {
    return this.#lines
  }

  /** The 1-based number of the first line below the header that has a text. */
  find(text: string): number {
    const index = this.#lines.findIndex((line, at) => at > 0 && line.includes(text))
    if (index < 0) throw new Error(`${this.#path}: no line with ${text}`)
    return index + 1
  }

  /** A cell of a line, by its column. */
  get(line: number, column: string): string {
    return this.#lines[line - 1]?.split(',')[this.#column(column)] ?? ''
  }

  set(line: number, column: string, value: string): this {
    const cells = (this.#lines[line - 1] ?? '').split(',')
    cells[this.#column(column)] = value
    return this.replace(line, cells.join(','))
  }

  /** Puts lines in place of one; none takes it out. */
  replace(line: number, ...texts: string[]): this {
    this.#lines.splice(line - 1, 1, ...texts)
    return this
  }

  add(text: string): this {
    this.#lines.push(text)
    return this
  }

  /** Text of a line. */
  text(line: number): string {
    return this.#lines[line - 1] ?? ''
  }

  /** Writes the file; its time shows the change. */
  write(end = '\n'): void {
    writeFileSync(this.#path, this.#lines.map((line) => `${line}${end}`).join(''))
    utimesSync(this.#path, new Date(), new Date())
  }

  #column(name: string): number {
    const index = this.#lines[0]?.split(',').indexOf(name) ?? -1
    if (index < 0) throw new Error(`${this.#path}: no column ${name}`)
    return index
  }
}

/** Changes the index, so that a run would believe it: `edit` gets its words of four bytes, those of the tables first. */
export function editIndex(folder: string, edit: (words: Uint32Array) => void): void {
  const path = join(folder, '.jwst-ingest', 'index')
  const file = readFileSync(path)
  const end = file.indexOf('\n') + 1
  const words = new Uint32Array(file.buffer.slice(file.byteOffset + end, file.byteOffset + file.length))
  edit(words)
  const rest = Buffer.concat([file.subarray(file.indexOf(',') + 1, end), Buffer.from(words.buffer)])
  writeFileSync(path, Buffer.concat([Buffer.from(`{"checksum":${crc32(rest)},`), rest]))
}
