/**
 * Preloaded into a program (`node --import`, see faults.ts), counts the operations that change files below a folder,
 * and at one of them kills the process or lets the operation fail. Works on node:fs in all its forms (synchronous,
 * callbacks, promises, FileHandle, streams), whatever the program is.
 *
 * Environment: FAULT_FOLDER, the folder; FAULT_LOG, a file that gets a line for the start and the end of every
 * operation; FAULT_AT, the number of the operation (from 1) at which FAULT_MODE happens:
 * - `kill`: the process is killed before the operation;
 * - `half`: it is killed after half of a write was done (before anything that is no write);
 * - `short`: half of a write is done and reported as such (writes of one byte, and anything else, are left alone);
 * - a code such as `ENOSPC`: half of a write is done, then the operation fails with it; a close closes, then fails;
 * - a code and a plus (`EROFS+`): this operation and every later one fail with it.
 *
 * A file can be cloned on any file system.
 */
import { AsyncLocalStorage, AsyncResource } from 'node:async_hooks'
import fs from 'node:fs'
import promises from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'
import { constants as osConstants } from 'node:os'
import { resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { writtenBy } from './fault-writes.js'

type Operation = (this: unknown, ...args: unknown[]) => unknown
type Table = Record<string, Operation>
/** How an operation is called: it returns its result, calls its last argument back, or returns a promise. */
type Style = 'sync' | 'callback' | 'promise'

const folder = resolve(process.env.FAULT_FOLDER ?? '.')
const log = process.env.FAULT_LOG
const at = Number(process.env.FAULT_AT ?? 0)
const mode = process.env.FAULT_MODE ?? 'kill'

const TWO_PATH_KINDS = ['rename', 'link', 'symlink', 'copyFile', 'cp']
/** Operations on paths, by their names in node:fs. */
const PATH_KINDS = [
  ...[
    'truncate',
    'unlink',
    'rm',
    'rmdir',
    'mkdir',
    'mkdtemp',
    'chmod',
    'lchmod',
    'chown',
    'lchown',
    'utimes',
    'lutimes',
  ],
  ...['writeFile', 'appendFile', ...TWO_PATH_KINDS],
]
/** Operations on an open file, by their names in node:fs. */
const FD_KINDS = ['write', 'writev', 'ftruncate', 'fsync', 'fdatasync', 'fchmod', 'fchown', 'futimes']
/** The same as methods of a FileHandle. */
const HANDLE_KINDS = [
  'write',
  'writev',
  'truncate',
  'sync',
  'datasync',
  'chmod',
  'chown',
  'utimes',
  'writeFile',
  'appendFile',
]

interface OpenFile {
  readonly path: string
  readonly writing: boolean
}

// Few file systems share blocks between files: what asks for that gets a plain copy here, which looks the same.
const { copyFile } = promises
const shared = fs.constants.COPYFILE_FICLONE_FORCE
Object.assign(promises, {
  copyFile: (from: string, to: string, flags = 0) => copyFile(from, to, flags & ~shared),
})

const original = { ...fs }
const files = new Map<number, OpenFile>()
/** Set while an operation runs, so that those it is made of are not counted again. */
const inside = new AsyncLocalStorage<boolean>()
let count = 0

function pathOf(value: unknown): string | undefined {
  if (typeof value === 'string') return resolve(value)
  if (value instanceof URL) return fileURLToPath(value)
  return Buffer.isBuffer(value) ? resolve(value.toString()) : undefined
}

/** Whether operations on this path count (here and now). */
function counts(path: string | undefined): path is string {
  return path !== undefined && (path === folder || path.startsWith(folder + sep)) && !inside.getStore()
}

function note(line: string): void {
  if (log !== undefined) inside.run(true, () => original.appendFileSync(log, `${line}\n`))
}

function kill(): never {
  process.kill(process.pid, 'SIGKILL')
  for (;;);
}

function failure(code: string, kind: string, path: string): Error {
  const errno = -((osConstants.errno as Record<string, number>)[code] ?? 0)
  return Object.assign(new Error(`${code}: injected fault, ${kind} '${path}'`), { code, errno, syscall: kind, path })
}

interface Call {
  readonly kind: string
  /** For the log. */
  readonly path: string
  /** Of a write: what it goes to, a path or a file descriptor, and its arguments without that. */
  readonly write?: { readonly target: string | number; readonly args: readonly unknown[] }
}

/** Does half of a write; returns how many bytes that were, 0 for what is no write. */
function writeHalf({ kind, write }: Call): number {
  const written = write && writtenBy(kind, write.args)
  if (!written) return 0
  const half = written.bytes.subarray(0, Math.floor(written.bytes.length / 2))
  const { target, args } = write
  const appends = kind === 'appendFile' || (args[1] as { flag?: string } | undefined)?.flag?.startsWith('a')
  inside.run(true, () => {
    const fd = typeof target === 'number' ? target : original.openSync(target, appends ? 'a' : 'w')
    if (half.length > 0) original.writeSync(fd, half, 0, half.length, written.position)
    if (typeof target !== 'number') original.closeSync(fd)
  })
  return half.length
}

/** What the fault makes of the operation that has the number `number`: nothing, an error, or a short write. */
function faultOf(number: number, call: Call): Error | { short: number } | undefined {
  const code = mode.replace('+', '')
  const lasting = mode !== code
  if (at === 0 || number < at || (number > at && !lasting)) return undefined
  if (mode === 'kill') kill()
  if (mode === 'half') {
    writeHalf(call)
    kill()
  }
  if (mode === 'short') {
    const bytes = /^writev?$/.test(call.kind) ? writeHalf(call) : 0
    return bytes > 0 ? { short: bytes } : undefined
  }
  if (number === at) writeHalf(call)
  return failure(code, call.kind, call.path)
}

/** Runs one operation in its style, counted, with the fault if it is its turn; `proceed` does what was asked for. */
function run(style: Style, call: Call, args: unknown[], proceed: (args: unknown[]) => unknown): unknown {
  const number = ++count
  note(`start ${number} ${call.kind} ${call.path}`)
  const end = () => note(`end ${number}`)
  const fault = faultOf(number, call)
  if (fault !== undefined) {
    const unheard = style === 'callback' ? [...args.slice(0, -1), () => {}] : args
    if (call.kind === 'close') inside.run(true, () => proceed(unheard))
    return deliver(style, call, args, fault)
  }
  if (style === 'sync') {
    const result = inside.run(true, () => proceed(args))
    end()
    return result
  }
  if (style === 'callback') {
    const callback = AsyncResource.bind(args.at(-1) as Operation)
    const wrapped = (...results: unknown[]) => {
      if (!results[0]) end()
      callback(...results)
    }
    return inside.run(true, () => proceed([...args.slice(0, -1), wrapped]))
  }
  return Promise.resolve(inside.run(true, () => proceed(args))).then((result) => {
    end()
    return result
  })
}

function deliver(style: Style, call: Call, args: unknown[], fault: Error | { short: number }): unknown {
  if (style === 'callback') {
    const callback = args.at(-1) as Operation
    process.nextTick(() => (fault instanceof Error ? callback(fault) : callback(null, fault.short, args[1])))
    return undefined
  }
  if (fault instanceof Error) {
    if (style === 'sync') throw fault
    return Promise.reject(fault)
  }
  if (style === 'sync') return fault.short
  const [data] = args
  return Promise.resolve(
    call.kind === 'writev' ? { bytesWritten: fault.short, buffers: data } : { bytesWritten: fault.short, buffer: data },
  )
}

/** Whether opening with these flags changes or may change the file. */
function isWriting(flags: unknown): boolean {
  if (typeof flags === 'number')
    return (flags & (fs.constants.O_WRONLY | fs.constants.O_RDWR | fs.constants.O_CREAT)) !== 0
  return typeof flags === 'string' && /[wa+]/.test(flags)
}

/** Puts `patched` in the place of a function, with what util.promisify needs to know of it. */
function replace(module: Table, name: string, patched: (original: Operation) => Operation): void {
  const found = module[name]
  if (!found) return
  const { length: _length, name: _name, ...properties } = Object.getOwnPropertyDescriptors(found)
  module[name] = Object.defineProperties(patched(found), properties)
}

/** Makes the calls of a function that `describe` recognises as operations below the folder run as such. */
function patch(
  module: Table,
  name: string,
  style: Style,
  describe: (self: unknown, args: unknown[]) => Call | undefined,
): void {
  replace(
    module,
    name,
    (proceed) =>
      function (...args) {
        const call = describe(this, args)
        return call ? run(style, call, args, (all) => proceed.apply(this, all)) : proceed.apply(this, args)
      },
  )
}

function isWrite(kind: string): boolean {
  return kind.startsWith('write') || kind === 'appendFile'
}

/** An operation on an open file. */
function callOn(fd: unknown, kind: string, args: unknown[]): Call | undefined {
  const path = typeof fd === 'number' ? files.get(fd)?.path : undefined
  if (typeof fd !== 'number' || !counts(path)) return undefined
  return isWrite(kind) ? { kind, path, write: { target: fd, args } } : { kind, path }
}

/** Closing counts for a file that was opened for writing. */
function closing(fd: unknown): Call | undefined {
  const file = files.get(Number(fd))
  files.delete(Number(fd))
  return file?.writing && counts(file.path) ? { kind: 'close', path: file.path } : undefined
}

/** An operation on one or two paths, or on an open file in the place of a path. */
function callOnPaths(kind: string, args: unknown[]): Call | undefined {
  const [first, ...rest] = args
  if (typeof first === 'number') return callOn(first, kind, rest)
  if (typeof first === 'object' && first !== null && 'fd' in first) return callOn(first.fd, kind, rest)
  const paths = (TWO_PATH_KINDS.includes(kind) ? [first, rest[0]] : [first]).map(pathOf)
  const [path] = paths.filter(counts)
  if (path === undefined) return undefined
  return isWrite(kind) ? { kind, path, write: { target: path, args: rest } } : { kind, path: paths.join(' -> ') }
}

/** Opening counts if it is for writing; every file below the folder is remembered by its descriptor. */
function patchOpen(module: Table, name: string, style: Style): void {
  replace(
    module,
    name,
    (open) =>
      function (...args) {
        const path = pathOf(args[0])
        if (!counts(path)) return open.apply(this, args)
        const writing = isWriting(args[1])
        const proceed = (all: unknown[]) =>
          remembering(style, { path, writing }, all, (given) => open.apply(this, given))
        return writing ? run(style, { kind: 'open', path }, args, proceed) : proceed(args)
      },
  )
}

function remembering(style: Style, file: OpenFile, args: unknown[], open: (args: unknown[]) => unknown): unknown {
  const remember = (fd: unknown) => {
    if (typeof fd === 'number') files.set(fd, file)
  }
  if (style === 'callback') {
    const callback = args.at(-1) as Operation
    const wrapped = (error: unknown, fd: unknown) => {
      remember(fd)
      callback(error, fd)
    }
    return open([...args.slice(0, -1), wrapped])
  }
  const opened = open(args)
  if (style === 'sync') remember(opened)
  if (style === 'sync') return opened
  return (opened as Promise<{ fd: number }>).then((handle) => {
    remember(handle.fd)
    // Each FileHandle has a function of its own for this.
    patch(handle as unknown as Table, 'close', 'promise', () => closing(handle.fd))
    return handle
  })
}

function patchModule(module: Table, suffix: string, style: Style): void {
  for (const kind of PATH_KINDS) patch(module, kind + suffix, style, (_, args) => callOnPaths(kind, args))
  for (const kind of FD_KINDS) patch(module, kind + suffix, style, (_, [fd, ...args]) => callOn(fd, kind, args))
  patchOpen(module, `open${suffix}`, style)
  // A callback that may be left out has to be there for `run`.
  const whole = (args: unknown[]) => (style === 'callback' && args.length === 1 ? [...args, () => {}] : args)
  patch(module, `close${suffix}`, style, (_, [fd]) => closing(fd))
  replace(
    module,
    `close${suffix}`,
    (close) =>
      (...args) =>
        close(...whole(args)),
  )
}

function patchHandles(prototype: Table): void {
  const fdOf = (handle: unknown) => (handle as { fd: number }).fd
  for (const kind of HANDLE_KINDS) patch(prototype, kind, 'promise', (self, args) => callOn(fdOf(self), kind, args))
}

const anyFile = await promises.open(process.execPath, 'r')
const handlePrototype = Object.getPrototypeOf(anyFile) as Table
await anyFile.close()

patchModule(fs as unknown as Table, 'Sync', 'sync')
patchModule(fs as unknown as Table, '', 'callback')
patchModule(promises as unknown as Table, '', 'promise')
patchHandles(handlePrototype)
syncBuiltinESMExports()
