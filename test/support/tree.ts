import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Every file below a folder, by path, in order; a folder without any is '' under its own. */
export function treeOf(folder: string): Record<string, string> {
  const tree: Record<string, string> = {}
  const add = (path: string) => {
    const entries = readdirSync(join(folder, path), { withFileTypes: true })
    if (entries.length === 0 && path !== '') tree[`${path}/`] = ''
    for (const entry of entries) {
      const inner = join(path, entry.name)
      if (entry.isDirectory()) add(inner)
      else tree[inner] = readFileSync(join(folder, inner), 'latin1')
    }
  }
  add('')
  return Object.fromEntries(Object.entries(tree).sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** Temporary files, locks and parts among the paths of a tree. */
export function litterOf(tree: Readonly<Record<string, string>>): string[] {
  return Object.keys(tree).filter((path) => /\.(tmp|old|lock|parts)(\/|$)/.test(path))
}
