/**
 * A table of which only the rows in sight are in the document. All rows are of one height, but for what is told below the
 * one that is open.
 */

/** Rows that are drawn beyond those in sight. */
const MORE = 8
/** Browsers make no element higher than some 17 million pixels. */
const MOST_PIXELS = 12_000_000

/**
 * What the rows show.
 *
 * @typedef {object} Rows
 * @property {() => number} count
 * @property {(row: number) => HTMLTableRowElement} draw
 * @property {(row: number) => HTMLTableRowElement} explain what is told below a row
 */

/** Draws what is in sight of a table in a box that scrolls. */
export class SeenTable {
  #box
  #table
  #body
  #above = spacer()
  #below = spacer()
  #rows
  /** The rows in the document. */
  /** @type {Map<number, HTMLTableRowElement>} */
  #drawn = new Map()
  #open = -1
  /** @type {HTMLTableRowElement | undefined} */
  #explanation
  /** Its height, also while it is out of sight. */
  #more = 0
  #isWaiting = false

  /**
   * @param {HTMLElement} box
   * @param {Rows} rows
   */
  constructor(box, rows) {
    const table = /** @type {HTMLTableElement} */ (box.querySelector('table'))
    this.#box = box
    this.#table = table
    this.#body = /** @type {HTMLTableSectionElement} */ (table.tBodies[0])
    this.#rows = rows
    box.addEventListener('scroll', () => this.#later(), { passive: true })
    new ResizeObserver(() => this.#later()).observe(box)
  }

  /** The row that is open, or -1. */
  get open() {
    return this.#open
  }

  /** Draws anew: other rows, or the same in another order. */
  refresh(open = -1) {
    this.#drawn.clear()
    this.#open = open
    this.#explanation = open < 0 ? undefined : this.#rows.explain(open)
    this.#table.setAttribute('aria-rowcount', String(this.#rows.count() + 1))
    this.#body.replaceChildren()
    this.#draw()
  }

  /** Draws the same rows anew, in the same place. */
  redraw() {
    this.#drawn.clear()
    this.#draw()
  }

  /**
   * Brings a row into sight.
   *
   * @param {number} row
   */
  reveal(row) {
    const { row: height, scale } = this.#measures()
    const top = row * height
    const seen = this.#box.scrollTop * scale
    const room = this.#box.clientHeight - this.#headHeight() - height
    if (top < seen) this.#box.scrollTop = top / scale
    else if (top > seen + room) this.#box.scrollTop = (top - room / 2) / scale
    this.#draw()
  }

  /**
   * Moves the focus from the button of a row to that of another one.
   *
   * @param {number} row
   */
  focus(row) {
    const to = Math.max(0, Math.min(this.#rows.count() - 1, row))
    this.reveal(to)
    this.#drawn.get(to)?.querySelector('button')?.focus({ preventScroll: true })
  }

  /** How many rows are in sight. */
  get page() {
    return Math.max(1, Math.floor(this.#box.clientHeight / this.#measures().row) - 1)
  }

  #later() {
    if (this.#isWaiting) return
    this.#isWaiting = true
    requestAnimationFrame(() => {
      this.#isWaiting = false
      this.#draw()
    })
  }

  #headHeight() {
    return this.#table.tHead?.offsetHeight ?? 0
  }

  /** Height of a row, and how many pixels of rows a pixel of the box stands for. */
  #measures() {
    const rem = Number.parseFloat(getComputedStyle(document.documentElement).fontSize)
    const row = Number.parseFloat(getComputedStyle(this.#table).getPropertyValue('--row')) * rem
    return { row, scale: Math.max(1, (row * this.#rows.count()) / MOST_PIXELS) }
  }

  #draw() {
    const { row: height, scale } = this.#measures()
    if (!(height > 0)) return
    const count = this.#rows.count()
    const more = this.#open < 0 ? 0 : this.#more
    const seen = this.#box.scrollTop * scale
    const isBelow = this.#open >= 0 && seen > (this.#open + 1) * height
    const top = isBelow ? Math.max(seen - more, (this.#open + 1) * height) : seen
    const first = Math.max(0, Math.min(Math.floor(top / height) - MORE, count - 1))
    const end = Math.min(count, Math.ceil((top + this.#box.clientHeight) / height) + MORE)
    // Beyond what a browser can show, the rows keep beside the place that is scrolled to.
    const left = this.#open >= 0 && this.#open < first ? more : 0
    const shift = scale === 1 ? first * height + left : Math.max(0, this.#box.scrollTop - (seen - first * height))
    const all = scale === 1 ? count * height + more : MOST_PIXELS
    const drawn = (end - first) * height + (this.#open >= first && this.#open < end ? more : 0)
    // Before the rows: a box that is too low for a moment would lose its place.
    this.#above.style.height = `${shift}px`
    this.#below.style.height = `${Math.max(0, all - shift - drawn)}px`
    this.#fill(first, end)
    this.#measure()
  }

  /** The height of what is told, which is known once it is drawn. */
  #measure() {
    const { isConnected = false, offsetHeight = 0 } = this.#explanation ?? {}
    if (!isConnected || offsetHeight === this.#more) return
    this.#more = offsetHeight
    this.#later()
  }

  /**
   * @param {number} first
   * @param {number} end
   */
  #fill(first, end) {
    const rows = []
    const had = document.activeElement
    for (let row = first; row < end; row++) {
      const drawn = this.#drawn.get(row) ?? this.#make(row)
      this.#drawn.set(row, drawn)
      rows.push(drawn)
      if (row === this.#open && this.#explanation !== undefined) rows.push(this.#explanation)
    }
    for (const row of this.#drawn.keys()) if (row < first || row >= end) this.#drawn.delete(row)
    const nodes = [this.#above, ...rows, this.#below]
    if (nodes.length === this.#body.childNodes.length && nodes.every((node, at) => node === this.#body.childNodes[at]))
      return
    this.#exchange(nodes)
    // What had the focus may be out of sight: the keys go on scrolling the box.
    if (had instanceof HTMLElement && had !== document.body && !had.isConnected)
      this.#box.focus({ preventScroll: true })
  }

  /**
   * Rows that stay are not taken out, so that they keep the focus; others go last, so that the box never gets too low.
   *
   * @param {readonly HTMLTableRowElement[]} nodes
   */
  #exchange(nodes) {
    const wanted = new Set(nodes)
    const others = [...this.#body.rows].filter((row) => !wanted.has(row))
    let next = this.#body.firstElementChild
    for (const node of nodes) {
      while (next instanceof HTMLTableRowElement && !wanted.has(next)) next = next.nextElementSibling
      if (next === node) next = node.nextElementSibling
      else this.#body.insertBefore(node, next)
    }
    for (const row of others) row.remove()
  }

  /** @param {number} row */
  #make(row) {
    const drawn = this.#rows.draw(row)
    // The header is the first one.
    drawn.setAttribute('aria-rowindex', String(row + 2))
    drawn.classList.toggle('open', row === this.#open)
    return drawn
  }
}

/** Stands for rows that are not drawn. */
function spacer() {
  const row = document.createElement('tr')
  row.className = 'spacer'
  row.setAttribute('aria-hidden', 'true')
  return row
}
