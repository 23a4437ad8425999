import { type InverterConfig, inverterConfig, memoryRows } from '../../lib/models/inverter/config.ts'
import { textInputs } from '../../lib/models/inverter/forward.ts'
import { packTexts } from '../../lib/models/inverter/inputs.ts'
import { type InverterNetwork, makeInverterNetwork } from '../../lib/models/inverter/network.ts'
import { inverterParameters } from '../../lib/models/inverter/parameters.ts'
import { beamSearch } from '../../lib/models/inverter/search/beam.ts'
import { type NextTokens, openDecoding } from '../../lib/models/inverter/search/decoding.ts'
import { freeRules } from '../../lib/models/inverter/search/draw.ts'
import { searchTexts } from '../../lib/models/inverter/search/search.ts'
import { loadEncoder } from '../../lib/models/load_encoder.ts'
import { createTensor } from '../../lib/tensor/device_tensor.ts'
import { count } from '../../lib/tensor/shape.ts'
import { createTrainer } from '../../lib/train/core/trainer.ts'
import type { InverterBatches } from '../../lib/train/inverter/batches.ts'
import { inverterTraining } from '../../lib/train/inverter/config.ts'
import { inverterTask } from '../../lib/train/inverter/task.ts'
import { packWeights } from '../../lib/weights/pack.ts'
import type { Init } from '../../lib/weights/specs.ts'
import { weightSet } from '../../lib/weights/weight_set.ts'
import { type Fill, random32, randomElements } from '../random.ts'
import type { Group, Job, PeerCall, Row, RunSettings } from '../row.ts'

/** The size that is shipped. */
const config: InverterConfig = inverterConfig({
  ...{ dModel: 320, layers: 4, heads: 5, ffn: 1280 },
  ...{ scales: [4, 12], memoryDims: 256, adapterHidden: 512 },
})
const { dims, vocabulary, capacityTokens } = config
const specs = inverterParameters(config)

/** Tokens that a step of a beam tells, as inversion asks for them. */
const told = 32

/** Numbers of a parameter matrix that each of some rows is multiplied with. */
function weightsOf(matches: (name: string) => boolean): number {
  const matrices = Object.entries(specs).filter(([name, { decay }]) => decay && matches(name))
  return matrices.reduce((sum, [, { shape }]) => sum + count(shape), 0)
}
const head = count(specs['tokens.weight']!.shape)
const ofToken = weightsOf((name) => name.startsWith('layers.') && !name.includes('cross.kv'))
const ofMemoryRow = weightsOf((name) => name.includes('cross.kv'))
const ofVector = weightsOf((name) => name.startsWith('adapter.'))

const bf16Bytes = 2

function unitVectors(count: number, seed: number): Float32Array[] {
  const bound = Math.sqrt(3 / dims)
  const next = random32(seed)
  return Array.from(
    { length: count },
    () => randomElements('f32', dims, { low: -bound, high: bound }, next) as Float32Array,
  )
}

/** Numbers as training begins with them, about. */
const fillOf = (init: Init): Fill =>
  init.kind === 'uniform'
    ? { low: -init.bound, high: init.bound }
    : init.kind === 'constant'
      ? { low: init.value - 0.01, high: init.value + 0.01 }
      : { low: 0, high: 1 }

/** A decoder with random weights as a bundle's are: bf16, and packed. It writes the tokens of the default encoder. */
async function randomNetwork(): Promise<InverterNetwork> {
  const random = random32(4)
  const tensors = Object.fromEntries(
    Object.entries(specs).map(([name, { shape, storage, init }]) => [
      name,
      createTensor(storage, shape, randomElements(storage, count(shape), fillOf(init), random)),
    ]),
  )
  const weights = await packWeights(weightSet(tensors), specs, { tied: { head: 'tokens.weight' } })
  await using encoder = await loadEncoder()
  return makeInverterNetwork(config, weights, encoder.tokens!)
}

/** Hypotheses of some vectors take one token more, again and again the same one, in the middle of a text. */
async function stepJob(vectors: number, beam: number, guidance: number): Promise<Job> {
  const network = await randomNetwork()
  const all = new Float32Array(vectors * dims)
  for (const [i, vector] of unitVectors(vectors, 5).entries()) all.set(vector, i * dims)
  const decoding = await openDecoding(network, all, { rowsPerVector: beam, k: told, guidance })
  const { reserved } = network.tokens.about
  let before: readonly NextTokens[] = []
  const step = (settings: RunSettings) =>
    decoding.step(
      Array.from({ length: vectors * beam }, (_, row) => ({
        vector: Math.floor(row / beam),
        token: reserved + (row % (vocabulary - reserved)),
        history: before[row]?.history ?? [],
      })),
      settings,
    )
  for (let at = 0; at < capacityTokens / 2; at++) before = await step({})
  return {
    async: true,
    run: (_, settings) => step(settings),
    dispose: () => {
      decoding[Symbol.dispose]()
      network.dispose()
    },
  }
}

