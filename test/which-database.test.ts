/** Which database a command is about: the same for all commands, but what each of them has no room for. */
import { readdirSync } from 'node:fs'
import test, { type ExecutionContext } from 'ava'
import { ASN, writeInputs } from './helpers/command-inputs.js'
import { pairs, Workdir } from './helpers/program.js'

/** How a command line is continued, and how what it says shows which database it was about. */
interface Case {
  readonly command: readonly string[]
  readonly rest?: readonly string[]
  /** Ways of naming a database that it has not. */
  readonly without?: readonly ('argument' | '-o')[]
}

const CASES: readonly Case[] = [
  // Its arguments are inputs.
  { command: [], rest: ['--json', '-q', 'in/2024-02-22_053.csv'], without: ['argument'] },
  { command: ['associate'], rest: ['--json', '-q', '--asn', `in/${ASN}`] },
  { command: ['check'], rest: ['--json', '-q'] },
  { command: ['rebuild'], rest: ['--json', '-q'] },
  { command: ['status'], rest: ['--json'] },
  { command: ['explain', '--waiting'], rest: ['--json'] },
  { command: ['report'], rest: ['--json', '-q'] },
  // Its -o is where files are made.
  { command: ['export'], rest: ['--json', '-q', '-o', 'out'], without: ['-o'] },
  { command: ['prune', '--older-than', '9y'], rest: ['--json', '-q', '--dry-run'] },
]

const WAYS = {
  argument: (db: string) => [db],
  '-o': (db: string) => ['-o', db],
  '--out': (db: string) => [`--out=${db}`],
  '-d': (db: string) => ['-d', db],
  '--db': (db: string) => ['--db', db],
} as const
const NAMES = Object.keys(WAYS) as (keyof typeof WAYS)[]

const waysOf = ({ without = [] }: Case) =>
  NAMES.filter((way) => !without.some((its) => its === way || (its === '-o' && way === '--out')))

async function scene(t: ExecutionContext): Promise<Workdir> {
  const dir = new Workdir(t)
  writeInputs(dir)
  for (const db of ['one', 'two', 'jwst-db']) await dir.run(['-q', '-o', db, 'in/2024-02-21_052.csv'])
  return dir
}

for (const its of CASES) {
  const { command, rest = [] } = its
  const title = command[0] ?? 'ingest'
  test(`${title}: argument and options name the database, before the environment, before ./jwst-db`, async (t) => {
    const dir = await scene(t)
    const about = async (args: readonly string[], env: Readonly<Record<string, string>> = {}) => {
      const { code, stdout, stderr } = await dir.run(args, { env })
      t.is(code, 0, `${args.join(' ')}: ${stderr}`)
      return (JSON.parse(stdout) as { database: string }).database
    }
    const env = { JWST_INGEST_DB: 'two' }
    for (const way of waysOf(its)) t.is(await about([...command, ...WAYS[way]('one'), ...rest], env), 'one', way)
    if (command.length > 0) t.is(await about(['-o', 'one', ...command, ...rest], env), 'one', 'before the command')
    t.is(await about([...command, ...rest], env), 'two')
    t.is(await about([...command, ...rest]), 'jwst-db')
    t.is(await about([...command, ...rest], { JWST_INGEST_DB: '' }), 'jwst-db')
    // Behind --db the arguments of explain are names.
    const [first = '-o'] = waysOf(its).filter((way) => title !== 'explain' || way !== 'argument')
    t.is(await about([...command, ...WAYS[first]('one'), '--db', 'one/', ...rest], env), 'one', 'named twice')
  })

  test(`${title}: two databases, or none, are an error that tells what to do`, async (t) => {
    const dir = await scene(t)
    const ways = waysOf(its).filter((way) => way !== '--db' && !(title === 'explain' && way === 'argument'))
    for (const way of ways) {
      if (way === '-d') continue
      const args = [...command, '--db', 'one', ...WAYS[way]('two'), ...rest]
      const { code, stderr } = await dir.run(args)
      t.is(code, 2, args.join(' '))
      t.regex(stderr, /two databases are named, (one|two) and (one|two): leave out one of them/)
    }
    const empty = new Workdir(t)
    writeInputs(empty)
    const { code, stderr } = await empty.run([...command, ...rest])
    if (command.length === 0) t.deepEqual([code, stderr], [0, ''], 'a run makes its database')
    else {
      t.is(code, 1)
      t.regex(stderr, /no database is named, and \.\/jwst-db is not there: name one as an argument, with --db, or in/)
      const env = { JWST_INGEST_DB: 'nosuch' }
      const unset = await empty.run([...command, ...rest], { env })
      t.is(unset.code, 1)
      t.regex(
        unset.stderr,
        /^jwst-ingest: nosuch: no such folder; the variable JWST_INGEST_DB names it: set it to .*--db/,
      )
      t.deepEqual(readdirSync(empty.folder), ['in'])
    }
  })
}

const REFUSED: readonly (readonly [name: string, content: string])[] = [
  ['2024-02-21_052.csv', pairs(1)],
  ['2024-02-21_052.csv.gz', ''],
  ['of-today.csv', pairs(1)],
]
for (const [name, content] of REFUSED) {
  test(`a folder with ${name} in it becomes no database by a slip`, async (t) => {
    const dir = new Workdir(t)
    dir.write(`raw/${name}`, content)
    dir.write('2024-02-22_053.csv', pairs(2))
    const { code, stdout, stderr } = await dir.run(['-o', 'raw', '2024-02-22_053.csv'])
    t.deepEqual([code, stdout], [2, ''])
    t.true(stderr.startsWith(`jwst-ingest: raw: the folder is no database and has input files in it (${name})`), stderr)
    t.true(stderr.includes('`jwst-ingest -o jwst-db raw`'))
    t.deepEqual(readdirSync(dir.path('raw')), [name])
  })
}

test('a folder with other files, and a database beside its raw files, are taken as ever', async (t) => {
  const dir = new Workdir(t)
  dir.write('db/notes.csv', 'a,b\n1,2\n')
  dir.write('2024-02-22_053.csv', pairs(2))
  t.is((await dir.run(['-o', 'db', '2024-02-22_053.csv'])).code, 0)
  dir.write('db/2024-02-23_054.csv', pairs(3))
  t.is((await dir.run(['-o', 'db', 'db'])).code, 0)
})

test('a database in place of inputs is told as such', async (t) => {
  const dir = await scene(t)
  const { code, stderr } = await dir.run(['one'])
  t.is(code, 1)
  t.regex(stderr, /one: the folder has no file named .*; it is a database: name it with -o\n$/)
})
