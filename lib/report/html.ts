/**
 * HTML from templates: whatever is put into one is text, unless it comes from a template itself.
 */

/** HTML that is safe to put into a page as it is. */
export class Html {
  readonly text: string

  /** @param text HTML in which all data is escaped already */
  constructor(text: string) {
    this.text = text
  }
}

/** What can be put into a template; nothing stands for an absent value. */
export type Content = Html | string | number | undefined | readonly Content[]

/** A piece of HTML; what is put in is escaped, for the content of elements and for attributes in double quotes. */
export function html(parts: TemplateStringsArray, ...contents: readonly Content[]): Html {
  let text = parts[0] ?? ''
  for (const [index, content] of contents.entries()) text += `${render(content)}${parts[index + 1] ?? ''}`
  return new Html(text)
}

function render(content: Content): string {
  if (content === undefined) return ''
  if (content instanceof Html) return content.text
  if (Array.isArray(content)) return content.map(render).join('')
  return escapeHtml(String(content))
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** A text as it stands in HTML, in the content of elements and in attributes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? '')
}
