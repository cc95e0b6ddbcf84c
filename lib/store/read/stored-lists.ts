/** What association files say of a program, from its lines; loaded only where there are some. */
import { CanonicalLine } from '../../csv/row.js'
import type { MemberList } from '../../rules/member-list.js'
import { readMemberLists } from '../../rules/member-lists.js'
import { settleWithLists } from '../../settle/program-lists.js'
import type { ProgramLists } from '../../settle/settled.js'
import { type Entry, FRESH_LIST } from '../../sort/records.js'

/** What association files say: those of this run, and what is stored of earlier ones. */
export function readLists(entries: readonly Entry[]): ProgramLists {
  const fresh = entries.filter(({ origin }) => origin === FRESH_LIST).map(({ text }) => JSON.parse(text) as MemberList)
  const stored = entries.filter(({ origin }) => origin !== FRESH_LIST)
  return {
    fresh,
    stored: readMemberLists(stored.map(({ text }) => new CanonicalLine(text).fields)),
    lines: stored.map(({ origin, text, offset = 0 }) => ({ table: origin, line: text, offset })),
    settle: settleWithLists,
  }
}
