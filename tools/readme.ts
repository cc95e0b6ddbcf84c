/**
 * Runs the commands of the README and the documentation and writes into them what they print: `npm run readme`.
 * The tests do the same and fail where that differs from what is written.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { argv } from 'node:process'
import { DocFolder } from './doc-folder.js'
import { refresh } from './doc-run.js'

const root = new URL('../..', import.meta.url)
const documents = ['README.md', ...readdirSync(new URL('docs/', root)).map((name) => `docs/${name}`)]
const chosen = argv.length > 2 ? argv.slice(2) : documents.filter((name) => name.endsWith('.md'))

for (const name of chosen) {
  const folder = mkdtempSync(join(tmpdir(), 'jwst-ingest-docs-'))
  try {
    const before = readFileSync(new URL(name, root), 'utf8')
    const { text, left } = await refresh(before, name, new DocFolder(folder))
    if (text !== before) writeFileSync(new URL(name, root), text)
    console.log(`${name}: ${text === before ? 'unchanged' : 'written'}`)
    for (const { place, reason } of left) console.log(`  not run: ${place}; ${reason}`)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
