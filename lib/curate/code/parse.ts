import { badArgument, check, describe } from '../../core/errors.ts'
import { optionalPackages } from '../../core/optional_packages.ts'
import type { CodeLanguage } from './languages.ts'
import { type SyntaxNode, some } from './syntax_tree.ts'

type Sandbox = typeof import('vector-mamba-sandbox')
type Parser = InstanceType<Sandbox['Parser']>
type TreeCursor = InstanceType<Sandbox['TreeCursor']>
type Grammar = keyof Sandbox['grammars']

/** Longest source in UTF-16 units. */
export const LONGEST_CODE = 1 << 20
/** What lies deeper is left out, so that no walk over the tree overflows the stack. */
const DEEPEST = 1500
/** Hostile sources can make a parser go on for long. */
const LONGEST_MS = 10_000

const NEED = 'Reading code needs the grammars of an optional package: npm install vector-mamba-sandbox'

/**
 * The syntax tree of a source. One with mistakes has a tree as well, whose nodes tell where they are.
 *
 * @throws VmmError BAD_ARGUMENT for a source of more than LONGEST_CODE or one that takes too long, UNSUPPORTED where the
 * grammars are not installed
 */
export async function parseCode(source: string, language: CodeLanguage): Promise<SyntaxNode> {
  check(typeof source === 'string', 'source', source, 'the text of a program')
  check(source.length <= LONGEST_CODE, 'source', source, `${LONGEST_CODE} characters at most`)
  const tree = await parsed(source, language)
  if (language !== 'typescript' || isWhole(tree)) return tree
  // What has JSX is another language than what has type assertions.
  const withJsx = await parsed(source, 'tsx')
  return isWhole(withJsx) ? withJsx : tree
}

const isWhole = (tree: SyntaxNode): boolean => !some(tree, ({ broken }) => broken)

async function parsed(source: string, grammar: Grammar): Promise<SyntaxNode> {
  const parser = await parserOf(grammar)
  const latest = performance.now() + LONGEST_MS
  const tree = parser.parse(source, null, { progressCallback: () => performance.now() > latest })
  if (tree === null) {
    parser.reset()
    throw badArgument('source', describe(source), `code that is parsed in ${LONGEST_MS / 1000} s`)
  }
  const cursor = tree.walk()
  try {
    return copied(cursor, source, 0)
  } finally {
    cursor.delete()
    tree.delete()
  }
}

const parsers = new Map<Grammar, Promise<Parser>>()

function parserOf(grammar: Grammar): Promise<Parser> {
  const known = parsers.get(grammar)
  if (known !== undefined) return known
  const opened = openParser(grammar)
  parsers.set(grammar, opened)
  opened.catch(() => parsers.delete(grammar)) // what was missing may be installed later
  return opened
}

async function openParser(grammar: Grammar): Promise<Parser> {
  const { Parser, Language, grammars } = await optionalPackages(() => import('vector-mamba-sandbox'), NEED)
  await Parser.init()
  const parser = new Parser()
  parser.setLanguage(await Language.load(grammars[grammar]))
  return parser
}

/** The tree under a cursor as plain objects, so that nothing of the parser's memory is kept. */
function copied(cursor: TreeCursor, source: string, depth: number): SyntaxNode {
  const { startIndex: start, endIndex: end, nodeType: type, nodeIsNamed: named } = cursor
  const children: SyntaxNode[] = []
  const field = cursor.currentFieldName
  const line = cursor.startPosition.row + 1
  const endLine = cursor.endPosition.row + 1
  const isDeep = depth === DEEPEST
  const broken = type === 'ERROR' || cursor.nodeIsMissing || isDeep
  if (!isDeep && cursor.gotoFirstChild()) {
    do children.push(copied(cursor, source, depth + 1))
    while (cursor.gotoNextSibling())
    cursor.gotoParent()
  }
  return { type, named, field, start, end, line, endLine, text: source.slice(start, end), broken, children }
}
