/**
 * Numbers and dates as the report writes them.
 */

const WHOLE = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })

/** A whole number: `28,518`. */
export function whole(number: number): string {
  return WHOLE.format(number)
}

/** A number with a noun: `1 product`, `2,000 products`. */
export function wholeCounted(number: number, noun: string): string {
  return `${whole(number)} ${noun}${number === 1 ? '' : 's'}`
}

/** A part of a whole in percent: `71.4 %`; a part that is not quite all or nothing never looks so. */
export function share(part: number, all: number): string {
  if (all === 0) return '–'
  const percent = (100 * part) / all
  if (part > 0 && percent < 0.1) return '<\u00a00.1\u00a0%'
  if (part < all && percent > 99.9) return '>\u00a099.9\u00a0%'
  return `${percent.toFixed(part === 0 || part === all ? 0 : 1)}\u00a0%`
}

/** A size in GB to three digits: `0.00126`, `8.87`, `1,240`. */
export function gigabyteText(size: number): string {
  if (size >= 1000) return whole(size)
  return String(Number(size.toPrecision(3)))
}

/** A day, or a dash where there is none. */
export function dayOr(day: string | undefined): string {
  return day ?? '–'
}
