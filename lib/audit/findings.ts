/** What is found wrong in a database, and what is worth knowing of it. */

/** The kinds of violations, in the order in which they are told, with what each says in general. */
export const VIOLATIONS = {
  table: 'every table is there, with its header',
  line: 'every line can be read',
  cell: 'derived cells of a row are what its other cells give',
  code: 'codes are those of encodings.json',
  repeated: 'a dataset stands in a table once',
  place: 'a dataset is matched, or waits, or neither',
  features: 'a product of training.csv has one line of features in its model',
  target: 'size and date of a product are the same in every table',
  exposures: 'the exposures of a product are in level1.csv',
  groups: 'rem-* has the waiting groups of ingest.csv',
  resolution: 'the tables hold what resolving their rows gives',
  index: 'the index fits the tables',
} as const
export type ViolationKind = keyof typeof VIOLATIONS

/** Something that is wrong. */
export interface Violation {
  readonly kind: ViolationKind
  /** File within the database. */
  readonly file: string
  /** 1-based; absent where no single line is wrong. */
  readonly line?: number
  readonly what: string
}

/** Something worth knowing that is not wrong. */
export interface Note {
  readonly what: string
  readonly count: number
  /** A few of them. */
  readonly examples: readonly string[]
}

const KINDS = Object.keys(VIOLATIONS) as ViolationKind[]

function noCounts(): Record<ViolationKind, number> {
  return Object.fromEntries(KINDS.map((kind) => [kind, 0])) as Record<ViolationKind, number>
}

/** How many violations of a kind are told; the rest is counted. */
const TOLD = 20
/** How many examples of a note are told. */
const EXAMPLES = 5

/** What was found in a part of a database, as plain data. */
export interface FoundPart {
  readonly counts: Readonly<Record<ViolationKind, number>>
  readonly violations: readonly Violation[]
  readonly notes: readonly Note[]
}

/** Collects violations and notes; memory does not grow with their number. */
export class Findings {
  counts = noCounts()
  readonly #violations = new Map<ViolationKind, Violation[]>()
  readonly #notes = new Map<string, { count: number; examples: string[] }>()

  constructor() {
    for (const kind of KINDS) this.#violations.set(kind, [])
  }

  add(kind: ViolationKind, file: string, line: number | undefined, what: string): void {
    this.counts[kind]++
    const told = this.#violations.get(kind)
    if (told !== undefined && told.length < TOLD)
      told.push({ kind, file, ...(line === undefined ? {} : { line }), what })
  }

  /** Something is worth knowing. */
  note(what: string, example?: string): void {
    this.#note({ what, count: 1, examples: example === undefined ? [] : [example] })
  }

  #note({ what, count, examples }: Note): void {
    const note = this.#notes.get(what) ?? { count: 0, examples: [] }
    note.count += count
    note.examples.push(...examples.slice(0, EXAMPLES - note.examples.length))
    this.#notes.set(what, note)
  }

  /** Counts violations of a kind that are not told. */
  count(kind: ViolationKind, more: number): void {
    this.counts[kind] += more
  }

  /** Adds what was found in another part, as if it had been found here. */
  addAll({ counts, violations, notes }: FoundPart): void {
    for (const [kind, told] of this.#violations) {
      this.counts[kind] += counts[kind]
      const others = violations.filter((violation) => violation.kind === kind)
      told.push(...others.slice(0, TOLD - told.length))
    }
    for (const note of notes) this.#note(note)
  }

  /** What was found, as plain data; it goes on with nothing. */
  take(): FoundPart {
    const { counts, violations, notes } = this
    this.counts = noCounts()
    for (const told of this.#violations.values()) told.length = 0
    this.#notes.clear()
    return { counts: { ...counts }, violations, notes }
  }

  get violations(): readonly Violation[] {
    return [...this.#violations.values()].flat()
  }

  get notes(): readonly Note[] {
    return [...this.#notes].map(([what, note]) => ({ what, ...note }))
  }

  get total(): number {
    return Object.values(this.counts).reduce((sum, count) => sum + count, 0)
  }
}
