import type { Block } from './block.ts'
import { paragraphs } from './plain.ts'

const HEADING = /^ {0,3}(#{1,6})(?:[ \t]+(.*?))?(?:[ \t]+#+)?[ \t]*$/
const UNDERLINE = /^ {0,3}(=+|-+)[ \t]*$/
/** A code fence may stand in a list or a quotation. */
const FENCE = /^(?:[ \t]*|[ \t]*>[ \t]*)(`{3,}|~{3,})[ \t]*([^`\s]*)[^`]*$/
const BLANK = /^\s*$/
/** What cannot be the text of a heading that is underlined: lists, quotations, tables. */
const NO_TITLE = /^ {0,3}(?:[-*+>|]|\d+[.)])/

/**
 * The blocks of a text in Markdown, as CommonMark has them: headings of both kinds, fenced code without its fences, and what
 * stands between blank lines, as it is written. What YAML has at the beginning ("---") is left out, and so are comments.
 */
export function markdownBlocks(text: string): Block[] {
  const lines = withoutComments(text).split(/\r\n|\r|\n/)
  const blocks: Block[] = []
  let begin = frontMatter(lines)
  const flush = (end: number) => blocks.push(...paragraphs(lines.slice(begin, end), begin + 1))
  for (let at = begin; at < lines.length; at++) {
    const line = lines[at]!
    const fence = FENCE.exec(line)
    if (fence) {
      flush(at)
      const end = endOfFence(lines, at + 1, fence[1]!)
      const code = lines.slice(at + 1, end).join('\n')
      if (code.trim() !== '')
        blocks.push({ kind: 'code', text: code, line: at + 2, ...(fence[2] && { language: fence[2] }) })
      at = end
      begin = at + 1
      continue
    }
    const heading = HEADING.exec(line) ?? underlined(lines, at, begin)
    if (heading === null) continue
    const isUnderlined = !HEADING.test(line)
    flush(at)
    const level = isUnderlined ? (heading[1]!.startsWith('=') ? 1 : 2) : heading[1]!.length
    blocks.push({ kind: 'heading', text: (heading[2] ?? '').trim(), line: at + 1, level })
    if (isUnderlined) at++
    begin = at + 1
  }
  flush(lines.length)
  return blocks
}

/** A line that the next one underlines, as HEADING gives it; one that goes on a paragraph is none. */
function underlined(lines: readonly string[], at: number, begin: number): [string, string, string] | null {
  const line = lines[at]!
  const under = UNDERLINE.exec(lines[at + 1] ?? '')?.[1]
  if (under === undefined || BLANK.test(line) || NO_TITLE.test(line)) return null
  if (at > begin && !BLANK.test(lines[at - 1]!)) return null
  return [line, under, line]
}

/** The line that ends a fence, or that behind the last one. */
function endOfFence(lines: readonly string[], from: number, fence: string): number {
  const closing = new RegExp(`^[ \\t>]*${fence[0]}{${fence.length},}[ \\t]*$`)
  for (let at = from; at < lines.length; at++) if (closing.test(lines[at]!)) return at
  return lines.length
}

/** How many lines front matter takes. */
function frontMatter(lines: readonly string[]): number {
  if (lines[0]?.trimEnd() !== '---') return 0
  const end = lines.findIndex((line, at) => at > 0 && /^(---|\.\.\.)\s*$/.test(line))
  return end < 0 ? 0 : end + 1
}

/** Comments become their line ends, so that lines keep their numbers. In code they stay. */
function withoutComments(text: string): string {
  if (!text.includes('<!--')) return text
  return text.replace(
    /^([ \t>]*)(`{3,}|~{3,})[\s\S]*?^[ \t>]*\2[`~]*[ \t]*$|<!--[\s\S]*?-->/gm,
    (found, _indent, fence) => (fence === undefined ? found.replace(/[^\r\n]+/g, '') : found),
  )
}
