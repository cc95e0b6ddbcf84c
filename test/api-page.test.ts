/** The page of the library's functions and types, made from the comments in the source. */
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import * as library from '../lib/index.js'
import { temporaryFolder } from './helpers/database.js'

test('docs/api is what `npm run api` makes of the source, and nothing that is used there is left out', (t) => {
  const folder = temporaryFolder(t)
  // It is installed by npm ci, apart from the compiler that builds the program.
  const typedoc = join(process.cwd(), 'tools/api/node_modules/typedoc/bin/typedoc')
  const { status, stdout, stderr } = spawnSync(process.execPath, [typedoc, '--out', folder], {
    cwd: 'tools/api',
    encoding: 'utf8',
  })
  t.is(status, 0, `${stdout}${stderr}`)
  const files = readdirSync(folder)
  t.deepEqual(readdirSync('docs/api'), files)
  for (const file of files) {
    const isSame = readFileSync(join('docs/api', file), 'utf8') === readFileSync(join(folder, file), 'utf8')
    t.true(isSame, `docs/api/${file} is not up to date: npm run api`)
  }
  const page = readFileSync('docs/api/README.md', 'utf8')
  for (const name of Object.keys(library)) t.regex(page, new RegExp(`^### ${name}(\\(\\))?$`, 'm'))
})
