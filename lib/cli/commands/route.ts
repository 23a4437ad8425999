import { storedDomains } from '../../concepts/database/stored_domains.ts'
import {
  type DomainMatch,
  type Domains,
  rankDomains,
  subdomains,
  topDomains,
} from '../../concepts/domains/domains.ts'
import { wordNetDomains } from '../../concepts/domains/wordnet/domains.ts'
import { vectorsFrom } from '../../core/vectors.ts'
import type { Route } from '../../models/predictor/routes.ts'
import type { ConceptStore } from '../../store/store.ts'
import { defineCommand, type Options } from '../command.ts'
import { type CliContext, styles, write } from '../context.ts'
import { type LoadedModel, MODEL_OPTIONS, tellCut } from '../options/model.ts'
import { findFitting } from '../options/packages.ts'
import { PREDICTOR_OPTION } from '../options/predictor.ts'
import { withModelOrStore } from '../options/store.ts'
import { partsFor, TEXT_OPTIONS } from '../options/text.ts'
import { printable } from '../output/printable.ts'
import { Progress } from '../output/progress.ts'

const OPTIONS = {
  json: {
    type: 'boolean',
    help: 'as one JSON object {"sentences", "text", "routing"}; the last is null without a predictor',
  },
  store: {
    type: 'string',
    value: 'PLACE',
    help: 'domains of the concepts of this store, such as vmm curate makes (default: those of WordNet)',
  },
  ...TEXT_OPTIONS,
  ...PREDICTOR_OPTION,
  ...MODEL_OPTIONS,
} as const satisfies Options

/** Domains that are printed of a sentence, and of the whole text. */
const SHOWN = 3

export const route = defineCommand({
  usage: 'route [options] [text]',
  about:
    'Splits a text into sentences and prints the domains of each and of the whole, learned from WordNet or from the\n' +
    'concepts of a store, with the share of each (its confidence); and the experts that a predictor sends the text to,\n' +
    'with their weights.\n' +
    "Without a text, or with '-', it is read from standard input.",
  options: OPTIONS,
  async run(values, positionals, context) {
    const sentences = (await partsFor(values, positionals, context)).map(({ text }) => text)
    await withModelOrStore(values.store, values, context, async (loaded, store) => {
      const domains =
        store === null
          ? await domainsOfWordNet(loaded, context)
          : await domainsOfStore(store, loaded, context)
      const { space } = loaded.model
      const folder = await findFitting('predictor', values.predictor, space, 'no experts', context)
      const { found, cut } = await routeText(sentences, folder, loaded, domains)
      tellCut(cut, values.lines ? 'line' : 'sentence', loaded.model, context)
      const output = values.json ? `${JSON.stringify(found)}\n` : readable(found, context)
      await write(context.stdout, output, context.signal)
    })
    return undefined
  },
})

/** The domains of a vector, nearest first: those of the first level, and the parts of the nearest one. */
interface Place {
  readonly domains: readonly Share[]
  readonly subdomains: readonly Share[]
}

interface Share {
  readonly name: string
  readonly cosine: number
  readonly confidence: number
}

interface RoutedText {
  readonly sentences: readonly ({ readonly text: string } & Place)[]
  readonly text: Place
  readonly routing: Route | null
}

/** Where a text belongs, and how many of its sentences are longer than the model reads. */
async function routeText(
  sentences: readonly string[],
  folder: string | null,
  { model, engine, options }: LoadedModel,
  domains: Domains,
): Promise<{ readonly found: RoutedText; readonly cut: number }> {
  const { vectors, truncated } = await model.encode(sentences, options)
  const { space, dims } = vectors
  const rows = vectors.toFloat32Array()
  const mean = new Float32Array(dims)
  for (let i = 0; i < rows.length; i++) mean[i % dims]! += rows[i]! / sentences.length
  const found = {
    sentences: sentences.map((text, i) => ({
      text,
      ...placeOf(domains, rows.subarray(i * dims, (i + 1) * dims)),
    })),
    text: placeOf(domains, mean),
    routing: folder === null ? null : await routing(),
  }
  return { found, cut: truncated.length }

  async function routing(): Promise<Route | null> {
    const predictor = await engine.loadPredictor(folder!, { signal: options.signal })
    try {
      const [route] = await predictor.route([vectorsFrom(rows, dims, space)], options)
      return route ?? null
    } finally {
      predictor.dispose()
    }
  }
}

async function domainsOfWordNet(
  { model, options, cacheDir }: LoadedModel,
  context: CliContext,
): Promise<Domains> {
  using progress = new Progress('Encoding the concepts of WordNet, once', context)
  const onProgress = (done: number, total: number) => progress.update(done, total)
  const { signal, threads } = options
  return wordNetDomains(model, { signal, threads, cacheDir, onProgress })
}

async function domainsOfStore(
  store: ConceptStore,
  { model: { space }, options: { signal } }: LoadedModel,
  context: CliContext,
): Promise<Domains> {
  using progress = new Progress('Reading the concepts of the store', context)
  const total = 2 * (await store.count())
  return storedDomains(store, { space, signal, onProgress: (done) => progress.update(done, total) })
}

function placeOf(domains: Domains, vector: Float32Array): Place {
  const share = ({ domain, cosine, confidence }: DomainMatch): Share => ({
    name: domain.name,
    cosine,
    confidence,
  })
  const ranked = rankDomains(topDomains(domains), vector).map(share)
  const parts = rankDomains(subdomains(domains, ranked[0]!.name), vector).map(share)
  return { domains: ranked, subdomains: parts }
}

function readable({ sentences, text, routing }: RoutedText, { stdout, env }: CliContext): string {
  const { bold, dim } = styles(stdout, env)
  const shares = (list: readonly Share[]) =>
    list
      .slice(0, SHOWN)
      .map(({ name, confidence }) => `${name} ${confidence.toFixed(2)}`)
      .join(', ')
  const parts = (list: readonly Share[]) => (list.length === 0 ? '' : ` ${dim(`— ${shares(list)}`)}`)
  const place = ({ domains, subdomains }: Place) => `  ${shares(domains)}${parts(subdomains)}\n`
  const lines = sentences.map((sentence) => `${bold(printable(sentence.text))}\n${place(sentence)}\n`)
  const experts = routing?.experts.map((e, i) => `expert ${e} ${routing.weights[i]!.toFixed(2)}`).join(', ')
  return [
    ...lines,
    `${bold('The whole text')}\n${place(text)}`,
    ...(routing ? [`  ${experts} ${dim(`— confidence ${routing.confidence.toFixed(2)}`)}\n`] : []),
  ].join('')
}
