import type { Heading } from '../../../store/graph/graph.ts'
import { decimalNumber, defineCommand, type Options, UsageError, wholeNumber } from '../../command.ts'
import { styles, write } from '../../context.ts'
import {
  GRAPH_OPTIONS,
  type LoadedGraph,
  lineAbout,
  oneConcept,
  toldOf,
  withGraph,
} from '../../options/graph.ts'

const OPTIONS = {
  towards: { type: 'string', value: 'CONCEPT', help: 'go to this concept' },
  minus: {
    type: 'string',
    value: 'CONCEPT',
    help: 'with --plus: go in the direction that leads from this concept …',
  },
  plus: { type: 'string', value: 'CONCEPT', help: '… to this one' },
  steps: {
    type: 'string',
    value: 'N',
    help: 'points of the way (default: as many as lead there; 10 for a direction)',
  },
  'step-size': { type: 'string', value: 'X', help: 'radians from one point to the next (default: 0.1)' },
  ...GRAPH_OPTIONS,
  json: {
    type: 'boolean',
    help: 'one JSON object {"angle", "arrived", "stops": [{"id", "text", "surfaceForms", "angle", "cosine"}]}',
  },
} as const satisfies Options

export const graphNavigate = defineCommand({
  usage: 'graph navigate FROM --towards CONCEPT [options]',
  about:
    'Goes from a concept towards another one, or in the direction in which one differs from another, and prints the\n' +
    'concepts along the way, each further along than the one before it, with the angle (radians) at which it lies. A concept\n' +
    'is its id, or words that name it, or a text that means it.',
  options: OPTIONS,
  async run(values, positionals, context) {
    const steps = wholeNumber(values.steps, '--steps', [1, 1000])
    const stepSize = decimalNumber(values['step-size'], '--step-size', [0.001, 3])
    const text = oneConcept(positionals)
    const { towards, minus, plus } = values
    const direction = minus !== undefined && plus !== undefined
    if ((towards !== undefined) === direction || (minus === undefined) !== (plus === undefined))
      throw new UsageError('say where to go: --towards, or --minus and --plus')
    const { stdout, env, signal } = context
    await withGraph(values, context, async (loaded) => {
      const { graph, conceptOf, concepts } = loaded
      const from = await conceptOf(text)
      const heading = await headingOf(loaded, towards, minus, plus)
      const { stops, angle, arrived } = await graph.navigate(from.id, heading, { steps, stepSize, signal })
      const about = await concepts(stops.map(({ id }) => id))
      const { bold } = styles(stdout, env)
      if (values.json) {
        const told = stops.map(({ id, angle, cosine }) => ({ ...toldOf(about, id), angle, cosine }))
        await write(stdout, `${JSON.stringify({ angle, arrived, stops: told })}\n`, signal)
        return
      }
      const lines = stops.map(({ id, angle }) => `${angle.toFixed(2)}  ${lineAbout(about, id, bold)}\n`)
      await write(stdout, lines.join(''), signal)
    })
    return undefined
  },
})

async function headingOf(
  { conceptOf }: LoadedGraph,
  towards: string | undefined,
  minus: string | undefined,
  plus: string | undefined,
): Promise<Heading> {
  if (towards !== undefined) return { towards: (await conceptOf(towards)).id }
  return { difference: [(await conceptOf(minus!)).id, (await conceptOf(plus!)).id] }
}
