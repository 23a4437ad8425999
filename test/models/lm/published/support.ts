// The tiny published language models, and what transformers makes of them: make_gpt2.py, make_mamba.py, make_t5.py.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { GenerateOptions } from '../../../../lib/models/lm/generation/options.ts'
import { loadTextGenerator } from '../../../../lib/models/lm/load_text_generator.ts'
import type { LoadTextGeneratorOptions } from '../../../../lib/models/lm/published/options.ts'
import type { GeneratedText, TextGenerator } from '../../../../lib/models/lm/text_generator.ts'
import { temporaryFolder } from '../../../support/folder.ts'

export const cacheDir = temporaryFolder()

export function goldenFolder(name: string): string {
  return join(import.meta.dirname, 'goldens', name)
}

export function goldenOf<T>(name: string): T {
  return JSON.parse(readFileSync(join(goldenFolder(name), 'golden.json'), 'utf8')) as T
}

export function loaded(name: string, options: LoadTextGeneratorOptions = {}): Promise<TextGenerator> {
  return loadTextGenerator(goldenFolder(name), { cacheDir, ...options })
}

/** What a stream gives, piece by piece, and its text. */
export async function streamed(model: TextGenerator, prompt: string, options: GenerateOptions) {
  const pieces: string[] = []
  const stream = model.stream(prompt, options)
  for (;;) {
    const { done, value } = await stream.next()
    if (done) return { pieces, text: value }
    pieces.push(value)
  }
}

/** Texts of a prompt, the best first. */
export function allOf(text: GeneratedText) {
  return [text, ...text.alternatives]
}

export interface Gpt2Golden {
  readonly prompts: readonly string[]
  readonly runs: readonly {
    readonly ids: readonly number[]
    readonly logits: readonly number[]
    readonly tokens: readonly number[]
    readonly logProbs: readonly number[]
    readonly text: string
    readonly penalised: readonly number[]
    /** By `beams lengthPenalty`; tokens are filled up where a text has ended. */
    readonly beams: Readonly<
      Record<string, { readonly tokens: readonly (readonly number[])[]; readonly scores: readonly number[] }>
    >
  }[]
  readonly score: { readonly text: string; readonly nats: number; readonly tokens: number }
  readonly long: { readonly text: string; readonly nats: number; readonly tokens: number }
}
