/**
 * Matches exposures and products without a database: what the first run over some files would find.
 *
 *     node examples/match-in-memory.js raw/2024-02-21_052.csv
 */
import { argv } from 'node:process'
import { createPipeline } from 'jwst-ingest'

const [, , ...inputs] = argv
const { rows, settle } = await createPipeline({ inputs })

for await (const { matches, groups } of settle()(rows())) {
  for (const { product, model, exposures, features } of matches) {
    console.log(`${product.dname}: ${exposures.length} exposures, ${model}, ${features.DETECTOR}`)
  }
  for (const { name, reason } of groups) console.log(`${name}: waits, ${reason}`)
}
