// The grammars that bundles/sandbox brings, in programs of each language.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type Grammar, grammars, Language, Parser } from 'vector-mamba-sandbox'

/** What each reads, the type of its first node, and what it cannot read. */
const PROGRAMS: Readonly<Record<Grammar, readonly [good: string, kind: string, broken: string]>> = {
  python: [
    'def f[T](x: T) -> T:\n  match x:\n    case _: return x\n',
    'function_definition',
    'def f(:\n  return',
  ],
  javascript: [
    'async function* f(x) { yield x?.y ?? <b>{x}</b> }',
    'generator_function_declaration',
    'function f( {',
  ],
  typescript: ['type F<T> = (x: T) => x is T & {}', 'type_alias_declaration', 'type = ;'],
  tsx: ['const f = <T,>(x: T): X => <b>{x}</b>', 'lexical_declaration', 'const f = <b>'],
  go: ['package p\nfunc F[T any](x ...T) int { return len(x) }\n', 'package_clause', 'func {'],
  rust: ["fn f<'a, T: Copy>(x: &'a T) -> T { *x }", 'function_item', 'fn f( {'],
}

await Parser.init()
for (const [language, [good, kind, broken]] of Object.entries(PROGRAMS))
  test(`${language} is parsed, and a broken program is known as one`, async () => {
    const parser = new Parser()
    parser.setLanguage(await Language.load(grammars[language as Grammar]))
    const whole = parser.parse(good)!
    assert.is(whole.rootNode.hasError, false)
    assert.is(whole.rootNode.namedChild(0)!.type, kind)
    const other = parser.parse(broken)!
    assert.is(other.rootNode.hasError, true)
    for (const part of [whole, other, parser]) part.delete()
  })

test.run()
