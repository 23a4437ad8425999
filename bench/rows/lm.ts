import type { GenerateOptions } from '../../lib/models/lm/generation/options.ts'
import { loadTextGenerator } from '../../lib/models/lm/load_text_generator.ts'
import type { Storage } from '../../lib/models/published/weights.ts'
import { tokenIds } from '../differs.ts'
import { cacheDir, publishedPath } from '../published/folder.ts'
import { languageFolder } from '../published/language_folder.ts'
import {
  gpt2Small,
  languageConfigOf,
  mamba130,
  type PublishedLanguageModel,
  t5Base,
  weightsOfStep,
} from '../published/language_models.ts'
import { frequentWords } from '../published/vocabulary.ts'
import type { Group, Job, PeerCall, Precision, Row } from '../row.ts'
import { drawnTexts } from '../texts.ts'

/** Bytes of a weight of a product as it is kept. */
const bytesOf = { f32: 4, bf16: 2, f16: 2, q8_0: 1 + 2 / 32, q4_0: 0.5 + 2 / 32 } as const satisfies Record<
  Storage,
  number
>

/** A run takes up to a second, so that few rounds tell. */
const ROUNDS = 3

interface Writing {
  readonly model: PublishedLanguageModel
  readonly storage: Storage
  readonly prompts: readonly string[]
  readonly tokens: number
  readonly beams: number
  /** What the row adds to that. */
  readonly more?: GenerateOptions
}

async function writingJob({ model, storage, prompts, tokens, beams, more }: Writing): Promise<Job> {
  const compute = storage === 'bf16' ? 'bf16' : 'f32'
  const generator = await loadTextGenerator(await languageFolder(model), { cacheDir, storage, compute })
  const how: GenerateOptions = { maxTokens: tokens, ...(beams > 1 ? { beams } : {}), ...more }
  return {
    async: true,
    bestSetOnly: true,
    run: (_, { threads }) => generator.generate(prompts, { ...how, threads }),
    results: async () => (await generator.generate(prompts, how)).map((text) => text.tokens),
    dispose: () => generator.dispose(),
  }
}

const precisionOf: Readonly<Record<Storage, Precision>> = {
  f32: 'f32',
  bf16: 'bf16',
  f16: 'f32',
  q8_0: 'int8',
  q4_0: 'int8',
}

/** PyTorch at the precisions that it has; T5 beside onnxruntime, all others beside llama.cpp. */
function peersOf({ model, storage, prompts, tokens, beams }: Writing): PeerCall[] {
  const args = { folder: publishedPath(model), prompts, tokens, beams }
  const calls: PeerCall[] = []
  if (storage === 'f32' || storage === 'bf16')
    calls.push({ peer: 'torch', call: 'write_texts', args: { ...args, dtype: storage } })
  if (model === t5Base)
    calls.push({ peer: 'onnxruntime-node', call: 'onnxWrite', args, name: 'onnxruntime-node f32' })
  else calls.push({ peer: 'node-llama-cpp', call: 'llamaWrite', args: { ...args, dtype: storage } })
  return calls
}

/** Texts after short prompts, of which every token reads all weights. Peers round otherwise where weights are narrow. */
function writingRow(name: string, writing: Writing): Row {
  const { model, storage, prompts, tokens, beams } = writing
  const weights = weightsOfStep(model)
  return {
    name: `${name} ${storage}`,
    unit: 'tokens/s',
    amount: prompts.length * tokens,
    work: {
      flops: 2 * weights * tokens * prompts.length * beams,
      precision: precisionOf[storage],
      bytes: weights * tokens * bytesOf[storage],
    },
    rounds: ROUNDS,
    prepare: () => writingJob(writing),
    peers: peersOf(writing),
    ...(storage === 'f32' ? { differs: tokenIds } : {}),
  }
}

/** A prompt of so many tokens, and one token after it: the prompt is all that takes time. */
function promptRow(name: string, prompt: number, writing: Writing): Row {
  const { name: whole, work: _, ...row } = writingRow(name, writing)
  const { storage, model } = writing
  const head = languageConfigOf(model).vocabulary * languageConfigOf(model).width
  const flops = 2 * (prompt * (weightsOfStep(model) - head) + head)
  return { ...row, name: whole, amount: prompt, work: { flops, precision: precisionOf[storage] } }
}

/** Texts with tokens that are guessed from what stands before, beside the same without. */
function guessedRow(name: string, writing: Writing): Row {
  const more: GenerateOptions = { ...writing.more, speculate: { draft: 'ngram' } }
  const { prepare, peers: _, differs: __, ...row } = writingRow(name, writing)
  return {
    ...row,
    prepare: () => writingJob({ ...writing, more }),
    beside: { name: 'without guesses', prepare },
  }
}

const STORAGES = ['f32', 'bf16', 'q8_0'] as const

async function rows(): Promise<Row[]> {
  const words = (await frequentWords()).slice(0, 2000)
  const written = (length: number, count: number) =>
    drawnTexts(words, count, 40).map((text) => text.slice(0, length))
  const of = (name: string, base: Omit<Writing, 'storage'>) =>
    STORAGES.map((storage) => writingRow(name, { ...base, storage }))
  // A byte is a token of theirs, a word one of T5's.
  const [one, five] = [written(8, 1), written(8, 5)]
  const prompt = drawnTexts(words, 1, 15)
  const long = { prompts: drawnTexts(words, 1, 400).map((text) => text.slice(0, 512)), tokens: 1, beams: 1 }
  return [
    ...of('GPT-2 small, 64 tokens after 8,', { model: gpt2Small, prompts: one, tokens: 64, beams: 1 }),
    ...of('GPT-2 small, 5 texts of 64 tokens,', { model: gpt2Small, prompts: five, tokens: 64, beams: 1 }),
    ...of('Mamba-130m, 64 tokens after 8,', { model: mamba130, prompts: one, tokens: 64, beams: 1 }),
    ...STORAGES.map((storage) =>
      promptRow('Mamba-130m, a prompt of 512,', 512, { model: mamba130, storage, ...long }),
    ),
    // Random weights write one token again and again, which favours guesses; with the penalty hardly one is right.
    ...[gpt2Small, mamba130].flatMap((model) =>
      (['f32', 'q8_0'] as const).flatMap((storage) => {
        const base = { model, storage, prompts: one, tokens: 64, beams: 1 }
        return [
          guessedRow(`${model.name}, 64 tokens of a text that repeats itself, n-grams guessed,`, base),
          guessedRow(`${model.name}, 64 tokens of a text that hardly does, n-grams guessed,`, {
            ...base,
            more: { repetitionPenalty: 2 },
          }),
        ]
      }),
    ),
    ...of('T5-base, 32 tokens after 16,', { model: t5Base, prompts: prompt, tokens: 32, beams: 1 }),
    ...of('T5-base, beam 4, 32 tokens after 16,', { model: t5Base, prompts: prompt, tokens: 32, beams: 4 }),
  ]
}

export const lmRows: Group = { name: 'lm', rows }
