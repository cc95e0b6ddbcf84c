/**
 * Writes the manual page: `npm run build` does it, so that it is there when the package is packed.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { manualPage } from '../lib/cli/man.js'
import { describeProgram, readVersion } from './program.js'

const root = new URL('../..', import.meta.url)
mkdirSync(new URL('man/', root), { recursive: true })
writeFileSync(new URL('man/jwst-ingest.1', root), manualPage(describeProgram(), readVersion()))
