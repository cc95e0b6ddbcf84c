/** The golden cases and the pools, and the scripts that judge a database by them. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { DayFile } from './model.js'

const fixtures = join(import.meta.dirname, '..', '..', '..', 'fixtures')

/** The cases of `fixtures/golden`. */
export const GOLDEN_CASES = ['one-day', 'three-days', 'shuffled'] as const

/** The official associations of `fixtures/pools`: least number found by keywords alone, and of how many. */
export const POOLS = [
  ['candidates', 14, 20],
  ['wfs', 37, 42],
  ['spec_miri', 8, 8],
  ['niriss_wfss', 3, 3],
  ['tso', 5, 5],
  ['nirspec_fss_nods', 4, 4],
  ['nirspec_fss_nod_chop', 3, 5],
  ['spec_nirspec_lv2bkg', 2, 4],
  ['coron_nircam', 0, 18],
  ['spec_nirspec_lv2imprint', 0, 1],
] as const

/** The folder with the daily files of a golden case. */
export function goldenInput(name: string): string {
  return join(fixtures, 'golden', name, 'input')
}

/** The folder with the tables that spacekit made of a golden case. */
export function goldenTables(name: string): string {
  return join(fixtures, 'golden', name, 'expected')
}

/** The folder with the daily files of a pool. */
export function poolInput(name: string): string {
  return join(fixtures, 'pools', name, 'raw')
}

/** The folder with the official association files of a pool. */
export function poolAssociations(name: string): string {
  return join(fixtures, 'pools', name, 'asn')
}

/** The daily files of a folder, in name order. */
export function dayFilesIn(folder: string): DayFile[] {
  return readdirSync(folder)
    .sort()
    .map((name) => ({ name, date: name.slice(0, 10), text: readFileSync(join(folder, name), 'utf8') }))
}

/** Fails unless a database agrees with the expected tables of a golden case. */
export function assertGolden(name: string, database: string): void {
  const { status, output } = runScript(join(fixtures, 'golden', 'compare.mjs'), goldenTables(name), database)
  assert.equal(status, 0, output)
}

/** Fails unless a database has at least so many of a pool's associations exactly. */
export function assertPool(name: string, database: string, least: number, of: number): void {
  assertTruth(join(fixtures, 'pools', name, 'truth.csv'), database, least, of)
}

/** The same for the associations in a file. */
export function assertTruth(truth: string, database: string, least: number, of: number): void {
  const { status, output } = runScript(join(fixtures, 'pools', 'score.mjs'), truth, join(database, 'level1.csv'))
  assert.equal(status, 0, output)
  const [, exact, total] = /TOTAL exact (\d+)\/(\d+)/.exec(output) ?? []
  assert.ok(Number(exact) >= least, output)
  assert.equal(Number(total), of)
}

function runScript(script: string, ...args: string[]): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...args], { encoding: 'utf8' })
  return { status, output: stdout + stderr }
}
