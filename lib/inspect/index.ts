/** What the commands and the library ask of a database. */
export { type CountedBy, WaitCounter } from './counts.js'
export { formatExplanation, formatWait } from './explain-text.js'
export type { Explanation } from './explanation.js'
export { explain } from './lookup.js'
export { wanted } from './names.js'
export { DatabaseReader } from './reader.js'
export { REASON_CODES, REASONS, type Reason, remedyOf } from './reasons.js'
export { type Wait, waitsOf } from './waits.js'
