import { type Fail, quoted } from './fail.ts'
import { isDict, isKind, type PickleValue, type StoredTensor } from './values.ts'

const MOST_LEVELS = 20
/** Characters of a name: one key of some megabytes could be a part of very many. */
const LONGEST_NAME = 1000

/**
 * The tensors of a dict by name, those of dicts in it as `adapter.proj.weight`. What is in lists is left out.
 *
 * @throws VmmError BAD_FILE for what is no dict, a dict with tensors that is in two places or within itself, two tensors
 *   of a name, or a long one
 */
export function namedTensors(root: PickleValue, fail: Fail): Map<string, StoredTensor> {
  const tensors = new Map<string, StoredTensor>()
  const seen = new Set<unknown>()
  const without = new Set<unknown>() // dicts that have no tensors may be anywhere
  const walk = (dict: ReadonlyMap<PickleValue, PickleValue>, prefix: string, level: number) => {
    const before = tensors.size
    seen.add(dict)
    for (const [key, value] of dict) {
      if (typeof key !== 'string' || !(isKind(value, 'tensor') || isDict(value)) || without.has(value))
        continue
      if (prefix.length + key.length > LONGEST_NAME)
        fail(`has a name of more than ${LONGEST_NAME} characters`)
      const name = `${prefix}${key}`
      if (isKind(value, 'tensor')) {
        if (tensors.has(name)) fail(`has two tensors ${quoted(name)}`)
        tensors.set(name, value)
      } else {
        if (seen.has(value)) fail(`has the dict ${quoted(name)} within itself or in two places`)
        if (level === MOST_LEVELS) fail(`has dicts of more than ${MOST_LEVELS} levels`)
        walk(value, `${name}.`, level + 1)
      }
    }
    if (tensors.size === before) without.add(dict)
  }
  if (!isDict(root)) return fail('holds no dict of tensors')
  walk(root, '', 1)
  return tensors
}
