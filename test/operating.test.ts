import { spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { DocFolder } from '../tools/doc-folder.js'
import { needs } from './helpers/needs.js'
import { pairs } from './helpers/program.js'

const TEXT = readFileSync(new URL('../../docs/operating.md', import.meta.url), 'utf8')

/** The block that follows a name in the page. */
function blockAfter(name: string): string {
  const [, text = ''] = /```\w+\n([\s\S]*?)```/.exec(TEXT.slice(TEXT.indexOf(name))) ?? []
  return text
}

interface Place {
  readonly folder: string
  readonly docs: DocFolder
  readonly script: string
}

/** The daily script as the page has it, with its places in a folder of the test. */
function daily(t: ExecutionContext): Place {
  const folder = mkdtempSync(join(tmpdir(), 'jwst-ingest-operating-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  const docs = new DocFolder(folder)
  const text = docs
    .here(blockAfter('`/usr/local/bin/jwst-daily`'))
    .replace(/^PATH=.*$/m, `PATH=${folder}/bin:${process.env.PATH}`)
  const script = docs.write('usr/local/bin/jwst-daily', text)
  return { folder, docs, script }
}

const dailyTest = needs('GNU date', 'the daily script')

dailyTest('the daily script ingests the file of yesterday, and logs a line of JSON', async (t) => {
  const { folder, docs, script } = daily(t)
  const { stdout: day } = spawnSync('date', ['-u', '-d', 'yesterday', '+%F_%j'], { encoding: 'utf8' })
  writeFileSync(join(folder, `data/raw/${day.trim()}.csv`), pairs(1, 2))
  for (const products of [2, 0]) {
    const { code, output } = await docs.run('sh', [script])
    t.is(code, 0)
    t.is(output, '', 'cron sends mail for whatever is printed')
    const log = readFileSync(join(folder, 'var/log/jwst-ingest.jsonl'), 'utf8').trimEnd().split('\n')
    t.is((JSON.parse(log.at(-1) ?? '') as { models: { IMAGE: { products: number } } }).models.IMAGE.products, products)
    t.is(log.length, products === 2 ? 1 : 2)
  }
})

dailyTest('the daily script fails and says why where the file is not there', async (t) => {
  const { docs, script } = daily(t)
  const { code, output } = await docs.run('sh', [script])
  t.is(code, 1)
  t.regex(output, /^jwst-ingest: .*\/data\/raw\/\d{4}-\d\d-\d\d_\d{3}\.csv: no such file or folder\n$/)
})

test('the crontab names the script, at a time that is one', (t) => {
  t.regex(blockAfter('crontab'), /^(MAILTO=\S+\n)?\d+ \d+ \* \* \*\s+\/usr\/local\/bin\/jwst-daily\n$/)
})

const systemdTest = needs('systemd-analyze', 'the units of systemd')

systemdTest('systemd finds nothing wrong with the units', (t) => {
  const { folder, script } = daily(t)
  chmodSync(script, 0o755)
  for (const unit of ['jwst-ingest.service', 'jwst-ingest.timer']) {
    const text = blockAfter(`\`/etc/systemd/system/${unit}\``)
    t.true(text.startsWith('[Unit]\n'), unit)
    writeFileSync(join(folder, unit), text.replace('/usr/local/bin/jwst-daily', script))
    const { status, stdout, stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', join(folder, unit)], {
      encoding: 'utf8',
    })
    t.is(status, 0, stderr)
    t.deepEqual(
      `${stdout}${stderr}`.split('\n').filter((line) => line.includes(unit)),
      [],
    )
  }
  const { status, stderr } = spawnSync('systemd-analyze', ['calendar', '*-*-* 06:30:00 UTC'], { encoding: 'utf8' })
  t.true(TEXT.includes('OnCalendar=*-*-* 06:30:00 UTC'))
  t.is(status, 0, stderr)
})
