import { VmmError } from '../../../core/errors.ts'
import { isFile, isFolder } from '../../../io/look.ts'
import { importStore } from '../../../store/exchange/import_store.ts'
import { defineCommand, type Options, UsageError } from '../../command.ts'
import { write } from '../../context.ts'
import { counted } from '../../output/counted.ts'
import { Progress } from '../../output/progress.ts'

const OPTIONS = {
  json: { type: 'boolean', help: 'a JSON line {"concepts", "relations"}' },
} as const satisfies Options

export const storeImport = defineCommand({
  usage: 'store import FOLDER STORE [options]',
  about:
    'Takes what store export has written into a store, which is made where it is missing: a folder, or one file of it.\n' +
    'Concepts of the same id are replaced, so that what was interrupted can be done again. Needs the package parquet-wasm.',
  options: OPTIONS,
  async run(values, positionals, context) {
    const [path, place, ...more] = positionals
    if (path === undefined || place === undefined || more.length > 0)
      throw new UsageError('name a folder and a store')
    // No store is made for what is not there.
    if (!(await isFolder(path)) && !(await isFile(path)))
      throw new VmmError('NOT_FOUND', `${path}: there is no such folder or file`)
    const { signal, stdout } = context
    const engine = await context.engine()
    await using store = await engine.openStore(place, { create: true })
    using progress = new Progress('Reading concepts', context)
    const onProgress = (concepts: number) => progress.update(concepts)
    const read = await importStore(store, path, { onProgress, signal })
    progress[Symbol.dispose]()
    const line = `${counted(read.concepts, 'concept')}, ${counted(read.relations, 'relation')}`
    await write(stdout, `${values.json ? JSON.stringify(read) : line}\n`, signal)
    return undefined
  },
})
