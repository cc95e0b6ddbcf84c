/**
 * What the program is compared with, each in a process of its own: `parse FILE`, `stringify FILE ROWS`, `duckdb FILE`.
 */
import { createReadStream, readdirSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'

/** As much of @duckdb/node-api as is used here. */
interface DuckDb {
  readonly DuckDBInstance: {
    create(path: string): Promise<{ connect(): Promise<{ run(sql: string): Promise<unknown> }> }>
  }
}

/** Bytes at the start of a file whose rows csv-stringify writes again and again; the last of them may be cut. */
const SAMPLE_BYTES = 300_000

/** csv-parse reads a file as a stream, or all files of a folder, and nothing is done with the rows. */
async function parseFile(path: string): Promise<void> {
  const { parse } = await import('csv-parse')
  const files = statSync(path).isDirectory() ? readdirSync(path).map((name) => join(path, name)) : [path]
  for (const file of files) {
    const parser = parse({ bom: true })
    parser.on('data', () => {})
    await pipeline(createReadStream(file), parser)
  }
}

/** csv-stringify writes rows as a stream, those at the start of a file over and over. */
async function stringifyRows(path: string, count: number): Promise<void> {
  const { stringify } = await import('csv-stringify')
  const rows: string[][] = []
  for await (const line of createInterface({ input: createReadStream(path, { end: SAMPLE_BYTES }) })) {
    rows.push(line.split(','))
  }
  rows.pop()
  function* all() {
    for (let number = 0; number < count; number += 1) yield rows[number % rows.length]
  }
  await pipeline(Readable.from(all()), stringify(), process.stdout)
}

/** DuckDB copies a file of CSV to CSV, with all values as text. */
async function duckdbCopy(path: string): Promise<void> {
  const { DuckDBInstance } = createRequire(import.meta.url)('@duckdb/node-api') as DuckDb
  const connection = await (await DuckDBInstance.create(':memory:')).connect()
  const from = `read_csv('${path.replaceAll("'", "''")}', header = true, all_varchar = true)`
  await connection.run(`COPY (SELECT * FROM ${from}) TO '/dev/null' (FORMAT csv, HEADER)`)
}

const [kind, path = '', rows = '0'] = process.argv.slice(2)
if (kind === 'parse') await parseFile(path)
else if (kind === 'stringify') await stringifyRows(path, Number(rows))
else if (kind === 'duckdb') await duckdbCopy(path)
else throw new Error(`no such comparison: ${kind}`)
