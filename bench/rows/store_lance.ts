import { spawnSync } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Vectors, vectorsFrom } from '../../lib/core/vectors.ts'
import { buildOnce } from '../../lib/io/build_once.ts'
import { loadEncoder } from '../../lib/models/load_encoder.ts'
import { openStore } from '../../lib/store/open_store.ts'
import type { ConceptStore, Effort } from '../../lib/store/store.ts'
import { splitSentences } from '../../lib/text/sentences.ts'
import { buildDir } from '../published/folder.ts'
import { random32 } from '../random.ts'
import type { Group, Job, Row } from '../row.ts'
import { definitions } from '../texts.ts'

/** Concepts of the stores: as many as there are different texts, at most. */
const most = Number(process.env.VMM_BENCH_CONCEPTS ?? 100_000)
/** Files of JSON lines with `paragraphs` or `text`, joined by ':'; WordNet's definitions when left out. */
const files = process.env.VMM_BENCH_TEXTS?.split(':') ?? []
const [k, queryCount] = [10, 200]
/** Raised when texts are encoded, or LanceDB is written, otherwise than before. */
const [TEXTS_FORMAT, LANCE_FORMAT] = [1, 3]
const BATCH = 8192
const root = fileURLToPath(new URL('../..', import.meta.url))

/** Different texts in an order of their own: some for queries, the others for the stores. */
async function realTexts(): Promise<string[]> {
  const read = await Promise.all(files.map((path) => readFile(path, 'utf8')))
  const texts = files.length === 0 ? await definitions() : read.flatMap(sentencesOf)
  const all = [...new Set(texts.filter((text) => text.length <= 400))]
  const next = random32(1)
  for (let i = all.length - 1; i > 0; i--) {
    const other = next() % (i + 1)
    const text = all[i]!
    all[i] = all[other]!
    all[other] = text
  }
  return all.slice(0, most + queryCount)
}

function sentencesOf(lines: string): string[] {
  return lines
    .split('\n')
    .filter((line) => line !== '')
    .flatMap((line) => {
      const { paragraphs, text } = JSON.parse(line) as { paragraphs?: string[]; text?: string }
      return (paragraphs ?? [text ?? '']).flatMap((part) => splitSentences(part).map(({ text }) => text))
    })
}

/** What was written to LanceDB. */
interface Made {
  readonly space: string
  readonly dims: number
  readonly count: number
  /** CPU time of writing, and of `maintain` after it: joining files, and building the indexes. */
  readonly writeSeconds: number
  readonly maintainSeconds: number
}

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}

/** A mapped store of the texts, and vectors to ask for. */
async function encodeTexts(folder: string): Promise<void> {
  const model = await loadEncoder()
  const texts = await realTexts()
  const stored = texts.slice(queryCount)
  const { vectors: queries } = await model.encode(texts.slice(0, queryCount))
  await writeFile(join(folder, 'queries.f32'), Buffer.from(queries.toFloat32Array().buffer))
  await using mapped = await openStore(join(folder, 'mapped'))
  await mapped.addSpace(model.space, model.dims)
  for (let first = 0; first < stored.length; first += BATCH) {
    const some = stored.slice(first, first + BATCH)
    const { vectors } = await model.encode(some)
    await mapped.upsert(
      some.map((text, i) => ({
        id: `concept ${first + i}`,
        text,
        vectors: { [model.space]: vectors.row(i) },
      })),
    )
  }
  model.dispose()
}

/** The same in LanceDB. */
async function copyToLance(folder: string, encoded: string): Promise<void> {
  await using mapped = await openStore(join(encoded, 'mapped'), { create: false })
  await using lance = await openStore(`lance://${join(folder, 'lance')}`)
  const [[space, dims]] = [...mapped.spaces] as [[string, number]]
  await lance.addSpace(space, dims)
  let writeSeconds = 0
  for await (const concepts of mapped.scan({ spaces: [space], batch: BATCH })) {
    const begun = cpuSeconds()
    await lance.upsert(concepts)
    writeSeconds += cpuSeconds() - begun
  }
  const begun = cpuSeconds()
  await lance.maintain()
  const maintainSeconds = cpuSeconds() - begun
  const made: Made = { space, dims, count: await mapped.count(), writeSeconds, maintainSeconds }
  await writeFile(join(folder, 'made.json'), JSON.stringify(made))
}

function madeReady(): void {
  const command = ['scripts/optional-package.mjs', 'store-lance']
  const { status, stderr } = spawnSync(process.execPath, command, { cwd: root, encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr.trim())
}

/** The part of the exact best that a search has found. */
async function recallOf(
  lance: ConceptStore,
  exact: readonly ReadonlySet<string>[],
  queries: Vectors,
  effort: Effort,
): Promise<number> {
  const found = await lance.nearest(queries, k, { effort })
  const hits = found.map((row, i) => row.filter(({ id }) => exact[i]!.has(id)).length)
  return hits.reduce((sum, count) => sum + count, 0) / (k * queries.count)
}

async function rows(): Promise<readonly Row[]> {
  madeReady()
  const name = `${files.map((path) => basename(path)).join('+') || 'wordnet'}-${most}`
  const encoded = await buildOnce(join(buildDir, `texts-${TEXTS_FORMAT}`, name), encodeTexts)
  const folder = await buildOnce(join(buildDir, `lance-${LANCE_FORMAT}`, name), (into) =>
    copyToLance(into, encoded),
  )
  const made = JSON.parse(await readFile(join(folder, 'made.json'), 'utf8')) as Made
  const { space, dims, count, writeSeconds, maintainSeconds } = made
  const bytes = await readFile(join(encoded, 'queries.f32'))
  const queries = vectorsFrom(new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4), dims, space)
  const openMapped = () => openStore(join(encoded, 'mapped'), { create: false })
  const openLance = () => openStore(`lance://${join(folder, 'lance')}`, { create: false })

  const exact = await (async () => {
    await using mapped = await openMapped()
    return (await mapped.nearest(queries, k)).map((row) => new Set(row.map(({ id }) => id)))
  })()
  const searchJob = async (open: () => Promise<ConceptStore>, effort: Effort): Promise<Job> => {
    const store = await open()
    const one = (i: number) => vectorsFrom(queries.row(i % queries.count), dims, space)
    return {
      async: true,
      bestSetOnly: true,
      run: (i, { threads }) => store.nearest(one(i), k, { effort, threads }),
      dispose: () => {
        store.dispose().catch(() => {})
      },
    }
  }
  await using lance = await openLance()
  const built = `written in ${writeSeconds.toFixed(1)} CPU s, maintained in ${maintainSeconds.toFixed(1)}`
  const all: Row[] = []
  for (const effort of ['fast', 'good'] as const) {
    const recall = (await recallOf(lance, exact, queries, effort)).toFixed(4)
    all.push({
      name: `store, LanceDB ${count}x${dims}, ${effort}: recall@${k} ${recall}; ${built}`,
      unit: 'ms',
      prepare: () => searchJob(openLance, effort),
      beside: { name: 'mapped, exact', prepare: () => searchJob(openMapped, 'exact') },
    })
  }
  return all
}

/** Minutes, and some ten kilobytes of the disk for each concept: only where it is named. */
export const storeLanceRows: Group = { name: 'store_lance', onRequest: true, rows }
