/** A piece of preprocessed source. `line` and `file` are those of the source that it came from. */
export interface Token {
  readonly kind: 'marker' | 'string' | 'name' | 'number' | 'space' | 'sign'
  readonly text: string
  readonly file: string
  readonly line: number
}

const PATTERN =
  /(?<marker>^#[^\n]*(?:\n|$))|(?<string>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')|(?<name>[A-Za-z_]\w*)|(?<number>(?:\d|\.\d)(?:[eEpP][+-]|[\w.])*)|(?<space>\s+)|(?<sign>::|->|\[\[|\]\]|[+\-*/%&|^=!<>]=|&&|\|\||<<|>>|[^\s])/gm
const MARKER = /^#(?:line)?\s+(\d+)\s+"([^"]*)"/

/** Cuts what `clang -E` gives into tokens; comments are gone by then. */
export function tokenize(text: string, file = ''): Token[] {
  const tokens: Token[] = []
  let line = 1
  for (const match of text.matchAll(PATTERN)) {
    const [kind] = Object.entries(match.groups!).find(([, found]) => found !== undefined)!
    tokens.push({ kind: kind as Token['kind'], text: match[0], file, line })
    const marker = kind === 'marker' ? MARKER.exec(match[0]) : null
    if (marker) {
      line = Number(marker[1])
      file = marker[2]!
    } else line += match[0].split('\n').length - 1
  }
  return tokens
}

/** The tokens that mean something, each with its place among all. */
export function meaningful(tokens: readonly Token[]): { readonly token: Token; readonly at: number }[] {
  return tokens
    .map((token, at) => ({ token, at }))
    .filter(({ token }) => token.kind !== 'space' && token.kind !== 'marker')
}

/** Index of the bracket that closes the one at `open`. */
export function closing(texts: readonly string[], open: number): number {
  const pairs: Record<string, string> = { '(': ')', '[': ']', '{': '}', '[[': ']]' }
  const stack: string[] = []
  for (let i = open; i < texts.length; i++) {
    const text = texts[i]!
    if (text in pairs) stack.push(pairs[text]!)
    // `]]` may also be two brackets of a[b[i]].
    else if (text === ']]' && stack.at(-1) === ']') stack.splice(-2)
    else if (text === stack.at(-1)) stack.pop()
    if (stack.length === 0) return i
  }
  throw new Error(`an opening ${texts[open]} is never closed`)
}
