import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)

export interface OnnxTensor {
  readonly data: Float32Array
  readonly dims: readonly number[]
}

/** The part of onnxruntime-node that is called. */
interface OnnxRuntime {
  readonly InferenceSession: {
    create(path: string, options: object): Promise<OnnxSession>
  }
  readonly Tensor: {
    new (type: 'int64', data: BigInt64Array, dims: readonly number[]): OnnxTensor
    new (type: 'float32', data: Float32Array, dims: readonly number[]): OnnxTensor
  }
}

export interface OnnxSession {
  readonly inputNames: readonly string[]
  run(
    feeds: Readonly<Record<string, OnnxTensor>>,
    fetches?: readonly string[],
  ): Promise<Readonly<Record<string, OnnxTensor>>>
  release(): Promise<void>
}

/** onnxruntime-node, loaded when a call needs it. */
export function onnxRuntime(): OnnxRuntime {
  return require('onnxruntime-node') as OnnxRuntime
}

/** Threads of onnxruntime; all of its optimisations are on by default. */
export function sessionOptions(threads: number) {
  return { intraOpNumThreads: threads, interOpNumThreads: 1 }
}
