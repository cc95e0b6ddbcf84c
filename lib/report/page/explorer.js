/**
 * The part of the page in which what waits is looked through: filters, the table, what is told of a row, copies and CSV.
 */
import { copy, csvOf, save, shellWord } from './copy.js'
import { SeenTable } from './table.js'
import { FILTERS, Finder, NO_VIEW, readView, writeView } from './view.js'

/** @typedef {import('./waits.js').Waits} Waits */
/** @typedef {import('./view.js').View} View */
/** @typedef {import('./view.js').Filter} Filter */

const NUMBERS = new Intl.NumberFormat('en')
/** The style prints so many rows; they are told to be the first ones. */
const ON_PAPER = 200

/**
 * An element with what is in it.
 *
 * @template {keyof HTMLElementTagNameMap} Name
 * @param {Name} name
 * @param {string} className
 * @param {...(Node | string)} content
 */
function element(name, className, ...content) {
  const made = document.createElement(name)
  if (className !== '') made.className = className
  made.append(...content)
  return made
}

/**
 * A name that breaks at its underlines alone: hyphens are places to break as they are.
 *
 * @param {string} name
 */
function breakable(name) {
  return name.split('_').flatMap((part, at) => (at === 0 ? [part] : [document.createElement('wbr'), `_${part}`]))
}

/**
 * A text in which commands stand between backticks.
 *
 * @param {string} text
 */
function withCode(text) {
  return text.split('`').map((part, at) => (at % 2 === 0 ? part : element('code', '', part)))
}

/** What waits, to be looked through. */
export class Explorer {
  #waits
  #finder
  #table
  #root
  /** What is asked for, and what is drawn: the same, but for a moment in the beginning. */
  /** @type {View} */
  #view = NO_VIEW
  /** @type {View | undefined} */
  #drawn
  /** @type {Int32Array} */
  #items = new Int32Array()

