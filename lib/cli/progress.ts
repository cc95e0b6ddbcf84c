/**
 * The progress of a run on a terminal: a bar that is gone when the run is done.
 */
import type { WriteStream } from 'node:tty'
import cliProgress from 'cli-progress'
import type { Progress } from '../run/progress.js'

const MB = 1e6
/** Runs that are over sooner show no bar, in milliseconds. */
const PATIENCE = 300

/** A bar on a terminal. */
export interface ProgressBar {
  readonly show: (progress: Progress) => void
  /** Takes the bar off, for good. */
  readonly stop: () => void
  /** Takes the bar off for a moment, for somebody who writes to the terminal. */
  readonly clear: () => void
}

/** A bar that shows how far a run has come, with rows per second and time left; of a pipe only rows are known. */
export function progressBar(stream: WriteStream, env: Readonly<Record<string, string | undefined>>): ProgressBar {
  const isColoured = !env.NO_COLOR
  const paint = (text: string) => (isColoured ? `\x1b[36m${text}\x1b[39m` : text)
  const start = performance.now()
  let bar: cliProgress.SingleBar | undefined
  let phase: Progress['phase'] | undefined
  const stop = () => {
    bar?.stop()
    bar = undefined
  }
  return {
    show: (progress) => {
      if (performance.now() - start < PATIENCE) return
      if (phase !== progress.phase) stop()
      phase = progress.phase
      if (bar === undefined) {
        const since = performance.now()
        bar = new cliProgress.SingleBar({
          stream,
          clearOnComplete: true,
          hideCursor: true,
          noTTYOutput: true,
          stopOnComplete: false,
          format: (_options, _params, payload: Progress) => paint(lineOf(payload, performance.now() - since, start)),
        })
        bar.start(1, 0, progress)
      }
      bar.update(progress.total === undefined ? 0 : progress.bytes / progress.total, progress)
    },
    stop,
    clear: () => {
      if (bar !== undefined) stream.write('\r\x1b[K')
    },
  }
}

const BAR_WIDTH = 24

/** What is shown: phase, bar, bytes, rows, rate, time left. */
function lineOf({ phase, bytes, total, rows }: Progress, elapsed: number, start: number): string {
  const count = `${rows.toLocaleString('en-US')} rows`
  const rate = `${Math.round(rows / ((performance.now() - start) / 1000)).toLocaleString('en-US')} rows/s`
  if (total === undefined) return `${phase}  ${count}  ${rate}`
  const share = total === 0 ? 1 : Math.min(1, bytes / total)
  const full = Math.round(share * BAR_WIDTH)
  const bar = '█'.repeat(full) + '░'.repeat(BAR_WIDTH - full)
  const left = share > 0 ? `${Math.ceil(((elapsed / share) * (1 - share)) / 1000)} s left` : ''
  const size = `${(bytes / MB).toFixed(0)}/${(total / MB).toFixed(0)} MB`
  const speed = phase === 'reading' ? `${count}  ${rate}` : count
  return `${phase}  ${bar} ${String(Math.floor(share * 100)).padStart(3)} %  ${size}  ${speed}  ${left}`
}
