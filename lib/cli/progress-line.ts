/** How far a command has come, in one line of a terminal. */
import type { Phase, Progress } from '../process/progress.js'

const MB = 1e6
/** Columns of the bar, and of the narrowest one that tells something. */
const BAR = { widest: 24, narrowest: 4 } as const
const GAP = '  '

/** Parts of the line, in their order. */
const PARTS = ['phase', 'time', 'bar', 'percent', 'size', 'rows', 'rate', 'left'] as const
type Part = (typeof PARTS)[number]

/** What is not counted: that time goes by is all that there is to tell. */
const UNCOUNTED: ReadonlySet<Phase> = new Set<Phase>(['searching', 'writing'])

/** What goes first where there is no room for all, one after the other; the bar gets narrower before it goes. */
const LEAST_IMPORTANT: readonly Part[] = ['rows', 'rate', 'size', 'bar', 'phase', 'percent']
/** The same where nobody knows how much there is: rows are all that tells what is done. */
const LEAST_OF_UNKNOWN: readonly Part[] = ['rate', 'phase']

/**
 * The line: what is done of how much, how fast it goes, and the time left.
 *
 * @param first what was done of the phase some time ago
 * @param seconds how long ago that was
 * @param width columns that it may have at most; what has no room is left out, the time left last
 */
export function progressLine(now: Progress, first: Progress, seconds: number, width: number): string {
  const parts = partsOf(now, first, seconds)
  for (const part of now.total === undefined ? LEAST_OF_UNKNOWN : LEAST_IMPORTANT) {
    const room = width - lengthOf(parts)
    if (room >= 0) break
    const columns = BAR.widest + room
    if (part === 'bar' && columns >= BAR.narrowest) parts.set('bar', barOf(now, columns))
    else parts.delete(part)
  }
  return textOf(parts).slice(0, Math.max(0, width))
}

const textOf = (parts: ReadonlyMap<Part, string>) => PARTS.flatMap((part) => parts.get(part) ?? []).join(GAP)
const lengthOf = (parts: ReadonlyMap<Part, string>) => textOf(parts).length

function partsOf(now: Progress, first: Progress, seconds: number): Map<Part, string> {
  const { phase, total, rows } = now
  const parts = new Map<Part, string>([['phase', phase]])
  if (UNCOUNTED.has(phase)) return parts.set('time', duration(seconds))
  if (total !== undefined)
    parts.set('bar', barOf(now, BAR.widest)).set('percent', percentOf(now)).set('size', sizeOf(now, total))
  if (rows !== undefined && now.unit === 'bytes') parts.set('rows', `${grouped(rows)} rows`)
  const rate = rateOf(now, first, seconds)
  if (rate !== undefined) parts.set('rate', rate)
  const left = secondsLeft(now, first, seconds)
  if (left !== undefined) parts.set('left', `${duration(left)} left`)
  return parts
}

function shareOf({ done, total = 0 }: Progress): number {
  return total === 0 ? 1 : Math.min(1, done / total)
}

function percentOf(now: Progress): string {
  return `${Math.floor(shareOf(now) * 100)} %`
}

function barOf(now: Progress, columns: number): string {
  const full = Math.round(shareOf(now) * columns)
  return `${'█'.repeat(full)}${'░'.repeat(columns - full)}`
}

function sizeOf({ unit, done }: Progress, total: number): string {
  return unit === 'files' ? `${grouped(done)}/${grouped(total)} files` : `${megabytes(done)}/${megabytes(total)} MB`
}

/** In a second; undefined where that is not known. */
function rateOf(now: Progress, first: Progress, seconds: number): string | undefined {
  const speed = (more: number) => (seconds > 0 && more > 0 ? more / seconds : undefined)
  const rows = speed((now.rows ?? 0) - (first.rows ?? 0))
  if (rows !== undefined) return `${grouped(Math.round(rows))} rows/s`
  const done = speed(now.done - first.done)
  if (done === undefined) return undefined
  return now.unit === 'files' ? `${grouped(Math.round(done))} files/s` : `${megabytes(done)} MB/s`
}

/** Undefined as long as nothing tells. */
function secondsLeft(now: Progress, first: Progress, seconds: number): number | undefined {
  const done = now.done - first.done
  if (now.total === undefined || done <= 0) return undefined
  return (seconds / done) * Math.max(0, now.total - now.done)
}

/** In one or two units of time. */
function duration(seconds: number): string {
  const whole = Math.ceil(seconds)
  if (whole < 100) return `${whole} s`
  const minutes = Math.ceil(seconds / 60)
  return minutes < 100 ? `${minutes} min` : `${Math.ceil(minutes / 60)} h`
}

function megabytes(bytes: number): string {
  const size = bytes / MB
  return size < 10 ? size.toFixed(1) : grouped(Math.round(size))
}

function grouped(count: number): string {
  return count.toLocaleString('en-US')
}
