/** `rejects.csv` has a bound, beyond which rows that cannot be used are counted only. */
import test from 'ava'
import { daily, exposure, Workdir } from './helpers/program.js'

/** A daily file of a good row and some bad ones, each another. */
const bad = (from: number, count: number) =>
  daily(exposure(1), ...Array.from({ length: count }, (_, index) => exposure(1, { ImageSize: `"${from + index}\n"` })))

const rowsOf = (dir: Workdir) => dir.read('db/rejects.csv').match(/^day/gm)?.length ?? 0

async function run(dir: Workdir, day: string, ...args: string[]) {
  dir.write('day.csv', day)
  const { stdout, stderr } = await dir.run(['--json', '-o', 'db', '--date', '2024-02-21', ...args, 'day.csv'])
  return { ...(JSON.parse(stdout) as { rejects: number; rejectsLeftOut: number }), stderr, rows: rowsOf(dir) }
}

test('rejects beyond --max-rejects are counted only, over all runs together', async (t) => {
  const dir = new Workdir(t)
  const first = await run(dir, bad(0, 5), '--max-rejects', '3')
  t.like(first, { rejects: 5, rejectsLeftOut: 2, rows: 3 })
  t.regex(first.stderr, /^rejects {5}5, 2 of them not in rejects\.csv: it is full$/m)
  t.like(await run(dir, bad(0, 3), '--max-rejects', '3'), { rejects: 3, rejectsLeftOut: 0, rows: 3 })
  t.like(await run(dir, bad(10, 3), '--max-rejects', '3'), { rejects: 3, rejectsLeftOut: 3, rows: 3 })
  t.like(await run(dir, bad(20, 3), '--max-rejects', '5'), { rejects: 3, rejectsLeftOut: 1, rows: 5 })
  const last = await run(dir, bad(30, 3))
  t.like(last, { rejects: 3, rejectsLeftOut: 0, rows: 8 })
  t.regex(last.stderr, /^rejects {5}3$/m)
  t.like(await run(dir, bad(40, 2), '--max-rejects', '0'), { rejects: 2, rejectsLeftOut: 2, rows: 8 })
  t.is((await dir.run(['check', 'db'])).code, 0)
})

for (const value of ['-1', '1.5', 'many', '']) {
  test(`--max-rejects=${value} is a usage error`, async (t) => {
    const { code, stderr } = await new Workdir(t).run([`--max-rejects=${value}`, 'day.csv'])
    t.is(code, 2)
    t.regex(stderr, /Expected a whole number, 0 or more\./)
  })
}
