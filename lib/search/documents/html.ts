import type { DefaultTreeAdapterTypes } from 'parse5'
import { optionalPackages } from '../../core/optional_packages.ts'
import type { Block } from './block.ts'

type Node = DefaultTreeAdapterTypes.ChildNode

/** Their text is none of the page's. */
const LEFT_OUT = new Set([
  'script',
  'style',
  'template',
  'noscript',
  'head',
  'svg',
  'math',
  'nav',
  'button',
  'select',
])
/** Elements that are part of a line; all others begin and end a paragraph. */
const INLINE = new Set(
  'a abbr acronym b bdi bdo big br cite code data del dfn em font i img input ins kbd label mark meter output picture progress q rp rt ruby s samp small span strike strong sub sup time tt u var wbr'.split(
    ' ',
  ),
)

const load = () => import('parse5')

/**
 * The blocks of a page: headings, `pre` as code, and the text of what stands as a paragraph of its own, in one line.
 *
 * @param name for messages
 * @throws VmmError UNSUPPORTED where parse5 is not installed
 */
export async function htmlBlocks(text: string, name: string, packages = load): Promise<Block[]> {
  const advice = `${name}: HTML files need the package parse5: npm install parse5`
  const { parse } = await optionalPackages(packages, advice)
  const blocks: Block[] = []
  /** The paragraph that is being read. */
  let pieces: string[] = []
  let line: number | null = null
  const flush = (kind: 'heading' | 'prose' = 'prose', level?: number) => {
    const text = pieces.join('').replace(/\s+/g, ' ').trim()
    if (text !== '') blocks.push({ kind, text, line, ...(level !== undefined && { level }) })
    pieces = []
    line = null
  }
  const visitAll = (nodes: readonly Node[]) => {
    for (const node of nodes) visit(node)
  }
  const visit = (node: Node) => {
    if (node.nodeName === '#text') {
      const { value, sourceCodeLocation } = node as DefaultTreeAdapterTypes.TextNode
      if (line === null && value.trim() !== '') line = lineOf(value, sourceCodeLocation?.startLine)
      pieces.push(value)
      return
    }
    if (!('childNodes' in node) || LEFT_OUT.has(node.nodeName)) return
    if (node.nodeName === 'br') pieces.push(' ')
    if (INLINE.has(node.nodeName)) return visitAll(node.childNodes)
    flush()
    const level = /^h([1-6])$/.exec(node.nodeName)?.[1]
    if (node.nodeName === 'pre') {
      const code = textOf(node.childNodes)
      const { startLine = null } = node.sourceCodeLocation ?? {}
      if (code.trim() !== '') blocks.push({ kind: 'code', text: code.replace(/\n$/, ''), line: startLine })
      return
    }
    visitAll(node.childNodes)
    if (level === undefined) flush()
    else flush('heading', Number(level))
  }
  visitAll(parse(text, { sourceCodeLocationInfo: true }).childNodes)
  flush()
  return blocks
}

function textOf(nodes: readonly Node[]): string {
  return nodes
    .map((node) =>
      node.nodeName === '#text'
        ? (node as DefaultTreeAdapterTypes.TextNode).value
        : 'childNodes' in node
          ? textOf(node.childNodes)
          : '',
    )
    .join('')
}

/** The line of the first character that is no white space. */
function lineOf(value: string, startLine: number | undefined): number | null {
  if (startLine === undefined) return null
  return startLine + (/^\s*/.exec(value)![0].match(/\n/g)?.length ?? 0)
}
