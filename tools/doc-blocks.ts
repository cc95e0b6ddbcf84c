/**
 * The blocks of code in a Markdown text, and what is to be done with each of them.
 *
 * A block in `console`, `sh`, `js` or another language that is a program's is run. A comment on the line before its
 * fence says otherwise:
 *
 *     <!-- not run: it takes hours -->        never, for this reason
 *     <!-- needs: Miller -->                  only where this is there (its name in needs.ts)
 *     <!-- exits with 1 -->                   it fails, and shall
 */
import { isNeed, type Need } from './needs.js'

/** A fenced block. */
export interface Block {
  readonly language: string
  readonly lines: readonly string[]
  /** Index in the text's lines of the first one within the fence. */
  readonly start: number
  readonly notRun: string | undefined
  readonly needs: Need | undefined
  readonly exits: number
}

/** The languages of blocks that are no program. */
const NO_PROGRAMS = new Set(['csv', 'ini', 'json', 'mermaid', 'text', 'ts'])

/** Commands that stand for a block of them where a line begins with one. */
const COMMAND = /^ {4}(\$ )?(jwst-ingest|make|node|npm|npx|cat|head|sh|git|cp|mlr|duckdb)\s/

/**
 * The blocks of a text, in their order.
 *
 * @throws Error for a block without a language, and for commands outside of a fence: nobody would run them
 */
export function blocksOf(text: string, name: string): Block[] {
  const lines = text.split('\n')
  const blocks: Block[] = []
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index] ?? ''
    const [, language] = /^```(\S*)$/.exec(line) ?? []
    if (language === undefined) {
      if (COMMAND.test(line)) throw new Error(`${name}:${index + 1}: commands belong into a fenced block, to be run`)
      continue
    }
    const end = lines.indexOf('```', index + 1)
    if (language === '' || end < 0) throw new Error(`${name}:${index + 1}: a block needs a language and an end`)
    if (!NO_PROGRAMS.has(language))
      blocks.push({ language, start: index + 1, lines: lines.slice(index + 1, end), ...marksOf(lines, index, name) })
    index = end
  }
  return blocks
}

/** What the comments before a fence say. */
function marksOf(lines: readonly string[], fence: number, name: string): Pick<Block, 'notRun' | 'needs' | 'exits'> {
  let notRun: string | undefined
  let needs: Need | undefined
  let exits = 0
  for (let index = fence - 1; index >= 0; index--) {
    const [, kind, value = ''] = /^<!-- (not run:|needs:|exits with) (.+) -->$/.exec(lines[index] ?? '') ?? []
    if (kind === undefined) break
    if (kind === 'not run:') notRun = value
    else if (kind === 'needs:') needs = needOf(value, `${name}:${index + 1}`)
    else exits = Number(value)
  }
  return { notRun, needs, exits }
}

function needOf(value: string, place: string): Need {
  if (!isNeed(value)) throw new Error(`${place}: nothing is known of ${value}; tools/needs.ts has what blocks can need`)
  return value
}
