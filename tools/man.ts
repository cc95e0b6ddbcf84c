/**
 * Writes the manual page: `npm run build` does it, so that it is there when the package is packed.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { manualPage } from '../lib/cli/man.js'
import { describeProgram } from './program.js'

const root = new URL('../../', import.meta.url)
const { version } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8')) as { readonly version: string }
mkdirSync(new URL('man/', root), { recursive: true })
writeFileSync(new URL('man/jwst-ingest.1', root), manualPage(describeProgram(), version))
