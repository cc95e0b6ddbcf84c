/**
 * Tooltips of charts: under the pointer, and by arrow keys from mark to mark. A mark that filters what waits does so by a
 * click, or by Enter.
 */

/** @typedef {SVGElement & { readonly dataset: DOMStringMap }} Mark */

/** A box with the text of one mark of a chart, which is read out as well; it is empty while there is none. */
export class Tip {
  #box = document.createElement('div')
  /** @type {Mark | undefined} */
  #mark

  constructor() {
    this.#box.className = 'tip'
    this.#box.setAttribute('role', 'status')
    document.body.append(this.#box)
    document.addEventListener('pointerdown', ({ target }) => this.#isOf(target) || this.hide())
  }

  /** @param {Mark} mark */
  show(mark) {
    if (mark === this.#mark) return
    this.hide()
    this.#mark = mark
    mark.classList.add('marked')
    this.#box.textContent = mark.dataset.tip ?? ''
    this.#place(mark.getBoundingClientRect())
  }

  hide() {
    this.#mark?.classList.remove('marked')
    this.#mark = undefined
    this.#box.textContent = ''
  }

  #isOf(/** @type {EventTarget | null} */ target) {
    return target === this.#mark
  }

  /** Above the mark, or below it where there is no room; never beyond the edge of the page. */
  #place(/** @type {DOMRect} */ mark) {
    const box = this.#box.getBoundingClientRect()
    const width = document.documentElement.clientWidth
    const left = Math.min(Math.max(mark.left + mark.width / 2 - box.width / 2, 8), width - box.width - 8)
    const above = mark.top - box.height - 6
    const top = above < 0 ? mark.bottom + 6 : above
    this.#box.style.left = `${left + window.scrollX}px`
    this.#box.style.top = `${top + window.scrollY}px`
  }
}

/**
 * The marks of charts that have something to say. Titles become data and labels, so that the browser does not show a
 * tooltip of its own.
 *
 * @param {Element} charts
 * @returns {Mark[]}
 */
function marksOf(charts) {
  const marks = []
  for (const title of charts.querySelectorAll('svg > title')) {
    title.parentElement?.setAttribute('aria-label', title.textContent ?? '')
    title.parentElement?.removeAttribute('aria-labelledby')
    title.remove()
  }
  for (const title of charts.querySelectorAll('svg g title')) {
    const mark = /** @type {Mark} */ (title.parentNode)
    mark.dataset.tip = title.textContent ?? ''
    title.remove()
    marks.push(mark)
  }
  return marks
}

/**
 * The mark that a key leads to from another one; undefined for a key that does nothing.
 *
 * @param {string} key
 * @param {number} at the mark that is shown, or -1
 * @param {number} count how many marks there are
 */
function markAfter(key, at, count) {
  if (key === 'ArrowRight') return Math.min(at + 1, count - 1)
  if (key === 'ArrowLeft') return Math.max(at - 1, 0)
  if (key === 'Home') return 0
  if (key === 'End') return count - 1
  return undefined
}

/**
 * Goes where a mark leads, if it does.
 *
 * @param {Mark | undefined} mark
 */
function follow(mark) {
  if (mark?.dataset?.go !== undefined) location.hash = mark.dataset.go
}

/**
 * Tooltips of the charts of a figure: under the pointer, and by arrow keys from mark to mark.
 *
 * @param {HTMLElement} charts
 * @param {Tip} tip
 */
export function explain(charts, tip) {
  const all = marksOf(charts)
  let at = -1
  const isShown = (/** @type {Mark} */ mark) => mark.getClientRects().length > 0
  charts.addEventListener('pointerover', ({ target }) => {
    const mark = /** @type {Mark} */ (target)
    if (mark.dataset?.tip) tip.show(mark)
    else tip.hide()
  })
  // A finger leaves as soon as it is lifted: what it tapped stays until it taps elsewhere.
  charts.addEventListener('pointerleave', ({ pointerType }) => pointerType === 'mouse' && tip.hide())
  charts.addEventListener('click', ({ target }) => follow(/** @type {Mark} */ (target)))
  charts.addEventListener('blur', () => tip.hide())
  charts.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') tip.hide()
    // Of a chart that is there for wide and for narrow pages only one is shown.
    const marks = all.filter(isShown)
    if (event.key === 'Enter' && at >= 0) follow(marks[at])
    const next = markAfter(event.key, at, marks.length)
    const mark = next === undefined ? undefined : marks[next]
    if (next === undefined || mark === undefined) return
    event.preventDefault()
    at = next
    tip.show(mark)
  })
}
