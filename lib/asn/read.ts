/**
 * Association files into the buffer of a run, where they wait beside the rows of their programs.
 */
import { isUtf8 } from 'node:buffer'
import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { IngestError } from '../errors.js'
import { breather } from '../process/breath.js'
import type { Meter } from '../process/progress.js'
import { isCandidateName } from '../rules/association.js'
import { programOf } from '../rules/dataset.js'
import { partitionOf, WHOLE_PROGRAM } from '../rules/partition.js'
import type { AssociationTally } from '../settle/named-counts.js'
import type { LineBuffer } from '../sort/buffer.js'
import { FRESH_LIST, RecordWriter } from '../sort/records.js'
import { formOf } from '../text/file-forms.js'
import type { AssociationFile } from './find.js'
import { AssociationFault, type ParsedAssociation, parseAssociation } from './parse.js'

/** What reading association files needs. */
export interface AssociationContext {
  readonly buffer: LineBuffer
  readonly tally: AssociationTally
  /** Whether products across observations are taken in, too. */
  readonly candidates: boolean
  /** Whether the first file that cannot be used ends the run. */
  readonly strict: boolean
  readonly signal: AbortSignal | undefined
  /** Takes how many files are read. */
  readonly meter?: Meter | undefined
}

/** The most bytes of a file, 32 MiB: some 150 000 members, where the observatory's largest have a few thousand. */
export const MOST_BYTES = 2 ** 25

/**
 * Reads association files and buffers what they say; one after the other, so that memory holds one at a time.
 *
 * @throws IngestError ASSOCIATION_INVALID under `strict`, with the path
 */
export async function bufferAssociations(
  files: readonly AssociationFile[],
  context: AssociationContext,
): Promise<void> {
  context.meter?.begin('reading', files.length, 'files')
  const breathe = breather(context.signal)
  for (const file of files) {
    await breathe()
    if (context.buffer.canMerge) await context.buffer.merge(context.signal)
    take(file, readAssociation(file), context)
    context.meter?.add(1)
  }
}

/** What a file says, or what is wrong with it. */
function readAssociation({ path, isNamed }: AssociationFile): ParsedAssociation | AssociationFault {
  try {
    const parsed = parseAssociation(readText(path), basename(path))
    if (parsed.level === 3 || !isNamed) return parsed
    return new AssociationFault('it is of Level 2: only associations of Level 3 tell what a product was made of')
  } catch (error) {
    if (error instanceof AssociationFault) return error
    const { code, message } = error as NodeJS.ErrnoException
    if (code === undefined) throw error
    return new AssociationFault('it cannot be read', `it cannot be read: ${message}`)
  }
}

/** A pipe that nobody writes to is opened at once, so that it can be told. */
const READING = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)

/** Most files have some kilobytes, and there are many: to wait for each takes ten times as long as to read it. */
function readText(path: string): string {
  const fd = openSync(path, READING)
  try {
    const status = fstatSync(fd)
    if (!status.isFile()) throw new AssociationFault('it is no file')
    if (status.size > MOST_BYTES) throw tooLarge(status.size)
    const bytes = readFileSync(fd)
    refuseOtherForms(bytes)
    return bytes.toString()
  } finally {
    closeSync(fd)
  }
}

/** @throws AssociationFault for bytes that are no UTF-8 text; it says what they are, where their start tells it */
function refuseOtherForms(bytes: Buffer): void {
  const form = formOf(bytes)
  if (form !== undefined) throw new AssociationFault(form)
  // UTF-16 without a byte-order mark.
  if (/^(?:\0.|.\0)/.test(bytes.toString('latin1', 0, 2)))
    throw new AssociationFault('it is UTF-16 text: convert it first, as with `iconv -f UTF-16LE -t UTF-8`')
  if (!isUtf8(bytes)) throw new AssociationFault('it is not UTF-8 text')
}

function tooLarge(bytes: number): AssociationFault {
  const size = `${Math.round(bytes / 2 ** 20)} MiB`
  const most = `${MOST_BYTES / 2 ** 20} MiB`
  return new AssociationFault(`it is larger than ${most}`, `it has ${size}; no association file is larger than ${most}`)
}

function take(
  { path }: AssociationFile,
  found: ParsedAssociation | AssociationFault,
  context: AssociationContext,
): void {
  const { buffer, tally, candidates, strict } = context
  if (found instanceof AssociationFault) {
    if (strict) {
      throw new IngestError('ASSOCIATION_INVALID', `${found.message}; nothing was changed (--strict)`, { source: path })
    }
    tally.fault(found.kind, path, found.message)
    return
  }
  if (found.level === 2) {
    tally.skip()
    return
  }
  const records = new RecordWriter()
  const lists = found.lists.filter(({ product }) => candidates || !isCandidateName(product))
  for (const list of lists) {
    records.add(partitionOf(programOf(list.product) ?? 0, WHOLE_PROGRAM), FRESH_LIST, JSON.stringify(list))
  }
  buffer.addRecords(records.take())
  tally.file(lists.length, found.lists.length - lists.length)
  for (const member of found.passedOver) tally.passOver(path, member)
}
