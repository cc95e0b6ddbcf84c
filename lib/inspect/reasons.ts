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
  'keywords-differ': 'product and exposures of the same observation wait, but their keywords differ',
  'target-differs': 'product and exposures of the same association are of different targets',
  'candidate-only': 'only a c-candidate product could use it',
  'product-dropped': 'a product of its observation was dropped, by its exposure type or channel',
  'product-without-size': 'the product has no size yet',
  'product-taken-over': 'the exposures of its product are unknown, as it was taken over without level1.csv',
  'no-coordinates': 'no usable coordinates',
  ambiguous: 'another product fits the same exposures as well',
  'no-exposures': 'no exposures yet',
  'exposures-ungrouped': 'its exposures can be in no group',
  'no-group': 'in no group, by a rule',
  'across-observations': 'a c-candidate product, made across observations, is not matched',
} as const

/** The code of a reason. */
export type Reason = keyof typeof REASONS

/** Every reason, in the order in which they are counted. */
export const REASON_CODES = Object.keys(REASONS) as readonly Reason[]
