/**
 * What the charts have in common.
 */
import type { Model } from '../rules/keywords.js'
import { whole } from './format.js'

/** The small charts, one for each model, in pixels. */
export const PANEL = {
  width: 300,
  height: 172,
  marginLeft: 40,
  marginRight: 12,
  marginTop: 18,
  marginBottom: 34,
} as const

/** The colour of a model, which the style sheet has for light and dark pages. */
export function colourOf(model: Model | undefined): string {
  return `var(--${model?.toLowerCase() ?? 'none'})`
}

/** An axis that counts. */
export const COUNT_AXIS = { grid: true, label: null, nice: true, tickFormat: wholeTick, tickSize: 0 } as const

/** A tick of an axis that counts; nothing between whole numbers. */
export function wholeTick(value: number): string {
  return Number.isInteger(value) ? whole(value) : ''
}
