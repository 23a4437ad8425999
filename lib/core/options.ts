import { check, VmmError } from './errors.ts'
import { nearestName } from './names.ts'

/** The names of all options of a type: the compiler misses none and takes no other. */
export type OptionNames<O> = { readonly [K in keyof O]-?: true }

/**
 * Throws BAD_ARGUMENT for an option that does not exist, naming the known one that it is near to.
 *
 * @param path what leads to the options, for messages: '' or `sampling.`
 */
export function refuseUnknown<O extends object>(options: O, names: OptionNames<O>, path = ''): void {
  const isObject = typeof options === 'object' && options !== null && !Array.isArray(options)
  check(isObject, path.slice(0, -1) || 'options', options, 'an object of options')
  const known = Object.keys(names)
  for (const key of Object.keys(options)) {
    if (Object.hasOwn(names, key)) continue
    const near = nearestName(key, known)
    const remedy = near === null ? `there are ${known.join(', ')}` : `did you mean ${near}?`
    throw new VmmError('BAD_ARGUMENT', `${path}${key}: no such option; ${remedy}`, { argument: path + key })
  }
}
