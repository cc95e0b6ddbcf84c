import { cpSync, readFileSync, symlinkSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import test from 'ava'
import { ingest } from '../lib/index.js'
import { readTable } from './helpers/database.js'
import { Workdir } from './helpers/program.js'

const root = (name: string) => fileURLToPath(new URL(`../../${name}`, import.meta.url))

test('the command that docs/adding-a-command.md adds works as it says, with nothing else to be done', async (t) => {
  const dir = new Workdir(t)
  const text = readFileSync(root('docs/adding-a-command.md'), 'utf8')
  const [command = '', line = ''] = [...text.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, block = '']) => block)
  for (const name of ['lib', 'tools', 'fixtures/days', 'package.json', 'tsconfig.json'])
    cpSync(root(name), dir.path(name), { recursive: true })
  symlinkSync(root('node_modules'), dir.path('node_modules'))
  dir.write('lib/cli/size.ts', command)
  const cli = dir.read('lib/cli/cli.ts')
  const registered = cli.replace(/^ {2}addDatabaseCommands\(/m, `${line}$&`)
  t.not(registered, cli)
  dir.write('lib/cli/cli.ts', `import { addSizeCommand } from './size.js'\n${registered}`)

  const node = (...args: string[]) => {
    const running = dir.startCommand(process.execPath, args)
    running.child.stdin?.end()
    return running.result
  }
  const built = await node('node_modules/typescript/bin/tsc', '-p', 'tsconfig.json')
  t.is(built.code, 0, built.stdout)
  const bundled = await node('dist/tools/bundle.js')
  t.is(bundled.code, 0, bundled.stderr)
  await ingest(dir.path('db'), { inputs: [root('fixtures/days')] })

  const bytes = Buffer.byteLength(dir.read('db/training.csv'))
  t.true(readTable(dir.path('db'), 'training').rows.length > 0)
  const plain = await node('dist/lib/main.js', 'size', 'db')
  t.true(plain.stdout.includes(`training     ${bytes}\n`), plain.stderr)
  const json = await node('dist/lib/main.js', 'size', '--json', 'db')
  t.like(JSON.parse(json.stdout), { command: 'size', sizes: { training: bytes } })
  const nothing = await node('dist/lib/main.js', 'size', 'not-there')
  t.is(nothing.code, 1)
  t.regex(nothing.stderr, /^jwst-ingest: not-there: no such folder; give the folder of a database/)
  const help = await node('dist/lib/main.js', 'help', 'size')
  t.regex(help.stdout, /^Usage: jwst-ingest size /)
  const mistyped = await node('dist/lib/main.js', 'siez', 'db')
  t.regex(mistyped.stderr, /"siez"; did you mean "size"\?/)
  const completion = await node('dist/lib/main.js', 'completion', 'fish')
  t.regex(completion.stdout, /-a size -d 'tell how large a database is'/)
})

test('biome finds nothing wrong with that command', async (t) => {
  const dir = new Workdir(t)
  const [, command = ''] = /```ts\n([\s\S]*?)```/.exec(readFileSync(root('docs/adding-a-command.md'), 'utf8')) ?? []
  const config = readFileSync(root('biome.json'), 'utf8').replace(/"vcs".*\n/, '')
  dir.write('biome.json', config.replace('./node_modules', root('node_modules')))
  dir.write('lib/cli/size.ts', command)
  const running = dir.startCommand(process.execPath, [root('node_modules/@biomejs/biome/bin/biome'), 'check', 'lib'])
  const { code, stdout, stderr } = await running.result
  t.is(code, 0, stdout + stderr)
  t.regex(stdout, /Checked 1 file/)
})
