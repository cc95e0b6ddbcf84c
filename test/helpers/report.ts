/** A database that has something of everything that a report shows, and names that are no names. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { run } from './database.js'
import { daily, exposure, product } from './program.js'

/** Text that would run, load or break something if it got into a page as it is. */
export const EVIL = `<script>document.title='evil'</script><img src=x onerror="document.title='evil'">"'&amp;`

/** Sizes in kB that fall into all bins of the models. */
const SIZES = ['3000000.0', '8000000.0', '40000000.0', '300000000.0', '1200000000.0', '2500000000.0']

/** Makes the database; what waits in it are three groups and a product; its name, a target and a filter are evil. */
export async function makeReportDatabase(folder: string): Promise<string> {
  const matched = SIZES.flatMap((ImageSize, index) => [exposure(index + 1), product(index + 1, { ImageSize })])
  const first = [...matched, exposure(20), exposure(21, { FILTER: EVIL })]
  const second = [
    exposure(30),
    product(30),
    exposure(30, { Dataset: 'jw01001030001_02101_00002_mirimage_uncal.fits', TARGNAME: EVIL, TARG_RA: '11.5' }),
    product(40, { Dataset: `jw01001-o040_${EVIL}` }),
    ...[7, 8].flatMap((number) => [exposure(number), product(number)]),
  ]
  writeFileSync(join(folder, '2024-02-20_051.csv'), daily(...first))
  writeFileSync(join(folder, '2024-02-23_054.csv'), daily(...second))
  const db = join(folder, 'db')
  await run(db, [join(folder, '2024-02-20_051.csv'), join(folder, '2024-02-23_054.csv')])
  return db
}
