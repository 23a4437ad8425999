import type { ConceptStore } from '../../store/store.ts'

/**
 * The names of a store's documents, sorted: of all, or of those that names or patterns stand for. A file of several documents
 * stands for them all.
 */
export async function documentNames(
  store: ConceptStore,
  patterns: readonly string[] | undefined,
  signal: AbortSignal | undefined,
): Promise<string[]> {
  const names = new Set<string>()
  for await (const concepts of store.scan({ signal }))
    for (const { document } of concepts) if (document !== null) names.add(document)
  const sorted = [...names].sort()
  if (patterns === undefined) return sorted
  const { default: picomatch } = await import('picomatch')
  const wanted = patterns.map((pattern) => {
    const matches = picomatch(pattern.replace(/^\.\//, ''))
    return (name: string) => name === pattern || name.startsWith(`${pattern}#`) || matches(name)
  })
  return sorted.filter((name) => wanted.some((is) => is(name)))
}
