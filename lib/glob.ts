/** Files by a pattern of their paths: `*`, `?`, `[a-z]` and `{a,b}` within a name, `**` for folders in folders. */
import type { Dirent } from 'node:fs'
import { readdir, realpath, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { anything, character, literal, matches, type PatternPart, sequence } from './text/wildcards.js'

/** Alternatives of a pattern with braces, at most: each brace can double them. */
const MOST_ALTERNATIVES = 1_000

/** Whether a path has anything in it that a pattern can have. */
export function isPattern(path: string): boolean {
  return /[*?[\]{}]/.test(path)
}

/**
 * The files whose paths a pattern matches, each once, in text order. Names that begin with a dot count, too; links to
 * folders are followed. What is in a folder that matches is not meant. The time grows with the folders and the pattern
 * alone: no pattern is matched by trying.
 *
 * @throws what the system reports, but for a path that is not there
 */
export async function globFiles(pattern: string): Promise<string[]> {
  const found = new Set<string>()
  for (const alternative of expandBraces(pattern)) {
    const start = alternative.startsWith('/') ? '/' : ''
    const names = alternative.split('/').filter((name) => name !== '')
    await walk({ folder: start, rest: names, found, seen: new Set(), within: [] })
  }
  return [...found].sort()
}

/** The files in a folder, and in all folders in it, whose names are accepted; in text order. See {@link globFiles}. */
export async function filesIn(folder: string, accepts: (name: string) => boolean): Promise<string[]> {
  const found = new Set<string>()
  await walk({ folder, rest: ['**'], found, seen: new Set(), within: [] })
  return [...found].filter((path) => accepts(basename(path))).sort()
}

/** Where a search has come to. */
interface Search {
  /** Blank for the current folder. */
  readonly folder: string
  /** Names of the pattern that are still to be matched. */
  readonly rest: readonly string[]
  readonly found: Set<string>
  /** Folders, with how much of the pattern was left there: what comes there again finds nothing more. */
  readonly seen: Set<string>
  /** Real paths of the folders that `**` has come through, so that links do not lead round and round. */
  readonly within: readonly string[]
}

async function walk(search: Search): Promise<void> {
  const { folder, rest, seen } = search
  const place = `${rest.length} ${folder}`
  if (seen.has(place)) return
  seen.add(place)
  const [name = '', ...others] = rest
  if (name === '**') return walkFolders(search, others)
  if (!isPattern(name)) return visit(search, name, others)
  const part = nameIn(name)
  for (const entry of await entriesOf(folder)) if (matches(part, entry.name)) await visit(search, entry.name, others)
}

/** `**`: the folder itself, and all folders in it. */
async function walkFolders(search: Search, others: readonly string[]): Promise<void> {
  const { folder, found, within } = search
  const real = await ifThere(() => realpath(folder || '.'))
  if (real === undefined || within.includes(real)) return
  if (others.length > 0) await walk({ ...search, rest: others })
  for (const entry of await entriesOf(folder)) {
    const path = join(folder, entry.name)
    // The folder says what most are; of a link one has to ask.
    const isTold = entry.isFile() || entry.isDirectory()
    const status = isTold ? entry : await ifThere(() => stat(path))
    if (status?.isDirectory()) await walk({ ...search, folder: path, within: [...within, real] })
    else if (others.length === 0 && status?.isFile()) found.add(path)
  }
}

async function visit(search: Search, name: string, others: readonly string[]): Promise<void> {
  const path = name === '.' && search.folder === '' ? '.' : join(search.folder, name)
  if (others.length > 0) return walk({ ...search, folder: path, rest: others })
  if ((await ifThere(() => stat(path)))?.isFile()) search.found.add(path)
}

async function entriesOf(folder: string): Promise<readonly Dirent[]> {
  return (await ifThere(() => readdir(folder || '.', { withFileTypes: true }))) ?? []
}

async function ifThere<T>(question: () => Promise<T>): Promise<T | undefined> {
  try {
    return await question()
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw error
  }
}

/** A name of a pattern; what is no class after all stands for itself. */
function nameIn(name: string): PatternPart {
  const pieces = name.match(/\*+|\?|\[!?\]?[^\]]*\]|[^*?[]+|\[/g) ?? []
  return sequence(...pieces.map(partOf))
}

function partOf(piece: string): PatternPart {
  if (piece.startsWith('*')) return anything
  if (piece === '?') return character()
  return piece.length > 2 && piece.startsWith('[') ? characterClass(piece.slice(1, -1)) : literal(piece)
}

/** `a-z`, `abc`, and `!` or `^` before what is not meant. */
function characterClass(text: string): PatternPart {
  const isNegated = text[0] === '!' || text[0] === '^'
  const ranges = (isNegated ? text.slice(1) : text).match(/.-.|./gsu) ?? []
  const isIn = (one: string) => ranges.some((range) => one >= (range[0] ?? '') && one <= (range.at(-1) ?? ''))
  return character((one) => isIn(one) !== isNegated)
}

/** The patterns that one with braces stands for; braces without a comma stand for themselves. */
function expandBraces(pattern: string): string[] {
  let alternatives = ['']
  let rest = pattern
  for (let brace = /\{([^{}]*,[^{}]*)\}/.exec(rest); brace !== null; brace = /\{([^{}]*,[^{}]*)\}/.exec(rest)) {
    const before = rest.slice(0, brace.index)
    const choices = (brace[1] ?? '').split(',')
    if (alternatives.length * choices.length > MOST_ALTERNATIVES) break
    alternatives = alternatives.flatMap((start) => choices.map((choice) => start + before + choice))
    rest = rest.slice(brace.index + brace[0].length)
  }
  return alternatives.map((start) => start + rest)
}
