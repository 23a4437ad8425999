import { badArgument, check } from '../core/errors.ts'
import { isSpace } from '../core/space.ts'

/**
 * What was given of a config over its defaults. Throws VmmError BAD_ARGUMENT for what is no object, for fields that do
 * not exist, and for what is no name of a space where the model has one; the other values are for the model to check.
 */
export function completeConfig<C extends object>(given: Partial<C>, defaults: C): C {
  const isObject = typeof given === 'object' && given !== null && !Array.isArray(given)
  check(isObject, 'config', given, 'an object of fields')
  for (const name of Object.keys(given))
    if (!Object.hasOwn(defaults, name))
      throw badArgument(`config.${name}`, 'a field', Object.keys(defaults).join(', '))
  const config = { ...defaults, ...given }
  if ('space' in config)
    check(isSpace(config.space), 'config.space', config.space, "a name such as 'use-lite-512'")
  return config
}

/** A config to be saved, completed by its model. None is no config: nobody means the default one by it. */
export function configToSave<C>(given: C, complete: (given: Partial<C>) => C): C {
  check(given !== undefined, 'config', given, 'an object of fields')
  return complete(given)
}
