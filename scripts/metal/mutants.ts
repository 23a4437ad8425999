import { Source } from './rewrite.ts'
import { closing, tokenize } from './tokens.ts'

/** A kernel with one thing taken out. */
export interface Mutant {
  readonly line: number
  readonly what: string
  readonly text: string
}

/** All mutants of a source: each barrier deleted, each mem_flags emptied, each comparison that guards something passed. */
export function mutantsOf(text: string): Mutant[] {
  const make = () => new Source(tokenize(withoutComments(text)))
  const { texts, tokens } = make()
  const others = notGuards(texts)
  const mutants: Mutant[] = []
  const add = (first: number, last: number, by: string, what: string): void => {
    const changed = make()
    changed.replace(first, last, by)
    mutants.push({ line: tokens[first]!.line, what, text: changed.join() })
  }
  texts.forEach((word, i) => {
    if (/^(threadgroup|simdgroup)_barrier$/.test(word)) {
      const end = closing(texts, i + 1)
      add(i, end, '(void)0', `without ${word}`)
      const flag = texts.findIndex((t, at) => at > i && at < end && /^mem_(device|threadgroup)$/.test(t))
      if (flag > 0) add(flag, flag, 'mem_none', `${word} without ${texts[flag]}`)
    }
    const passed = PASSED[word]
    if (!passed || others.has(i)) return
    const [first, last] = [begin(texts, i), end(texts, i)]
    add(first, last, ` ${passed} `, `${texts.slice(first, last + 1).join(' ')} is ${passed}`)
  })
  return mutants
}

/** What a comparison gives when it no longer guards. */
const PASSED: Readonly<Record<string, string>> = { '<': 'true', '<=': 'true', '>': 'false', '>=': 'false' }

/** Comments become spaces, so that lines and columns stay. */
function withoutComments(text: string): string {
  return text.replace(/\/\/[^\n]*/g, '')
}

const BEFORE = ['&&', '||', ';', '{', '}', '=', ',', 'return', '?', ':']
const AFTER = ['&&', '||', ';', '?', ':', ',']

/** First word of the operand to the left of an operator. */
function begin(texts: readonly string[], at: number): number {
  let depth = 0
  for (let i = at - 1; ; i--) {
    const text = texts[i]!
    if (text === ')' || text === ']') depth++
    if ((text === '(' || text === '[') && depth-- === 0) return i + 1
    if (depth === 0 && BEFORE.includes(text)) return i + 1
  }
}

/** Last word of the operand to the right of an operator. */
function end(texts: readonly string[], at: number): number {
  let depth = 0
  for (let i = at + 1; ; i++) {
    const text = texts[i]!
    if (text === '(' || text === '[') depth++
    if ((text === ')' || text === ']') && depth-- === 0) return i - 1
    if (depth === 0 && AFTER.includes(text)) return i - 1
  }
}

/** Places that are no guards: heads of loops, which would not end, and arguments of templates. */
function notGuards(texts: readonly string[]): ReadonlySet<number> {
  const places = new Set<number>()
  const range = (from: number, to: number) => {
    for (let i = from; i <= to; i++) places.add(i)
  }
  texts.forEach((text, i) => {
    // A loop with several conditions ends without one of them.
    if (text === 'for' && !texts.slice(i, closing(texts, i + 1)).includes('&&'))
      range(i, closing(texts, i + 1))
    if (text === '<' && TEMPLATES.includes(texts[i - 1]!)) range(i, texts.indexOf('>', i))
  })
  return places
}

const TEMPLATES = [
  'make_filled_simdgroup_matrix',
  'simdgroup_matrix',
  'as_type',
  'numeric_limits',
  'vec',
  'template',
]
