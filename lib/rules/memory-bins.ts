/**
 * Borders of the memory bins that the models of spacekit tell products by, in GB: a product is in the last bin whose
 * border it reaches.
 */
export const MEMORY_BINS = [0, 12, 225, 950, 2000] as const
