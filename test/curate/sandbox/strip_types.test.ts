// TypeScript without its types does what it did, line by line; what would need a compiler is refused.
import { runInNewContext } from 'node:vm'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { stripTypes } from '../../../lib/curate/sandbox/strip_types.ts'

const strip = async (source: string): Promise<string> => {
  const result = await stripTypes(source)
  if ('problem' in result) throw new Error(result.problem)
  return result.source
}

/** Each ends with an expression, and its value. */
const PROGRAMS: readonly (readonly [source: string, value: unknown])[] = [
  ['interface A { x?: number }\ntype B = A | null\nconst b: B = { x: 1 };\nb!.x', 1],
  [
    'function f<T extends number>(a: T, b?: T, ...c: T[]): [T, number] { return [a as T, c.length] }\nf<number>(3, 4, 5)[0]',
    3,
  ],
  [
    'class P<T> { private readonly x: number = 1; y!: T; constructor(z?: T) {} get(): number { return this.x } }\nnew P<string>().get()',
    1,
  ],
  [
    'abstract class Q { abstract f(): number; g(): number { return 2 } }\nclass R extends Q implements Object { override f(): number { return 3 } }\nnew R().f() + new R().g()',
    5,
  ],
  [
    'declare const nothing: number\nlet x = [1, 2].map((n: number): number => n * 2) satisfies number[];\nx[1]',
    4,
  ],
  ['function o(x: string): string\nfunction o(x: number): number\nfunction o(x: any) { return x }\no(7)', 7],
  [
    'const is = (x: unknown): x is number => typeof x === "number"\nlet y!: number\ny = 1\nis(y) ? 1 < 2 : 3',
    true,
  ],
  [
    'type K = keyof typeof m\nconst m = { a: 1 } as const\nconst g = new Map<string, number[]>([["a", [1]]])\ng.get("a" as K)![0]',
    1,
  ],
]
for (const [source, value] of PROGRAMS)
  test(`${source.split('\n')[0]} …`, async () => {
    const stripped = await strip(source)
    assert.is(runInNewContext(stripped), value)
    assert.is(stripped.length, source.length)
    assert.is(stripped.split('\n').length, source.split('\n').length)
  })

test('imports and exports of types go, others stay', async () => {
  const stripped = await strip(
    'import type { A } from "a"\nexport type B = A\nexport interface C {}\nexport const d: B = 1',
  )
  assert.is(stripped.trim().replace(/ +/g, ' '), 'export const d = 1')
})

for (const [source, what] of [
  ['\nenum A { B }', 'line 2: enum'],
  ['namespace N { export const x = 1 }', 'line 1: '],
  ['class A { constructor(private x: number) {} }', 'line 1: property as a parameter'],
  ['@d class A {}', 'line 1: decorator'],
  ['const x: = 1', 'the program cannot be parsed as TypeScript'],
])
  test(`${what} is refused`, async () => {
    const result = await stripTypes(source!)
    assert.ok('problem' in result && result.problem.startsWith(what!), JSON.stringify(result))
  })

test.run()
