/** Words for people. */

/** A number of things. */
export function counted(count: number, noun: string, nouns = `${noun}s`): string {
  return `${count} ${count === 1 ? noun : nouns}`
}

/** A title with some examples of many below it. */
export function withExamples(title: string, examples: readonly string[], total: number): string {
  const more = total - examples.length
  return [title, ...examples, ...(more > 0 ? [`and ${more} more`] : [])].join('\n  ')
}
