import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadEncoder } from '../../lib/models/load_encoder.ts'
import { markdownBlocks } from '../../lib/search/documents/markdown.ts'
import { tokenCounter } from '../../lib/search/passages/count_tokens.ts'
import { splitPassages } from '../../lib/search/passages/split.ts'
import { createIndex } from '../../lib/search/text_index/text_index.ts'
import { random32 } from '../random.ts'
import type { Group, Job, Row } from '../row.ts'
import { definitions } from '../texts.ts'

const [files, sections, sentences] = [1000, 10, 3]
const passages = files * sections
/** Characters of a sentence at most: a section is then one passage. */
const longest = 120
/** Files that change between two runs: one of a hundred. */
const changing = files / 100

/** A page whose sections are passages. */
function page(texts: readonly string[], seed: number): string {
  const next = random32(seed)
  const sentence = () => `The ${texts[next() % texts.length]!}.`
  const section = (_: unknown, i: number) =>
    `## Section ${i}\n\n${Array.from({ length: sentences }, sentence).join(' ')}\n`
  return `# Page ${seed}\n\n${Array.from({ length: sections }, section).join('\n')}`
}

/** Pages in a folder of their own. */
async function pagesFolder() {
  const texts = (await definitions()).filter((text) => text.length <= longest)
  const folder = mkdtempSync(join(tmpdir(), 'vmm-bench-'))
  mkdirSync(join(folder, 'notes'))
  const pages = Array.from({ length: files }, (_, i) => page(texts, i + 1))
  const put = (i: number, text: string) => writeFileSync(join(folder, 'notes', `${i}.md`), text)
  for (const [i, text] of pages.entries()) put(i, text)
  return { folder, pages, change: (i: number, seed: number) => put(i, page(texts, seed)) }
}

/** One run over the files of a folder, as `vmm index` makes it with a model that is loaded. */
async function indexFiles(
  model: Awaited<ReturnType<typeof loadEncoder>>,
  folder: string,
  store: string,
  threads: number | undefined,
) {
  const index = await createIndex(model, { store: join(folder, store) })
  const added = await index.addFiles('notes', { from: folder, threads })
  await index.dispose()
  if (added.failures.length > 0) throw added.failures[0]!.error
  return added
}

/** From files to a new store. */
async function indexJob(): Promise<Job> {
  const model = await loadEncoder()
  const { folder } = await pagesFolder()
  return {
    async: true,
    bestSetOnly: true,
    run: async (i, { threads }) => {
      const { encoded } = await indexFiles(model, folder, `${i}.store`, threads)
      if (encoded !== passages) throw new Error(`${encoded} passages; expected ${passages}`)
      rmSync(join(folder, `${i}.store`), { recursive: true })
    },
    dispose: () => {
      model.dispose()
      rmSync(folder, { recursive: true })
    },
  }
}

/** The same passages, encoded and no more. */
async function encodeJob(): Promise<Job> {
  const model = await loadEncoder()
  const { folder, pages } = await pagesFolder()
  rmSync(folder, { recursive: true })
  const rules = { most: model.capacityTokens, countTokens: tokenCounter(model) }
  const texts = pages.flatMap((text) =>
    splitPassages(markdownBlocks(text), rules).map(({ encoded }) => encoded),
  )
  return {
    async: true,
    bestSetOnly: true,
    run: (_, { threads }) => model.encode(texts, { threads }),
    dispose: () => model.dispose(),
  }
}

/** Another run, with some files that have changed. */
async function againJob(): Promise<Job> {
  const model = await loadEncoder()
  const { folder, change } = await pagesFolder()
  await indexFiles(model, folder, 'my.store', undefined)
  return {
    async: true,
    bestSetOnly: true,
    run: async (i, { threads }) => {
      for (let at = 0; at < changing; at++) change(at, files + 1 + i * changing + at)
      const begun = performance.now()
      const { changed } = await indexFiles(model, folder, 'my.store', threads)
      if (changed !== changing) throw new Error(`${changed} files; expected ${changing}`)
      return { overriddenDuration: performance.now() - begun }
    },
    dispose: () => {
      model.dispose()
      rmSync(folder, { recursive: true })
    },
  }
}

const rows: readonly Row[] = [
  {
    name: `index of ${passages} passages of ${files} files`,
    unit: 'sentences/s',
    amount: passages * sentences,
    rounds: 3,
    prepare: indexJob,
    beside: { name: 'the encoder alone', prepare: encodeJob },
  },
  {
    name: `index of ${passages} passages again, ${changing} of ${files} files changed`,
    unit: 'ms',
    rounds: 3,
    prepare: againJob,
  },
]

/** Minutes: only where it is named. */
export const indexTextsRows: Group = { name: 'index_texts', onRequest: true, rows }
