// Whether a long test of native code would run on what it has passed with before: tried.json has the hash of all that it depends
// on, by the test's name. It is written when all of it has passed, and belongs into the commit. With --changed a test that would
// try the same again ends at once, and says so.
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from './setup/paths.mjs'

const RECORD = 'scripts/tried.json'
/** Native code, how it is built, and what hands programs to it. */
const INPUTS = [
  ...['CMakeLists.txt', 'cmake', 'native', 'scripts/build-native.mjs', 'scripts/run-program.mjs'],
  ...['lib/graph', 'lib/ops', 'lib/runtime', 'lib/tensor', 'test/ops'],
]

/** Ends the process with exit code 77 where --changed was given and nothing has changed; gives what is called at the end. */
export function tried(name, scripts) {
  const hash = hashOf([...INPUTS, ...scripts])
  const known = existsSync(join(ROOT, RECORD)) ? JSON.parse(readFileSync(join(ROOT, RECORD), 'utf8')) : {}
  if (process.argv.includes('--changed') && known[name] === hash) {
    console.log(`skipped: all that it depends on is as it was when it passed (${RECORD})`)
    process.exit(77)
  }
  return ({ failed }) => {
    if (failed > 0 || known[name] === hash) return
    const all = Object.entries({ ...known, [name]: hash }).sort(([a], [b]) => (a < b ? -1 : 1))
    writeFileSync(join(ROOT, RECORD), `${JSON.stringify(Object.fromEntries(all), null, 2)}\n`)
    console.log(`${RECORD} is new: it says what this has passed with, and belongs into the commit`)
  }
}

function hashOf(paths) {
  const hash = createHash('sha256')
  for (const path of paths.flatMap(filesIn).sort())
    hash
      .update(`${path}\0`)
      .update(readFileSync(join(ROOT, path)))
      .update('\0')
  return hash.digest('hex')
}

function filesIn(path) {
  if (!statSync(join(ROOT, path)).isDirectory()) return [path]
  return readdirSync(join(ROOT, path), { recursive: true })
    .map((name) => `${path}/${name.replaceAll('\\', '/')}`)
    .filter((name) => statSync(join(ROOT, name)).isFile())
}
