import { exportStore } from '../../../store/exchange/export_store.ts'
import { defineCommand, type Options, UsageError } from '../../command.ts'
import { write } from '../../context.ts'
import { counted } from '../../output/counted.ts'
import { Progress } from '../../output/progress.ts'

const OPTIONS = {
  space: {
    type: 'string',
    value: 'NAME',
    multiple: true,
    help: 'vectors of this space alone (default: of all)',
  },
  json: { type: 'boolean', help: 'a JSON line {"concepts", "relations", "files"}' },
} as const satisfies Options

export const storeExport = defineCommand({
  usage: 'store export STORE FOLDER [options]',
  about:
    'Writes the concepts of a store, their vectors and relations to a folder of Parquet files, for other programs and other\n' +
    'stores. The folder is there when all is written; one that was written before is replaced. Needs the package parquet-wasm.',
  options: OPTIONS,
  async run(values, positionals, context) {
    const [place, folder, ...more] = positionals
    if (place === undefined || folder === undefined || more.length > 0)
      throw new UsageError('name a store and a folder')
    const { signal, stdout } = context
    const engine = await context.engine()
    await using store = await engine.openStore(place, { create: false })
    const total = await store.count()
    using progress = new Progress('Writing concepts', context)
    const onProgress = (concepts: number) => progress.update(concepts, total)
    const written = await exportStore(store, folder, { spaces: values.space, onProgress, signal })
    progress[Symbol.dispose]()
    const { concepts, relations, files } = written
    const line = [counted(concepts, 'concept'), counted(relations, 'relation'), counted(files, 'file')].join(
      ', ',
    )
    await write(stdout, `${values.json ? JSON.stringify(written) : line}\n`, signal)
    return undefined
  },
})
