/** The other thread of a run where the program is a bundle: its script is where the bundle's modules look for it. */
import { loadBundle, runBundle } from './load.js'

await runBundle(loadBundle()).runThread()
