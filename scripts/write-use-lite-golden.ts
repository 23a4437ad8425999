// Writes lib/models/families/use_lite/golden.ts: `node --import tsx scripts/write-use-lite-golden.ts`.
// The vectors come from the f64 oracle, so that they favour no back end.
import { writeFileSync } from 'node:fs'
import { USE_LITE_TOKENIZER } from '../lib/models/families/use_lite/config.ts'
import { findUseLite, readUseLiteSource } from '../lib/models/families/use_lite/source.ts'
import { makeTokens } from '../lib/text/tokenizers/tokens.ts'
import { useLiteOracle } from '../test/models/families/use_lite/oracle.ts'

const texts = [
  'a',
  'Hello, world!',
  'The quick brown fox jumps over the lazy dog.',
  'What is the capital of France?',
  'Naïve café owners pay 1,234.56 in 2026.',
  '東京 and 😀 are unknown to the vocabulary.',
  'She had not expected the letter to arrive before the winter, and when it did she put it away unread.',
  'the sea and the sky '.repeat(30).trim(), // longer than 128 tokens
]

async function main(): Promise<void> {
  const source = await readUseLiteSource(findUseLite())
  const { tokenizer } = makeTokens(USE_LITE_TOKENIZER, Buffer.from(source.vocabulary).toString())
  const oracle = useLiteOracle(source)
  const entries = texts.map((text) => {
    const bytes = Buffer.from(Float32Array.from(oracle(tokenizer.encode(text))).buffer)
    return `  [\n    ${literal(text)},\n    '${bytes.toString('base64')}',\n  ],\n`
  })
  const module = `// Written by scripts/write-use-lite-golden.ts.
import type { GoldenVector } from '../../../bundle/manifest.ts'

/** Texts and their vectors, base64 of 512 little-endian f32. */
const GOLDEN: [text: string, vector: string][] = [
${entries.join('')}]

/** Texts and the unit vectors [512] that Universal Sentence Encoder Lite must give for them, within f32 rounding. */
export function useLiteGolden(): GoldenVector[] {
  return GOLDEN.map(([text, base64]) => ({
    text,
    vector: new Float32Array(Uint8Array.from(Buffer.from(base64, 'base64')).buffer),
  }))
}
`
  writeFileSync(new URL('../lib/models/families/use_lite/golden.ts', import.meta.url), module)
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "\\'")}'`
}

void main()
