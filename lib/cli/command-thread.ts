/** The thread of a command: runs the command line that it is given, and ends with its exit code. */
import { Readable, Writable } from 'node:stream'
import { finished } from 'node:stream/promises'
import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import { Decision } from '../process/decision.js'
import { superviseBy } from '../process/supervisor.js'
import type { CommandSetup, Said, StreamName, Taken } from '../process/thread-messages.js'
import { runCommand } from './cli.js'

const port = parentPort as MessagePort
const { args, decision, isTTY, columns } = workerData as CommandSetup
const say = (said: Said, given: ArrayBuffer[] = []) => port.postMessage(said, given)

// What is thrown here reaches the main thread.
void run()

async function run(): Promise<void> {
  superviseBy({
    decision: new Decision(decision),
    leftover: (path, isThere) => say({ kind: 'leftover', path, isThere }),
  })
  const stdout = Object.assign(streamOf('stdout'), { isTTY, columns })
  const stderr = streamOf('stderr')
  const code = await runCommand(args, {
    // Commands that run apart read files only.
    stdin: Readable.from([]),
    stdout,
    out: (text) => stdout.write(text),
    err: (text) => stderr.write(text),
    env: process.env,
    // Not this signal, but the whole thread is what ends.
    signal: new AbortController().signal,
  })
  await Promise.all([stdout, stderr].map(ended))
  say({ kind: 'exit', code })
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
