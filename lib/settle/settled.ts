/** What a program is settled from, and what comes of it. */
import type { MemberList } from '../rules/member-list.js'
import type { PlacedLine, Row } from '../rules/row.js'
import type { Resolution } from './resolve.js'

/** A stored line of a table of features, with the name of its product or, in `rem-*`, of its group. */
export interface FeatureLine extends PlacedLine {
  readonly name: string
  readonly cells: readonly string[]
  /** Date and image size (kB) of the product, where the table has them. */
  readonly date: string
  readonly size: number
}

/** The lines of one program. */
export interface ProgramLines {
  readonly pid: number
  /** Rows of this run's input. */
  readonly fresh: readonly Row[]
  /** Rows of the unencoded tables. */
  readonly stored: readonly Row[]
  /** Whether rows of the input count before stored versions of their datasets, whatever the dates. */
  readonly replaces?: boolean | undefined
  /** What association files say of the program; absent where they say nothing. */
  readonly lists?: ProgramLists | undefined
  /** Lines of the tables of features, all or those of some names; asked for only where a touched association has some. */
  readonly features: (names?: ReadonlySet<string>) => readonly FeatureLine[]
}

/** What association files say of a program's products. */
export interface ProgramLists {
  /** What the files of this run say. */
  readonly fresh: readonly MemberList[]
  /** What is stored, at most one list for each product. */
  readonly stored: readonly MemberList[]
  /** The lines in which that is stored. */
  readonly lines: readonly PlacedLine[]
  /** Settles the program with them: most programs have none, and need no code for them. */
  readonly settle: SettleLists
}

/** @param all whether to write all of the program, changed or not, as when a database is taken over */
export type SettleLists = (
  lines: ProgramLines,
  lists: ProgramLists,
  tables: TableNumbers,
  all: boolean,
) => PresentSettled

/** What became of the lines of a program. */
export interface Settled {
  readonly pid: number
  /** Associations resolved, in text order of their keys. */
  readonly resolutions: readonly Resolution[]
  /** New products across observations, by name. */
  readonly mosaics: readonly Row[]
  /** New datasets whose last version is of no use: they hide their older versions. */
  readonly hidden: readonly Row[]
  /** New lists of association files, by product. */
  readonly lists: readonly MemberList[]
  /** Stored rows of associations that are not resolved: they stay as they are. Absent where everything does. */
  readonly standing: readonly Row[] | undefined
  /** Expired rows to write: all that stay so where every association is resolved, else none. */
  readonly expired: readonly Row[]
  /** Rows of the input that gave way, and rows that they replaced. */
  readonly duplicates: number
  /** Stored rows that gave way whatever their date, as the run replaces. */
  readonly replaced: number
  /** Stored lines of what is settled anew: they go, but for those that are written again as they are. */
  readonly leaving: readonly PlacedLine[]
}

/** What became of lines among which none is expired. */
export type PresentSettled = Omit<Settled, 'expired'>

/** The numbers of the tables, as far as settling has to tell them apart. */
export interface TableNumbers {
  readonly training: number
  readonly level1: number
  readonly associations: number
  readonly expired: number
  /** Whether a table of features holds waiting groups, not products. */
  readonly holdsGroups: (table: number) => boolean
}
