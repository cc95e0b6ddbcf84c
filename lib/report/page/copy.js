/**
 * What leaves the page: copies, and CSV.
 */

/** @typedef {import('./waits.js').Waits} Waits */

/**
 * Copies a text; pages that do not come by HTTPS or from the disk have no other way than the old one.
 *
 * @param {string} text
 */
export async function copy(text) {
  if (navigator.clipboard !== undefined) return navigator.clipboard.writeText(text)
  const box = document.createElement('textarea')
  box.value = text
  document.body.append(box)
  box.select()
  document.execCommand('copy')
  box.remove()
}

/**
 * A word of a command line, quoted where a shell would take it for something else.
 *
 * @param {string} word
 */
export function shellWord(word) {
  return /^[\w./:,@%+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
}

const COLUMNS =
  'name kind model instrument program observation since days members exposures reason meaning detail remedy'.split(' ')
/** As {@link FORMULA} of `export --safe-for-sheets`: what a spreadsheet would compute. */
const FORMULA = /^[=+\-@\t\r]/

/**
 * A cell as CSV, which no spreadsheet takes for a formula.
 *
 * @param {string | number} cell
 */
function csvCell(cell) {
  const text = String(cell)
  const safe = FORMULA.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

/**
 * Items as CSV.
 *
 * @param {Waits} waits
 * @param {Int32Array} items
 */
export function csvOf(waits, items) {
  const lines = Array.from(items, (item) => {
    const [kind, model, instrument, reason] = waits.kind(item)
    return [
      waits.name(item),
      kind,
      model,
      instrument,
      waits.program(item),
      waits.observation(item),
      waits.day(item),
      waits.age(item),
      waits.members[item] ?? 0,
      waits.exposures[item] ?? 0,
      reason,
      waits.meaning(item),
      waits.detail(item),
      waits.remedy(item),
    ]
  })
  return [COLUMNS, ...lines].map((cells) => `${cells.map(csvCell).join(',')}\r\n`).join('')
}

/**
 * Gives the reader a file to keep.
 *
 * @param {string} name
 * @param {string} text
 */
export function save(name, text) {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(new Blob([text], { type: 'text/csv;charset=utf-8' }))
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000)
}
