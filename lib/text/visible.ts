/**
 * Text as people may see it. A name or a value can hold what a terminal obeys: a title, a cleared screen, the clipboard,
 * letters that run backwards. Nothing that comes from a file or an argument gets there but through here.
 */

/**
 * Control characters but for the line feed: C0, DEL and C1; marks that turn the direction of writing; line ends that
 * only some programs know.
 */
const HIDDEN = /(?!\n)[\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}]/gu

/** The text with each character that would not be seen, but obeyed, as JSON writes it: `\u001b`. */
export function visible(text: string): string {
  return text.replace(HIDDEN, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** A name, be it of a file or of a dataset, as it stands in a line of such a text: without line ends of its own. */
export function visibleName(name: string): string {
  return visible(name).replaceAll('\n', '\\u000a')
}
