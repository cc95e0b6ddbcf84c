/** Shells that the words of a command line can be completed in. */
/** The shells that there are scripts for. */
export const SHELLS = ['bash', 'zsh', 'fish'] as const
export type Shell = (typeof SHELLS)[number]
