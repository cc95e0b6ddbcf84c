/** What a call that writes in node:fs writes, and where: the arguments come in several orders. */

export interface Write {
  readonly bytes: Buffer
  /** Null where the file stands. */
  readonly position: number | null
}

/** `args` are those of `kind` (write, writev, writeFile, appendFile) without the file; undefined for a stream. */
export function writtenBy(kind: string, args: readonly unknown[]): Write | undefined {
  const [data, ...rest] = args
  const bytes = bytesOf(data, kind === 'write' ? rest[1] : rest[0])
  if (bytes === undefined) return undefined
  if (kind === 'write' && typeof data !== 'string') return partOf(bytes, rest)
  return { bytes, position: kind === 'write' || kind === 'writev' ? positionOf(rest[0]) : null }
}

/** `write(buffer, offset, length, position)` or `write(buffer, { offset, length, position })`. */
function partOf(bytes: Buffer, rest: readonly unknown[]): Write {
  const [first] = rest
  const named = typeof first === 'object' && first !== null ? (first as Record<string, unknown>) : undefined
  const [offset, length, position] = named ? [named.offset, named.length, named.position] : rest
  const start = typeof offset === 'number' ? offset : 0
  const end = typeof length === 'number' ? start + length : bytes.length
  return { bytes: bytes.subarray(start, end), position: positionOf(position) }
}

function positionOf(value: unknown): number | null {
  return typeof value === 'number' ? value : null
}

function bytesOf(data: unknown, encoding: unknown): Buffer | undefined {
  if (typeof data === 'string') return Buffer.from(data, encodingOf(encoding))
  if (ArrayBuffer.isView(data)) return Buffer.from(data.buffer, data.byteOffset, data.byteLength)
  if (Array.isArray(data)) return Buffer.concat(data.flatMap((part) => bytesOf(part, undefined) ?? []))
  return undefined
}

function encodingOf(option: unknown): BufferEncoding {
  const name = typeof option === 'object' && option !== null && 'encoding' in option ? option.encoding : option
  return typeof name === 'string' && Buffer.isEncoding(name) ? name : 'utf8'
}
