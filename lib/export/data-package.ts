/**
 * Files of an export as a Data Package (https://datapackage.org, version 2), which other programs read: for each file its
 * columns with type, unit and meaning, what codes stand for, and what is in it.
 */
import { basename } from 'node:path'
import { programVersion } from '../process/version.js'
import type { Encodings } from '../rules/category-codes.js'
import type { ColumnType } from '../settle/column-types.js'
import type { Table } from '../store/table.js'
import type { Column } from './cells.js'
import { columnNote } from './column-notes.js'
import { safeForSheets } from './csv.js'
import type { FileFacts } from './facts.js'
import type { Format } from './sink.js'
import type { SeededSplit, SplitPart } from './split.js'

/** A file that was written. */
export interface CardFile extends FileFacts {
  /** The name of the table. */
  readonly name: string
  /** Undefined for the rejects. */
  readonly table: Table | undefined
  readonly part: SplitPart | undefined
  readonly path: string
  readonly bytes: number
  /** SHA-256 of the file, in hexadecimal. */
  readonly hash: string
  readonly columns: readonly Column[]
}

/** What is said of an export. */
export interface CardContent {
  readonly format: Format
  readonly since: string | undefined
  readonly split: SeededSplit | undefined
  readonly safeForSheets: boolean
  readonly encodings: Encodings
  readonly files: readonly CardFile[]
}

const PROFILES = 'https://datapackage.org/profiles/2.0'

const MEDIA_TYPES: Readonly<Record<Format, string>> = {
  parquet: 'application/vnd.apache.parquet',
  jsonl: 'application/jsonl',
  csv: 'text/csv',
}

const FIELD_TYPES: Readonly<Record<ColumnType, string>> = {
  float: 'number',
  int: 'integer',
  boolean: 'boolean',
  date: 'date',
  category: 'string',
  text: 'string',
}

/** A file of the package. */
export type Resource = ReturnType<typeof resourceOf>

/** The descriptor, which is `datapackage.json`. Beside what the standard has: generator, since, split, part, rows, dates, sizes. */
export function dataPackage(content: CardContent) {
  const { since, split } = content
  return {
    $schema: `${PROFILES}/datapackage.json`,
    name: 'jwst-ingest-export',
    title: 'JWST Level 3 products with the features of their exposures',
    description:
      'Tables of a database that jwst-ingest made of the metadata of the calibration pipeline of the James Webb Space Telescope.',
    created: new Date().toISOString().replace(/\.\d+Z$/, 'Z'),
    generator: { name: 'jwst-ingest', version: programVersion() },
    ...(since === undefined ? {} : { since }),
    ...(split === undefined ? {} : { split }),
    resources: content.files.map((file) => resourceOf(file, content)),
  }
}

function resourceOf(file: CardFile, content: CardContent) {
  const { name, part, path, bytes, hash, rows, dates, sizes } = file
  const { format } = content
  return {
    name: part === undefined ? name : `${name}.${part}`,
    type: 'table',
    path: basename(path),
    format,
    mediatype: MEDIA_TYPES[format],
    encoding: 'utf-8',
    bytes,
    hash: `sha256:${hash}`,
    ...(part === undefined ? {} : { part }),
    rows,
    ...(dates === undefined ? {} : { dates }),
    ...(sizes === undefined ? {} : { sizes: { unit: 'GB', classes: sizes } }),
    schema: {
      $schema: `${PROFILES}/tableschema.json`,
      fields: file.columns.map((column) => fieldOf(column, file, content)),
      missingValues: [''],
    },
  }
}

function fieldOf({ name, type }: Column, { table }: CardFile, { encodings, safeForSheets: isSafe }: CardContent) {
  const codes = table?.encoded ? Object.entries(encodings).find(([category]) => category === name)?.[1] : undefined
  return {
    name: isSafe ? safeForSheets(name) : name,
    type: FIELD_TYPES[type],
    ...columnNote(table, name),
    ...(codes === undefined ? {} : { categories: categoriesOf(codes) }),
  }
}

/** What each code stands for; values of one code are told together. */
function categoriesOf(codes: Readonly<Record<string, number>>): { value: number; label: string }[] {
  const labels = new Map<number, string[]>()
  for (const [value, code] of Object.entries(codes)) labels.set(code, [...(labels.get(code) ?? []), value])
  return [...labels].sort(([a], [b]) => a - b).map(([value, label]) => ({ value, label: label.join(', ') }))
}
