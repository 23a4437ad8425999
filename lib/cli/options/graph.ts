import { openWordNetGraph } from '../../concepts/wordnet_graph/build.ts'
import { type ConceptGraph, openGraph } from '../../store/graph/graph.ts'
import type { Direction } from '../../store/graph/relations.ts'
import type { Edge, StoredConcept } from '../../store/record.ts'
import { type Options, UsageError, unknownName, type Values } from '../command.ts'
import { type CliContext, styles } from '../context.ts'
import { printable } from '../output/printable.ts'
import { Progress } from '../output/progress.ts'
import { type LoadedModel, MODEL_OPTIONS, withModel } from './model.ts'
import { PUBLISHED_OPTIONS } from './published.ts'
import { withStore } from './store.ts'

/** Options of every command that looks at a graph of concepts. */
export const GRAPH_OPTIONS = {
  store: {
    type: 'string',
    value: 'PLACE',
    help: 'the store whose concepts are meant (default: the meanings of WordNet, made once)',
  },
  all: {
    type: 'boolean',
    help: "vectors for all of WordNet's meanings, not only those in use; takes longer once",
  },
  json: { type: 'boolean', help: 'as JSON' },
  ...MODEL_OPTIONS,
  ...PUBLISHED_OPTIONS,
} as const satisfies Options

/** Of commands that go along relations. */
export const RELATION_OPTIONS = {
  type: {
    type: 'string',
    value: 'NAME',
    multiple: true,
    help: 'go along relations of this type alone, such as hypernym',
  },
  direction: {
    type: 'string',
    value: 'WAY',
    help: 'out: from a concept to others (default), in: the other way round, both',
  },
} as const satisfies Options

const DIRECTIONS = ['out', 'in', 'both'] as const

/** The direction of --direction. Throws UsageError. */
export function directionOf({ direction = 'out' }: Values<typeof RELATION_OPTIONS>): Direction {
  const found = DIRECTIONS.find((known) => known === direction)
  if (found === undefined) throw unknownName('direction', direction, DIRECTIONS)
  return found
}

/** Concepts by their ids. */
export type Concepts = ReadonlyMap<string, StoredConcept>

/** A graph, and what a command does with the concepts of it. */
export interface LoadedGraph {
  readonly graph: ConceptGraph
  /** The concept of that id, or that the text names or means; says on stderr which one was taken. Throws UsageError. */
  conceptOf(text: string): Promise<StoredConcept>
  /** The concepts of some ids, by these; those that are not there are left out. */
  concepts(ids: readonly string[]): Promise<Concepts>
}

/** Opens the graph that the options name, hands it to `use`, and frees it. */
export async function withGraph(
  values: Values<typeof GRAPH_OPTIONS>,
  context: CliContext,
  use: (loaded: LoadedGraph) => Promise<void>,
): Promise<void> {
  const { store: place, all } = values
  if (place === undefined)
    return withModel(values, context, async (loaded) => {
      const graph = await wordNetGraph(all === true, loaded, context)
      await using _ = graph.store
      await use(loadedGraph(graph, context))
    })
  if (all) throw new UsageError('--all is of WordNet: it means nothing with --store')
  await withStore(place, values, context, (store, { model }) =>
    use(loadedGraph(openGraph(store, { encoder: model }), context)),
  )
}

function loadedGraph(graph: ConceptGraph, context: CliContext): LoadedGraph {
  return {
    graph,
    conceptOf: (text) => conceptOf(graph, text, context),
    concepts: async (ids) => {
      const found = (await graph.get(ids)).filter((concept) => concept !== null)
      return new Map(found.map((concept) => [concept.id, concept]))
    },
  }
}

async function wordNetGraph(
  all: boolean,
  { model, options, cacheDir }: LoadedModel,
  context: CliContext,
): Promise<ConceptGraph> {
  using progress = new Progress('Encoding the concepts of WordNet, once', context)
  const onProgress = (done: number, total: number) => progress.update(done, total)
  return openWordNetGraph(model, { ...options, scope: all ? 'all' : 'used', cacheDir, onProgress })
}

/** Meanings of a name that are told besides the one that is taken. */
const MOST_OTHERS = 3

async function conceptOf(graph: ConceptGraph, text: string, context: CliContext): Promise<StoredConcept> {
  const { signal } = context
  const [own] = await graph.get([text]).catch(() => [null]) // a text may be longer than an id
  if (own) return own
  const named = await graph.lookup(text, { k: 1 + MOST_OTHERS, byMeaning: false, signal })
  const whole = named.filter(({ start, end }) => start !== null && isWhole(text, start, end!))
  const held = whole.length > 0 ? whole : (await graph.lookup(text, { byMeaning: true, signal })).slice(-1)
  const [taken, ...others] = (await graph.get(held.map(({ id }) => id))).filter((concept) => concept !== null)
  if (taken === undefined) throw new UsageError(`no concept for ${JSON.stringify(text)}`)
  const { dim } = styles(context.stderr, context.env)
  const note = (concept: StoredConcept) => `${concept.id} ${lineOf(concept)}`
  context.stderr.write(`vmm: ${printable(text)}: ${note(taken)}\n`)
  for (const other of others) context.stderr.write(dim(`vmm:   not meant: ${note(other)}\n`))
  return taken
}

/** Whether nothing but marks and spaces stands beside a part of a text. */
function isWhole(text: string, start: number, end: number): boolean {
  return !/[\p{L}\p{N}]/u.test(text.slice(0, start) + text.slice(end))
}

/** A concept in a line: its names, if it has any, and its text. */
export function lineOf({ surfaceForms, text }: StoredConcept, bold = (name: string) => name): string {
  const names = surfaceForms.filter((form) => form !== text).slice(0, 3)
  return printable(names.length > 0 ? `${bold(names.join(', '))} — ${text}` : text)
}

/** The same of one by its id; the id itself where it is not there. */
export function lineAbout(concepts: Concepts, id: string, bold?: (name: string) => string): string {
  const concept = concepts.get(id)
  return concept === undefined ? id : lineOf(concept, bold)
}

/** What JSON has of a concept beside what a command tells of it. */
export function toldOf(concepts: Concepts, id: string) {
  const { text = null, surfaceForms = [] } = concepts.get(id) ?? {}
  return { id, text, surfaceForms }
}

/** The type of the relation that led to a concept, as one says it: "hypernym", or "hypernym of" against its direction. */
export function relationTo(id: string, { type, target }: Edge): string {
  return target === id ? type : `${type} of`
}

/** The one concept that the command line names. Throws UsageError. */
export function oneConcept(positionals: readonly string[]): string {
  const [text, ...more] = positionals
  if (text === undefined || more.length > 0)
    throw new UsageError('name one concept, with quotes around words')
  return text
}
