import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { stop, transform } from 'esbuild'
import { ROOT } from '../setup/paths.mjs'

/**
 * Takes the types out of all TypeScript, once for the many processes of a suite; each would pay for tsx anew. Gives
 * the flags with which Node runs a source, and the processes that it starts, as long as this process lives.
 */
export async function transpile() {
  const folder = mkdtempSync(join(tmpdir(), 'vmm-transpiled-'))
  // Some tests take the place of another user.
  chmodSync(folder, 0o755)
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
  const packages = readdirSync(join(ROOT, 'packages')).map((name) => join('packages', name, 'src'))
  const paths = ['lib', 'test', 'bench', 'scripts', ...packages].flatMap((top) =>
    readdirSync(join(ROOT, top), { recursive: true })
      .filter((path) => path.endsWith('.ts') && !path.includes('node_modules'))
      .map((path) => join(top, path)),
  )
  for (const path of paths) mkdirSync(dirname(join(folder, path)), { recursive: true })
  await Promise.all(paths.map((path) => transpileFile(path, join(folder, path))))
  await stop()
  const register = pathToFileURL(join(ROOT, 'scripts', 'transpiled', 'register.mjs'))
  register.searchParams.set('folder', folder)
  return ['--import', register.href]
}

/** Writes nothing for a file that does not parse: Node then tells whoever imports it. */
async function transpileFile(path, to) {
  const options = {
    loader: 'ts',
    format: 'esm',
    target: `node${process.versions.node}`,
    minifyWhitespace: true,
    sourcefile: join(ROOT, path),
    sourcemap: 'inline',
    // Coverage is told by the lines of the sources.
    sourcesContent: process.env.NODE_V8_COVERAGE !== undefined,
    logLevel: 'silent',
    tsconfigRaw: { compilerOptions: { target: 'es2022', verbatimModuleSyntax: true } },
  }
  try {
    writeFileSync(to, (await transform(readFileSync(join(ROOT, path), 'utf8'), options)).code)
  } catch (error) {
    if (error.errors === undefined) throw error
  }
}
