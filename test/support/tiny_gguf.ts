import { randomNumbers } from '../../lib/ops/random_numbers.ts'

/** Numbers of types in GGUF: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md */
const [U32, I32, F32, STRING, ARRAY] = [4, 5, 6, 8, 9]
const ALIGNMENT = 32
const [DIMS, HIDDEN, LAYERS, HEADS] = [32, 64, 2, 4]

const u32 = (value: number) => Buffer.from(Uint32Array.of(value).buffer)
const u64 = (value: number) => Buffer.from(BigUint64Array.of(BigInt(value)).buffer)
const f32 = (value: number) => Buffer.from(Float32Array.of(value).buffer)
const text = (value: string) => Buffer.concat([u64(Buffer.byteLength(value)), Buffer.from(value)])
const field = (key: string, type: number, ...values: Buffer[]) =>
  Buffer.concat([text(key), u32(type), ...values])
const list = (type: number, values: readonly Buffer[]) => [u32(type), u64(values.length), ...values]

/** A GGUF file of a llama of two layers with random weights, whose tokens are bytes. It says nothing of sense. */
export function tinyGguf(seed = 1): Buffer {
  const bytes = Array.from(
    { length: 256 },
    (_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`,
  )
  const tokens = ['<unk>', '<s>', '</s>', ...bytes]
  const kinds = tokens.map((_, i) => (i === 0 ? 2 : i < 3 ? 3 : 6))
  const fields = [
    field('general.architecture', STRING, text('llama')),
    field('llama.context_length', U32, u32(4096)),
    field('llama.embedding_length', U32, u32(DIMS)),
    field('llama.block_count', U32, u32(LAYERS)),
    field('llama.feed_forward_length', U32, u32(HIDDEN)),
    field('llama.attention.head_count', U32, u32(HEADS)),
    field('llama.attention.layer_norm_rms_epsilon', F32, f32(1e-5)),
    field('llama.rope.dimension_count', U32, u32(DIMS / HEADS)),
    field('tokenizer.ggml.model', STRING, text('llama')),
    field('tokenizer.ggml.tokens', ARRAY, ...list(STRING, tokens.map(text))),
    field(
      'tokenizer.ggml.scores',
      ARRAY,
      ...list(
        F32,
        tokens.map(() => f32(0)),
      ),
    ),
    field('tokenizer.ggml.token_type', ARRAY, ...list(I32, kinds.map(u32))),
    field('tokenizer.ggml.bos_token_id', U32, u32(1)),
    field('tokenizer.ggml.eos_token_id', U32, u32(2)),
  ]
  const layer = (i: number): [string, number[]][] => [
    [`blk.${i}.attn_norm.weight`, [DIMS]],
    ...['q', 'k', 'v', 'output'].map((part): [string, number[]] => [
      `blk.${i}.attn_${part}.weight`,
      [DIMS, DIMS],
    ]),
    [`blk.${i}.ffn_norm.weight`, [DIMS]],
    [`blk.${i}.ffn_gate.weight`, [DIMS, HIDDEN]],
    [`blk.${i}.ffn_up.weight`, [DIMS, HIDDEN]],
    [`blk.${i}.ffn_down.weight`, [HIDDEN, DIMS]],
  ]
  const shapes: [string, number[]][] = [
    ['token_embd.weight', [DIMS, tokens.length]],
    ['output_norm.weight', [DIMS]],
    ['output.weight', [DIMS, tokens.length]],
    ...Array.from({ length: LAYERS }, (_, i) => layer(i)).flat(),
  ]
  const numbers = randomNumbers(seed)
  let at = 0
  const tensors = shapes.map(([name, shape]) => {
    const count = shape.reduce((a, b) => a * b, 1)
    const isNorm = shape.length === 1
    const data = Buffer.from(
      Float32Array.from({ length: count }, () => (isNorm ? 1 : numbers.next() - 0.5)).buffer,
    )
    const info = Buffer.concat([text(name), u32(shape.length), ...shape.map(u64), u32(0), u64(at)])
    const padded = padding(data)
    at += padded.length
    return { info, data: padded }
  })
  const head = Buffer.concat([
    Buffer.from('GGUF'),
    u32(3),
    u64(tensors.length),
    u64(fields.length),
    ...fields,
    ...tensors.map(({ info }) => info),
  ])
  return Buffer.concat([padding(head), ...tensors.map(({ data }) => data)])
}

function padding(bytes: Buffer): Buffer {
  const rest = (ALIGNMENT - (bytes.length % ALIGNMENT)) % ALIGNMENT
  return Buffer.concat([bytes, Buffer.alloc(rest)])
}
