/**
 * What the report does beyond being read. Without it all charts and numbers are on the page already, and the beginning of
 * what waits. It asks nothing of the network.
 */
import { Explorer } from './explorer.js'
import { explain, Tip } from './tips.js'
import { Waits } from './waits.js'

/**
 * Takes a packed part out of the page.
 *
 * @param {string} selector
 */
function take(selector) {
  const packed = document.querySelector(selector)
  packed?.remove()
  return packed?.textContent ?? ''
}

const root = document.querySelector('.explorer')
/** @type {Explorer | undefined} */
let explorer
// An older browser, which has no such stream, keeps the beginning.
if (root instanceof HTMLElement && 'DecompressionStream' in globalThis) {
  explorer = new Explorer(root, await Waits.unpack(take('#packed')))
  performance.mark('first waits')
}
const tip = new Tip()
for (const charts of document.querySelectorAll('.marks')) explain(/** @type {HTMLElement} */ (charts), tip)
// The table is painted before it gets the rest.
setTimeout(async () => {
  await explorer?.read(take('#texts'))
  performance.mark('all waits')
})
