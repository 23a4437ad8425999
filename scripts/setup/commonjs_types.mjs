import { readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { ROOT } from './paths.mjs'

/**
 * Writes a declaration for `require` beside each entry point. Node can require the package as it is, but a compiler
 * that is told `module: node16` takes a declaration of an ES module for something that CommonJS cannot load.
 */
export async function writeCommonJsTypes() {
  const { exports } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
  for (const { require } of Object.values(exports)) {
    if (!require) continue
    const module = await import(pathToFileURL(join(ROOT, require.default)).href)
    writeFileSync(join(ROOT, require.types), declarationOf(module, basename(require.default)))
  }
}

function declarationOf(module, file) {
  const from = `from './${file}' with { 'resolution-mode': 'import' };`
  const values = Object.keys(module).map((name) => `export declare const ${name}: typeof entry.${name};`)
  const classes = Object.keys(module).filter((name) => /^class\b/.test(String(module[name])))
  const types = classes.map((name) => `export type ${name} = entry.${name};`)
  return [`import type * as entry ${from}`, `export type * ${from}`, ...values, ...types, ''].join('\n')
}
