/** How a row is shown. Rates are better when larger, times when smaller. */
export type Unit =
  | 'GFLOP/s'
  | 'GB/s'
  | 'sentences/s'
  | 'concepts/s'
  | 'tokens/s'
  | 'lines/s'
  | 'MB/s'
  | 'ms'
  | 'us'

export type Precision = 'f32' | 'bf16' | 'int8'

/** What one run must do at least, whoever does it: the machine's limit for the row follows from it. */
export interface Work {
  readonly flops?: number
  /** Of the products; f32 when left out. */
  readonly precision?: Precision
  /** Read from memory. */
  readonly bytes?: number
  readonly exps?: number
}

export interface RunSettings {
  readonly instructionSet?: string
  readonly threads?: number
}

/** Something of ours to time: compiled, its data in place. */
export interface Job {
  /** True where `run` gives a promise. */
  readonly async?: boolean
  /** True where callers cannot choose the instruction set. */
  readonly bestSetOnly?: boolean
  /**
   * The i-th run; jobs whose data would stay in caches go through several copies of it. One that times itself gives
   * { overriddenDuration } in milliseconds.
   */
  run(i: number, settings: RunSettings): unknown
  /** What is compared with a peer's results where the row asks for it. */
  readonly results?: () => Promise<Results>
  dispose(): void
}

/** Vectors or token ids, one list for each text. */
export type Results = readonly ArrayLike<number>[]

/** What a peer process is asked to time. `call` is a function of its server. */
export interface PeerCall {
  readonly peer: PeerName
  readonly call: string
  readonly args: Readonly<Record<string, number | boolean | string | readonly string[]>>
  /** What it is shown as, where a row calls a peer in several ways; as the peer when left out. */
  readonly name?: string
}

/** What a call is shown as. */
export const nameOf = ({ name, peer }: Pick<PeerCall, 'name' | 'peer'>): string => name ?? peer

export type PeerName =
  | 'torch'
  | 'faiss'
  | 'usearch'
  | 'tfjs-wasm'
  | 'onnxruntime-node'
  | 'transformers.js'
  | 'hf-tokenizers'
  | 'node-llama-cpp'

export interface Row {
  readonly name: string
  readonly unit: Unit
  /** What a rate counts in one run: operations, bytes (also of text), sentences, concepts, tokens or lines. */
  readonly amount?: number
  /** Left out where nothing but the call itself is timed. */
  readonly work?: Work
  prepare(): Job | Promise<Job>
  readonly peers?: readonly PeerCall[]
  /** Says how a peer's results differ from ours, or null: who computes something else is not timed. */
  readonly differs?: (ours: Results, theirs: Results) => string | null
  /** At most so many rounds, for what takes long. */
  readonly rounds?: number
  /** Another job of ours to compare with, such as the forward pass beside the backward one. */
  readonly beside?: { readonly name: string; readonly prepare: () => Job | Promise<Job> }
}

/** The rows of one kernel. */
export interface Group {
  readonly name: string
  /** Rows that take too long, or too much of the disk, to be run unless they are named. */
  readonly onRequest?: boolean
  /** A function where rows depend on data that must be read first. */
  readonly rows: readonly Row[] | (() => Promise<readonly Row[]>)
}

/** A value in the row's unit. */
export function inUnit(row: Row, seconds: number): number {
  switch (row.unit) {
    case 'ms':
      return seconds * 1e3
    case 'us':
      return seconds * 1e6
    case 'sentences/s':
    case 'concepts/s':
    case 'tokens/s':
    case 'lines/s':
      return row.amount! / seconds
    case 'MB/s':
      return row.amount! / seconds / 1e6
    default:
      return row.amount! / seconds / 1e9
  }
}
