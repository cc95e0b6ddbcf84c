/** A real Chromium, the system's, without a window. */
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import type { ExecutionContext } from 'ava'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'

/** What systems call it, and where macOS has it. */
const NAMES = ['chromium', 'chromium-browser', 'google-chrome']
const MACOS = [
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]

/** It has to keep quiet by itself, so that what is asked for is what the page asks for. */
const ARGUMENTS = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

function executable(): string {
  const folders = (process.env.PATH ?? '').split(delimiter)
  const places = [...NAMES.flatMap((name) => folders.map((folder) => join(folder, name))), ...MACOS]
  const path = process.env.CHROMIUM || places.find(isExecutable)
  if (path !== undefined && isExecutable(path)) return path
  throw new Error(
    `this test needs Chromium, which is not ${path ?? 'there'}: install it (apt-get install -y chromium) or set CHROMIUM to its path`,
  )
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** Starts a browser; to be closed. */
export function launch(): Promise<Browser> {
  // Chromium does not let root have its sandbox.
  const isRoot = process.getuid?.() === 0
  return chromium.launch({ executablePath: executable(), args: ARGUMENTS, chromiumSandbox: !isRoot })
}

/** A page, and what went on in it. */
export interface Opened {
  readonly page: Page
  /** Addresses of everything it asked for. */
  readonly requests: readonly string[]
  /** Errors of its script, and whatever the console was told. */
  readonly complaints: readonly string[]
}

/** How a page is opened. */
export interface OpenOptions extends BrowserContextOptions {
  /** A script to run beside the page's own, whatever the page allows. */
  readonly script?: string
}

/** Opens a page that goes with the test. */
export async function open(
  t: ExecutionContext,
  browser: Browser,
  address: string,
  { script = '', ...options }: OpenOptions = {},
): Promise<Opened> {
  const context = await browser.newContext({ reducedMotion: 'reduce', ...options })
  t.teardown(() => context.close())
  if (script !== '') await context.addInitScript({ content: script })
  const page = await context.newPage()
  const requests: string[] = []
  const complaints: string[] = []
  page.on('request', (request) => requests.push(request.url()))
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.on('console', (message) => complaints.push(message.text()))
  await page.goto(address)
  return { page, requests, complaints }
}
