import { readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { ROOT } from '../setup/paths.mjs'

const ours = pathToFileURL(ROOT).href
const isSource = (url) => url.startsWith(ours) && url.endsWith('.ts')

let folder
export function initialize(data) {
  folder = data.folder
}

/** Sources name each other by their whole relative paths: there is nothing to look for. */
export function resolve(specifier, context, nextResolve) {
  if (!specifier.startsWith('.') || !context.parentURL?.startsWith(ours))
    return nextResolve(specifier, context)
  const url = new URL(specifier, context.parentURL).href
  return isSource(url) ? { url, format: 'module', shortCircuit: true } : nextResolve(specifier, context)
}

/** A source keeps its address, so that it finds what lies beside it; only its text comes from elsewhere. */
export function load(url, context, nextLoad) {
  if (!isSource(url)) return nextLoad(url, context)
  const path = fileURLToPath(url)
  try {
    return { format: 'module', source: readFileSync(join(folder, relative(ROOT, path))), shortCircuit: true }
  } catch (error) {
    if (error.code !== 'ENOENT') throw error
    return nextLoad(url, { ...context, format: 'module' })
  }
}
