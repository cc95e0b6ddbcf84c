import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import test from 'ava'
import { ingest } from '../lib/index.js'
import { readRows } from './helpers/database.js'
import { type Result, Workdir } from './helpers/program.js'

const ROOT = new URL('../..', import.meta.url)
const DAYS = fileURLToPath(new URL('fixtures/days', ROOT))
const example = (name: string) => fileURLToPath(new URL(`examples/${name}`, ROOT))
const EXAMPLES = new Set(readdirSync(new URL('examples', ROOT)).filter((name) => name.endsWith('.js')))

const runs = test.macro<
  [name: string, args: readonly string[], verify: (result: Result, dir: Workdir) => readonly [unknown, unknown]]
>({
  async exec(t, name, args, verify) {
    EXAMPLES.delete(name)
    const dir = new Workdir(t)
    await ingest(dir.path('db'), { inputs: [DAYS] })
    const running = dir.startCommand(process.execPath, [example(name), ...args])
    const result = await running.result
    t.is(result.code, 0, result.stderr)
    const [actual, expected] = verify(result, dir)
    t.deepEqual(actual, expected)
  },
  title: (_, name) => `examples/${name} does what it says`,
})

test(runs, 'own-stage.js', ['own', DAYS, 'NIRCAM', 'MIRI'], ({ stdout }, dir) => {
  const own = readRows(dir.path('own'), 'training')
  const wanted = readRows(dir.path('db'), 'training').filter(({ INSTRUME = '' }) => /NIRCAM|MIRI/.test(INSTRUME))
  const images = wanted.filter(({ expmode }) => expmode === 'IMAGE').length
  return [
    [own.map(({ pname, chosen }) => [pname, chosen]).sort(), stdout.replace(/^\d+ /, '')],
    [
      wanted.map(({ pname }) => [pname, 'NIRCAM MIRI']).sort(),
      `rows, ${images} products matched for the image model\n`,
    ],
  ]
})

test(runs, 'mean-sizes.js', ['db'], ({ stdout }, dir) => {
  const rows = readRows(dir.path('db'), 'training').filter(({ expmode }) => expmode === 'IMAGE')
  const instruments = [...new Set(rows.map(({ INSTRUME }) => INSTRUME))].sort()
  const lines = instruments.map((instrument) => {
    const sizes = rows.filter(({ INSTRUME }) => INSTRUME === instrument).map(({ imagesize }) => Number(imagesize) / 1e6)
    const mean = sizes.reduce((sum, size) => sum + size, 0) / sizes.length
    return `${instrument}: ${sizes.length} products, ${mean.toFixed(2)} GB on average\n`
  })
  return [stdout, lines.join('')]
})

test(runs, 'to-json-lines.js', [DAYS], ({ stdout }, dir) => {
  const lines = stdout.trimEnd().split('\n')
  const found = lines.map((line) => (JSON.parse(line) as { dname: string }).dname)
  const stored = [...readRows(dir.path('db'), 'level1'), ...readRows(dir.path('db'), 'ingest')]
  const exposures = stored.filter(({ dag }) => dag?.includes('1')).map(({ dname }) => dname)
  return [[...new Set(found)].sort(), exposures.sort()]
})

test(runs, 'match-in-memory.js', [DAYS], ({ stdout }, dir) => {
  const lines = stdout.trimEnd().split('\n')
  const waiting = lines.filter((line) => line.includes(': waits, ')).map((line) => line.split(':')[0])
  const level1 = readRows(dir.path('db'), 'level1')
  const groups = ['image', 'spec', 'tac', 'fgs'].flatMap((model) => readRows(dir.path('db'), `rem-${model}`))
  const products = readRows(dir.path('db'), 'training').map(({ pname, expmode }) => {
    const exposures = level1.filter((row) => row.pname === pname)
    const detectors = [...new Set(exposures.map(({ DETECTOR }) => DETECTOR))].sort().join('|')
    return `${pname}: ${exposures.length} exposures, ${expmode}, ${detectors}`
  })
  return [
    [waiting.sort(), lines.filter((line) => !line.includes(': waits, ')).sort()],
    [groups.map(({ dname }) => dname).sort(), products.sort()],
  ]
})

test.after('every example is run', (t) => {
  t.deepEqual([...EXAMPLES], [])
})
