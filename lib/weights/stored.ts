import { badArgument, check } from '../core/errors.ts'
import type { SafetensorsInput } from '../io/safetensors/file.ts'
import { encodeNumbers } from '../tensor/dtype.ts'
import { count } from '../tensor/shape.ts'
import type { ParameterSpecs } from './specs.ts'

/**
 * Parameters as a file has them.
 *
 * @throws VmmError BAD_ARGUMENT for parameters that are missing, unknown, of another size or not finite
 */
export function storedTensors(
  specs: ParameterSpecs,
  parameters: Readonly<Record<string, Float32Array>>,
  dtype: 'bf16' | 'f32',
): SafetensorsInput[] {
  const isObject = typeof parameters === 'object' && parameters !== null
  check(isObject, 'parameters', parameters, 'an object of tensors')
  for (const name of Object.keys(parameters))
    if (!Object.hasOwn(specs, name))
      throw badArgument(`parameters.${name}`, 'a tensor', 'a parameter of the config')
  return Object.entries(specs).map(([name, { shape, storage }]) => {
    const data = Object.hasOwn(parameters, name) ? parameters[name] : undefined
    check(
      data instanceof Float32Array && data.length === count(shape),
      `parameters.${name}`,
      data,
      `a Float32Array of ${count(shape)}`,
    )
    const bad = data.findIndex((value) => !Number.isFinite(value))
    if (bad >= 0) throw badArgument(`parameters.${name}[${bad}]`, String(data[bad]), 'finite numbers')
    return dtype === 'bf16' && storage === 'bf16'
      ? { name, dtype: 'BF16', shape, data: encodeNumbers(data, 'bf16') }
      : { name, dtype: 'F32', shape, data }
  })
}
