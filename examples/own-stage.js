/**
 * Puts stages of its own into the chain of a run: takes the rows of some instruments only, and adds a column that says
 * how they were chosen. Everything else is as in `jwst-ingest -o db raw`: one committed step, rejects, later runs.
 *
 *     node examples/own-stage.js db raw NIRCAM MIRI
 */

import { argv } from 'node:process'
import { pipeline } from 'node:stream/promises'
import { createPipeline } from 'jwst-ingest'
import { asStream, gen, none } from 'stream-chain'

const [, , out = 'jwst-db', input = 'raw', ...instruments] = argv
const { bytes, decode, scrub, write, close } = await createPipeline({ inputs: [input], columns: ['chosen'] })

/** @param {import('jwst-ingest').InputRow} row */
const choose = (row) => (instruments.includes(row.cells.INSTRUME ?? '') ? row : none)

/** @param {import('jwst-ingest').InputRow} row */
const mark = (row) => ({ ...row, cells: { ...row.cells, chosen: instruments.join(' ') } })

/**
 * One stream around a chain of functions, so that an error in any of them ends all of the run.
 *
 * @type {import('node:stream').Duplex}
 */
const rows = asStream(gen(decode, choose, mark, scrub))
const summary = await pipeline(bytes(), rows, write(out)).finally(close)

console.log(`${summary.rows} rows, ${summary.models.IMAGE.products} products matched for the image model`)
