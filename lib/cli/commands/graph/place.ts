import { MOST_COORDINATES } from '../../../store/check_record.ts'
import { placeConcepts } from '../../../store/graph/place_concepts.ts'
import { defineCommand, type Options, UsageError, wholeNumber } from '../../command.ts'
import { write } from '../../context.ts'
import { counted } from '../../output/counted.ts'
import { Progress } from '../../output/progress.ts'

const OPTIONS = {
  store: { type: 'string', value: 'PLACE', help: 'the store whose concepts are placed' },
  space: {
    type: 'string',
    value: 'NAME',
    help: 'the space whose vectors are mapped, where the store has several',
  },
  coordinates: { type: 'string', value: 'N', help: 'coordinates of a new map (default: 3)' },
  anew: { type: 'boolean', help: 'make a new map in place of the one that the store keeps' },
  json: { type: 'boolean', help: 'one JSON object {"concepts", "space", "coordinates", "shares"}' },
} as const satisfies Options

export const graphPlace = defineCommand({
  usage: 'graph place --store PLACE [options]',
  about:
    'Gives the concepts of a store their places on a map: coordinates along the directions in which their vectors differ most.\n' +
    'The store keeps the map: done again, later concepts are placed on the same one. graph get prints where a concept lies.',
  options: OPTIONS,
  async run(values, positionals, context) {
    const { store: place, space, anew } = values
    if (positionals.length > 0 || place === undefined) throw new UsageError('name a store with --store')
    const coordinates = wholeNumber(values.coordinates, '--coordinates', [1, MOST_COORDINATES])
    const { signal, stdout } = context
    const engine = await context.engine()
    await using store = await engine.openStore(place, { create: false })
    using progress = new Progress('Placing concepts', context)
    let concepts = 0
    const onProgress = (placed: number) => {
      concepts = placed
      progress.update(placed)
    }
    const map = await placeConcepts(store, { space, anew, coordinates, onProgress, signal })
    progress[Symbol.dispose]()
    const { shares } = map
    const told = { concepts, space: map.space, coordinates: shares.length, shares }
    const percent = shares.map((share) => `${(100 * share).toFixed(1)} %`).join(', ')
    const line = `${counted(concepts, 'concept')} on a map of ${map.space} that shows ${percent} of what differs`
    await write(stdout, `${values.json ? JSON.stringify(told) : line}\n`, signal)
    return undefined
  },
})
