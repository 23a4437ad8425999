// Copies into bundles/sandbox what it brings of others: CPython and grammars as WebAssembly, from packages that are
// installed into tools/sandbox. tools/sandbox/files.json tells the files and their checksums.
//
//   node --import tsx scripts/install/sandbox.ts
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { missingFiles, SANDBOX, sha256 } from '../setup/sandbox.mjs'
import { installNpm } from './once.ts'

const tools = fileURLToPath(new URL('../../tools/sandbox', import.meta.url))
const failed = installNpm(tools)
if (failed !== null) throw new Error(failed)
for (const { path, from, sha256: wanted } of missingFiles()) {
  const bytes = readFileSync(join(tools, 'node_modules', from))
  if (sha256(bytes) !== wanted) throw new Error(`${from}: its sha256 is ${sha256(bytes)}, not ${wanted}`)
  const target = join(SANDBOX, path)
  mkdirSync(dirname(target), { recursive: true })
  writeFileSync(`${target}.part`, bytes)
  renameSync(`${target}.part`, target)
}
