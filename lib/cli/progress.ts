/**
 * The progress of a command on a terminal: a bar for those that take long, which is gone when the command is done.
 */
import type { WriteStream } from 'node:tty'
import type { SingleBar } from 'cli-progress'
import { milliseconds } from '../clock.js'
import type { Progress } from '../process/progress.js'
import { progressLine } from './progress-line.js'
import type { Bar, Terminal } from './terminal.js'

/** How long a command goes on, with nothing printed, before a bar is shown, in ms. */
const PATIENCE = 2000
/** Columns of a terminal that does not say how many it has. */
const USUAL_WIDTH = 80

/** The bar of a command that has not begun yet; undefined where there is to be none. */
export function barFor(terminal: Pick<Terminal, 'screen' | 'env' | 'signal'>): Bar | undefined {
  const { env, signal } = terminal
  if (env.NO_COLOR || env.TERM === 'dumb') return undefined
  const { screen } = terminal
  if (screen === undefined) return undefined
  const bar = progressBar(screen)
  // A second signal ends the process at once.
  signal.addEventListener('abort', bar.stop, { once: true })
  return bar
}

/** @param patience how long nothing is to be seen, in ms */
export function progressBar(stream: WriteStream, patience = PATIENCE): Bar {
  let quietSince = milliseconds()
  let timer: NodeJS.Timeout | undefined
  let drawn: SingleBar | undefined
  let isOver = false
  const pace = new Pace()
  // The last column stays free: a terminal may go on to the next line behind it.
  const line = () => pace.line((stream.columns || USUAL_WIDTH) - 1)
  const draw = async () => {
    const own = timer
    const makeBar = await barMaker()
    // Somebody may have written meanwhile.
    if (timer !== own) return
    drawn = makeBar(stream, line)
    drawn.start(1, 0)
  }
  const clear = () => {
    clearTimeout(timer)
    timer = undefined
    drawn?.stop()
    drawn = undefined
    quietSince = milliseconds()
  }
  return {
    show: (progress) => {
      pace.take(progress)
      if (isOver) return
      timer ??= setTimeout(() => void draw(), Math.max(0, quietSince + patience - milliseconds())).unref()
    },
    clear,
    stop: () => {
      isOver = true
      clear()
    },
  }
}

/** Loaded only when there is something to be seen. */
async function barMaker(): Promise<(stream: WriteStream, line: () => string) => SingleBar> {
  const { default: cliProgress } = await import('cli-progress')
  return (stream, line) =>
    new cliProgress.SingleBar({
      stream,
      clearOnComplete: true,
      // Whatever ends the process, the terminal is as it was.
      hideCursor: false,
      linewrap: true,
      format: line,
    })
}

/** How far a command has come, and how fast. */
class Pace {
  #now: Progress | undefined
  /** What was done when the phase began. */
  #first: Progress | undefined
  #since = 0

  take(now: Progress): void {
    const last = this.#now
    this.#now = now
    if (last !== undefined && isSamePhase(last, now)) return
    this.#first = now
    this.#since = milliseconds()
  }

  line(width: number): string {
    if (this.#now === undefined || this.#first === undefined) return ''
    return progressLine(this.#now, this.#first, (milliseconds() - this.#since) / 1000, width)
  }
}

function isSamePhase(last: Progress, now: Progress): boolean {
  return last.phase === now.phase && last.unit === now.unit && last.total === now.total && last.done <= now.done
}
