/** The other thread of a run: does the tasks that it is given, one after the other. */
import { parentPort, workerData } from 'node:worker_threads'
import { IngestError } from '../errors.js'
import { memoryOfSection } from './section.js'
import { type ResultOf, type Task, TaskRunner, type TaskSetup } from './tasks.js'
import type { Answer, Job } from './threads.js'

const runner = new TaskRunner(workerData as TaskSetup)
const tell = (answer: Answer, given: ArrayBuffer[] = []) => parentPort?.postMessage(answer, given)

parentPort?.on('message', ({ number, task, spare }: Job) => {
  try {
    if (spare !== undefined) runner.tableMemory.give({ buffer: spare })
    const result = runner.run(task)
    // The next lines are scrubbed into the memory that these came in; what settling gives is larger.
    if (task.kind === 'scrub') runner.memory.give(task.bytes)
    const memory = task.kind === 'settle' ? task.bytes : undefined
    tell({ number, result, memory }, memoryIn(result, memory))
  } catch (error) {
    if (!(error instanceof IngestError)) tell({ number, error })
    else tell({ number, error, known: { code: error.code, detail: error.detail, place: error.place } })
  }
})
tell({ ready: true })

/** The memory of a result, which is given away instead of copied, and what else is given back. */
function memoryIn(result: ResultOf<Task>, back: Uint8Array | undefined): ArrayBuffer[] {
  const pieces = back === undefined ? [] : [back.buffer as ArrayBuffer]
  if ('section' in result) pieces.push(...memoryOfSection(result.section))
  else if ('records' in result) pieces.push(result.records.buffer as ArrayBuffer)
  else pieces.push(...result.tables.map(({ bytes }) => bytes.buffer as ArrayBuffer))
  return [...new Set(pieces)]
}
