/**
 * The folder in which the commands of the documentation are run: a clone as after `make build`, with raw files, and
 * `jwst-ingest` as if it were installed.
 */
import { spawn } from 'node:child_process'
import {
  chmodSync,
  copyFileSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const LINKED = ['Makefile', 'package.json', 'dist', 'fixtures', 'docs', 'examples', 'node_modules']
/** Places of a machine that the documentation names; here they are below the folder. */
const PLACES = ['/data', '/backup', '/var/log', '/tmp', '/usr/local']
/** A command that takes longer hangs. */
const LIMIT_MS = 120_000

/** What a command printed, as a terminal shows it, and how it ended. */
export interface Outcome {
  readonly output: string
  readonly code: number
}

/** A prepared folder. */
export class DocFolder {
  readonly #folder: string

  /** @param folder an empty folder, which is the caller's to remove */
  constructor(folder: string) {
    this.#folder = realpathSync(folder)
    for (const name of LINKED) symlinkSync(join(ROOT, name), join(this.#folder, name))
    for (const place of [...PLACES, '/home', '/bin']) mkdirSync(join(this.#folder, place), { recursive: true })
    this.#command('jwst-ingest', `exec node ${join(ROOT, 'dist/lib/main.js')} "$@"`)
    // Everything is built already, and tests that are running must not find it built anew.
    this.#command('make', `PATH='${process.env.PATH}'\nexec make --old-file=build --old-file=install "$@"`)
    this.#addInputs()
  }

  #command(name: string, script: string): void {
    const path = join(this.#folder, 'bin', name)
    writeFileSync(path, `#!/bin/sh\n${script}\n`)
    chmodSync(path, 0o755)
  }

  #addInputs(): void {
    const days = join(ROOT, 'fixtures/days')
    const names = readdirSync(days).sort()
    for (const folder of ['raw', 'data/raw']) {
      mkdirSync(join(this.#folder, folder))
      for (const name of names) copyFileSync(join(days, name), join(this.#folder, folder, name))
    }
    cpSync(join(ROOT, 'fixtures/pools/tso/asn'), join(this.#folder, 'asn'), { recursive: true })
    const [first = '', second = ''] = names
    copyFileSync(join(days, first), join(this.#folder, 'day.csv'))
    writeFileSync(join(this.#folder, 'raw', `${second}.gz`), gzipSync(readFileSync(join(days, second))))
  }

  /** Writes a file, with the folders it needs; returns its path. */
  write(name: string, text: string): string {
    const path = join(this.#folder, name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
    return path
  }

  /** A text of the documentation with its places in this folder. */
  here(text: string): string {
    return text.replace(/(?<![\w./~}-])\/(data|backup|var\/log|tmp|usr\/local)\b/g, `${this.#folder}/$1`)
  }

  /** Runs a command to its end; both its outputs share one pipe, as two would not keep the order of their lines. */
  run(command: string, args: readonly string[]): Promise<Outcome> {
    const PATH = [join(this.#folder, 'bin'), process.env.PATH].join(delimiter)
    const env = { PATH, HOME: join(this.#folder, 'home'), LC_ALL: 'C.UTF-8' }
    const child = spawn('sh', ['-c', 'exec "$@" 2>&1', 'sh', command, ...args], {
      cwd: this.#folder,
      env,
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    let output = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text))
    const limit = setTimeout(() => child.kill('SIGKILL'), LIMIT_MS)
    return new Promise((resolve, reject) => {
      child.once('error', reject)
      child.once('close', (code) => {
        clearTimeout(limit)
        resolve({ output: output.replaceAll(this.#folder, ''), code: code ?? -1 })
      })
    })
  }
}
