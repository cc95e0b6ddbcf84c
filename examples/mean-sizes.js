/**
 * Reads a database: how many products of each instrument the image model trains on, and their mean size.
 *
 *     node examples/mean-sizes.js db
 */
import { argv } from 'node:process'
import { openDatabase } from 'jwst-ingest'

const [, , folder = 'jwst-db'] = argv
const database = await openDatabase(folder)
try {
  const names = new Map(Object.entries(database.encodings.instr).map(([name, code]) => [code, name]))
  /** @type {Map<string, { products: number, gigabytes: number }>} */
  const instruments = new Map()
  for await (const { instr, imgsize_gb } of database.rows('train-image')) {
    const name = names.get(instr ?? -1) ?? `code ${instr}`
    const { products, gigabytes } = instruments.get(name) ?? { products: 0, gigabytes: 0 }
    instruments.set(name, { products: products + 1, gigabytes: gigabytes + Number(imgsize_gb) })
  }
  for (const [name, { products, gigabytes }] of [...instruments].sort()) {
    console.log(`${name}: ${products} products, ${(gigabytes / products).toFixed(2)} GB on average`)
  }
} finally {
  await database.close()
}
