import { defineCommand, type Options, UsageError } from '../../command.ts'
import { styles, write } from '../../context.ts'
import {
  directionOf,
  GRAPH_OPTIONS,
  lineAbout,
  RELATION_OPTIONS,
  relationTo,
  toldOf,
  withGraph,
} from '../../options/graph.ts'

const OPTIONS = {
  ...RELATION_OPTIONS,
  unweighted: { type: 'boolean', help: 'the fewest relations, instead of the least sum of 1 / weight' },
  ...GRAPH_OPTIONS,
  json: {
    type: 'boolean',
    help: 'one JSON object {"length", "concepts": [{"id", "text", "surfaceForms"}], "edges"}, or null',
  },
} as const satisfies Options

export const graphPath = defineCommand({
  usage: 'graph path FROM TO [options]',
  about:
    'Prints the shortest way from a concept to another one along relations: heavy ones are short. A concept is its id, or\n' +
    'words that name it, or a text that means it. Where no relations lead there, the exit code is 1.',
  options: OPTIONS,
  async run(values, positionals, context) {
    const direction = directionOf(values)
    const [first, last, ...more] = positionals
    if (first === undefined || last === undefined || more.length > 0)
      throw new UsageError('name two concepts, with quotes around words')
    const { stdout, stderr, env, signal } = context
    let exitCode: number | undefined
    await withGraph(values, context, async ({ graph, conceptOf, concepts }) => {
      const [from, to] = [await conceptOf(first), await conceptOf(last)]
      const weighted = values.unweighted !== true
      const path = await graph.shortestPath(from.id, to.id, {
        types: values.type,
        direction,
        weighted,
        signal,
      })
      if (path === null) {
        exitCode = 1
        if (values.json) await write(stdout, 'null\n', signal)
        else stderr.write(`vmm: no relations lead from ${from.id} to ${to.id}\n`)
        return
      }
      const about = await concepts(path.ids)
      if (values.json) {
        const told = path.ids.map((id) => toldOf(about, id))
        const { length, edges } = path
        await write(stdout, `${JSON.stringify({ length, concepts: told, edges })}\n`, signal)
        return
      }
      const { bold, dim } = styles(stdout, env)
      const lines = path.ids.map((id, i) => {
        const edge = path.edges[i - 1]
        const how = edge === undefined ? '' : relationTo(id, edge)
        return `${dim(how.padEnd(18))}  ${lineAbout(about, id, bold)}\n`
      })
      await write(stdout, lines.join(''), signal)
    })
    return exitCode
  },
})
