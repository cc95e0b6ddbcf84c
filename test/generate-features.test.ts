/**
 * Generated data like real ones: what the program computes from it lies where the features and sizes of the observatory's
 * own training data lie, as far as these are published.
 */
import { join } from 'node:path'
import test from 'ava'
import { generateDays } from '../bench/generator.js'
import { readRows, run, withFolder, writeDayFiles } from './helpers/database.js'

/**
 * How spacekit normalises the features of its training data: by a Yeo-Johnson transform with this lambda, after which
 * they have this mean and standard deviation. All are in pixels.
 */
const PUBLISHED = `
  image offset          -0.0598  3.3908  2.0338
  image max_offset      -0.0330  4.0951  2.3854
  image mean_offset     -0.0342  3.9535  2.3098
  image sigma_offset    -0.1955  1.6322  1.4590
  image err_offset      -0.2914  1.1163  1.0403
  image sigma1_mean     -0.0366  3.4212  2.8641
  spec  targ_max_offset -0.4002  1.3525  0.4603
  spec  offset          -0.3990  1.0527  0.4774
  spec  max_offset      -0.3617  1.2801  0.4690
  spec  mean_offset     -0.3938  1.1891  0.4401
  spec  sigma_offset    -1.3690  0.2588  0.2279
  spec  err_offset      -2.9024  0.1106  0.1049
  spec  sigma1_mean     -0.3111  0.9409  0.7306`

const OPTIONS = { days: 1, rows: 25_000, seed: 3, match: 1 }
const MODELS = ['image', 'spec', 'tac', 'fgs'] as const
/** The upper ends of the classes of memory that the models sort products into, in GB. */
const CLASSES = [12, 225, 950, 2000]

type Rows = readonly Record<string, string>[]
let matched: Promise<Readonly<Record<string, Rows>>> | undefined

/** The rows of `raw-*` that the program makes of generated files, by model: made once. */
function rawRows(): Promise<Readonly<Record<string, Rows>>> {
  matched ??= withFolder(async (folder) => {
    const files = [...generateDays(OPTIONS)].map(({ name, date, lines }) => ({ name, date, text: lines.join('\n') }))
    const database = join(folder, 'db')
    await run(database, writeDayFiles(folder, files))
    return Object.fromEntries(MODELS.map((model) => [model, readRows(database, `raw-${model}`)]))
  })
  return matched
}

/** Median and standard deviation. */
function spreadOf(values: readonly number[]): { readonly median: number; readonly deviation: number } {
  const sorted = values.toSorted((a, b) => a - b)
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length
  return { median: sorted[sorted.length >> 1] ?? Number.NaN, deviation: Math.sqrt(variance) }
}

for (const line of PUBLISHED.trim().split('\n')) {
  const [model = '', feature = '', ...figures] = line.trim().split(/\s+/)
  test(`${model}: ${feature} lies where the real one does, and spreads as far`, async (t) => {
    const [lambda = 0, mean = 0, deviation = 0] = figures.map(Number)
    const cells = ((await rawRows())[model] ?? []).map((row) => row[feature] ?? '')
    const values = cells.filter((cell) => cell !== '').map((cell) => ((Number(cell) + 1) ** lambda - 1) / lambda)
    const own = spreadOf(values)
    t.true(values.length > 400)
    t.true(Math.abs(own.median - mean) < deviation / 2, `${own.median} is not near ${mean} ± ${deviation}`)
    t.true(own.deviation > deviation / 2 && own.deviation < deviation * 2, `${own.deviation} for ${deviation}`)
  })
}

test('most sizes are small, a few enormous: all classes of memory have their share', async (t) => {
  const sizes = Object.values(await rawRows()).flatMap((rows) => rows.map((row) => Number(row.imgsize_gb)))
  const shares = CLASSES.map((end, index) => {
    const count = sizes.filter((size) => size >= (CLASSES[index - 1] ?? 0) && size < end).length
    return count / sizes.length
  })
  const [small = 0, medium = 0, large = 0, enormous = 0] = shares
  t.true(small > 0.6 && small < 0.9, `${shares}`)
  t.true(medium > 0.1 && medium < 0.4, `${shares}`)
  t.true(large > 0.002 && large < 0.05, `${shares}`)
  t.true(enormous > 0.0002 && enormous < 0.01, `${shares}`)
  t.true(Math.abs(small + medium + large + enormous - 1) < 1e-9, 'nothing is larger')
})

test('sizes grow with the number of exposures', async (t) => {
  const rows = (await rawRows()).image ?? []
  const meanOf = (from: number, to: number) =>
    spreadOf(
      rows
        .filter(({ NEXPOSUR, SUBARRAY }) => SUBARRAY === 'FULL' && Number(NEXPOSUR) >= from && Number(NEXPOSUR) < to)
        .map((row) => Number(row.imgsize_gb)),
    ).median
  t.true(meanOf(1, 3) < meanOf(4, 9))
  t.true(meanOf(4, 9) < meanOf(16, 40))
  t.true(meanOf(16, 40) < meanOf(60, 2000))
})
