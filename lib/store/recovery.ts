/** What is done about a run that was interrupted: one that is committed is finished, what another one left is removed. */
import { readFile } from 'node:fs/promises'
import { fileError, hasCode, IngestError } from '../errors.js'
import { counted } from '../text/words.js'
import { syncDirectory } from './commit-files.js'
import {
  FORMAT,
  isTableName,
  type Operation,
  PRIVATE_FOLDER,
  removeStaging,
  rollForward,
  type TransactionLayout,
  wayOut,
} from './commit-record.js'

/** The operations of a committed run that is not finished, undefined if there is none. Throws DATABASE_UNUSABLE. */
export async function readRecord(layout: TransactionLayout): Promise<Operation[] | undefined> {
  let text: string
  try {
    text = await readFile(layout.record, 'utf8')
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined
    throw fileError(error, layout.record, 'cannot read the commit record')
  }
  try {
    return parseRecord(text)
  } catch (cause) {
    const message = `an interrupted run was writing its tables, and its commit record cannot be understood. ${wayOut(layout)}`
    throw new IngestError('DATABASE_UNUSABLE', message, { source: layout.record }, cause)
  }
}

function parseRecord(text: string): Operation[] {
  const record: unknown = JSON.parse(text)
  if (typeof record !== 'object' || record === null || !('format' in record) || !('operations' in record)) {
    throw new Error('no format or no operations')
  }
  if (record.format !== FORMAT) throw new Error(`written by another version of the program (format ${record.format})`)
  if (!Array.isArray(record.operations) || !record.operations.every(isOperation)) throw new Error('a bad operation')
  return record.operations
}

function isOperation(value: unknown): value is Operation {
  if (typeof value !== 'object' || value === null) return false
  const { kind, name, staged, offset, length } = value as Record<string, unknown>
  if (typeof name !== 'string' || !isTableName(name)) return false
  if (kind === 'remove') return true
  if (typeof staged !== 'string' || /[/\\]/.test(staged) || !Number.isSafeInteger(length)) return false
  return kind === 'replace' || (kind === 'append' && Number.isSafeInteger(offset))
}

/**
 * Brings a folder to the state before or after the run that was interrupted in it; returns a sentence about what that
 * took, undefined if there was nothing to do. Only for the holder of the lock. Throws DATABASE_UNUSABLE, WRITE_FAILED.
 */
export async function recover(layout: TransactionLayout): Promise<string | undefined> {
  const operations = await readRecord(layout)
  if (operations === undefined) {
    const removed = await removeStaging(layout)
    return removed === 0 ? undefined : `removed what an interrupted run left behind (${counted(removed, 'file')})`
  }
  // The interruption may have come before the record's name was on the disk; no table may change earlier than that.
  await syncDirectory(layout.private)
  await rollForward(layout, operations)
  const tables = operations.filter(({ name }) => !name.startsWith(PRIVATE_FOLDER))
  return `finished the commit of an interrupted run (${counted(tables.length, 'table')})`
}
