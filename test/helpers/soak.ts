/**
 * Prints what the tests of `make soak` tried: `node dist/test/helpers/soak.js FILE`, with the file that they counted in
 * (test/helpers/tried.ts).
 */
import { readFileSync } from 'node:fs'
import { TRIED } from './tried.js'

const sums = new Map<string, number>()
for (const [, count, what = ''] of readFileSync(process.argv[2] ?? '', 'utf8').matchAll(/^(\d+) (.*)$/gm))
  sums.set(what, (sums.get(what) ?? 0) + Number(count))

const width = Math.max(...TRIED.map(({ length }) => length))
process.stdout.write('tried:\n')
for (const what of TRIED) {
  const count = sums.get(what)
  if (count !== undefined) process.stdout.write(`  ${what.padEnd(width)} ${count.toLocaleString('en').padStart(11)}\n`)
}
