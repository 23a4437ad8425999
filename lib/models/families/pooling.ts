/** How the last hidden rows of a text become one. */
export const POOLINGS = ['mean', 'first', 'last', 'max'] as const
export type Pooling = (typeof POOLINGS)[number]
