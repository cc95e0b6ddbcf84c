/** What tasks of a run share, for tests of tasks and threads. */
import { type Day, parseDay } from '../../lib/rules/day.js'
import defaultEncodings from '../../lib/rules/encodings.json' with { type: 'json' }
import { otherColumns } from '../../lib/rules/layout.js'
import type { TaskSetup } from '../../lib/workers/tasks.js'

export const DAY: Day = parseDay('2024-02-21', 'test')

/** The setup of a run over one input with this header into a new database. */
export function setupOf(header: readonly string[], parts: Partial<TaskSetup> = {}): TaskSetup {
  return {
    others: otherColumns(header),
    inputs: [{ name: 'input.csv', header, day: DAY }],
    encodings: defaultEncodings,
    stored: undefined,
    ...parts,
  }
}
