/** The models that a database has tables for (specification, section 4). */
/** The four models; each has its encoded tables. */
export const MODELS = ['IMAGE', 'SPEC', 'TAC', 'FGS'] as const
export type Model = (typeof MODELS)[number]
