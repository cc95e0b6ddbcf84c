/** The other thread of a run: does the tasks that it is given, one after the other. */
import { parentPort, workerData } from 'node:worker_threads'
import { IngestError } from '../errors.js'
import type { Answer, Job } from './pool.js'
import { loadExtras, memoryOfResult, TaskRunner, type TaskSetup } from './tasks.js'

const tell = (answer: Answer, given: ArrayBuffer[] = []) => parentPort?.postMessage(answer, given)

/** Runs over inputs, which are most, need not load what tasks on tables take. */
async function makeRunner(setup: TaskSetup): Promise<TaskRunner> {
  if (setup.tables === undefined) return new TaskRunner(setup, await loadExtras(setup))
  const { TableTasks } = await import('./table-tasks.js')
  return new TaskRunner(setup, { tables: new TableTasks(setup.tables, setup.encodings) })
}

function work(runner: TaskRunner, { number, task }: Job): void {
  try {
    const result = runner.run(task)
    tell({ number, result }, memoryOfResult(result))
  } catch (error) {
    if (!(error instanceof IngestError)) tell({ number, error })
    else tell({ number, error, known: { code: error.code, detail: error.detail, place: error.place } })
  }
}

const runner = makeRunner(workerData as TaskSetup)
parentPort?.on('message', async (job: Job) => work(await runner, job))
tell({ ready: true })
