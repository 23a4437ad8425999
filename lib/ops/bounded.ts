import { defineView } from '../graph/define.ts'

/**
 * The same tensor with the live count of another: the differentiator gives it to gradients that were expanded from
 * fewer rows, so that what sums over rows leaves out those that do not count.
 */
export const bounded = defineView<Record<string, never>>({
  name: 'bounded',
  isView: true,
  shape: (input) => input,
  apply: (input) => input,
  gradient: ({ upstream }) => upstream,
  reference: (input) => input,
  keepsRows: () => true,
})
