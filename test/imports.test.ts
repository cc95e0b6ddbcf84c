/** The rooms of `lib`: imports run down only, no files import each other in a circle, a name is exported once. */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import test from 'ava'

const LIB = fileURLToPath(new URL('../../lib/', import.meta.url))

/** The rooms from the top down; those of one line may not import each other. */
const ROOMS = [
  ['bundle'],
  ['cli'],
  ['library'],
  ['report'],
  ['inspect', 'export'],
  ['run'],
  ['asn', 'maintain'],
  ['workers'],
  ['audit'],
  ['store'],
  ['sort'],
  ['settle'],
  ['rules'],
  ['csv', 'text', 'process'],
] as const
const LEVELS: ReadonlyMap<string, number> = new Map(
  ROOMS.toReversed().flatMap((rooms, level) => rooms.map((room) => [room, level] as const)),
)

const FILES = readdirSync(LIB, { encoding: 'utf8', recursive: true }).filter((path) => path.endsWith('.ts'))
const TEXTS = new Map(FILES.map((path) => [path, readFileSync(join(LIB, path), 'utf8')]))

/** The files of `lib` that a file imports, types included. */
function importsOf(path: string): string[] {
  const names = [...(TEXTS.get(path) ?? '').matchAll(/(?:from|import\(|^import)\s*'(\.[^']+\.js)'/gm)]
  return names.map(([, name = '']) => normalize(join(dirname(path), name)).replace(/\.js$/, '.ts'))
}

const roomOf = (path: string) => (path.includes('/') ? path.slice(0, path.indexOf('/')) : undefined)

test('every file is in a room, or at the door', (t) => {
  const rooms = new Set(FILES.map(roomOf).filter((room) => room !== undefined))
  t.deepEqual(
    [...rooms].filter((room) => !LEVELS.has(room)),
    [],
  )
  t.deepEqual(
    [...LEVELS.keys()].filter((room) => !rooms.has(room)),
    [],
  )
  const atDoor = FILES.filter((path) => roomOf(path) === undefined)
  t.deepEqual(atDoor.sort(), ['clock.ts', 'errors.ts', 'glob.ts', 'index.ts', 'main.ts', 'program.ts'])
})

test('imports run down: from a room to itself or to one below it', (t) => {
  const up = FILES.flatMap((path) => {
    const from = roomOf(path)
    return importsOf(path)
      .filter((other) => {
        const to = roomOf(other)
        if (from === undefined || to === undefined || from === to) return false
        return (LEVELS.get(to) ?? 0) >= (LEVELS.get(from) ?? 0)
      })
      .map((other) => `${path} -> ${other}`)
  })
  t.deepEqual(up, [])
})

test('no files import each other in a circle', (t) => {
  const done = new Set<string>()
  const circles: string[] = []
  const visit = (path: string, way: readonly string[]) => {
    if (way.includes(path)) circles.push([...way.slice(way.indexOf(path)), path].join(' -> '))
    if (done.has(path) || way.includes(path)) return
    for (const other of importsOf(path)) visit(other, [...way, path])
    done.add(path)
  }
  for (const path of FILES) visit(path, [])
  t.deepEqual(circles, [])
})

test('a name is exported from one file only', (t) => {
  const files = new Map<string, string[]>()
  for (const [path, text] of TEXTS)
    for (const [, name = ''] of text.matchAll(/^export (?:async )?(?:function\*?|class|const|interface|type) (\w+)/gm))
      files.set(name, [...(files.get(name) ?? []), path])
  // What programs see is named for them.
  const twice = [...files].filter(([, paths]) => paths.length > 1)
  t.deepEqual(twice, [])
})

test('no file is longer than 300 lines', (t) => {
  const long = [...TEXTS].filter(([, text]) => text.split('\n').length - 1 > 300).map(([path]) => path)
  t.deepEqual(long, [])
})
