/**
 * Patterns of names, matched without going back: a part of a pattern takes all places of the text that the parts before
 * it can end at to all those that it can end at itself. So the time grows with the text and the pattern alone, whatever
 * stands in either; an expression made of what a user gives can take for ever.
 */

/** For each place in a text, from before its first character to behind its last, whether a match can have come so far. */
type Places = readonly boolean[]

/** A part of a pattern: where it can end, by where it can begin. */
export type PatternPart = (text: string, from: Places) => Places

/** Exactly this text. */
export function literal(expected: string): PatternPart {
  const { length } = expected
  return (text, from) => from.map((_, at) => from[at - length] === true && text.startsWith(expected, at - length))
}

/** A single character, any or one of a kind. */
export function character(isMeant: (character: string) => boolean = () => true): PatternPart {
  return (text, from) => from.map((_, at) => from[at - 1] === true && isMeant(text.charAt(at - 1)))
}

/** One character of a kind or several. */
export function run(isMeant: (character: string) => boolean): PatternPart {
  return (text, from) => {
    let isWithin = false
    return from.map((_, at) => {
      isWithin = (isWithin || from[at - 1] === true) && at > 0 && isMeant(text.charAt(at - 1))
      return isWithin
    })
  }
}

/** Any text, or none. */
export const anything: PatternPart = (_, from) => {
  const first = from.indexOf(true)
  return from.map((_, at) => first !== -1 && at >= first)
}

/** One part after the other. */
export function sequence(...parts: readonly PatternPart[]): PatternPart {
  return (text, from) => {
    let places = from
    for (const part of parts) {
      if (!places.includes(true)) return places
      places = part(text, places)
    }
    return places
  }
}

/** Either of two parts. */
export function either(one: PatternPart, other: PatternPart): PatternPart {
  return (text, from) => {
    const places = other(text, from)
    return one(text, from).map((isPlace, at) => isPlace || places[at] === true)
  }
}

/** A part of at least one character once or several times. */
export function repeated(part: PatternPart): PatternPart {
  return (text, from) => {
    const all = from.map(() => false)
    for (let places = part(text, from); places.includes(true); places = part(text, places))
      for (const [at, isPlace] of places.entries()) if (isPlace) all[at] = true
    return all
  }
}

/** Whether a part is all of a text. */
export function matches(part: PatternPart, text: string): boolean {
  const start = Array.from({ length: text.length + 1 }, (_, at) => at === 0)
  return part(text, start)[text.length] === true
}

/** A pattern in which `*` stands for any text and `?` for any character. */
export function wildcards(pattern: string): PatternPart {
  // More stars beside each other say no more than one.
  const pieces = pattern.replace(/\*+/g, '*').split(/([*?])/)
  return sequence(...pieces.filter((piece) => piece !== '').map(wildcard))
}

function wildcard(piece: string): PatternPart {
  if (piece === '*') return anything
  return piece === '?' ? character() : literal(piece)
}
