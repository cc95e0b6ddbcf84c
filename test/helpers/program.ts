/** Runs the built program as a person does: a process of its own, in a folder of its own, with files to read. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ExecutionContext } from 'ava'
import { formatRow } from '../../lib/csv/write.js'

/** Path of the program. */
export const PROGRAM = fileURLToPath(new URL('../../lib/main.js', import.meta.url))

/** Path of the same program as it is for somebody who may not change what root or the owner made. */
export const PROGRAM_WITHOUT_RIGHTS = fileURLToPath(new URL('./without-rights.js', import.meta.url))

/** A run that takes longer hangs. */
const LIMIT_MS = 30_000

/** What came of a run. */
export interface Result {
  /** Exit code; undefined for a process that a signal ended. */
  readonly code: number | undefined
  readonly stdout: string
  readonly stderr: string
}

export interface RunOptions {
  /** What to write to standard input; it has no bytes by default. */
  readonly stdin?: string | Buffer
  /** Environment variables besides those that any program needs. */
  readonly env?: Readonly<Record<string, string>>
}

/** A run that goes on. */
export interface Running {
  readonly child: ChildProcess
  /** Waits until the program has written this to standard error. */
  readonly says: (text: string) => Promise<void>
  readonly result: Promise<Result>
}

/** As many programs run at a time as there are processors. */
const waiting: (() => void)[] = []
let free = Math.max(2, availableParallelism())

async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (free > 0) free--
  else await new Promise<void>((resolve) => waiting.push(resolve))
  try {
    return await work()
  } finally {
    const next = waiting.shift()
    if (next === undefined) free++
    else next()
  }
}

/** A fresh temporary folder in which programs run; if the test fails, its log shows every run. */
export class Workdir {
  readonly folder: string
  readonly #runs: string[] = []

  constructor(t: ExecutionContext) {
    this.folder = mkdtempSync(join(tmpdir(), 'jwst-ingest-cli-'))
    t.teardown(() => {
      if (!t.passed) for (const run of this.#runs) t.log(run)
      rmSync(this.folder, { recursive: true, force: true })
    })
  }

  /** Path of something in the folder. */
  path(name: string): string {
    return join(this.folder, name)
  }

  /** Writes a file, with the folders it needs. */
  write(name: string, content: string | Buffer): void {
    mkdirSync(dirname(this.path(name)), { recursive: true })
    writeFileSync(this.path(name), content)
  }

  read(name: string): string {
    return readFileSync(this.path(name), 'utf8')
  }

  /** Runs the program to its end. */
  run(args: readonly string[], options: RunOptions = {}): Promise<Result> {
    return inTurn(async () => {
      const running = this.start(args, options)
      running.child.stdin?.end(options.stdin ?? '')
      return running.result
    })
  }

  /** Starts the program; its standard input is a pipe for the caller to write to. */
  start(args: readonly string[], { env }: RunOptions = {}): Running {
    return this.startCommand(process.execPath, [PROGRAM, ...args], env)
  }

  /** Starts any command. */
  startCommand(command: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Running {
    const { PATH = '', HOME = '' } = process.env
    const child = spawn(command, args, { cwd: this.folder, env: { PATH, HOME, ...env } })
    const output = { stdout: '', stderr: '' }
    child.stdout.setEncoding('utf8').on('data', (text) => (output.stdout += text))
    child.stderr.setEncoding('utf8').on('data', (text) => (output.stderr += text))
    // A program that has enough closes its input: no matter.
    child.stdin.on('error', () => {})
    const limit = setTimeout(() => child.kill('SIGKILL'), LIMIT_MS)
    const result = new Promise<Result>((resolve, reject) => {
      child.once('error', reject)
      child.once('close', (code, signal) => {
        clearTimeout(limit)
        this.#runs.push(describe([command, ...args], this.folder, code ?? signal, output))
        resolve({ code: code ?? undefined, ...output })
      })
    })
    const says = async (text: string) => {
      for (let waited = 0; !output.stderr.includes(text); waited += 10) {
        if (waited > LIMIT_MS) throw new Error(`the program never said ${text}`)
        await new Promise((resolve) => setTimeout(resolve, 10))
      }
    }
    return { child, says, result }
  }
}

type Output = Pick<Result, 'stdout' | 'stderr'>

function describe(command: readonly string[], cwd: string, code: number | string | null, output: Output): string {
  const shown = command.map((word) => (/^[\w./=-]+$/.test(word) ? word : `'${word}'`)).join(' ')
  return [`$ ${shown}`, `cwd: ${cwd}`, `code: ${code}`, 'stdout:', output.stdout, 'stderr:', output.stderr].join('\n')
}

/** The columns of a daily file and a plain MIRI image in them. */
const PLAIN = {
  Dataset: 'jw01001001001_02101_00001_mirimage_uncal.fits',
  DagNodeName: 'LEVEL_1',
  ImageSize: '1000.5',
  PROGRAM: '01001',
  OBSERVTN: '001',
  BKGDTARG: 'False',
  IS_IMPRT: 'NONE',
  VISITYPE: 'PRIME_TARGETED_FIXED',
  TSOVISIT: 'False',
  TARGNAME: 'ALPHA',
  TARG_RA: '10.5',
  TARG_DEC: '-5.25',
  INSTRUME: 'MIRI',
  DETECTOR: 'MIRIMAGE',
  FILTER: 'F770W',
  PUPIL: 'NONE',
  GRATING: 'NONE',
  EXP_TYPE: 'MIR_IMAGE',
  FXD_SLIT: 'NONE',
  CHANNEL: 'NONE',
  BAND: 'NONE',
  SUBARRAY: 'FULL',
  NUMDTHPT: '4',
  GS_RA: '10.55',
  GS_DEC: '-5.28',
  CROWDFLD: 'False',
  GS_MAG: '14.5',
  RA_REF: '10.5',
  DEC_REF: '-5.25',
  CRVAL1: '10.5',
  CRVAL2: '-5.25',
} as const

/** Some columns of a row; further ones are carried through. */
export type Cells = { readonly [name in keyof typeof PLAIN]?: string } & Readonly<Record<string, string>>

/** The header line of a daily file, without its end. */
export const HEADER = Object.keys(PLAIN).join(',')

/** A line of a daily file with its end: a plain exposure of an observation, but for the given cells. */
export function exposure(observation: number, cells: Cells = {}): string {
  const number = String(observation).padStart(3, '0')
  const Dataset = `jw01001${number}001_02101_00001_mirimage_uncal.fits`
  return formatRow(Object.values({ ...PLAIN, OBSERVTN: number, Dataset, ...cells }))
}

/** Name of the product of that exposure. */
export function productName(observation: number): string {
  return `jw01001-o${String(observation).padStart(3, '0')}_t001_miri_f770w`
}

/** The line of that exposure's product, with its end. */
export function product(observation: number, cells: Cells = {}): string {
  const Dataset = productName(observation)
  return exposure(observation, { Dataset, DagNodeName: 'LEVEL_3', ImageSize: '5000000.0', ...cells })
}

/** A daily file: the header and some lines. */
export function daily(...lines: readonly string[]): string {
  return `${HEADER}\n${lines.join('')}`
}

/** A daily file with an exposure and its product for each of some observations. */
export function pairs(...observations: readonly number[]): string {
  return daily(...observations.flatMap((observation) => [exposure(observation), product(observation)]))
}
