import { copyFile, mkdir, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { Encoder } from '../../core/encoder.ts'
import { badArgument, VmmError } from '../../core/errors.ts'
import { isRepository } from '../../hub/identifiers.ts'
import { cacheDirectory } from '../../io/cache_dir.ts'
import { isFile } from '../../io/look.ts'
import { replaceFolder } from '../../io/replace_folder.ts'
import { CONFIG_FILE } from '../../models/published/modules.ts'
import { checkPair, type Vec2TextConfig } from '../../models/vec2text/config.ts'
import { readModel, type Vec2TextModel } from '../../models/vec2text/model.ts'
import { lengthOfVectors, RAW } from '../../models/vec2text/open.ts'
import { saveVec2Text } from '../../models/vec2text/save.ts'
import { findCheckpoint } from '../../weights/checkpoint.ts'
import { parameterCount } from '../../weights/specs.ts'
import { defineTrainable, type TrainContext } from '../core/trainable.ts'
import { aboutParts, hashOfTexts, inverterTexts, piecesOf, type SplitTexts } from '../inverter/texts.ts'
import { defaultTokens, writeSentences } from '../inverter/trainable.ts'
import { vec2textBatches } from './batches.ts'
import { readVec2TextTraining, type Vec2TextTraining } from './config.ts'
import { vec2textEvaluation } from './evaluation.ts'
import { publishedFolder } from './folders.ts'
import { type LearnedVec2Text, readLearned, refuseSizes } from './learned.ts'
import { sizesOf, t5OfSizes, vec2textSizes } from './sizes.ts'
import { trainedParameters } from './start.ts'
import { vec2textTask } from './task.ts'
import {
  hashOfTokens,
  type TextTokens,
  tokensOfFolder,
  tokensOfFolders,
  tokensOfVocabulary,
} from './tokens.ts'
import { hypothesisWriter } from './write.ts'

/** What a model of vec2text is trained on. */
export interface Vec2TextData {
  readonly texts: SplitTexts
  readonly batchesPerEpoch: number
  /** The folder of the hypothesizer whose texts are corrected; null in its own stage. */
  readonly hypothesizer: string | null
}

interface OpenedData extends Vec2TextData {
  readonly model: Vec2TextConfig
  readonly tokens: TextTokens
  /** Fields of config.json beside those that follow from the model. */
  readonly about: Readonly<Record<string, unknown>>
}

const CARD_FILE = 'README.md'

export const trainable = defineTrainable<Vec2TextTraining, OpenedData>({
  name: 'vec2text',
  what: "one of vec2text's pair, for any encoder: what writes a text for a vector, or what corrects it",
  unit: 'tokens',
  bundle: 'vec2text',
  best: { measure: 'nll', better: 'low' },
  config: readVec2TextTraining,
  encoder: ({ vectors }) => (vectors === 'headless' ? { head: false } : {}),
  open: async (training, context) => {
    const { encoder, signal, threads } = context
    const run = { signal, threads }
    const from = training.from === '' ? null : await publishedFolder('from', training.from, context)
    const learned = from === null ? null : await readLearned(from, training.stage, run)
    refuseSizes(training.model, learned)
    const first = training.stage === 'corrector' ? await openHypothesizer(training, context) : null
    const tokens = await tokensFor(training, context, first, learned && { ...learned, folder: from! })
    const model = configFor(training, encoder, tokens, first, learned)
    const read = { name: training.hypothesizer || training.from || 'the model' }
    await lengthOfVectors(read, first?.config ?? model, encoder, signal)
    if (first) checkPair(first, { config: model, folder: training.from || 'the corrector' })
    if (first && learned?.config) await lengthOfVectors({ name: training.from }, model, encoder, signal)
    const texts = await inverterTexts(training.documents, { ...training, signal })
    const network = await first?.model.load()
    try {
      const { batch, seed, evaluation } = training
      const { tokenizer } = tokens
      const write = network
        ? hypothesisWriter({ network, encoder, tokenizer, maxTokens: Math.max(1, model.maxTokens - 1) })
        : null
      const pieces = piecesOf(texts.train, model.maxTokens - 1)
      const batches = vec2textBatches(model, pieces, { ...batch, seed, encoder, tokenizer, write, run })
      const evaluate = await vec2textEvaluation(model, texts.validation, {
        ...{ encoder, tokenizer, write, most: evaluation.sentences, run },
      })
      const task = vec2textTask({
        ...training,
        ...{ model, batches, learned: learned?.weights },
        data: {
          source: hashOfTexts(texts),
          encoder: encoder.fingerprint,
          tokens: hashOfTokens(tokens),
          ...(learned ? { from: learned.fingerprint } : {}),
          ...(first ? { hypothesizer: first.model.fingerprint } : {}),
          batch,
        },
        ...(evaluate ? { evaluate } : {}),
      })
      await writeSentences(training.out, texts)
      const about = { ...learned?.about, ...(isRepository(training.from) ? named(training, learned) : {}) }
      const { perEpoch } = batches
      return {
        task,
        data: { texts, model, batchesPerEpoch: perEpoch, tokens, hypothesizer: first?.folder ?? null, about },
        about: aboutRun(texts, perEpoch, model),
        dispose: () => network?.dispose(),
      }
    } catch (error) {
      network?.dispose()
      throw error
    }
  },
  save: (folder, { training, data, parameters }) => {
    const { model, tokens, hypothesizer, about } = data
    const { stage, licence, trainingData } = training
    return replaceFolder(folder, async (temporary) => {
      if (hypothesizer !== null) await copyModel(hypothesizer, join(temporary, 'hypothesizer'), tokens)
      const card = `---\nlicense: ${licence.toLowerCase()}\n---\n\nTrained on: ${trainingData}\n`
      await saveVec2Text(join(temporary, stage), {
        ...{ config: model, parameters, about },
        files: { ...tokens.files, [CARD_FILE]: card },
      })
    })
  },
  sample: {
    config: {
      model: {
        ...{ width: 16, layers: 1, decoderLayers: 1, heads: 2, headWidth: 8, ffn: 16 },
        ...{ repeats: 2, maxTokens: 16 },
      },
      split: { validation: 0.2, test: 0.1 },
      batch: { texts: 8 },
      evaluation: { every: 3, sentences: 12 },
      steps: 6,
    },
    load: async (folder) => {
      const use = { signal: undefined, compute: 'f32', storage: undefined } as const
      const model = await readModel(join(folder, 'hypothesizer'), { ...use, cacheDir: cacheDirectory() })
      const network = await model.load()
      return { [Symbol.asyncDispose]: async () => network.dispose() }
    },
  },
})

interface OpenedHypothesizer {
  readonly folder: string
  readonly model: Vec2TextModel
  readonly config: Vec2TextConfig
}

async function openHypothesizer(
  { hypothesizer: name }: Vec2TextTraining,
  context: TrainContext,
): Promise<OpenedHypothesizer> {
  const { cacheDir = cacheDirectory(), signal } = context
  const folder = await publishedFolder('hypothesizer', name, context)
  const model = await readModel(folder, { cacheDir, signal, compute: 'f32', storage: undefined })
  const { config } = model
  if (config.kind !== 'hypothesizer')
    throw new VmmError('BAD_FILE', `${folder}: a ${config.kind}; expected a hypothesizer`, {
      argument: 'hypothesizer',
    })
  return { folder, model, config }
}

/** What is written: as the config says, else what goes with the models that are there, else the default encoder's pieces. */
async function tokensFor(
  { tokenizer }: Vec2TextTraining,
  context: TrainContext,
  first: OpenedHypothesizer | null,
  learned: (LearnedVec2Text & { readonly folder: string }) | null,
): Promise<TextTokens> {
  const vocabulary = first?.config.t5.vocabulary ?? learned?.t5.vocabulary ?? null
  if (tokenizer !== '') {
    const folder = await publishedFolder(
      'tokenizer',
      tokenizer.replace(/[/\\][^/\\]+\.(json|model)$/, ''),
      context,
    )
    return tokensOfFolder(folder, vocabulary)
  }
  if (vocabulary !== null)
    return tokensOfFolders(
      [first?.folder, learned?.folder].filter((one) => one !== undefined),
      vocabulary,
    )
  const { encoder, cacheDir, signal } = context
  return tokensOfVocabulary(encoder.tokens ?? (await defaultTokens({ cacheDir, signal })))
}

function configFor(
  { stage, model: given, vectors }: Vec2TextTraining,
  encoder: Encoder,
  { tokenizer }: TextTokens,
  first: OpenedHypothesizer | null,
  learned: LearnedVec2Text | null,
): Vec2TextConfig {
  if (learned?.config) return learned.config
  const sizes = vec2textSizes({ ...(first && sizesOf(first.config)), ...given })
  const vocabulary = first?.config.t5.vocabulary ?? tokenizer.size
  if (learned && first && learned.t5.vocabulary !== vocabulary)
    throw badArgument(
      'from',
      `a model of ${learned.t5.vocabulary} tokens`,
      `one of ${vocabulary}, as the hypothesizer's`,
    )
  const { name, space, dims } = encoder
  const { repeats, maxTokens } = sizes
  return {
    kind: stage,
    t5: learned?.t5 ?? t5OfSizes(sizes, vocabulary),
    ...{ dims, bottleneck: sizes.bottleneck || dims, repeats, maxTokens },
    embedder: first?.config.embedder ?? embedderOf(name, space, vectors),
    space: first ? first.config.space : space,
    isShared: false,
  }
}

/** What configs call an encoder: as the original does where it knows it, else by its repository or its space. */
function embedderOf(name: string, space: string, vectors: Vec2TextTraining['vectors']): string {
  const [known] = [...RAW].find(([, repository]) => vectors === 'headless' && repository === name) ?? []
  return known ?? (isRepository(name) ? name : space)
}

/** Where T5 comes from, as the original reads it. */
function named({ from }: Vec2TextTraining, learned: LearnedVec2Text | null): Record<string, unknown> {
  return learned && Object.keys(learned.about).length === 0 ? { model_name_or_path: from } : {}
}

function aboutRun(texts: SplitTexts, perEpoch: number, model: Vec2TextConfig): string[] {
  const count = (n: number) => n.toLocaleString('en')
  return [
    ...aboutParts(texts),
    `an epoch has ${count(perEpoch)} batches; the ${model.kind} has ${count(parameterCount(trainedParameters(model)))} parameters ` +
      `and writes up to ${count(model.maxTokens)} tokens`,
  ]
}

/** The hypothesizer beside its corrector, where loaders look for it. */
async function copyModel(from: string, to: string, { files }: TextTokens): Promise<void> {
  await mkdir(to)
  const weights = (await findCheckpoint(from)).map((path) => basename(path))
  const card = (await isFile(join(from, CARD_FILE))) ? [CARD_FILE] : []
  for (const name of [CONFIG_FILE, ...weights, ...card]) await copyFile(join(from, name), join(to, name))
  for (const [name, content] of Object.entries(files)) await writeFile(join(to, name), content)
}
