/**
 * The rules that the lines of one program keep (specification, sections 5, 8 and 9), each checked on its own, so that
 * what is wrong has a name; last of all, whether settling the rows anew gives just these lines.
 */

import { formatFloat } from '../csv/float.js'
import { MODELS, type Model } from '../rules/keywords.js'
import { toNumber } from '../rules/values.js'
import { countProgram } from '../settle/census.js'
import { referenceColumns } from '../settle/features.js'
import { compareLines, settleAnew } from '../store/read/settle.js'
import type { TableLine, TablePart } from '../store/read/survey.js'
import type { Table } from '../store/table.js'
import { TABLES } from '../store/tables.js'
import { type CheckContext, fileOf, groupBy, modelFile, Program, quote } from './lines.js'
import { checkGroups, checkSettled, type TableDifference } from './resolution.js'

/** The tables in which a dataset stands once. */
const UNENCODED = TABLES.filter(({ holds }) => holds === 'rows' || holds === 'hidden').map(({ file }) => file)

/** The tables whose rows resolving needs. */
const RESOLVED = ['training.csv', 'level1.csv', 'ingest.csv', 'mosaics.csv', 'associations.csv']

/** Checks the lines of a program. */
export function checkProgram(pid: number, context: CheckContext): void {
  const parts = context.survey.partsOf(pid)
  const program = new Program(
    parts.flatMap(({ lines }) => lines),
    context,
  )
  // Without these rows resolving would give other tables, and every line of them would be told.
  const found = RESOLVED.every((file) => program.isReadable(file)) ? settle(pid, program, parts, context) : undefined
  // Lines that settling gives keep the rules; what is taken over is not settled, but stays as it stands.
  if (found?.differences.length === 0 && !found.isTakenOver) return
  checkRepeated(program)
  checkPlaces(program)
  checkProducts(program)
  checkExposures(program)
  if (found === undefined) return
  checkGroups(program, found.differences, context.groups)
  checkSettled(program, found.differences)
}

/** What settling the rows of a program anew shows. */
interface SettledAnew {
  /** Tables with lines that it gives and that are not stored, or the other way round. */
  readonly differences: readonly TableDifference[]
  /** Whether some products keep features that cannot be made anew. */
  readonly isTakenOver: boolean
}

function settle(
  pid: number,
  { lines }: Program,
  parts: readonly TablePart[],
  { survey, census, texts }: CheckContext,
): SettledAnew {
  const settled = settleAnew(pid, lines, survey.layout)
  countProgram(settled, census)
  texts.add(settled)
  const differences = parts.flatMap((part, number) => {
    const table = TABLES[number] as Table
    const difference = compareLines(part, texts.lastOf(table))
    return difference.extra.length + difference.missing.length === 0 ? [] : [{ table, ...difference }]
  })
  texts.clear()
  return { differences, isTakenOver: settled.resolutions.some(({ takenOver }) => takenOver.length > 0) }
}

/** No dataset twice in a table; in level1.csv no exposure twice for a product. Waiting groups may share a name. */
function checkRepeated(program: Program): void {
  for (const { file, holds } of TABLES) {
    if (holds === 'groups') continue
    const isLevel1 = file === 'level1.csv'
    const nameOf = (line: TableLine) =>
      isLevel1 ? `${program.nameOf(line)} of ${program.cell(line, 'pname')}` : program.nameOf(line)
    for (const [name, [first, ...others]] of groupBy(program.of(file), nameOf)) {
      for (const other of others) program.bad('repeated', other, `${name} stands in line ${first?.line} too`)
    }
  }
}

/** No dataset in two of the unencoded tables. */
function checkPlaces(program: Program): void {
  const places = new Map<string, TableLine>()
  for (const file of UNENCODED) {
    for (const line of program.of(file)) {
      const name = program.nameOf(line)
      const other = places.get(name)
      if (other === undefined) places.set(name, line)
      else if (other.table !== line.table)
        program.bad('place', line, `${name} stands in ${fileOf(other)}:${other.line} too`)
    }
  }
}

/** Every product of training.csv has its line in `train-*` and `raw-*` of its model, with its size and date. */
function checkProducts(program: Program): void {
  const training = groupBy(program.of('training.csv'), (line) => program.cell(line, 'pname'))
  const made = new Set(program.of('level1.csv').map((line) => program.cell(line, 'pname')))
  for (const [name, products] of training) {
    for (const product of products) checkProduct(program, name, product, made.has(name))
  }
  for (const prefix of ['train', 'raw'] as const) {
    const features = groupBy(featuresOf(program, prefix), (line) => program.nameOf(line))
    for (const [name, [product]] of training) {
      if (product !== undefined) checkFeatures(program, prefix, product, features.get(name) ?? [], made.has(name))
    }
    if (program.isReadable('training.csv')) checkOrphans(program, features, training)
  }
}

