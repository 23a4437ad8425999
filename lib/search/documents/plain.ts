import type { Block } from './block.ts'

/** The paragraphs of a text: what stands between blank lines. */
export function plainBlocks(text: string): Block[] {
  return paragraphs(text.split(/\r\n|\r|\n/), 1)
}

/**
 * The paragraphs among some lines, with their line ends as LF.
 *
 * @param first the number of the first of the lines
 */
export function paragraphs(lines: readonly string[], first: number): Block[] {
  const blocks: Block[] = []
  let begin = 0
  for (let at = 0; at <= lines.length; at++) {
    if (at < lines.length && lines[at]!.trim() !== '') continue
    if (at > begin)
      blocks.push({ kind: 'prose', text: lines.slice(begin, at).join('\n'), line: first + begin })
    begin = at + 1
  }
  return blocks
}
