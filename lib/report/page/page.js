/**
 * What the report does beyond being read. Without it all charts and numbers are on the page already, and the beginning of
 * what waits. It asks nothing of the network.
 */
import { Explorer } from './explorer.js'
import { explain, Tip } from './tips.js'
import { Waits } from './waits.js'

const tip = new Tip()
for (const charts of document.querySelectorAll('.marks')) explain(/** @type {HTMLElement} */ (charts), tip)

const packed = document.querySelector('#packed')
const explorer = document.querySelector('.explorer')
// An older browser, which has no such stream, keeps the beginning.
if (packed !== null && explorer instanceof HTMLElement && 'DecompressionStream' in globalThis) {
  const waits = await Waits.unpack(packed.textContent ?? '')
  packed.remove()
  new Explorer(explorer, waits)
  performance.mark('all waits')
}
