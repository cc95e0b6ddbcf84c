/**
 * What `--json` prints of a command: one object on standard output, whatever came of the command. Its members beside those
 * of the command's own result are the same for every command.
 */
import { CommanderError } from 'commander'
import { milliseconds } from '../clock.js'
import { EXIT, IngestError } from '../errors.js'
import type { Began, Known } from '../process/thread-messages.js'
import { programVersion } from '../process/version.js'

/** Why a command failed; the member `error`. */
export interface Failure {
  /** One of the catalogue of errors, that of the system (`ENOSPC`), INTERRUPTED or INTERNAL. */
  readonly code: string
  /** As it is told on standard error. */
  readonly message: string
  readonly file?: string
  /** From 1. */
  readonly line?: number
  readonly signal?: string
  readonly exitCode: number
}

/** The code of an error that a fault of the program has made. */
export const INTERNAL = 'INTERNAL'

/** What an error is to those who called the command. */
export function failureOf(error: unknown): Failure {
  if (error instanceof CommanderError)
    return { code: 'USAGE', message: error.message.replace(/^error: /, ''), exitCode: EXIT.usage }
  if (error instanceof IngestError) {
    const { code, message, place, exitCode } = error
    return { code, message, ...placeOf(place.source, place.line), exitCode }
  }
  // It is the system that failed, such as a full disk, and no line of this program is to blame.
  if (!(error instanceof Error && 'syscall' in error))
    return { code: INTERNAL, message: String(error), exitCode: EXIT.failed }
  const { code = 'SYSTEM', message, path } = error as NodeJS.ErrnoException
  return { code, message, ...placeOf(path), exitCode: EXIT.failed }
}

/** The place of a failure, as far as it is known. */
function placeOf(file: string | undefined, line?: number): Pick<Failure, 'file' | 'line'> {
  return { ...(file === undefined ? {} : { file }), ...(line === undefined ? {} : { line }) }
}

/** What a record has of the process. */
interface RecordOwner {
  /** Writes to standard output. */
  readonly print: (text: string) => void
  /** When the command began, if that was before. */
  readonly began?: Began
  /** Takes what is known whenever that changes. */
  readonly onKnown?: (known: Known) => void
}

/** The record of a command: takes what there is to tell, and prints it when the command ends. */
export class CommandRecord {
  readonly began: Began
  readonly #owner: RecordOwner
  readonly #isAsked: boolean
  #command = 'ingest'
  #known: Known = { waited: 0 }
  #result: { readonly value: object; readonly replacer?: Replacer | undefined } | undefined
  #soFar: (() => object) | undefined
  /** What of the object is printed: a list that is not at its end, or all of it. */
  #printed: 'list' | 'all' | undefined

  /** @param args the command line, which need not be one that can be read */
  constructor(args: readonly string[], owner: RecordOwner) {
    this.began = owner.began ?? { time: new Date().toISOString(), clock: milliseconds() }
    this.#owner = owner
    this.#isAsked = asksForJson(args)
  }

  /** Takes the name of the command, if it is another one than a run. */
  called(command: string): void {
    this.#command = command
  }

  /** Takes what is known now. */
  note(known: Partial<Known>): void {
    this.#known = { ...this.#known, ...known }
    this.#owner.onKnown?.(this.#known)
  }

  /** Takes that the command begins to wait for another run, or has waited. */
  readonly waits = (isWaiting: boolean): void => {
    this.note({ waited: this.#waited, waitsSince: isWaiting ? milliseconds() : undefined })
  }

  /** Takes what the command did. */
  result(value: object, replacer?: Replacer): void {
    this.#result = { value, replacer }
  }

  /** Takes what tells how far the command has come, should it fail before it has a result. */
  soFar(tell: () => object): void {
    this.#soFar = tell
  }

  /** Prints an object of its own, of a part of what the command does. */
  line(value: object): void {
    this.#owner.print(`${JSON.stringify({ ...this.#head, ...value })}\n`)
  }

  /** Begins an object that has a list, whose items are printed as they come: each in a line of its own, without its end. */
  list(head: object, member: string): void {
    this.#printed = 'list'
    this.#owner.print(`${JSON.stringify({ ...this.#head, ...head }).slice(0, -1)},${JSON.stringify(member)}:[`)
  }

  /** Takes what the thread of the command has printed. Only the whole object ends with a line end. */
  passed(bytes: Uint8Array): void {
    if (this.#isAsked) this.#printed = bytes.at(-1) === LINE_FEED ? 'all' : 'list'
  }

  /** Prints the object, or the rest of it; only where the command has a result, or was to have one and failed. */
  end(error?: Failure): void {
    const { print } = this.#owner
    const tail = { ...this.#seconds, ...(error === undefined ? {} : { error }) }
    if (this.#printed === 'list') print(`\n],${JSON.stringify(tail).slice(1)}\n`)
    else if (this.#printed === undefined && (this.#result !== undefined || (error !== undefined && this.#isAsked))) {
      const { value, replacer } = this.#result ?? {}
      const soFar = error === undefined ? {} : this.#soFar?.()
      print(`${JSON.stringify({ ...this.#head, ...soFar, ...value, ...tail }, replacer)}\n`)
    }
    this.#printed = 'all'
  }

  get #head(): object {
    const { database = null } = this.#known
    return { command: this.#command, version: programVersion(), started: this.began.time, database }
  }

  get #waited(): number {
    const { waited, waitsSince } = this.#known
    return waited + (waitsSince === undefined ? 0 : milliseconds() - waitsSince)
  }

  get #seconds(): object {
    const all = Math.round(milliseconds() - this.began.clock)
    const waited = Math.min(all, Math.round(this.#waited))
    return { seconds: all / 1000, secondsWaited: waited / 1000, secondsWorked: (all - waited) / 1000 }
  }
}

type Replacer = (name: string, value: unknown) => unknown

const LINE_FEED = 10

/** Whether a command line asks for JSON. */
function asksForJson(args: readonly string[]): boolean {
  const end = args.indexOf('--')
  const options = end === -1 ? args : args.slice(0, end)
  const isFormat = (arg: string, index: number) => arg === 'json' && options[index - 1] === '--format'
  return options.some((arg, index) => arg === '--json' || arg === '--format=json' || isFormat(arg, index))
}
