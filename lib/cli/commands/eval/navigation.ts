import { evaluateNavigation, type WayMeasures } from '../../../evaluate/suites/navigation.ts'
import { defineCommand, noArguments, type Options, wholeNumber } from '../../command.ts'
import { write } from '../../context.ts'
import { GRAPH_OPTIONS, lineAbout, withGraph } from '../../options/graph.ts'
import { aligned } from '../../output/aligned.ts'
import { Progress } from '../../output/progress.ts'

const OPTIONS = {
  pairs: { type: 'string', value: 'N', help: 'pairs of concepts that are drawn (default: 200)' },
  seed: { type: 'string', value: 'N', help: 'decides the pairs and the random walks (default: 0)' },
  show: { type: 'string', value: 'N', help: 'ways that are printed too (default: 0)' },
  ...GRAPH_OPTIONS,
  json: { type: 'boolean', help: 'one JSON object {"pairs", "navigate", "line", "walk", "ways"}' },
} as const satisfies Options

const METHODS = { navigate: 'navigate', line: 'nearest of the line', walk: 'random walk' } as const

export const evaluateNavigationCommand = defineCommand({
  usage: 'eval navigation [options]',
  about:
    'How well graph navigate finds ways between random pairs of concepts, beside the concepts nearest to the same points of\n' +
    'the straight line, and random walks of as many steps among nearest concepts.',
  options: OPTIONS,
  async run(values, positionals, context) {
    noArguments(positionals)
    const pairs = wholeNumber(values.pairs, '--pairs', [1, 1_000_000]) ?? 200
    const seed = wholeNumber(values.seed, '--seed', [0, 1e15 - 1]) ?? 0
    const show = wholeNumber(values.show, '--show', [0, 1_000_000]) ?? 0
    const { stdout, signal } = context
    await withGraph(values, context, async ({ graph, concepts }) => {
      using progress = new Progress('Going from concept to concept', context)
      const onProgress = (done: number, total: number) => progress.update(done, total)
      const report = await evaluateNavigation(graph, { pairs, seed, signal, onProgress })
      if (values.json) {
        await write(stdout, `${JSON.stringify(report)}\n`, signal)
        return
      }
      const share = (x: number) => `${(100 * x).toFixed(0)} %`
      const cells = (name: string, of: WayMeasures) => [
        name,
        share(of.arrives),
        share(of.distinct),
        of.between.toFixed(1),
        of.smoothness.toFixed(3),
        of.worstStep.toFixed(3),
        share(of.progress),
        of.relations === null ? '–' : of.relations.toFixed(1),
      ]
      const header = ['', 'arrive', 'distinct', 'between', 'smooth', 'worst step', 'nearer', 'relations']
      const rows = Object.entries(METHODS).map(([kind, name]) =>
        cells(name, report[kind as keyof typeof METHODS]),
      )
      const lines = aligned({ header, rows })
      for (const way of report.ways.slice(0, show)) {
        const about = await concepts(way)
        lines.push('', ...way.map((id) => lineAbout(about, id)))
      }
      await write(stdout, `${lines.join('\n')}\n`, signal)
    })
    return undefined
  },
})
