/**
 * Why something waits: every reason with its code and its sentence, in one catalogue.
 *
 * To add one: its line here, and in `waits.ts` the rule that gives it. What resolving tells (`WaitReason` and the
 * reasons of a `WaitingProduct` in `resolve.ts`) is mapped there without a gap: a new one does not compile until it has
 * its reason.
 */

/** What each reason says, in the order in which they are counted. */
export const REASONS = {
  'no-product': 'no product yet',
  'keywords-differ': 'product and exposures of one observation wait, but keywords differ',
  'target-differs': 'product and exposures agree in all keywords, but not in the target',
  'candidate-only': 'only a product of another candidate could use it',
  'other-members': 'the association file of the nearest product names other exposures',
  'product-dropped': 'a product of its observation was dropped, by its exposure type or channel',
  'product-without-size': 'the product has no size yet',
  'product-taken-over': 'its product was taken over without level1.csv: its exposures are unknown',
  'members-missing': 'science members that its association file names are not there',
  'no-coordinates': 'no usable coordinates',
  ambiguous: 'another product fits the same exposures as well',
  'no-exposures': 'no exposures yet',
  'exposures-ungrouped': 'its exposures can be in no group',
  'no-group': 'exposures of its kind are in no group',
  'across-observations': 'no association file names the exposures of this product across observations',
} as const

/** The code of a reason. */
export type Reason = keyof typeof REASONS

/** Every reason, in the order in which they are counted. */
export const REASON_CODES = Object.keys(REASONS) as readonly Reason[]
