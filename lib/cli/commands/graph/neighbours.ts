import { defineCommand, type Options, wholeNumber } from '../../command.ts'
import { styles, write } from '../../context.ts'
import {
  directionOf,
  GRAPH_OPTIONS,
  lineAbout,
  oneConcept,
  RELATION_OPTIONS,
  relationTo,
  toldOf,
  withGraph,
} from '../../options/graph.ts'

const OPTIONS = {
  hops: {
    type: 'string',
    value: 'N',
    help: 'relations that are gone along one after another, at most (default: 1)',
  },
  top: { type: 'string', short: 'k', value: 'N', help: 'concepts at most (default: 50)' },
  ...RELATION_OPTIONS,
  ...GRAPH_OPTIONS,
  json: {
    type: 'boolean',
    help: 'JSON lines {"id", "text", "surfaceForms", "hops", "weight", "edge"}',
  },
} as const satisfies Options

export const graphNeighbours = defineCommand({
  usage: 'graph neighbours CONCEPT [options]',
  about:
    'Prints the concepts that relations lead to, those of fewer hops first, then those of the greatest weight, with the\n' +
    'last relation on the way. A concept is its id, or words that name it, or a text that means it.',
  options: OPTIONS,
  async run(values, positionals, context) {
    const hops = wholeNumber(values.hops, '--hops', [1, 1000]) ?? 1
    const most = wholeNumber(values.top, '--top', [1, 1_000_000]) ?? 50
    const direction = directionOf(values)
    const text = oneConcept(positionals)
    const { stdout, env, signal } = context
    await withGraph(values, context, async ({ graph, conceptOf, concepts }) => {
      const { id } = await conceptOf(text)
      const found = await graph.neighbours(id, { hops, most, direction, types: values.type, signal })
      const about = await concepts(found.map((each) => each.id))
      const { bold, dim } = styles(stdout, env)
      const lines = found.map(({ id, hops, weight, edge }) => {
        if (values.json) return `${JSON.stringify({ ...toldOf(about, id), hops, weight, edge })}\n`
        const how = dim(relationTo(id, edge).padEnd(18))
        return `${String(hops).padStart(3)}  ${weight.toFixed(2)}  ${how}  ${lineAbout(about, id, bold)}\n`
      })
      await write(stdout, lines.join(''), signal)
    })
    return undefined
  },
})
