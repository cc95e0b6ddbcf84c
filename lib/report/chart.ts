/**
 * Observable Plot, drawing into a document that is no browser's: options in, SVG out.
 */
import * as Plot from '@observablehq/plot'
import { parseHTML } from 'linkedom'
import { Html } from './html.js'

const SVG = 'http://www.w3.org/2000/svg'

/** What a reader who does not see a chart is told. */
export interface ChartText {
  readonly title: string
  readonly description: string
}

/** As much of the document object model as is used here; the compiler knows no browser's. */
interface SvgElement {
  textContent: string | null
  readonly outerHTML: string
  setAttribute(name: string, value: string): void
  getAttribute(name: string): string | null
  removeAttribute(name: string): void
  readonly children: Iterable<SvgElement>
  querySelectorAll(selector: string): Iterable<SvgElement>
  prepend(...children: readonly SvgElement[]): void
  replaceWith(...nodes: readonly SvgElement[]): void
}

interface SvgDocument {
  createElementNS(namespace: string, name: string): SvgElement
}

/** Draws charts whose ids are not those of another chart of the page. */
export class ChartDrawer {
  readonly #document: SvgDocument = parseHTML('<html></html>').document
  #charts = 0

  /** A chart as an SVG element of its own. */
  draw(options: Plot.PlotOptions, { title, description }: ChartText): Html {
    const id = `chart-${++this.#charts}`
    const chart: SvgElement = Plot.plot({ document: this.#document, className: 'chart', ...options })
    // Plot labels groups, which have no role that could have a label; as classes they serve the style.
    for (const group of chart.querySelectorAll('g[aria-label]')) {
      group.setAttribute('class', (group.getAttribute('aria-label') ?? '').replaceAll(' ', '-'))
      group.removeAttribute('aria-label')
    }
    for (const link of chart.querySelectorAll('a')) leadTo(link)
    chart.setAttribute('role', 'img')
    chart.setAttribute('aria-labelledby', `${id}-title`)
    chart.setAttribute('aria-describedby', `${id}-desc`)
    chart.prepend(this.#text('title', id, title), this.#text('desc', id, description))
    return new Html(chart.outerHTML)
  }

  #text(name: 'title' | 'desc', id: string, text: string): SvgElement {
    const element = this.#document.createElementNS(SVG, name)
    element.setAttribute('id', `${id}-${name}`)
    element.textContent = text
    return element
  }
}

/** An image has no links in it: where a mark leads is kept beside it, for the script of the page. */
function leadTo(link: SvgElement): void {
  for (const mark of link.children) mark.setAttribute('data-go', link.getAttribute('href') ?? '')
  link.replaceWith(...link.children)
}
