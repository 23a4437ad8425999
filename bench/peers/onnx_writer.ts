import { join } from 'node:path'
import { exportT5Onnx } from './install.ts'
import { type OnnxTensor, onnxRuntime, sessionOptions } from './onnx_runtime.ts'
import { tokenizerOf } from './tokenizer.ts'

interface WriteArgs {
  /** Of a published T5. */
  readonly folder: string
  readonly prompts: readonly string[]
  readonly tokens: number
  readonly beams: number
}

interface Candidate {
  readonly parent: number
  readonly token: number
  readonly score: number
}

/** So many tokens for a prompt, greedily or by beams: nothing ends them. Keys and values stay tensors between steps. */
export async function onnxWrite({ folder, prompts, tokens, beams }: WriteArgs, threads: number) {
  const exported = exportT5Onnx(folder)
  const { InferenceSession, Tensor } = onnxRuntime()
  const open = (file: string) => InferenceSession.create(join(exported, file), sessionOptions(threads))
  const [encoder, decoder] = [await open('encoder.onnx'), await open('decoder.onnx')]
  const tokenizer = tokenizerOf(folder)
  const own = decoder.inputNames.filter((name) => name.startsWith('own_'))
  const ids = (values: readonly number[], dims: readonly number[]) =>
    new Tensor('int64', BigInt64Array.from(values, BigInt), dims)
  /** Rows of a tensor by text, once or several times. */
  const rowsOf = ({ data, dims: [count, ...rest] }: OnnxTensor, rows: readonly number[]) => {
    const size = data.length / count!
    const taken = new Float32Array(size * rows.length)
    for (const [i, row] of rows.entries()) taken.set(data.subarray(row * size, (row + 1) * size), i * size)
    return new Tensor('float32', taken, [rows.length, ...rest])
  }
  const same = Array.from({ length: beams }, () => 0)

  const write = async (prompt: readonly number[]) => {
    const told = await encoder.run({ input_ids: ids(prompt, [1, prompt.length]) })
    const feeds: Record<string, OnnxTensor> = {}
    for (const [name, rows] of Object.entries(told)) feeds[name] = beams > 1 ? rowsOf(rows, same) : rows
    const [, heads, , width] = Object.values(told)[0]!.dims
    for (const name of own)
      feeds[name] = new Tensor('float32', new Float32Array(0), [beams, heads!, 0, width!])
    let texts: { readonly written: readonly number[]; readonly score: number }[] = same.map((_, i) => ({
      written: [],
      // All begin alike: only one may go on at first.
      score: i === 0 ? 0 : Number.NEGATIVE_INFINITY,
    }))
    for (let step = 0; step < tokens; step++) {
      feeds.ids = ids(
        texts.map(({ written }) => written.at(-1) ?? 0),
        [beams, 1],
      )
      const next = await decoder.run(feeds)
      const chosen = likeliest(
        next.logits!,
        texts.map(({ score }) => score),
      )
      const stays = chosen.every(({ parent }, i) => parent === i)
      const parents = chosen.map(({ parent }) => parent)
      for (const name of own) {
        const longer = next[`next_${name}`]!
        feeds[name] = stays ? longer : rowsOf(longer, parents)
      }
      texts = chosen.map(({ parent, token, score }) => ({
        written: [...texts[parent]!.written, token],
        score,
      }))
    }
    return texts[0]!.written
  }
  const all = prompts.map((prompt) => tokenizer.encode(prompt).ids)
  const run = async () => {
    const texts: (readonly number[])[] = []
    for (const prompt of all) texts.push(await write(prompt))
    return texts
  }
  const dispose = async () => {
    await encoder.release()
    await decoder.release()
  }
  return Object.assign(run, { dispose })
}

/** The best continuations of some texts, as many as there are texts. Of a single text no probabilities are made. */
function likeliest({ data, dims: [count, size] }: OnnxTensor, scores: readonly number[]): Candidate[] {
  const found: Candidate[] = []
  for (let parent = 0; parent < count!; parent++) {
    const score = scores[parent]!
    if (score === Number.NEGATIVE_INFINITY) continue
    const logits = data.subarray(parent * size!, (parent + 1) * size!)
    let top = 0
    for (let token = 1; token < size!; token++) if (logits[token]! > logits[top]!) top = token
    if (count === 1) return [{ parent, token: top, score }]
    let sum = 0
    for (let token = 0; token < size!; token++) sum += Math.exp(logits[token]! - logits[top]!)
    const offset = score - logits[top]! - Math.log(sum)
    const isFull = () => found.length >= count!
    for (let token = 0; token < size!; token++) {
      const own = logits[token]! + offset
      if (isFull() && own <= found.at(-1)!.score) continue
      const place = found.findIndex((other) => other.score < own)
      found.splice(place < 0 ? found.length : place, 0, { parent, token, score: own })
      if (found.length > count!) found.pop()
    }
  }
  return found
}
