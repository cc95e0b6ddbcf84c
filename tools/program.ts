/**
 * The program as the tools see it: described, never run.
 */
import { Readable } from 'node:stream'
import { buildProgram } from '../lib/cli/cli.js'
import { type CommandDescription, describeCommand } from '../lib/cli/describe.js'

/** All commands and options. */
export function describeProgram(): CommandDescription {
  const nowhere = () => {}
  const terminal = {
    stdin: Readable.from([]),
    out: nowhere,
    err: nowhere,
    env: {},
    signal: new AbortController().signal,
  }
  return describeCommand(buildProgram(terminal))
}
