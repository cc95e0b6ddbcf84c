/**
 * The program as the tools see it: described, never run.
 */
import { readFileSync } from 'node:fs'
import { Readable, Writable } from 'node:stream'
import { buildProgram } from '../lib/cli/cli.js'
import { type CommandDescription, describeCommand } from '../lib/cli/describe.js'

/** All commands and options. */
export function describeProgram(): CommandDescription {
  const nowhere = () => {}
  const terminal = {
    stdin: Readable.from([]),
    out: nowhere,
    stdout: new Writable(),
    err: nowhere,
    env: {},
    signal: new AbortController().signal,
  }
  return describeCommand(buildProgram(terminal))
}

/** The version of the package. */
export function readVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
  return (manifest as { readonly version: string }).version
}
