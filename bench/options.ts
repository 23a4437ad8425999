import { parseArgs } from 'node:util'

export interface BenchOptions {
  /** Names of kernels; all when empty. */
  readonly names: readonly string[]
  /** Rows are those whose names have it; all when left out. */
  readonly row: string | undefined
  /** The set to time; the best of the machine when left out. */
  readonly set: string | undefined
  readonly threads: number | undefined
  readonly quick: boolean
  /** How often contestants take turns; as usual when left out. */
  readonly rounds: number | undefined
  readonly peers: boolean
  /** Keeps the limits that were measured for later runs on this kind of processor. */
  readonly record: boolean
  readonly out: string | undefined
}

export const usage = `npm run bench -- [kernel …] [--row text] [--set name] [--threads n] [--quick]
                [--rounds n] [--no-peers] [--record] [--out file]

  kernel …      only these, such as ssm_scan matmul; published_large (15 GB of disk) is run only if it is named,
                and so is store_lance (VMM_BENCH_CONCEPTS: how many; VMM_BENCH_TEXTS: files of texts)
  --row text    only rows whose name has it, such as MPNet
  --set name    an instruction set other than the best, such as avx2
  --threads n   fewer threads than there are cores
  --quick       each row once: does it run at all
  --rounds n    fewer rounds than seven, for rows that take long
  --no-peers    without PyTorch, faiss and the others
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
      row: { type: 'string' },
      set: { type: 'string' },
      threads: { type: 'string' },
      quick: { type: 'boolean', default: false },
      rounds: { type: 'string' },
      'no-peers': { type: 'boolean', default: false },
      record: { type: 'boolean', default: false },
      out: { type: 'string' },
    },
  })
  const unknown = positionals.find((name) => !kernels.includes(name))
  if (unknown !== undefined) throw new Error(`no kernel '${unknown}'; there are ${kernels.join(', ')}`)
  if (values.set !== undefined && !sets.includes(values.set))
    throw new Error(`no instruction set '${values.set}' here; there are ${sets.join(', ')}`)
  const count = (name: 'threads' | 'rounds') => {
    const value = values[name]
    if (value === undefined) return undefined
    const number = Number(value)
    if (Number.isInteger(number) && number > 0) return number
    throw new Error(`--${name} ${value}: expected a whole number above 0`)
  }
  return {
    names: positionals,
    row: values.row,
    set: values.set,
    threads: count('threads'),
    quick: values.quick,
    rounds: count('rounds'),
    peers: !values['no-peers'],
    record: values.record,
    out: values.out,
  }
}
