/**
 * Which database a command is about. Every command takes `--db`; most take an argument and `--out` as well, and options before
 * the command count, too. What the command line names comes before the environment, which comes before `./jwst-db`.
 */
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { type Command, Option } from 'commander'
import { IngestError } from '../errors.js'
import { parsePath } from './cli-options.js'
import type { Terminal } from './terminal.js'

const DEFAULT_DATABASE = 'jwst-db'
const DESCRIPTION = `the database (default: $JWST_INGEST_DB, else ./${DEFAULT_DATABASE})`

/** The argument that names the database, for `command.argument(...DATABASE)`. */
export const DATABASE = ['[db]', DESCRIPTION, parsePath] as const

/** An option whose value is the database. */
class DatabaseOption extends Option {
  constructor(flags: string, description: string) {
    super(flags, description)
    this.argParser(parsePath)
  }
}

/** The option of commands which write no other files, for `command.addOption(outOption())`. */
export const outOption = () => new DatabaseOption('-o, --out <folder>', DESCRIPTION)
/** That of every command. */
export const dbOption = (description = 'the same') => new DatabaseOption('-d, --db <folder>', description)

/**
 * The database that is meant, which the record of the command then tells.
 *
 * @param argument the argument that names it, if there is one
 * @throws IngestError USAGE where two are named; DATABASE_UNUSABLE where none is, and that of the environment or the
 *   default one is not there
 */
export function databaseOf(argument: string | undefined, command: Command, { env, record }: Terminal): string {
  const name = nameOf(argument, command)
  const database = name ?? (env.JWST_INGEST_DB || defaultFor(command))
  record.note({ database })
  if (name === undefined) mustBeThere(database, command)
  return database
}

/** A run makes its database; all others need one, and nobody sees in their command line where this name is from. */
function mustBeThere(database: string, command: Command): void {
  if (command.parent === null || existsSync(database)) return
  const message =
    'no such folder; the variable JWST_INGEST_DB names it: set it to the folder of a database, or give --db'
  throw new IngestError('DATABASE_UNUSABLE', message, { source: database })
}

function nameOf(argument: string | undefined, command: Command): string | undefined {
  const [name, ...others] = [argument, ...namedBy(command)].filter((one) => one !== undefined)
  if (name === undefined) return undefined
  const other = others.find((one) => resolve(one) !== resolve(name))
  if (other === undefined) return name
  throw new IngestError('USAGE', `two databases are named, ${name} and ${other}: leave out one of them`)
}

/** The databases that the options of a command name, and those before it. */
function namedBy(command: Command | null): (string | undefined)[] {
  if (command === null) return []
  const options = command.options.filter((option) => option instanceof DatabaseOption)
  const own = options.map((option): string | undefined => command.getOptionValue(option.attributeName()))
  return [...own, ...namedBy(command.parent)]
}

/** A run makes its database, all others need one. */
function defaultFor(command: Command): string {
  if (command.parent === null || existsSync(DEFAULT_DATABASE)) return DEFAULT_DATABASE
  const ways = 'name one as an argument, with --db, or in the variable JWST_INGEST_DB'
  throw new IngestError('DATABASE_UNUSABLE', `no database is named, and ./${DEFAULT_DATABASE} is not there: ${ways}`)
}
