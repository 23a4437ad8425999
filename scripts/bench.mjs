// npm run bench: the sources with their types taken out, as the package that ships runs; tsx would add a call to each
// function that is made.
import { spawn } from 'node:child_process'
import { ROOT } from './setup/paths.mjs'
import { transpile } from './transpiled/transpile.mjs'

const flags = await transpile()
const child = spawn(process.execPath, [...flags, 'bench/main.ts', ...process.argv.slice(2)], {
  cwd: ROOT,
  stdio: 'inherit',
})
// Ctrl-C ends the child, and this process with it, which takes its files along.
process.on('SIGINT', () => {})
child.on('exit', (code, signal) => {
  process.exitCode = code ?? (signal === null ? 1 : 128)
})
