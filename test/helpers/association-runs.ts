/** Runs over daily files and association files. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { associate, ingest } from '../../lib/run/ingest.js'
import type { IngestOptions } from '../../lib/run/options.js'
import type { Summary } from '../../lib/run/summary.js'
import type { AssociationHistory } from './arbitrary-associations.js'
import { dayFile } from './arbitrary-rows.js'
import { writeDayFiles } from './database.js'
import type { AsnFile } from './model.js'

/** An association file that names these products with their members and roles. */
export function asnFile(
  products: Readonly<Record<string, Readonly<Record<string, string>>>>,
  { version, stamp, type = 'image3' }: { version?: string; stamp?: string; type?: string } = {},
): AsnFile {
  const content = {
    asn_type: type,
    asn_rule: 'candidate_Asn_Lv3Image',
    version_id: version ?? null,
    asn_id: 'o001',
    products: Object.entries(products).map(([name, members]) => ({
      name,
      members: Object.entries(members).map(([member, exptype]) => ({ expname: `${member}_cal.fits`, exptype })),
    })),
  }
  const middle = stamp === undefined ? '' : `_${stamp}`
  return { name: `jw01001-o001${middle}_${type}_00001_asn.json`, text: JSON.stringify(content) }
}

/** Writes association files, each into a folder of its own, since two of them may have one name; returns their paths. */
export function writeAssociations(folder: string, files: readonly AsnFile[]): string[] {
  return files.map(({ name, text }, index) => {
    mkdirSync(join(folder, 'asn', String(index)), { recursive: true })
    const path = join(folder, 'asn', String(index), name)
    writeFileSync(path, text)
    return path
  })
}

/** One run over inputs and association files; over the latter alone, of a database that is there, by `associate`. */
export function runBoth(
  out: string,
  inputs: readonly string[],
  asn: readonly string[],
  options: Partial<IngestOptions> = {},
): Promise<Summary> {
  if (inputs.length > 0) return ingest({ ...options, inputs, asn, out })
  if (existsSync(join(out, 'training.csv'))) return associate({ ...options, asn, out })
  const { name, text } = dayFile('2023-12-30', [])
  mkdirSync(`${out}-empty`, { recursive: true })
  writeFileSync(join(`${out}-empty`, name), text)
  return ingest({ ...options, inputs: [`${out}-empty`], asn, out })
}

/** Inputs and association files of each run of a history. */
export interface RunFiles {
  readonly inputs: readonly string[]
  readonly asn: readonly string[]
}

/** Writes the files of a history; returns all of them, and those of each run. */
export function writeHistory(
  folder: string,
  { files, associations, runs, readIn }: AssociationHistory,
): { readonly all: RunFiles; readonly each: readonly RunFiles[] } {
  const inputs = writeDayFiles(folder, files)
  const asn = writeAssociations(folder, associations)
  const each = [...runs, []].map((indices, number) => ({
    inputs: indices.map((index) => inputs[index] ?? ''),
    asn: asn.filter((_, index) => readIn[index]?.some((one) => Math.min(one, runs.length) === number)),
  }))
  return { all: { inputs, asn }, each: each.filter((run) => run.inputs.length + run.asn.length > 0) }
}
