/** Line ends that this program does not read: a carriage return alone, as old spreadsheets write it. */
import { BYTE } from './split.js'

/** Looks for a carriage return that ends the first line of a file which is not empty. In quotes it is data. */
export class LoneReturnFinder {
  #isQuoted = false
  #isBlank = true
  #isAfterReturn = false
  #isOver = false

  /** Whether it is found by the end of these bytes, which follow those before. */
  push(bytes: Uint8Array): boolean {
    for (const byte of bytes) {
      if (this.#isOver) return false
      if (this.#isAfterReturn && byte !== BYTE.lineFeed) return true
      this.#add(byte)
    }
    return false
  }

  /** Whether it is found where the file ends here. */
  end(): boolean {
    return this.#isAfterReturn
  }

  #add(byte: number): void {
    if (byte === BYTE.quote) this.#isQuoted = !this.#isQuoted
    this.#isAfterReturn = byte === BYTE.carriageReturn && !this.#isQuoted
    if (byte === BYTE.lineFeed) this.#isOver = !this.#isQuoted && !this.#isBlank
    else if (byte !== BYTE.carriageReturn) this.#isBlank = false
  }
}
