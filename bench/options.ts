import { parseArgs } from 'node:util'

export interface BenchOptions {
  /** Names of kernels; all when empty. */
  readonly names: readonly string[]
  /** The set to time; the best of the machine when left out. */
  readonly set: string | undefined
  readonly threads: number | undefined
  readonly quick: boolean
  readonly peers: boolean
  /** Keeps the limits that were measured for later runs on this kind of processor. */
  readonly record: boolean
  readonly out: string | undefined
}

export const usage = `npm run bench -- [kernel …] [--set name] [--threads n] [--quick] [--no-peers] [--record]
                [--out file]

  kernel …      only these, such as ssm_scan matmul
  --set name    an instruction set other than the best, such as avx2
  --threads n   fewer threads than there are cores
  --quick       each row once: does it run at all
  --no-peers    without PyTorch, faiss, usearch and TensorFlow.js
  --record      keep the limits of this kind of processor in bench/recorded.json, where they are higher
  --out file    where the results go; bench/results.json when all rows are run`

/** Reads the command line. Throws with a message for the user. */
export function parseOptions(
  args: readonly string[],
  kernels: readonly string[],
  sets: readonly string[],
): BenchOptions {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      set: { type: 'string' },
      threads: { type: 'string' },
      quick: { type: 'boolean', default: false },
      'no-peers': { type: 'boolean', default: false },
      record: { type: 'boolean', default: false },
      out: { type: 'string' },
    },
  })
  const unknown = positionals.find((name) => !kernels.includes(name))
  if (unknown !== undefined) throw new Error(`no kernel '${unknown}'; there are ${kernels.join(', ')}`)
  if (values.set !== undefined && !sets.includes(values.set))
    throw new Error(`no instruction set '${values.set}' here; there are ${sets.join(', ')}`)
  const threads = values.threads === undefined ? undefined : Number(values.threads)
  if (threads !== undefined && !(Number.isInteger(threads) && threads > 0))
    throw new Error(`--threads ${values.threads}: expected a whole number above 0`)
  return {
    names: positionals,
    set: values.set,
    threads,
    quick: values.quick,
    peers: !values['no-peers'],
    record: values.record,
    out: values.out,
  }
}
