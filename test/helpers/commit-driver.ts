/**
 * The program that the tests of commits and locks crash: `node commit-driver.js ACT FOLDER`. Says on stdout how far it
 * came, and on stderr what openFolder recovered or which error ended it.
 */
import { createWriteStream } from 'node:fs'
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { IngestError } from '../../lib/errors.js'
import { openFolder } from '../../lib/store/commit.js'
import { acquireLock } from '../../lib/store/lock.js'
import type { Transaction } from '../../lib/store/transaction.js'

export const DRIVER = fileURLToPath(import.meta.url)

/** Rows of a table, told apart by `label`. */
export function rows(label: string, count: number): string {
  return Array.from({ length: count }, (_, index) => `${label},${index},${'x'.repeat(index % 90)}\n`).join('')
}

/** The tables that the run finds. The numbers of rows make several blocks. */
export async function writeTables(folder: string): Promise<void> {
  await mkdir(join(folder, '.jwst-ingest'), { recursive: true })
  await Promise.all([
    writeFile(join(folder, 'training.csv'), rows('old', 7000)),
    writeFile(join(folder, 'level1.csv'), rows('level1', 500)),
    writeFile(join(folder, 'mosaics.csv'), rows('mosaic', 5)),
    writeFile(join(folder, 'rejects.csv'), rows('reject', 3)),
    writeFile(join(folder, '.jwst-ingest', 'index'), '{"rows":7000}'),
    writeFile(join(folder, 'notes.txt'), 'not of the program'),
  ])
}

/** One of everything: a table that loses rows and gains some, appended to, new, untouched, removed, an index, a scratch file. */
async function change(transaction: Transaction): Promise<void> {
  await pipeline([rows('spilled', 10)], createWriteStream(transaction.stagingPath('spill')))
  const kept = [
    { offset: 0, length: 100_000 },
    { offset: 200_000, length: 150_000 },
  ]
  const training = await transaction.cut('training.csv', kept, [{ offset: 70_000, bytes: Buffer.from('in place') }])
  training.write(rows('new', 100))
  training.close()
  const level1 = await transaction.append('level1.csv')
  for (let index = 0; index < 60; index++) level1.write(rows(`late${index}`, 100))
  const ingest = await transaction.append('ingest.csv')
  ingest.write(rows('ingest', 10))
  await transaction.append('rejects.csv')
  await transaction.remove('mosaics.csv')
  const index = await transaction.replace('.jwst-ingest/index')
  index.write(Buffer.from(`{"rows":${training.bytes}}`))
}

async function withTransaction(folder: string, work: (transaction: Transaction) => Promise<void>): Promise<void> {
  const database = await openFolder(folder)
  if (database.recovered) process.stderr.write(`${database.recovered}\n`)
  try {
    const transaction = await database.begin()
    await work(transaction)
    await transaction.commit()
    process.stdout.write('committed\n')
  } catch (error) {
    await database.close(error)
    throw error
  }
  await database.close()
}

/** What a transaction must never do: puts a table in its place before the commit. */
async function placeEarly(folder: string): Promise<void> {
  const staging = join(folder, '.jwst-ingest', 'staging')
  const staged = (await readdir(staging)).find((name) => name.endsWith('training.csv'))
  if (staged !== undefined) await rename(join(staging, staged), join(folder, 'training.csv'))
}

/** Adds one to the number in a file, in a way that goes wrong if another process does so too. */
async function countAlone(folder: string): Promise<void> {
  const lock = await acquireLock(folder, { wait: 60 })
  await writeFile(join(folder, 'inside'), '', { flag: 'wx' })
  const counter = join(folder, 'counter')
  const count = Number(await readFile(counter, 'utf8'))
  await delay(1)
  await writeFile(counter, String(count + 1))
  await rm(join(folder, 'inside'))
  await lock.release()
}

const ACTS: Readonly<Record<string, (folder: string) => Promise<void>>> = {
  run: (folder) => withTransaction(folder, change),
  broken: (folder) =>
    withTransaction(folder, async (transaction) => {
      await change(transaction)
      await placeEarly(folder)
    }),
  /** Many versions of a table and many appended rows, for somebody who reads meanwhile. */
  many: async (folder) => {
    for (let version = 1; version <= 30; version++) {
      await withTransaction(folder, async (transaction) => {
        const training = await transaction.replace('training.csv')
        training.write(rows(`version${version}`, 2000))
        const level1 = await transaction.append('level1.csv')
        level1.write(rows('level1', 5000))
      })
    }
  },
  open: (folder) => openFolder(folder).then((database) => database.close()),
  count: countAlone,
  hold: async (folder) => {
    await acquireLock(folder)
    process.stdout.write('held\n')
    await delay(60_000)
  },
}

async function main([act = '', folder = '']: readonly string[]): Promise<void> {
  try {
    await ACTS[act]?.(folder)
  } catch (error) {
    process.stderr.write(error instanceof IngestError ? `${error.code} ${error.message}\n` : `${error}\n`)
    process.exitCode = error instanceof IngestError ? error.exitCode : 70
  }
}

if (process.argv[1] === DRIVER) await main(process.argv.slice(2))
