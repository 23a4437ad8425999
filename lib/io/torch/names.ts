import { type Fail, quoted } from './fail.ts'
import { isDict, isKind, type PickleValue, type StoredTensor } from './values.ts'

const MOST_LEVELS = 20

/**
 * The tensors of a dict by name, those of dicts in it as `adapter.proj.weight`. What is in lists is left out.
 *
 * @throws VmmError BAD_FILE for what is no dict, has one within itself or in two places, or has two tensors of a name
 */
export function namedTensors(root: PickleValue, fail: Fail): Map<string, StoredTensor> {
  const tensors = new Map<string, StoredTensor>()
  const seen = new Set<PickleValue>()
  const walk = (dict: ReadonlyMap<PickleValue, PickleValue>, prefix: string, level: number) => {
    for (const [key, value] of dict) {
      if (typeof key !== 'string') continue
      const name = `${prefix}${key}`
      if (isKind(value, 'tensor')) {
        if (tensors.has(name)) fail(`has two tensors ${quoted(name)}`)
        tensors.set(name, value)
      } else if (isDict(value)) {
        if (seen.has(value)) fail(`has the dict ${quoted(name)} within itself or in two places`)
        if (level === MOST_LEVELS) fail(`has dicts of more than ${MOST_LEVELS} levels`)
        seen.add(value)
        walk(value, `${name}.`, level + 1)
      }
    }
  }
  if (!isDict(root)) return fail('holds no dict of tensors')
  seen.add(root)
  walk(root, '', 1)
  return tensors
}
