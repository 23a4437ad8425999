// Runs modules one after the other, each in a folder of its own that has a cache alone, and tells as JSON what each
// has printed. The cache is the same for all: else each would convert the encoder's weights anew.
import { mkdirSync, readdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { format } from 'node:util'

const [modules, folders] = process.argv.slice(2)
const cache = join(folders, 'cache')
mkdirSync(cache)
const results = {}
for (const name of readdirSync(modules)) {
  const folder = join(folders, name)
  mkdirSync(folder)
  symlinkSync(cache, join(folder, 'cache'), 'junction')
  process.chdir(folder)
  const lines = []
  console.log = (...values) => lines.push(...format(...values).split('\n'))
  const error = await import(pathToFileURL(join(modules, name)).href).then(
    () => null,
    (thrown) => String(thrown?.stack ?? thrown),
  )
  results[name] = { lines, error }
}
process.stdout.write(JSON.stringify(results))
