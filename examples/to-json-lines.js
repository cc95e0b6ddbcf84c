/**
 * Takes the scrubbed rows elsewhere, without a database: exposures as JSON lines on standard output.
 *
 *     node examples/to-json-lines.js raw | head
 */
import { argv, stderr, stdout } from 'node:process'
import { pipeline } from 'node:stream/promises'
import { createPipeline } from 'jwst-ingest'

const [, , ...inputs] = argv
const { rows } = await createPipeline({
  inputs,
  onReject: ({ source, line, reason }) => stderr.write(`${source}:${line}: ${reason}\n`),
})

await pipeline(
  rows(),
  async function* toLines(source) {
    for await (const { kind, cells } of source) if (kind === 'exposure') yield `${JSON.stringify(cells)}\n`
  },
  stdout,
).catch((error) => {
  // A reader such as `head` has all that it wants.
  if (error.code !== 'EPIPE') throw error
})
