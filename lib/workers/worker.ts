/** The other thread of a run: does the tasks that it is given, one after the other. */
import { parentPort, workerData } from 'node:worker_threads'
import { IngestError } from '../errors.js'
import type { Answer, Job } from './pool.js'
import { memoryOfResult, TaskRunner, type TaskSetup } from './tasks.js'

const runner = new TaskRunner(workerData as TaskSetup)
const tell = (answer: Answer, given: ArrayBuffer[] = []) => parentPort?.postMessage(answer, given)

parentPort?.on('message', ({ number, task }: Job) => {
  try {
    const result = runner.run(task)
    tell({ number, result }, memoryOfResult(result))
  } catch (error) {
    if (!(error instanceof IngestError)) tell({ number, error })
    else tell({ number, error, known: { code: error.code, detail: error.detail, place: error.place } })
  }
})
tell({ ready: true })