  /**
   * @param {HTMLElement} root
   * @param {Waits} waits
   */
  constructor(root, waits) {
    this.#root = root
    this.#waits = waits
    this.#finder = new Finder(waits)
    this.#table = new SeenTable(this.#get('.list'), {
      count: () => this.#items.length,
      draw: (row) => this.#row(row),
      explain: (row) => this.#explanation(row),
    })
    this.#listen()
    addEventListener('hashchange', () => this.#follow())
    this.#busy(true)
    this.#show(readView(location.hash) ?? NO_VIEW)
    if (readView(location.hash) !== undefined) root.scrollIntoView({ behavior: 'instant' })
  }

  /**
   * Reads the texts of all that waits, and draws what had to wait for them.
   *
   * @param {string} texts base64
   */
  async read(texts) {
    await this.#waits.read(texts)
    if (this.#drawn !== this.#view) this.#draw()
    else if (this.#root.querySelector('.list .bare') !== null) this.#table.redraw()
    if (matchMedia('print').matches) this.#fillPaper()
    this.#busy(false)
    this.#listPrograms()
    this.#finder.prepare()
  }

  /**
   * Says whether texts are still to come, without which nothing can be saved.
   *
   * @param {boolean} isBusy
   */
  #busy(isBusy) {
    if (isBusy) this.#root.setAttribute('aria-busy', 'true')
    else this.#root.removeAttribute('aria-busy')
    this.#get('.csv').toggleAttribute('disabled', isBusy)
  }

  /**
   * @param {string} selector
   * @returns {HTMLElement}
   */
  #get(selector) {
    const found = this.#root.querySelector(selector)
    if (!(found instanceof HTMLElement)) throw new Error(`no ${selector}`)
    return found
  }

  /** @param {Filter} name */
  #field(name) {
    return /** @type {HTMLInputElement | HTMLSelectElement} */ (this.#get(`[name="${name}"]`))
  }

  #listPrograms() {
    const programs = [...new Set(this.#waits.programs)].sort((a, b) => a - b)
    const options = programs.map((pid) => new Option(String(pid).padStart(5, '0')))
    this.#get('datalist').append(...options)
  }

  #listen() {
    const form = this.#get('form')
    form.addEventListener('submit', (event) => event.preventDefault())
    form.addEventListener('input', ({ target }) => {
      const { name, value } = /** @type {HTMLInputElement} */ (target)
      this.#go({ ...this.#view, [name]: value, row: '' }, name === 'q' || name === 'program')
    })
    for (const header of this.#root.querySelectorAll('.list th[data-column]'))
      this.#makeSortable(/** @type {HTMLElement} */ (header))
    this.#get('.clear').addEventListener('click', () => this.#go({ ...NO_VIEW, sort: this.#view.sort }))
    this.#onCopy('.copy-link', () => location.href)
    this.#get('.csv').addEventListener('click', () => save('waiting.csv', csvOf(this.#waits, this.#items)))
    const list = this.#get('.list')
    list.addEventListener('click', ({ target }) => this.#click(/** @type {Element} */ (target)))
    list.addEventListener('keydown', (event) => this.#key(event))
    addEventListener('resize', () => {
      for (const cell of this.#root.querySelectorAll('.explanation'))
        cell.setAttribute('colspan', String(this.#columns()))
    })
    addEventListener('beforeprint', () => this.#fillPaper())
    matchMedia('print').addEventListener('change', ({ matches }) => matches && this.#fillPaper())
  }

  /** @param {HTMLElement} header */
  #makeSortable(header) {
    const button = element('button', '', ...header.childNodes)
    button.type = 'button'
    button.addEventListener('click', () => {
      const { column = '' } = header.dataset
      // Oldest first is how it stands in the beginning, and needs no word in the address.
      const ascending = column === 'since' ? '' : column
      this.#go({ ...this.#view, sort: this.#view.sort === ascending ? `-${column}` : ascending, row: '' }, true)
    })
    header.append(button)
  }

  /**
   * @param {string} selector
   * @param {() => string} text
   */
  #onCopy(selector, text) {
    this.#get(selector).addEventListener('click', () => this.#copy(text()))
  }

  /** @param {string} text */
  async #copy(text) {
    await copy(text)
    this.#get('.told').textContent = `Copied ${text}`
  }

  /** Shows the view of the address, where it is another one. */
  #follow() {
    const view = readView(location.hash)
    if (view === undefined || writeView(view) === writeView(this.#view)) return
    this.#show(view)
    this.#root.scrollIntoView()
  }

  /**
   * Shows a view and writes it into the address.
   *
   * @param {View} view
   * @param {boolean} [isStep] whether it is a step on the way, to which nobody wants to come back
   */
  #go(view, isStep = false) {
    this.#show(view)
    const address = writeView(view)
    if (isStep) history.replaceState(null, '', address)
    else history.pushState(null, '', address)
  }

  /**
   * Shows a view: at once where its rows have their texts.
   *
   * @param {View} view
   */
  #show(view) {
    this.#view = view
    if (this.#waits.isWhole || writeView(view) === writeView(NO_VIEW)) this.#draw()
  }

  #draw() {
    const view = this.#view
    this.#drawn = view
    this.#root.classList.add('live')
    const { items, facets } = this.#finder.find(view)
    this.#items = items
    for (const name of FILTERS) {
      if (this.#field(name) instanceof HTMLSelectElement)
        this.#options(name, facets[/** @type {keyof typeof facets} */ (name)])
      else if (this.#field(name).value !== view[name]) this.#field(name).value = view[name]
    }
    for (const header of this.#root.querySelectorAll('.list th[data-column]'))
      this.#markOrder(/** @type {HTMLElement} */ (header))
    const all = NUMBERS.format(this.#waits.count)
    const isAll = items.length === this.#waits.count
    this.#get('output').textContent = isAll
      ? `All ${all} that wait`
      : `${NUMBERS.format(items.length)} of ${all} that wait`
    this.#get('.clear').hidden = FILTERS.every((name) => view[name] === '')
    this.#get('.none').hidden = items.length > 0
    this.#get('.list').scrollTop = 0
    const open = view.row === '' ? -1 : items.findIndex((item) => this.#waits.name(item) === view.row)
    this.#table.refresh(open)
    if (open >= 0) this.#table.reveal(open)
  }

  /**
   * The values of a filter, each with how many there are of it.
   *
   * @param {Filter} name
   * @param {ReadonlyMap<string, number>} counts
   */
  #options(name, counts) {
    const wanted = this.#view[name]
    const values = [...counts].filter(([value, count]) => count > 0 || value === wanted)
    if (wanted !== '' && !counts.has(wanted)) values.push([wanted, 0])
    if (name !== 'age') values.sort(([, a], [, b]) => b - a)
    const options = values.map(([value, count]) => {
      const label = name === 'age' ? ageLabel(value) : value
      return new Option(`${label} (${NUMBERS.format(count)})`, value)
    })
    const field = this.#field(name)
    field.replaceChildren(new Option('all', ''), ...options)
    field.value = wanted
    field.classList.toggle('set', wanted !== '')
  }

  /** @param {HTMLElement} header */
  #markOrder(header) {
    const { sort } = this.#view
    const column = sort.replace(/^-/, '') || 'since'
    if (header.dataset.column !== column) header.removeAttribute('aria-sort')
    else header.setAttribute('aria-sort', sort.startsWith('-') ? 'descending' : 'ascending')
  }

  /** @param {Element} target */
  #click(target) {
    const button = target.closest('button[data-copy]')
    if (button instanceof HTMLElement) {
      this.#copy(button.dataset.copy ?? '')
      return
    }
    const row = target.closest('tr[aria-rowindex]')
    // Who marks text with the pointer opens nothing.
    if (row === null || getSelection()?.isCollapsed === false) return
    this.#toggle(Number(row.getAttribute('aria-rowindex')) - 2)
  }

  /** @param {number} row */
  #toggle(row) {
    const item = this.#items[row] ?? -1
    if (item < 0 || this.#waits.name(item) === '') return
    const open = this.#table.open === row ? -1 : row
    this.#view = { ...this.#view, row: open < 0 ? '' : this.#waits.name(item) }
    this.#drawn = this.#view
    history.replaceState(null, '', writeView(this.#view))
    this.#table.refresh(open)
    this.#table.focus(row)
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const row = /** @type {Element} */ (event.target).closest('tr[aria-rowindex]')
    if (row === null || event.ctrlKey || event.metaKey || event.altKey) return
    const at = Number(row.getAttribute('aria-rowindex')) - 2
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: this.#table.page, PageUp: -this.#table.page }
    const ends = { Home: 0, End: this.#items.length - 1 }
    const { key } = event
    const to = Object.hasOwn(steps, key)
      ? at + steps[/** @type {keyof typeof steps} */ (key)]
      : ends[/** @type {keyof typeof ends} */ (key)]
    if (key === 'Escape' && this.#table.open === at) this.#toggle(at)
    else if (to === undefined) return
    else this.#table.focus(to)
    event.preventDefault()
  }

  /** @param {number} row */
  #row(row) {
    const item = this.#items[row] ?? 0
    const waits = this.#waits
    const [kind, model, instrument, reason] = waits.kind(item)
    const name = waits.name(item)
    const button = element('button', 'opens', ...breakable(name))
    button.type = 'button'
    button.title = name
    button.setAttribute('aria-expanded', String(row === this.#table.open))
    const header = element('th', 'name', button)
    header.scope = 'row'
    const cells = [
      element('td', 'kind', kind),
      element('td', 'model', element('span', `swatch ${model.toLowerCase()}`), model || 'none'),
      element('td', 'instrument', instrument),
      element('td', 'since', waits.day(item)),
      element('td', 'days number', NUMBERS.format(waits.age(item))),
      element('td', 'exposures number', NUMBERS.format(waits.exposures[item] ?? 0)),
      element('td', 'reason', reason),
      element('td', 'detail', waits.detail(item)),
    ]
    header.setAttribute('role', 'rowheader')
    for (const cell of cells) cell.setAttribute('role', 'cell')
    const made = element('tr', name === '' ? 'bare' : '', header, ...cells)
    made.setAttribute('role', 'row')
    return made
  }

  /** @param {number} row */
  #explanation(row) {
    const item = this.#items[row] ?? 0
    const cell = element('td', 'explanation', this.#story(item), this.#buttons(item))
    cell.colSpan = this.#columns()
    cell.setAttribute('role', 'cell')
    const made = element('tr', 'explained', cell)
    made.setAttribute('role', 'row')
    return made
  }

  /** How many columns are shown: narrow pages have fewer. */
  #columns() {
    const headers = [...this.#root.querySelectorAll('.list th[data-column]')]
    return headers.filter((header) => header.getClientRects().length > 0).length
  }

  /** @param {number} item */
  #story(item) {
    const waits = this.#waits
    const [kind, , instrument, code] = waits.kind(item)
    const members = waits.members[item] ?? 0
    const of = `program ${waits.program(item)}${waits.observation(item) === '' ? '' : `, observation ${waits.observation(item)}`}`
    const holds = kind === 'group' ? `, of ${NUMBERS.format(members)} exposure${members === 1 ? '' : 's'}` : ''
    /** @type {[string, (Node | string)[]][]} */
    const parts = [
      ['Name', [element('code', '', ...breakable(waits.name(item)))]],
      ['Is', [`a ${kind}${holds}, ${instrument}, ${of}`]],
      ['Waits', [`since ${waits.day(item)}, ${NUMBERS.format(waits.age(item))} days`]],
      ['Because', [element('code', '', code), ` ${waits.meaning(item)}`]],
      [
        'Found',
        waits
          .detail(item)
          .split('; ')
          .map((part) => element('div', '', ...breakable(part))),
      ],
      ['What helps', withCode(waits.remedy(item))],
    ]
    const list = element('dl', '')
    for (const [name, content] of parts) list.append(element('dt', '', name), element('dd', '', ...content))
    return list
  }

  /** @param {number} item */
  #buttons(item) {
    const name = this.#waits.name(item)
    const command = ['jwst-ingest', 'explain', name, this.#waits.about.database].map(shellWord).join(' ')
    const buttons = Object.entries({ 'Copy name': name, 'Copy the command that explains more': command }).map(
      ([label, text]) => {
        const button = element('button', 'plain', label)
        button.type = 'button'
        button.dataset.copy = text
        button.title = text
        return button
      },
    )
    return element('p', 'actions', ...buttons)
  }

  /** Paper has the beginning of what is in view. */
  #fillPaper() {
    const body = this.#get('.beginning tbody')
    const count = Math.min(ON_PAPER, this.#items.length)
    const rows = Array.from({ length: count }, (_, row) => {
      const made = this.#row(row)
      made.querySelector('button')?.replaceWith(this.#waits.name(this.#items[row] ?? 0))
      return made
    })
    body.replaceChildren(...rows)
    const filters = FILTERS.flatMap((name) =>
      this.#view[name] === '' ? [] : `${name === 'q' ? 'search' : name} ${this.#view[name]}`,
    )
    const all = `${NUMBERS.format(this.#items.length)} that wait${filters.length === 0 ? '' : ` (${filters.join(', ')})`}`
    this.#get('.beginning caption').textContent =
      count < this.#items.length ? `The first ${count} of the ${all}; the page has all.` : `All ${all}.`
  }
}

/** @param {string} age */
function ageLabel(age) {
  const [from, to] = age.split('-')
  return to === '' ? `${from} days or more` : `${from}\u2013${to} days`
}