function featuresOf(program: Program, prefix: 'train' | 'raw'): TableLine[] {
  return MODELS.flatMap((model) => program.of(modelFile(prefix, model)))
}

function checkProduct(program: Program, pname: string, product: TableLine, isMade: boolean): void {
  const dname = program.cell(product, 'dname')
  const model = program.cell(product, 'expmode')
  if (pname !== dname) program.bad('cell', product, `pname is ${quote(pname)}, expected ${dname} as in dname`)
  if (!isModel(model)) {
    program.bad('features', product, `expmode is ${quote(model)}, expected one of ${MODELS.join(', ')}`)
  }
  if (!isMade) program.findings.note('products taken over without their exposures, which keep their features', pname)
}

function isModel(text: string): boolean {
  return MODELS.some((model) => model === text)
}

/** No features without their product. */
function checkOrphans(
  program: Program,
  features: ReadonlyMap<string, readonly TableLine[]>,
  training: ReadonlyMap<string, unknown>,
): void {
  for (const [name, lines] of features) {
    if (training.has(name)) continue
    for (const line of lines) program.bad('features', line, `${name} is not in training.csv`)
  }
}

function checkFeatures(
  program: Program,
  prefix: 'train' | 'raw',
  product: TableLine,
  features: readonly TableLine[],
  isMade: boolean,
): void {
  const name = program.cell(product, 'pname')
  const model = program.cell(product, 'expmode')
  const own = modelFile(prefix, model)
  const known = isModel(model)
  for (const line of features) {
    if (known && fileOf(line) !== own) program.bad('features', line, `${name} is of model ${model} in training.csv`)
    checkTarget(program, product, line)
  }
  if (known && !features.some((line) => fileOf(line) === own)) {
    if (isMade) program.lacks('features', own, name, `no line for ${name}, which is in training.csv:${product.line}`)
    else if (prefix === 'train') program.findings.note('products taken over without their features', name)
  }
}

/** Size, date and gigabytes in a line of features are those of the product. */
function checkTarget(program: Program, product: TableLine, line: TableLine): void {
  if (!program.isComparable(fileOf(line))) return
  const imagesize = program.cell(product, 'imagesize')
  const wanted = {
    imagesize,
    date: program.cell(product, 'date'),
    imgsize_gb: formatFloat(toNumber(imagesize) / 1e6),
  }
  for (const [column, value] of Object.entries(wanted)) {
    const found = program.cell(line, column)
    if (found === value) continue
    const source = `expected ${quote(value)} by training.csv:${product.line}`
    program.bad('target', line, `${column} of ${program.nameOf(line)} is ${quote(found)}, ${source}`)
  }
}

/** The lines of level1.csv belong to products of training.csv, in their model; NEXPOSUR says how many are measured. */
function checkExposures(program: Program): void {
  const training = new Map(program.of('training.csv').map((line) => [program.cell(line, 'pname'), line]))
  for (const [name, lines] of groupBy(program.of('level1.csv'), (line) => program.cell(line, 'pname'))) {
    const product = training.get(name)
    if (product === undefined) {
      if (!program.isReadable('training.csv')) continue
      for (const line of lines) program.bad('exposures', line, `its product ${quote(name)} is not in training.csv`)
      continue
    }
    const model = program.cell(product, 'expmode')
    for (const line of lines) {
      const own = program.cell(line, 'expmode')
      const source = `expected ${quote(model)} as its product in training.csv:${product.line}`
      if (own !== model) program.bad('exposures', line, `expmode is ${quote(own)}, ${source}`)
    }
  }
  checkCounts(program)
}

/** NEXPOSUR is the number of science exposures in level1.csv that have a reference point, where there are any. */
function checkCounts(program: Program): void {
  const exposures = groupBy(program.of('level1.csv'), (line) => program.cell(line, 'pname'))
  for (const model of MODELS) {
    const isCounted = (line: TableLine) => program.cell(line, 'role') === 'science' && hasPoint(program, line, model)
    const countOf = (product: string) => exposures.get(product)?.filter(isCounted).length
    checkCountsIn(program, modelFile('train', model), 'nexposur', countOf)
    checkCountsIn(program, modelFile('raw', model), 'NEXPOSUR', countOf)
  }
}

function checkCountsIn(
  program: Program,
  file: string,
  column: string,
  countOf: (product: string) => number | undefined,
): void {
  if (!program.isComparable(file)) return
  for (const line of program.of(file)) {
    const name = program.nameOf(line)
    const count = countOf(name)
    const found = program.cell(line, column)
    if (count === undefined || toNumber(found) === count) continue
    const why = `level1.csv has ${count} exposures of ${name} with a reference point`
    program.bad('exposures', line, `${column} is ${quote(found)}, but ${why}`)
  }
}

/** Whether an exposure has what features of a model are measured from (section 6). */
function hasPoint(program: Program, line: TableLine, model: Model): boolean {
  return model === 'FGS' || referenceColumns(model).every((column) => program.cell(line, column) !== '')
}
