/** Leads to the weights of stage 1, which stay as they are. */
export const STAGE_ONE = 'stageOne/'
/** Leads to the inputs of the true texts. */
export const TRUE_TEXTS = 'true/'

/** Names as the program of the training has them. */
export function prefixed<T>(prefix: string, named: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(named).map(([name, value]) => [prefix + name, value]))
}

/** What has a prefix, by its own name. */
export function unprefixed<T>(prefix: string, named: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(
    Object.entries(named).flatMap(([name, value]) =>
      name.startsWith(prefix) ? [[name.slice(prefix.length), value]] : [],
    ),
  )
}
