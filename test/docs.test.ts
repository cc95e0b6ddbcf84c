import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { DocFolder } from '../tools/doc-folder.js'
import { refresh } from '../tools/doc-run.js'
import { readVersion } from '../tools/program.js'
import { needs } from './helpers/needs.js'

const ROOT = new URL('../..', import.meta.url)
const DOCUMENTS = readdirSync(new URL('docs/', ROOT))
  .filter((name) => name.endsWith('.md'))
  .map((name) => `docs/${name}`)

function docFolder(t: ExecutionContext): DocFolder {
  const folder = mkdtempSync(join(tmpdir(), 'jwst-ingest-docs-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  return new DocFolder(folder)
}

for (const name of ['README.md', ...DOCUMENTS]) {
  test(`every command in ${name} prints what is written there (npm run readme writes it)`, async (t) => {
    const written = readFileSync(new URL(name, ROOT), 'utf8')
    const { text, left } = await refresh(written, name, docFolder(t))
    for (const { place, reason } of left) t.log(`not run: ${place}; ${reason}`)
    t.is(text, written)
    t.deepEqual(
      left.filter(({ fails }) => fails),
      [],
      'CI=true: nothing that tests need may be missing',
    )
  })
}

/** The anchors of a page: those of its headings, as GitHub makes them, and those that it gives. */
function anchorsOf(text: string): Set<string> {
  const headings = [...text.matchAll(/^#+ (.*)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replace(/[^\p{L}\p{N}_ -]/gu, '')
      .replaceAll(' ', '-'),
  )
  return new Set([...headings, ...[...text.matchAll(/<a id="([^"]+)">/g)].map(([, id = '']) => id)])
}

test('every link leads somewhere', (t) => {
  for (const name of ['README.md', 'CHANGELOG.md', ...DOCUMENTS]) {
    const text = readFileSync(new URL(name, ROOT), 'utf8')
    const links = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link)
    for (const link of links.filter((target) => !/^\w+:/.test(target))) {
      const [path = '', anchor] = link.split('#')
      const target = path === '' ? new URL(name, ROOT) : new URL(path, new URL(name, ROOT))
      t.true(existsSync(target), `${name}: ${link}`)
      if (anchor !== undefined && existsSync(target))
        t.true(anchorsOf(readFileSync(target, 'utf8')).has(anchor), `${name}: ${link}`)
    }
  }
})

test('every file of the project that is named is there', (t) => {
  for (const name of ['README.md', 'CHANGELOG.md', ...DOCUMENTS]) {
    const text = readFileSync(new URL(name, ROOT), 'utf8')
    const files = [...text.matchAll(/`((?:lib|test|tools|bench|fixtures|examples|docs)\/[\w./-]+)`/g)]
    // NAME stands for one's own.
    for (const [, file = ''] of files.filter(([, path = '']) => !path.includes('NAME')))
      t.true(existsSync(new URL(file, ROOT)), `${name}: ${file}`)
  }
})

test('the README names the Nodes that are tested', (t) => {
  const manifest = (name: string): unknown => JSON.parse(readFileSync(new URL(name, ROOT), 'utf8'))
  const { optionalDependencies } = manifest('.ci/nodes/package.json') as {
    optionalDependencies: Record<string, string>
  }
  const tested = Object.values(optionalDependencies).map((name) => name.replace(/^.*@/, ''))
  const readme = readFileSync(new URL('README.md', ROOT), 'utf8')
  const named = [...readme.matchAll(/^\| \d+ +\| (\d+\.\d+\.\d+) +\|$/gm)].map(([, version]) => version)
  t.deepEqual(named, [...new Set(tested)])
  const { engines } = manifest('package.json') as { engines: { node: string } }
  t.is(engines.node, `>=${named[0]}`, 'the oldest one is among them')
})

test('no lock file names a registry', (t) => {
  for (const name of ['package-lock.json', '.ci/nodes/package-lock.json'])
    t.notRegex(readFileSync(new URL(name, ROOT), 'utf8'), /"resolved": "\w+:/, name)
})

/** A text, and what it is refreshed to. */
const refreshes = test.macro<[before: readonly string[], after: readonly string[]]>({
  async exec(t, before, after) {
    const refreshed = await refresh(before.join('\n'), 'x.md', docFolder(t))
    t.deepEqual(refreshed.text.split('\n'), after)
    t.deepEqual(refreshed.left, [])
  },
  title: (title) => `the documentation is refreshed: ${title}`,
})
const block = (language: string, ...lines: string[]) => [`\`\`\`${language}`, ...lines, '```']
const long = 'x'.repeat(130)

test(
  'output that differs',
  refreshes,
  block('console', '$ echo a; echo b >&2', 'a'),
  block('console', '$ echo a; echo b >&2', 'a', 'b'),
)
test(
  'both outputs, in the order of their lines',
  refreshes,
  block('console', '$ for n in 1 2 3 4; do echo a$n; echo b$n >&2; done'),
  block(
    'console',
    '$ for n in 1 2 3 4; do echo a$n; echo b$n >&2; done',
    ...['a1', 'b1', 'a2', 'b2', 'a3', 'b3', 'a4', 'b4'],
  ),
)
test(
  'two commands, the first with less output than before',
  refreshes,
  ['text', ...block('console', '$ echo a', 'b', 'c', '$ echo d'), 'text', ...block('console', '$ echo e')],
  ['text', ...block('console', '$ echo a', 'a', '$ echo d', 'd'), 'text', ...block('console', '$ echo e', 'e')],
)
test(
  'long lines',
  refreshes,
  block('console', `$ echo ${long}`),
  block('console', `$ echo ${long}`, `${long.slice(0, 119)}…`),
)
test(
  'times, speeds and versions stay',
  refreshes,
  block('console', '$ echo time 0.12 s, 34 rows/s; jwst-ingest --version', 'time 9.99 s, 1 row/s', '9.9.9'),
  block('console', '$ echo time 0.12 s, 34 rows/s; jwst-ingest --version', 'time 9.99 s, 1 row/s', '9.9.9'),
)
test(
  'a module',
  refreshes,
  block('js', 'for (const n of [1, 2, 3]) console.log(n) // …', 'console.log(4) // 3'),
  block('js', 'for (const n of [1, 2, 3]) console.log(n) // …', 'console.log(4) // 4'),
)
test(
  'places of a machine',
  refreshes,
  block('console', '$ mkdir /data/db && cd /data/db && pwd'),
  block('console', '$ mkdir /data/db && cd /data/db && pwd', '/data/db'),
)
test(
  'blocks that are not run',
  refreshes,
  ['<!-- not run: too long -->', ...block('sh', 'false')],
  ['<!-- not run: too long -->', ...block('sh', 'false')],
)
test(
  'a command that shall fail',
  refreshes,
  ['<!-- exits with 2 -->', ...block('console', '$ jwst-ingest completion')],
  [
    '<!-- exits with 2 -->',
    ...block(
      'console',
      '$ jwst-ingest completion',
      "jwst-ingest: missing required argument 'shell'",
      '(jwst-ingest completion --help shows all options)',
    ),
  ],
)
test(
  'tables of options',
  refreshes,
  ['<!-- options of completion -->', 'old', '<!-- end -->'],
  [
    '<!-- options of completion -->',
    '',
    '| option       |                 |',
    '| ------------ | --------------- |',
    '| `-h, --help` | print this help |',
    '',
    '<!-- end -->',
  ],
)

test('the version of the package', refreshes, ['jwst-ingest-9.9.9.tgz'], [`jwst-ingest-${readVersion()}.tgz`])

const refuses = test.macro<[text: readonly string[], message: RegExp]>({
  async exec(t, text, message) {
    await t.throwsAsync(refresh(text.join('\n'), 'x.md', docFolder(t)), { message })
  },
  title: (title) => `the documentation is refused: ${title}`,
})
test(
  'a command that fails',
  refuses,
  block('sh', 'echo why', 'false', 'true'),
  /^x\.md:1: ended with 1, expected 0\nwhy/,
)
const pipeTest = needs('bash', 'pipes of the documentation, the first command of which fails')
pipeTest('the first of a pipe fails', refuses, block('console', '$ false | cat'), /ended with 1/)
test('a query without rows', refuses, block('sql', 'SELECT 1 WHERE false'), /the query gives no row/)
test('a module that prints more than it says', refuses, block('js', 'console.log(1)'), /0 lines announced, 1 printed/)
test('a block without a language', refuses, block('', 'echo'), /x\.md:1: a block needs a language/)
test(
  'a need that nobody knows',
  refuses,
  ['<!-- needs: luck -->', ...block('sh', 'true')],
  /x\.md:1: nothing is known of luck/,
)
test('a language that nothing runs', refuses, block('cobol', 'x'), /nothing runs cobol; mark the block/)
test(
  'commands outside of a block',
  refuses,
  ['    jwst-ingest -o db raw'],
  /x\.md:1: commands belong into a fenced block/,
)
test('output without a command', refuses, block('console', 'a'), /begins with a command/)
