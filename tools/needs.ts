/**
 * What tests and documentation ask for besides Node, npm, make and a plain Unix (`sh`, coreutils). Where it is missing,
 * what needs it is not run, and one line says so.
 */
import { spawnSync } from 'node:child_process'
import { accessSync, constants, mkdtempSync, rmdirSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'

/** A program that may be missing. */
interface Tool {
  readonly isThere: () => boolean
  /** How to have it. */
  readonly get: string
  /** Debian, on which continuous integration runs, has no package of it, or the machine there may not allow it. */
  readonly notInDebian?: boolean
}

/** The Python that runs what is written in Python. */
export const PYTHON = process.env.PYTHON || 'python3'

const succeeds =
  (command: string, ...args: string[]) =>
  () =>
    spawnSync(command, args, { stdio: 'ignore' }).status === 0
const apt = (name: string) => `apt-get install ${name}`
const imports = (...modules: string[]) => succeeds(PYTHON, '-c', `import ${modules.join(', ')}`)
const inPython = (how: string) => `${how}, or the path of a Python that has it in PYTHON`

const TOOLS = {
  bash: { isThere: succeeds('bash', '-c', ''), get: apt('bash') },
  zsh: { isThere: succeeds('zsh', '-c', ''), get: apt('zsh') },
  fish: { isThere: succeeds('fish', '-c', ''), get: apt('fish') },
  mandoc: { isThere: succeeds('mandoc', '/dev/null'), get: apt('mandoc') },
  groff: { isThere: succeeds('groff', '--version'), get: apt('groff-base') },
  Chromium: { isThere: () => findChromium() !== undefined, get: `${apt('chromium')}, or its path in CHROMIUM` },
  'systemd-analyze': { isThere: succeeds('systemd-analyze', '--version'), get: apt('systemd') },
  'a limit of 1024 open files': { isThere: () => openFiles() >= 1024, get: 'ulimit -n 1024, which root may raise' },
  root: { isThere: () => process.geteuid?.() === 0, get: 'sudo', notInDebian: true },
  mounts: {
    isThere: () =>
      withFolder((folder) => succeeds('mount', '--bind', folder, folder)() && succeeds('umount', folder)()),
    get: 'root in no container, or in a privileged one',
    notInDebian: true,
  },
  'immutable files': {
    isThere: () => withFolder((folder) => succeeds('chattr', '+i', folder)() && succeeds('chattr', '-i', folder)()),
    get: 'root, and a file system such as ext4',
    notInDebian: true,
  },
  'another file system': {
    isThere: () => otherFileSystem() !== undefined,
    get: 'a /dev/shm that temporary files are not in',
    notInDebian: true,
  },
  'a limit of addresses': {
    isThere: succeeds('sh', '-c', `ulimit -v 4000000 && exec '${process.execPath}' -e ''`),
    get: 'a system with ulimit -v, and a Node that starts with 4 GB of them',
    notInDebian: true,
  },
  'script of util-linux': { isThere: () => isExecutable('/usr/bin/script'), get: apt('bsdutils') },
  'GNU date': { isThere: succeeds('date', '-u', '-d', 'yesterday'), get: apt('coreutils') },
  Miller: { isThere: succeeds('mlr', '--version'), get: apt('miller') },
  R: { isThere: succeeds('Rscript', '--version'), get: apt('r-base-core') },
  pandas: { isThere: imports('pandas'), get: inPython(apt('python3-pandas')) },
  pyarrow: { isThere: imports('pandas', 'pyarrow'), get: inPython('pip install pandas pyarrow'), notInDebian: true },
  polars: { isThere: imports('polars'), get: inPython('pip install polars'), notInDebian: true },
} as const satisfies Readonly<Record<string, Tool>>

/** The name of something that may be missing. */
export type Need = keyof typeof TOOLS

export function isNeed(name: string): name is Need {
  return Object.hasOwn(TOOLS, name)
}

/** What is missing. */
export interface Missing {
  /** What it is and how to have it. */
  readonly reason: string
  /** Whether that is a failure: with `CI=true`, for what can be had there, so that nothing is left out by chance. */
  readonly fails: boolean
}

const found = new Map<Need, boolean>()

/** What has to be said where it is missing; undefined where it is there. */
export function missing(need: Need): Missing | undefined {
  const { isThere, get, notInDebian = false }: Tool = TOOLS[need]
  const isFound = found.get(need) ?? isThere()
  found.set(need, isFound)
  if (isFound) return undefined
  return { reason: `${need} is missing (${get})`, fails: process.env.CI === 'true' && !notInDebian }
}

/** A folder for temporary files on another file system than the usual one; undefined where there is none. */
export function otherFileSystem(): string | undefined {
  const other = '/dev/shm'
  const status = statSync(other, { throwIfNoEntry: false })
  return status !== undefined && status.dev !== statSync(tmpdir()).dev ? other : undefined
}

function withFolder(work: (folder: string) => boolean): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'jwst-ingest-needs-'))
  try {
    return work(folder)
  } finally {
    rmdirSync(folder)
  }
}

/** As many files as a process of this user may have open; Node itself raises the limit as far as it may. */
function openFiles(): number {
  const { stdout } = spawnSync('sh', ['-c', 'ulimit -Hn'], { encoding: 'utf8' })
  return stdout.trim() === 'unlimited' ? Number.POSITIVE_INFINITY : Number(stdout)
}

/** What systems call Chromium, and where macOS has it. */
const CHROMIUM = ['chromium', 'chromium-browser', 'google-chrome']
const MACOS = [
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]

/** Path of Chromium: what `CHROMIUM` says, else the system's. */
export function findChromium(): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter)
  const places = [...CHROMIUM.flatMap((name) => folders.map((folder) => join(folder, name))), ...MACOS]
  const { CHROMIUM: given } = process.env
  return (given ? [given] : places).find(isExecutable)
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
