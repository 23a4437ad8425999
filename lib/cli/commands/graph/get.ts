import { defineCommand, type Options, wholeNumber } from '../../command.ts'
import { styles, write } from '../../context.ts'
import { GRAPH_OPTIONS, lineAbout, lineOf, oneConcept, withGraph } from '../../options/graph.ts'

const OPTIONS = {
  top: {
    type: 'string',
    short: 'k',
    value: 'N',
    help: 'similar concepts, and relations of each type (default: 5)',
  },
  ...GRAPH_OPTIONS,
} as const satisfies Options

export const graphGet = defineCommand({
  usage: 'graph get CONCEPT [options]',
  about:
    'Prints a concept: its text, where it lies on the map, its relations by type, and the concepts whose vectors are\n' +
    'nearest. A concept is its id, or words that name it, or a text that means it.',
  options: OPTIONS,
  async run(values, positionals, context) {
    const k = wholeNumber(values.top, '--top', [1, 1000]) ?? 5
    const text = oneConcept(positionals)
    const { stdout, env, signal } = context
    await withGraph(values, context, async ({ graph, conceptOf, concepts }) => {
      const concept = await conceptOf(text)
      const relations = await graph.store.neighbours([concept.id])
      const similar = await graph.getSimilar(concept.id, k, { signal })
      const edges = new Map<string, { target: string; weight: number }[]>()
      for (const { type, target, weight } of relations)
        edges.set(type, [...(edges.get(type) ?? []), { target, weight }])
      if (values.json) {
        const node = { ...concept, edges: Object.fromEntries(edges), similar }
        await write(stdout, `${JSON.stringify(node)}\n`, signal)
        return
      }
      const { bold, dim } = styles(stdout, env)
      const ids = [
        ...similar.map(({ id }) => id),
        ...[...edges.values()].flatMap((all) => all.slice(0, k).map(({ target }) => target)),
      ]
      const about = await concepts(ids)
      const { id, type, primaryDomain, confidence, gps } = concept
      const facts = [
        `${id}, ${type}`,
        primaryDomain,
        confidence === null ? null : `confidence ${confidence.toFixed(2)}`,
        gps === null ? null : `at ${gps.map((x) => x.toFixed(3)).join(', ')}`,
      ].filter((fact) => fact !== null)
      const out = [`${lineOf(concept, bold)}\n${dim(facts.join(' · '))}\n`]
      for (const [name, all] of edges) {
        out.push(`\n${bold(name)}${all.length > k ? dim(` (${k} of ${all.length})`) : ''}\n`)
        for (const { target } of all.slice(0, k)) out.push(`  ${lineAbout(about, target)}\n`)
      }
      out.push(`\n${bold('similar')}\n`)
      for (const { id, cosine } of similar) out.push(`  ${cosine.toFixed(3)}  ${lineAbout(about, id)}\n`)
      await write(stdout, out.join(''), signal)
    })
    return undefined
  },
})
