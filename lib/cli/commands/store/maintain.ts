import { defineCommand, UsageError } from '../../command.ts'
import { write } from '../../context.ts'
import { counted } from '../../output/counted.ts'

export const storeMaintain = defineCommand({
  usage: 'store maintain STORE',
  about:
    'Builds the indexes of a store, joins its small files and frees what was deleted. Searches find the same before and after\n' +
    'it, in stores of many concepts faster.',
  options: {},
  async run(_, positionals, context) {
    const [place, ...more] = positionals
    if (place === undefined || more.length > 0) throw new UsageError('name a store')
    const { signal, stdout } = context
    const engine = await context.engine()
    await using store = await engine.openStore(place, { create: false })
    await store.maintain({ signal })
    await write(stdout, `${counted(await store.count(), 'concept')} in the store\n`, signal)
    return undefined
  },
})
