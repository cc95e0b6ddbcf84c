/** The thread of a command: runs the command line that it is given, and ends with its exit code. */
import { Readable, Writable } from 'node:stream'
import { finished } from 'node:stream/promises'
import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import { milliseconds } from '../clock.js'
import { Decision } from '../process/decision.js'
import type { Phase, Progress } from '../process/progress.js'
import { superviseBy } from '../process/supervisor.js'
import type { CommandSetup, Said, StreamName, Taken } from '../process/thread-messages.js'
import { runCommand } from './cli.js'
import { CommandRecord } from './record.js'
import type { Bar } from './terminal.js'

const port = parentPort as MessagePort
const { args, decision, isTTY, columns, hasBar, began } = workerData as CommandSetup
const say = (said: Said, given: ArrayBuffer[] = []) => port.postMessage(said, given)

// What is thrown here reaches the main thread.
void run()

async function run(): Promise<void> {
  const stdout = Object.assign(streamOf('stdout'), { isTTY, columns })
  const stderr = streamOf('stderr')
  const record = new CommandRecord(args, {
    began,
    print: (text) => stdout.write(text),
    onKnown: (known) => say({ kind: 'known', known }),
  })
  superviseBy({
    decision: new Decision(decision),
    leftover: (path, isThere) => say({ kind: 'leftover', path, isThere }),
    waits: record.waits,
  })
  const code = await runCommand(args, {
    // Commands that run apart read files only.
    stdin: Readable.from([]),
    stdout,
    out: (text) => stdout.write(text),
    err: (text) => stderr.write(text),
    env: process.env,
    bar: hasBar ? toldBar() : undefined,
    record,
    // Not this signal, but the whole thread is what ends.
    signal: new AbortController().signal,
  })
  await Promise.all([stdout, stderr].map(ended))
  say({ kind: 'exit', code })
}

/** How often what is seen of the progress is told, in ms. */
const REST = 100

/** The bar of the main thread, which takes it off by itself. */
function toldBar(): Bar {
  let last: { readonly phase: Phase; readonly time: number } | undefined
  const show = (progress: Progress) => {
    const time = milliseconds()
    if (last?.phase === progress.phase && time - last.time < REST) return
    last = { phase: progress.phase, time }
    say({ kind: 'progress', progress })
  }
  return { show, clear: () => {}, stop: () => {} }
}

/** A stream of the process. */
function streamOf(name: StreamName): Writable {
  let done: (error?: Error | null) => void = () => {}
  port.on('message', ({ stream, error }: Taken) => {
    if (stream === name) done(error === undefined ? null : Object.assign(new Error(error.message), error))
  })
  const stream = new Writable({
    writev(chunks, callback) {
      done = callback
      const pieces = chunks.map(({ chunk }) => chunk as Buffer)
      const bytes = Buffer.allocUnsafeSlow(pieces.reduce((sum, { length }) => sum + length, 0))
      let offset = 0
      for (const piece of pieces) offset += piece.copy(bytes, offset)
      say({ kind: 'write', stream: name, bytes }, [bytes.buffer])
    },
  })
  // The main thread tells what is worth telling.
  return stream.on('error', () => {})
}

/** Waits until everything that was written is taken, or nobody takes it any more. */
async function ended(stream: Writable): Promise<void> {
  stream.end()
  await finished(stream).catch(() => {})
}
