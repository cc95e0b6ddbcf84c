/**
 * The program as the tools see it: described, never run.
 */
import { readFileSync } from 'node:fs'
import { PassThrough, Readable } from 'node:stream'
import { buildProgram } from '../lib/cli/cli.js'
import { type CommandDescription, describeCommand } from '../lib/cli/describe.js'
import { CommandRecord } from '../lib/cli/record.js'

/** All commands and options. */
export function describeProgram(): CommandDescription {
  const nowhere = () => {}
  const terminal = {
    stdin: Readable.from([]),
    out: nowhere,
    err: nowhere,
    stdout: new PassThrough(),
    env: {},
    signal: new AbortController().signal,
    record: new CommandRecord([], { print: nowhere }),
  }
  return describeCommand(buildProgram(terminal))
}

/** The version of the package. */
export function readVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
  return (manifest as { readonly version: string }).version
}
