import { unitLength } from '../../lib/core/rows.ts'
import type { VectorDocuments } from '../../lib/data/documents/open.ts'
import { makeNetwork } from '../../lib/models/network.ts'
import { stateBytes } from '../../lib/models/predictor/advance.ts'
import { type PredictorConfig, predictorConfig } from '../../lib/models/predictor/config.ts'
import { spreadsSequences } from '../../lib/models/predictor/inputs.ts'
import { parameterCounts, predictorParameters } from '../../lib/models/predictor/parameters.ts'
import { openStream, type Stream } from '../../lib/models/predictor/stream.ts'
import { createTensor } from '../../lib/tensor/device_tensor.ts'
import { count } from '../../lib/tensor/shape.ts'
import { createTrainer } from '../../lib/train/core/trainer.ts'
import { predictorBatches } from '../../lib/train/predictor/batches.ts'
import { predictorTraining } from '../../lib/train/predictor/config.ts'
import { predictorTask } from '../../lib/train/predictor/task.ts'
import type { Init } from '../../lib/weights/specs.ts'
import { weightSet } from '../../lib/weights/weight_set.ts'
import { type Fill, random32, randomElements } from '../random.ts'
import type { Group, Job, Row } from '../row.ts'

/** The size that is shipped, as `vmm train` trains it when nothing else is asked for. */
const [rows, window, dims, documents] = [1024, 64, 512, 64]
const sizes = { dModel: 256, experts: 8, topK: 2, blocks: 2 }
const variants = ['sequence', 'concept'] as const
type Variant = (typeof variants)[number]

const configOf = (variant: Variant): PredictorConfig =>
  predictorConfig({
    ...sizes,
    variant,
    dims,
    domains: Array.from({ length: sizes.experts }, (_, e) => `${e}`),
  })

function unitVectors(count: number, seed: number): Float32Array {
  const bound = Math.sqrt(3 / dims)
  return randomElements('f32', count * dims, { low: -bound, high: bound }, random32(seed)) as Float32Array
}

/** Random documents of one window each. */
function randomDocuments(): VectorDocuments {
  const vectors = unitVectors(documents * window, 1)
  const of = (index: number, begin: number, end: number) =>
    vectors.subarray((index * window + begin) * dims, (index * window + end) * dims)
  const about = (i: number) => ({ id: `${i}`, group: `${i % sizes.experts}`, count: window })
  return {
    space: 'use-lite-512',
    dims,
    count: documents,
    sentences: documents * window,
    documents: Array.from({ length: documents }, (_, i) => about(i)),
    dropped: { empty: 0, repeated: 0, unusable: 0, documents: 0 },
    truncated: 0,
    sourceHash: '',
    document: async (i) => ({ ...about(i), vectors: of(i, 0, window), texts: () => [] }),
    readRows: async (i, begin, end, into) => into.set(of(i, begin, end)),
    dispose: async () => {},
    [Symbol.dispose]: () => {},
    [Symbol.asyncDispose]: async () => {},
  }
}

/** Whole steps: a batch is packed while the one before it is in use, as in a real run. */
function trainingJob(variant: Variant): Job {
  const config = configOf(variant)
  const training = predictorTraining({ documents: 'none', out: 'none', steps: 1e9, batch: { rows, window } })
  const source = randomDocuments()
  const experts = Int32Array.from({ length: sizes.experts }, (_, e) => e)
  const task = predictorTask({
    model: config,
    losses: training.losses,
    regularisation: training.regularisation,
    compute: training.compute,
    batches: predictorBatches(config, source, [...source.documents.keys()], Number, {
      ...training.batch,
      seed: 1,
    }),
    decoder: null,
    coordinates: null,
    domains: { centroids: unitVectors(sizes.experts, 2), expertOf: experts },
    data: null,
  })
  const trainer = createTrainer(task, training)
  return { async: true, run: (_, settings) => trainer.next(settings), dispose: () => trainer.dispose() }
}

function trainingRow(variant: Variant): Row {
  const config = configOf(variant)
  const { dModel, experts, topK, blocks, dState, dtRank, routerHidden, expand } = config
  const copies = spreadsSequences(config) ? topK : 1
  return {
    name: `predictor training step of ${rows} concepts, ${variant}`,
    unit: 'concepts/s',
    amount: rows,
    work: {
      // Forward and twice that backward: 6 operations for each weight that a concept passes through.
      flops: 6 * rows * parameterCounts(config).active,
      precision: 'bf16',
      exps: copies * rows * blocks * expand * dModel * dState,
    },
    prepare: () => trainingJob(variant),
    peers: [
      {
        peer: 'torch',
        call: 'train_predictor',
        args: {
          ...{ rows, window, variant, dims, experts, k: topK, blocks, model: dModel },
          ...{ states: dState, rank: dtRank, hidden: routerHidden, domains: experts },
        },
      },
    ],
  }
}

/** Concepts of a context that differ from each other; a longer one repeats them. */
const distinct = 4096

/** A context is begun anew from its end after as many further concepts, so that its length stays what it is. */
const further = 16

async function read(stream: Stream, concepts: Float32Array, settings: object): Promise<Float32Array> {
  let last = concepts
  for await (const { predicted } of stream.advance([concepts], settings)) last = predicted
  return unitLength(last.subarray(-dims))
}

/** Numbers as training begins with them, about. */
function fillOf(init: Init): Fill {
  switch (init.kind) {
    case 'uniform':
      return { low: -init.bound, high: init.bound }
    case 'constant':
      return { low: init.value, high: init.value }
    case 'a_log':
      return { low: 0, high: Math.log(16) }
    case 'time_steps':
      return { low: Math.log(0.001), high: Math.log(0.1) }
  }
}

/** Predicts and reads one concept after the other, with weights stored as bundles store them. */
async function generationJob(config: PredictorConfig, context: number): Promise<Job> {
  const random = random32(4)
  const tensors = Object.fromEntries(
    Object.entries(predictorParameters(config)).map(([name, { shape, storage, init }]) => [
      name,
      createTensor(storage, shape, randomElements(storage, count(shape), fillOf(init), random)),
    ]),
  )
  const network = makeNetwork(config, weightSet(tensors))
  const chosen = spreadsSequences(config)
    ? { experts: Int32Array.of(0, 1), weights: Float32Array.of(0.6, 0.4) }
    : null
  const ended = openStream(network, 1, chosen)
  const sentences = unitVectors(Math.min(context, distinct), 3)
  let predicted = sentences
  for (let at = 0; at < context; at += distinct) predicted = await read(ended, sentences, {})
  let stream = ended.fork(1)
  let next = predicted
  return {
    async: true,
    run: async (i, settings) => {
      if (i % further === 0) {
        stream.dispose()
        stream = ended.fork(1)
        next = predicted
      }
      next = await read(stream, next, settings)
    },
    dispose: () => {
      for (const one of [stream, ended]) one.dispose()
      network.dispose()
    },
  }
}

function generationRow(variant: Variant, context: number): Row {
  const config = configOf(variant)
  const kept = Math.round(stateBytes(config) / 1e3)
  return {
    name: `predictor, a concept after ${context}, ${variant} (keeps ${kept} kB)`,
    unit: 'us',
    prepare: () => generationJob(config, context),
  }
}

export const predictorRows: Group = {
  name: 'predictor',
  rows: [
    ...variants.map(trainingRow),
    ...variants.flatMap((variant) =>
      [16, 256, 4096, 65536].map((context) => generationRow(variant, context)),
    ),
  ],
}
