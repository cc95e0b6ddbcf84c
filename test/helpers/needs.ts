/** Tests that need something which a machine may not have. */
import test, { type TestFn } from 'ava'
import { missing, type Need } from '../../tools/needs.js'

/** Takes tests and hooks, and registers none of them. */
const none = new Proxy(() => {}, { get: () => none, apply: () => none }) as unknown as TestFn

/**
 * `test` where this is there. Elsewhere none of the tests that are given to the result is registered, and one in their
 * place is skipped, which says what is not run and how to have it; where nothing may be missing (`CI=true`) it fails.
 */
export function needs(need: Need, tests: string): TestFn {
  const lack = missing(need)
  if (lack === undefined) return test
  const title = `not run: ${tests}; ${lack.reason}`
  if (lack.fails) test(title, (t) => t.fail('CI=true: nothing that tests need may be missing'))
  else test.skip(title, (t) => t.pass())
  return none
}
