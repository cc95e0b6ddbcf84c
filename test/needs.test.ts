import { fileURLToPath } from 'node:url'
import test, { type ExecutionContext } from 'ava'
import { type Result, Workdir } from './helpers/program.js'

const AVA = fileURLToPath(new URL('../../node_modules/ava/entrypoints/cli.mjs', import.meta.url))
const NEEDS = new URL('./helpers/needs.js', import.meta.url).href

/** Runs a file of tests, some of which need Chromium, where that is missing or anything that can be run stands for it. */
async function runTests(t: ExecutionContext, chromium: string, env: Readonly<Record<string, string>>): Promise<Result> {
  const dir = new Workdir(t)
  dir.write('package.json', JSON.stringify({ type: 'module', ava: { files: ['a.test.js'], workerThreads: false } }))
  dir.write(
    'a.test.js',
    `import test from ${JSON.stringify(import.meta.resolve('ava'))}
    import { needs } from '${NEEDS}'
    test('needs nothing', (t) => t.pass())
    const own = needs('Chromium', 'the page')
    own.before(() => console.log('before'))
    own('needs it', (t) => t.pass())
    own(own.macro({ exec: (t) => t.pass(), title: () => 'needs it, too' }))`,
  )
  const { child, result } = dir.startCommand(process.execPath, [AVA, '--tap'], { CHROMIUM: chromium, CI: '', ...env })
  child.stdin?.end()
  return result
}

const MISSING = 'not run: the page; Chromium is missing (apt-get install chromium, or its path in CHROMIUM)'
const NONE = '/nowhere/chromium'

test('what a test needs is there: it is run', async (t) => {
  const { code, stdout } = await runTests(t, process.execPath, {})
  t.is(code, 0, stdout)
  t.deepEqual(stdout.match(/^(not )?ok .*/gm), ['ok 1 - needs nothing', 'ok 2 - needs it', 'ok 3 - needs it, too'])
  t.regex(stdout, /^# before/m)
})

test('it is missing: one line says what is not run, and how to have it', async (t) => {
  const { code, stdout } = await runTests(t, NONE, {})
  t.is(code, 0, stdout)
  t.deepEqual(stdout.match(/^(not )?ok .*/gm), [`ok 1 - ${MISSING} # SKIP`, 'ok 2 - needs nothing'])
  t.notRegex(stdout, /before/)
})

test('it is missing where nothing may be: the line is a failure', async (t) => {
  const { code, stdout } = await runTests(t, NONE, { CI: 'true' })
  t.is(code, 1, stdout)
  t.true(stdout.includes(`- ${MISSING}`))
  t.is(stdout.match(/^not ok /gm)?.length, 1)
})
