/** The check of a database for tests of other things: call it after every run. */
import { checkDatabase, formatOutcome, formatViolations } from '../../lib/maintain/check.js'

/** Throws an error that tells what is wrong in a database; nothing is changed in it. */
export async function assertHealthy(folder: string): Promise<void> {
  const report = await checkDatabase(folder)
  if (!report.healthy) throw new Error(`${formatOutcome(report)}\n${formatViolations(report)}`)
}
