/** The version of the program. */
import { readFileSync } from 'node:fs'

/** As package.json has it, which lies as far above this file as above the script that the command is built as. */
export function programVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'))
  return (manifest as { readonly version: string }).version
}
