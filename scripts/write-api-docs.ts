// Writes docs/api: a page per entry point, and its declarations as one report. Fails on names that signatures need and
// that nobody exports.
//
//   npm run docs [-- --check]
//
// With --check it compares instead, and ends with 77 where its tools cannot be had.
import { mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { writePages } from './docs/pages.ts'
import { writeReports } from './docs/reports.ts'
import { installTools, ROOT } from './docs/tools.ts'

const FOLDER = join(ROOT, 'docs', 'api')
const check = process.argv.includes('--check')

const missing = installTools()
if (missing !== null) {
  console.log(`skipped: ${missing}`)
  process.exit(77)
}
const temporary = await mkdtemp(join(check ? tmpdir() : join(ROOT, 'docs'), '.api-'))
try {
  const made = join(temporary, 'api')
  const problems = [...(await writePages(made)), ...(await writeReports(made, join(temporary, 'reports')))]
  if (problems.length > 0) {
    for (const problem of problems) console.error(problem)
    process.exitCode = 1
  } else if (check) {
    for (const path of await differences(made, FOLDER)) {
      console.error(`docs/api/${path} is not what npm run docs writes`)
      process.exitCode = 1
    }
  } else {
    await rm(FOLDER, { recursive: true, force: true })
    await rename(made, FOLDER)
  }
} finally {
  await rm(temporary, { recursive: true, force: true })
}

/** Files that only one of two folders has, or that differ. */
async function differences(a: string, b: string): Promise<string[]> {
  const [inA, inB] = await Promise.all([a, b].map(filesOf))
  const all = [...new Set([...inA!.keys(), ...inB!.keys()])].sort()
  return all.filter((path) => inA!.get(path) !== inB!.get(path))
}

async function filesOf(folder: string): Promise<Map<string, string>> {
  const paths = await readdir(folder, { recursive: true }).catch(() => [])
  const files = paths.filter((path) => path.endsWith('.md'))
  return new Map(
    await Promise.all(
      files.map(
        async (path): Promise<[string, string]> => [
          path.replaceAll('\\', '/'),
          await readFile(join(folder, path), 'utf8'),
        ],
      ),
    ),
  )
}
