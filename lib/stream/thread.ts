/** The other thread of a run: does the tasks that it is given, one after the other. */
import { parentPort, workerData } from 'node:worker_threads'
import { IngestError } from '../errors.js'
import { memoryOfResult, TaskRunner, type TaskSetup } from './tasks.js'
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
    const given = memoryOfResult(result)
    if (memory !== undefined) given.push(memory.buffer as ArrayBuffer)
    tell({ number, result, memory }, given)
  } catch (error) {
    if (!(error instanceof IngestError)) tell({ number, error })
    else tell({ number, error, known: { code: error.code, detail: error.detail, place: error.place } })
  }
})
tell({ ready: true })
