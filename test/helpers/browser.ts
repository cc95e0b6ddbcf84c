/** A real Chromium, the system's, without a window. */
import type { ExecutionContext } from 'ava'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { findChromium } from '../../tools/needs.js'

/** It has to keep quiet by itself, so that what is asked for is what the page asks for. */
const ARGUMENTS = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** Starts a browser; to be closed. */
export function launch(): Promise<Browser> {
  // Chromium does not let root have its sandbox.
  const isRoot = process.getuid?.() === 0
  return chromium.launch({ executablePath: findChromium() ?? 'chromium', args: ARGUMENTS, chromiumSandbox: !isRoot })
}

/** What waits has all of its texts. */
export const READY = '.explorer.live:not([aria-busy])'

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
