// Runs modules one after the other, each in an empty folder of its own, and tells as JSON what each has printed.
import { mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { format } from 'node:util'

const [modules, folders] = process.argv.slice(2)
const results = {}
for (const name of readdirSync(modules)) {
  const folder = join(folders, name)
  mkdirSync(folder)
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
