/**
 * The association files and the truth that the generator writes: they agree with the rows, and the program makes every
 * product of exactly the exposures that they name.
 */
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { parse } from 'csv-parse/sync'
import { run, temporaryFolder } from './helpers/database.js'

const COMMAND = join(import.meta.dirname, '..', 'bench', 'generate.js')
const SCORE = join(import.meta.dirname, '..', '..', 'fixtures', 'pools', 'score.mjs')

interface Scene {
  readonly folder: string
  readonly raw: string
  readonly asn: string
  readonly truth: string
}

/** Files of some options, of a few days and with programs that come again. */
function generate(t: ExecutionContext, ...more: readonly string[]): Scene {
  const folder = temporaryFolder(t)
  const [raw, asn, truth] = ['raw', 'asn', 'truth.csv'].map((name) => join(folder, name)) as [string, string, string]
  const options = ['--days', '3', '--rows', '2500', '--redeliver', '0.05', '--out', raw, '--asn', asn, '--truth', truth]
  execFileSync(process.execPath, [COMMAND, ...options, ...more], { stdio: ['ignore', 'ignore', 'inherit'] })
  return { folder, raw, asn, truth }
}

/** How many of the products in the truth are made of exactly their exposures, and how many there are. */
function scoreOf({ truth }: Scene, database: string): { readonly exact: number; readonly all: number } {
  const text = execFileSync(process.execPath, [SCORE, truth, join(database, 'level1.csv')], { encoding: 'utf8' })
  const [, exact = '0', all = '0'] = /^TOTAL exact (\d+)\/(\d+)/m.exec(text) ?? []
  return { exact: Number(exact), all: Number(all) }
}

for (const seed of ['3', '4']) {
  test(`with the association files every product is made of exactly its exposures: seed ${seed}`, async (t) => {
    const scene = generate(t, '--seed', seed)
    const database = join(scene.folder, 'db')
    const { rejects } = await run(database, [scene.raw], { asn: [scene.asn] })
    t.is(rejects, 0)
    const { exact, all } = scoreOf(scene, database)
    t.true(all > 400)
    t.is(exact, all)
  })
}

test('by keywords alone most products of observations are, and none across them', async (t) => {
  const scene = generate(t, '--seed', '3')
  const database = join(scene.folder, 'db')
  await run(database, [scene.raw])
  const { exact, all } = scoreOf(scene, database)
  t.true(exact > 0.7 * all && exact < all, `${exact} of ${all}`)
})

test('the association files name the exposures of the truth, by templates where there are several products', (t) => {
  const { asn, truth, raw } = generate(t, '--seed', '5')
  const files = readdirSync(asn, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.json'))
  const lists = files.map((name) => JSON.parse(readFileSync(join(asn, name), 'utf8')).products[0])
  const members = new Set(lists.flatMap((list) => list.members.map(({ expname }: { expname: string }) => expname)))
  const rows = parse(readFileSync(truth), { columns: true }) as Record<string, string>[]
  t.true(rows.every(({ member }) => members.has(`${member}_cal.fits`)))
  const text = readdirSync(raw)
    .map((name) => readFileSync(join(raw, name), 'utf8'))
    .join('')
  t.true(rows.every(({ member }) => text.includes(`\n${member}_uncal.fits,LEVEL_1,`)))
  t.true(
    rows.every(
      ({ product }) => new RegExp(`\n${product}(\\.fits)?,LEVEL_3,`).test(text) || text.includes(`${product},`),
    ),
  )
  const names: string[] = lists.map(({ name }) => name)
  t.is(new Set(names).size, names.length, 'a name has one file')
  for (const form of [
    /-o\d{3}_\{source_id\}_nirspec_/,
    /_t\d{3}-\{source_id\}_nirspec_\w+-\w+-\{slit_name\}/,
    /_nircam_\w+-wlm8-nrca3_\{suffix\}-0\w$/,
    /_t\d{3}_miri$/,
    /_t\d{3}_nirspec_(g\d{3}[mh]|prism)$/,
    /-c1\d{3}_t000_/,
  ])
    t.true(
      names.some((name) => form.test(name)),
      `${form}`,
    )
  t.true(rows.some(({ exptype }) => exptype === 'psf'))
})
