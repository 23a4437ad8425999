import { VmmError } from '../../core/errors.ts'
import type { CallOptions } from '../../core/run_options.ts'
import { compile, type Program } from '../../graph/program.ts'
import { type BindingSpec, trace } from '../../graph/trace.ts'
import type { Value } from '../../graph/value.ts'
import { cast, packWeight } from '../../ops/index.ts'
import { packedShape } from '../../ops/pack_weight.ts'
import { createTensor, type DeviceTensor } from '../../tensor/device_tensor.ts'
import { floats } from '../../tensor/dtype.ts'
import { formatShape, type Shape, sameShape } from '../../tensor/shape.ts'
import type { Checkpoint } from '../../weights/checkpoint.ts'
import { kernelDtype, unreadable } from '../../weights/map.ts'
import type { Preparation } from '../../weights/prepared.ts'
import { packedName } from '../../weights/weight_set.ts'

/** A parameter, and the tensors of a checkpoint that it is made of. All become f32. */
export interface DerivedWeight {
  readonly name: string
  readonly shape: Shape
  /** Whether it is the weight of a product, which is packed. */
  readonly product: boolean
  /** Names in the checkpoint, and what shapes they must have. */
  readonly from: Readonly<Record<string, Shape>>
  /** Null for the one tensor of `from` as it is. */
  readonly make: ((from: readonly Value[]) => Value) | null
}

/** A parameter that no checkpoint holds, because it is always the same. */
export interface FixedWeight {
  readonly name: string
  readonly shape: Shape
  readonly values: () => Float32Array
}

/** The weights of a part of a model, and the checkpoint that has them. */
export interface WeightsPart {
  readonly checkpoint: Checkpoint
  /** What all their names in the checkpoint begin with. */
  readonly prefixes: readonly string[]
  readonly derived: readonly DerivedWeight[]
  readonly fixed: readonly FixedWeight[]
  /** Names that are known and not needed. */
  readonly unused?: readonly string[]
}

/**
 * Compares what parts need with what their checkpoints have. Headers are looked at alone.
 *
 * @throws VmmError BAD_FILE naming file and tensor for one that is missing, of another shape, or of no model like this;
 *   UNSUPPORTED for types that are not read
 */
export function checkParts(parts: readonly WeightsPart[]): void {
  for (const { checkpoint, prefixes, derived, unused = [] } of parts) {
    const where = checkpoint.files.join(', ')
    const known = new Set<string>(unused)
    for (const { from } of derived)
      for (const [name, wanted] of Object.entries(from)) {
        known.add(name)
        if (!checkpoint.has(name)) throw new VmmError('BAD_FILE', `${where}: no tensor ${name}`)
        const { file, shape, dtype } = checkpoint.info(name)
        if (!sameShape(shape, wanted))
          throw new VmmError(
            'BAD_FILE',
            `${file}: ${name} is ${formatShape(shape)}; the model needs ${formatShape(wanted)}`,
          )
        const read = kernelDtype(dtype)
        if (read === null) throw unreadable(file, name, dtype)
        if (!(floats as readonly string[]).includes(read))
          throw new VmmError('UNSUPPORTED', `${file}: ${name} is ${read}; expected ${floats.join(', ')}`)
      }
    const left = checkpoint.names.find(
      (name) => prefixes.some((prefix) => name.startsWith(prefix)) && !known.has(name),
    )
    if (left !== undefined) throw new VmmError('BAD_FILE', `${where}: ${left}: no tensor of this model`)
  }
}

/** Makes the weights of parts one by one. */
export function partsPreparation(parts: readonly WeightsPart[], run: CallOptions): Preparation {
  return {
    names: parts.flatMap(({ derived, fixed }) => [
      ...derived.map(keptName),
      ...fixed.map(({ name }) => name),
    ]),
    async *make() {
      for (const { checkpoint, derived, fixed } of parts) {
        for (const weight of derived) {
          run.signal?.throwIfAborted()
          yield { [keptName(weight)]: await made(weight, checkpoint, run) }
        }
        for (const { name, shape, values } of fixed) yield { [name]: createTensor('f32', shape, values()) }
      }
    },
  }
}

function keptName({ name, product }: DerivedWeight): string {
  return (product ? packedName(name) : null) ?? name
}

async function made(
  { shape, product, from, make }: DerivedWeight,
  checkpoint: Checkpoint,
  run: CallOptions,
): Promise<DeviceTensor> {
  const sources = Object.keys(from).map((name) => checkpoint.tensor(name))
  const [only] = sources
  if (make === null && !product && only!.dtype === 'f32') return only!
  const [out, inputs] = shape as [number, number]
  const result = createTensor('f32', product ? packedShape(out, inputs, false) : shape)
  const bindings: Record<string, BindingSpec> = {
    result: { kind: 'state', dtype: 'f32', shape: result.shape },
  }
  const tensors: Record<string, DeviceTensor> = { result }
  for (const [i, source] of sources.entries()) {
    bindings[`from.${i}`] = { kind: 'weight', dtype: source.dtype, shape: source.shape }
    tensors[`from.${i}`] = source
  }
  let program: Program | null = null
  try {
    program = compile(
      trace(bindings, (values) => {
        const read = sources.map(({ dtype }, i) => {
          const x = values[`from.${i}`]!
          return dtype === 'f32' ? x : cast({ x }, { to: 'f32' })
        })
        const value = make === null ? read[0]! : make(read)
        return { outputs: {}, updates: { result: product ? packWeight({ weight: value }) : value } }
      }),
    )
    await program.run(tensors, { ...run, scalars: {} })
    return result
  } catch (error) {
    result.dispose()
    throw error
  } finally {
    program?.dispose()
    for (const source of sources) source.dispose()
  }
}
