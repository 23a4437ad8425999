import { posix } from 'node:path'

export interface Import {
  readonly from: string
  /** A path, or the name of a package. */
  readonly to: string
  /** Needed to load the file, for its types alone, or later, by import(). */
  readonly kind: 'eager' | 'type' | 'later'
}

/** All imports of one unit, a file or a folder, from another. */
export interface Arrow {
  readonly from: string
  readonly to: string
  readonly imports: readonly Import[]
}

/** `import … from '…'`, `export … from '…'`, `import '…'` and `import('…')`. */
const STATEMENT =
  /^(?:import|export)\s(type\s)?[\w\s$,*{}]*?\bfrom\s+['"]([^'"]+)['"]|^import\s+['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)/gm

/** The imports of a source. Throws where there is one that it cannot read. */
export function importsOf(from: string, source: string): Import[] {
  const statements = [...source.matchAll(STATEMENT)]
  const begun = source.match(/^import\b|\bimport\(/gm) ?? []
  if (begun.length !== statements.filter(([text]) => text.startsWith('import')).length)
    throw new Error(`${from}: an import that does not say of what, or says it in a way that is not known`)
  return statements.map(([, type, named, bare, later]): Import => {
    const target = (named ?? bare ?? later)!
    const to = target.startsWith('.') ? posix.join(posix.dirname(from), target) : target
    return { from, to, kind: later ? 'later' : type ? 'type' : 'eager' }
  })
}

/** A shortest circle of arrows between files, or between the units that they belong to; none where there is none. */
export function circleOf(
  imports: readonly Import[],
  unitOf: (path: string) => string | null = (path) => path,
): Arrow[] {
  const arrows = new Map<string, Map<string, Import[]>>()
  for (const each of imports) {
    const [from, to] = [unitOf(each.from), unitOf(each.to)]
    // Within a folder files may need each other; a file may not need itself.
    if (from === null || to === null || (from === to && each.from !== each.to)) continue
    const targets = arrows.get(from) ?? new Map<string, Import[]>()
    arrows.set(from, targets.set(to, [...(targets.get(to) ?? []), each]))
  }
  let shortest: string[] = []
  for (const start of arrows.keys()) {
    const path = wayBack(start, (unit) => [...(arrows.get(unit)?.keys() ?? [])])
    if (path.length > 0 && (shortest.length === 0 || path.length < shortest.length)) shortest = path
  }
  return shortest.slice(1).map((to, i) => {
    const from = shortest[i]!
    return { from, to, imports: arrows.get(from)!.get(to)! }
  })
}

/** The shortest way from a unit to itself, both ends included. */
function wayBack(start: string, next: (unit: string) => readonly string[]): string[] {
  const paths = [[start]]
  const seen = new Set<string>()
  for (const path of paths)
    for (const unit of next(path.at(-1)!)) {
      if (unit === start) return [...path, unit]
      if (!seen.has(unit)) paths.push([...path, unit])
      seen.add(unit)
    }
  return []
}

/** `a -> b -> a`; where its units are folders, also the imports that make it. */
export function circleText(circle: readonly Arrow[]): string {
  const units = [...circle.map(({ from }) => from), circle.at(-1)?.to]
  const between = circle.flatMap((arrow) => arrow.imports.filter(({ from }) => from !== arrow.from))
  return [units.join(' -> '), ...between.map(({ from, to }) => `  ${from} imports ${to}`)].join('\n')
}

/** The sub-folder of a folder that a path lies in; null for files of the folder itself, and for those elsewhere. */
export function subfolder(folder: string, path: string): string | null {
  if (!path.startsWith(`${folder}/`)) return null
  const [name, ...rest] = path.slice(folder.length + 1).split('/')
  return rest.length === 0 ? null : `${folder}/${name}`
}

/** The floors that a text draws, lowest first: the lines of its one block of ```floors, which has the highest first. */
export function floorsOf(markdown: string): string[][] {
  const blocks = [...markdown.matchAll(/^```floors\n(.*?)^```$/gms)]
  if (blocks.length !== 1) throw new Error(`${blocks.length} blocks of floors; expected one`)
  const lines = blocks[0]![1]!.trim().split('\n')
  return lines.map((line) => line.split(',').map((name) => name.trim())).reverse()
}

/** Imports that do not point to a lower floor. What lies in one entry of the floors may import each other. */
export function notDownwards(
  imports: readonly Import[],
  root: string,
  floors: readonly string[][],
): Import[] {
  const entryOf = (path: string) => path.slice(root.length + 1).split('/')[0]!
  const floorOf = (path: string) => floors.findIndex((names) => names.includes(entryOf(path)))
  return imports.filter(
    ({ from, to }) => entryOf(from) !== entryOf(to) && !(floorOf(to) < floorOf(from) && floorOf(to) >= 0),
  )
}
