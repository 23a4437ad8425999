import type { SyntaxNode } from '../../code/syntax_tree.ts'

/** A part of a source that is replaced. */
export interface Edit {
  readonly start: number
  readonly end: number
  readonly text: string
}

export const replaced = ({ start, end }: SyntaxNode, text: string): Edit => ({ start, end, text })

/** A source with parts replaced that do not overlap; places are those of the whole of which it begins at `from`. */
export function edited(source: string, edits: readonly Edit[], from = 0): string {
  const sorted = edits.toSorted((a, b) => b.start - a.start || b.end - a.end)
  return sorted.reduce(
    (text, one) => text.slice(0, one.start - from) + one.text + text.slice(one.end - from),
    source,
  )
}
