/** The other thread of a run: does the tasks that it is given, one after the other. */
import { parentPort, workerData } from 'node:worker_threads'
import { IngestError } from '../errors.js'
import { type ResultOf, type Task, TaskRunner, type TaskSetup } from './tasks.js'
import type { Answer, Job } from './threads.js'

const runner = new TaskRunner(workerData as TaskSetup)
const tell = (answer: Answer, given: ArrayBuffer[] = []) => parentPort?.postMessage(answer, given)

parentPort?.on('message', ({ number, task }: Job) => {
  try {
    const result = runner.run(task)
    // The next lines are scrubbed into the memory that these came in; what settling gives is larger.
    if (task.kind === 'scrub') runner.memory.give(task.bytes)
    const memory = task.kind === 'scrub' ? undefined : task.bytes
    tell({ number, result, memory }, memoryOf(result, memory))
  } catch (error) {
    if (!(error instanceof IngestError)) tell({ number, error })
    else tell({ number, error, known: { code: error.code, detail: error.detail, place: error.place } })
  }
})
tell({ ready: true })

/** The memory of a result, which is given away instead of copied, and what else is given back. */
function memoryOf(result: ResultOf<Task>, back: Uint8Array | undefined): ArrayBuffer[] {
  const pieces = 'records' in result ? [result.records] : result.tables.map(({ bytes }) => bytes)
  if (back !== undefined) pieces.push(back)
  return [...new Set(pieces.map(({ buffer }) => buffer as ArrayBuffer))]
}
