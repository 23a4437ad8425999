import { VmmError } from '../../core/errors.ts'
import { optionalPackages } from '../../core/optional_packages.ts'
import type { Block } from './block.ts'
import { paragraphs } from './plain.ts'

const load = () => import('unpdf')

/**
 * The text of a PDF file, each page below a heading that tells its number. Pictures of text, such as scans, have none.
 *
 * @param name for messages
 * @throws VmmError UNSUPPORTED where unpdf is not installed; BAD_FILE for what it cannot read
 */
export async function pdfBlocks(bytes: Uint8Array, name: string, packages = load): Promise<Block[]> {
  const advice = `${name}: PDF files need the package unpdf: npm install unpdf`
  const { extractText, getDocumentProxy } = await optionalPackages(packages, advice)
  const pages = await (async () => {
    // Nothing of a file is run, and its warnings are not for the terminal.
    const document = await getDocumentProxy(new Uint8Array(bytes), { verbosity: 0, isEvalSupported: false })
    try {
      return (await extractText(document, { mergePages: false })).text
    } finally {
      await document.destroy()
    }
  })().catch((cause: unknown) => {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new VmmError('BAD_FILE', `${name}: cannot read: ${reason}`, { cause })
  })
  return pages.flatMap((text, page): Block[] => {
    const blocks = paragraphs(text.split('\n'), 1).map((block) => ({ ...block, line: null }))
    const heading: Block = { kind: 'heading', text: `page ${page + 1}`, line: null, level: 1 }
    return blocks.length === 0 ? [] : [heading, ...blocks]
  })
}
