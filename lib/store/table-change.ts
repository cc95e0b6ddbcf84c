/** What would become of a table, and how that is told. */
import { counted } from '../text/words.js'

/** What a run would change in a table (`dryRun`). A line that would become another one goes, and the other one comes. */
export interface TableChange {
  /** Its file in the database. */
  readonly file: string
  /** Lines that would come, the header not counted. */
  readonly added: number
  /** Lines that would go. */
  readonly removed: number
  /** Size of the file in bytes; 0 where there is none yet. */
  readonly bytesBefore: number
  /** The size that it would have. */
  readonly bytesAfter: number
}

/** Whether a table would be another one. */
export function isChange({ added, removed, bytesBefore, bytesAfter }: TableChange): boolean {
  return added > 0 || removed > 0 || bytesBefore !== bytesAfter
}

/** The tables that would change as lines of text, and that nothing was changed. */
export function formatChanges(tables: readonly TableChange[]): string {
  const changes = tables.filter(isChange)
  const rows = changes.map(({ file, added, removed, bytesBefore, bytesAfter }) => {
    const growth = bytesAfter - bytesBefore
    return [file, `+${added}`, `-${removed}`, `${growth < 0 ? '' : '+'}${growth}`] as const
  })
  const [files = 0, ...widths] = [0, 1, 2, 3].map((column) =>
    Math.max(0, ...rows.map((row) => row[column]?.length ?? 0)),
  )
  const lines = rows.map(([file, ...numbers]) => {
    const cells = numbers.map((number, column) => number.padStart(widths[column] ?? 0))
    return `  ${file.padEnd(files)}  ${cells[0]} ${cells[1]} lines  ${cells[2]} bytes\n`
  })
  const title = changes.length === 0 ? 'no table would change' : `${counted(changes.length, 'table')} would change`
  return `${title}\n${lines.join('')}nothing was changed (--dry-run)\n`
}
