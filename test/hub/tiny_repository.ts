// A repository as those of sentence-transformers are, with much that a model does not need.
import { createHash } from 'node:crypto'

export const REPOSITORY = 'tiny-org/tiny_model.v1'

/** So many bytes that look random, the same each time. */
export function someBytes(count: number, seed: string): Buffer {
  const blocks = Array.from({ length: Math.ceil(count / 64) }, (_, i) =>
    createHash('sha512').update(`${seed} ${i}`).digest(),
  )
  return Buffer.concat(blocks).subarray(0, count)
}

const MODULES = [
  { idx: 0, name: '0', path: '', type: 'sentence_transformers.models.Transformer' },
  { idx: 1, name: '1', path: '1_Pooling', type: 'sentence_transformers.models.Pooling' },
  { idx: 2, name: '2', path: '2_Dense', type: 'sentence_transformers.models.Dense' },
  { idx: 3, name: '3', path: '3_Normalize', type: 'sentence_transformers.models.Normalize' },
]

/** What a model needs, in the order in which it is fetched. */
export const NEEDED = {
  '1_Pooling/config.json': '{"pooling_mode_mean_tokens": true}',
  '2_Dense/config.json': '{"in_features": 8}',
  'config.json': '{"model_type": "bert"}',
  'modules.json': JSON.stringify(MODULES),
  'tokenizer.json': '{"version": "1.0"}',
  'vocab.txt': '',
  '2_Dense/model.safetensors': someBytes(3000, 'dense'),
  'model.safetensors': someBytes(300_000, 'weights'),
} as const

/** What it does not need. */
const OTHERS = {
  '.gitattributes': '*.bin filter=lfs',
  'README.md': '# tiny',
  'modeling_tiny.py': 'import os',
  '2_Dense/pytorch_model.bin': someBytes(3000, 'pickled dense'),
  'onnx/model.onnx': 'onnx',
  'pytorch_model.bin': someBytes(300_000, 'pickled'),
  'tf_model.h5': 'h5',
}

export const CONTENTS: Readonly<Record<string, Uint8Array | string>> = { ...OTHERS, ...NEEDED }

export const NEEDED_BYTES = Object.values(NEEDED).reduce((sum, bytes) => sum + bytes.length, 0)