function stepRow(vectors: number, beam: number, guidance: number): Row {
  const hypotheses = vectors * beam
  const rows = guidance === 1 ? hypotheses : 2 * hypotheses
  const beside = guidance === 1 ? '' : `, guidance ${guidance}`
  return {
    name: `inverter decoder step, ${vectors} vector${vectors > 1 ? 's' : ''}, beam ${beam}${beside}`,
    unit: 'us',
    work: { flops: 2 * (rows * ofToken + hypotheses * head), bytes: bf16Bytes * (ofToken + head) },
    prepare: () => stepJob(vectors, beam, guidance),
  }
}

const peerSizes = {
  ...{ dims, vocabulary, capacity: capacityTokens, model: config.dModel, layers: config.layers },
  ...{ heads: config.heads, ffn: config.ffn, memory: config.memoryDims, hidden: config.adapterHidden },
  scales: config.scales.map(String),
}

const torch = (call: string, args: PeerCall['args']): PeerCall => ({
  peer: 'torch',
  call,
  args: { ...args, ...peerSizes },
})

/** Texts of full length, greedily: for all vectors at once, or for one after the other. */
async function greedyJob(vectors: number, together: boolean): Promise<Job> {
  const network = await randomNetwork()
  const rows = unitVectors(vectors, 6)
  // An end that no token is, so that no text ends before.
  const all = { ...freeRules(network), end: -1 }
  const write = (some: readonly Float32Array[], settings: RunSettings) =>
    searchTexts(network, some, all, () => beamSearch(all, { beam: 1, lengthPenalty: 0 }), {
      ...{ rowsPerVector: 1, k: told, guidance: 1, rescore: null },
      ...settings,
    })
  return {
    async: true,
    run: async (_, settings) => {
      if (together) await write(rows, settings)
      else for (const row of rows) await write([row], settings)
    },
    dispose: () => network.dispose(),
  }
}

function greedyRow(vectors: number): Row {
  const steps = capacityTokens + 1
  const memory = vectors * (ofVector + memoryRows(config) * ofMemoryRow)
  return {
    name: `inverter greedy, ${vectors === 1 ? 'a single stream' : `${vectors} vectors at once`}`,
    unit: 'tokens/s',
    amount: vectors * capacityTokens,
    work: {
      flops: 2 * (vectors * steps * (ofToken + head) + memory),
      bytes: bf16Bytes * (steps * (ofToken + head) + ofVector + ofMemoryRow),
    },
    prepare: () => greedyJob(vectors, true),
    peers: [torch('decode_inverter', { vectors, tokens: capacityTokens })],
    ...(vectors === 1
      ? {}
      : { beside: { name: 'one after the other', prepare: () => greedyJob(vectors, false) } }),
  }
}

/** A batch as training has it, of texts of about the usual length. */
const [texts, tokens] = [160, 20]

function trainingJob(): Job {
  const training = inverterTraining({ documents: 'none', out: 'none', steps: 1e9, batch: { texts } })
  const { noise, labelSmoothing, compute } = training
  const capacity = { rows: texts * (tokens + 1), texts }
  const live = { kind: 'input', shape: [capacity.rows], live: 'rows' } as const
  const next = random32(7)
  const ids = Array.from({ length: texts }, () =>
    Int32Array.from({ length: tokens }, () => next() % vocabulary),
  )
  const { inputs, scalars } = packTexts(config, capacity, ids)
  const vectors = new Float32Array(texts * dims)
  for (const [i, vector] of unitVectors(texts, 8).entries()) vectors.set(vector, i * dims)
  const batches: InverterBatches = {
    perEpoch: 1,
    inputs: {
      ...textInputs(config, capacity),
      targets: { ...live, dtype: 'i32' },
      lossWeights: { ...live, dtype: 'f32' },
      kept: { kind: 'input', dtype: 'f32', shape: [texts, 1] },
    },
    batch: async (number) => ({
      inputs: {
        ...inputs,
        vectors,
        kept: new Float32Array(texts).fill(1),
        lossWeights: new Float32Array(capacity.rows).fill(1 / capacity.rows),
      },
      scalars: { ...scalars, seed: number },
      count: capacity.rows,
    }),
  }
  const task = inverterTask({
    model: config,
    noise,
    hintLoss: 0,
    labelSmoothing,
    compute,
    batches,
    data: null,
  })
  const trainer = createTrainer(task, training)
  return { async: true, run: (_, settings) => trainer.next(settings), dispose: () => trainer.dispose() }
}

const trainingRow: Row = {
  name: `inverter training step of ${texts} texts of ${tokens} tokens`,
  unit: 'tokens/s',
  amount: texts * (tokens + 1),
  work: {
    // Forward and twice that backward.
    flops: 6 * texts * ((tokens + 1) * (ofToken + head) + ofVector + memoryRows(config) * ofMemoryRow),
    precision: 'bf16',
  },
  prepare: trainingJob,
  peers: [torch('train_inverter', { texts, tokens })],
}

export const inverterRows: Group = {
  name: 'inverter',
  rows: [stepRow(1, 5, 1), stepRow(1, 5, 1.5), stepRow(64, 5, 1.5), greedyRow(1), greedyRow(64), trainingRow],
}
