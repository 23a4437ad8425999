import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { analyseCode } from '../../../lib/curate/code/analyse.ts'

const names = (list: readonly { name: string }[]) => list.map(({ name }) => name)

test('JavaScript: functions of all kinds, classes, imports, tests', async () => {
  const code = `
import d, { a as b } from 'x'
const r = require('y')
export * from './z.js'

/**
 * Adds.
 *
 * @returns the sum
 */
export async function add(a, b = 3, ...c) {
  if (a && b || c ?? d) return a ? b : add(1)
  for (const k of a) switch (k) { case 1: break; default: }
  try { r.go(a).then() } catch (e) { throw new Error(e) }
}
class A extends B {
  method(x) { return this.method(x) }
  field = (y) => y
  get value() { return 1 }
}
const g = (x) => x * 2, h = function k(y) { return y }
const o = { z(a) { return a }, 'w': v => v }
module.exports.named = function () {}
test('adds', () => { add(1, 2) })
`
  const { functions, classes, imports, tests, broken } = await analyseCode(code, 'javascript')
  assert.is(broken, false)
  assert.equal(names(functions), ['add', 'method', 'field', 'value', 'g', 'k', 'z', 'w', 'named'])
  const add = functions[0]!
  assert.is(add.docstring, 'Adds.\n\n@returns the sum')
  assert.equal(
    add.parameters.map(({ name, kind, value }) => [name, kind, value]),
    [
      ['a', 'plain', null],
      ['b', 'plain', '3'],
      ['c', 'rest', null],
    ],
  )
  assert.is(add.complexity, 9)
  assert.equal(add.calls, ['add', '.then', 'r.go', 'Error'])
  assert.equal(add.patterns, ['recursion'])
  assert.equal(functions[1]!.patterns, ['recursion'])
  assert.equal(
    functions.slice(1, 4).map(({ owner }) => owner),
    ['A', 'A', 'A'],
  )
  assert.equal(
    classes.map(({ name, bases, methods }) => [name, bases, methods]),
    [['A', ['B'], ['method', 'field', 'value']]],
  )
  assert.equal(names(imports), ['x', 'y', './z.js'])
  assert.equal(
    tests.map(({ name, calls }) => [name, calls]),
    [['adds', ['add']]],
  )
  assert.is(code.slice(...add.range).startsWith('export async function add'), true)
})

test('TypeScript: types of parameters and results, interfaces', async () => {
  const code = `interface I<T> { a: T }
abstract class C extends D implements I<X> { constructor(private a: number, b?: string) { super() } }
export function f(this: X, a: number = 3, ...r: string[]): Promise<void> {}
`
  const { functions, classes, broken } = await analyseCode(code, 'typescript')
  assert.is(broken, false)
  assert.equal(
    functions.map(({ name, owner, returns, parameters }) => [
      name,
      owner,
      returns,
      parameters.map((one) => one.type),
    ]),
    [
      ['constructor', 'C', null, ['number', 'string']],
      ['f', null, 'Promise<void>', ['number', 'string[]']],
    ],
  )
  assert.equal(names(functions[1]!.parameters), ['a', 'r'])
  assert.equal(
    classes.map(({ name, kind, bases }) => [name, kind, bases]),
    [
      ['I', 'interface', []],
      ['C', 'class', ['D', 'I<X>']],
    ],
  )
})

test('TypeScript with JSX is read as well', async () => {
  const { functions, broken } = await analyseCode('const f = (a: number) => <b>{a}</b>', 'typescript')
  assert.is(broken, false)
  assert.equal(names(functions), ['f'])
})

test('Rust: methods of impl blocks, use, documentation, tests', async () => {
  const code = `use std::{collections::HashMap, io::{self, Read as R}};
use a::b::*;

/// A point.
/// Of a plane.
#[derive(Debug)]
pub struct P<T> { x: T }

impl<T> Tr for P<T> {
    /// Moves.
    fn m(&self, a: &mut Vec<i32>) -> i32 {
        if a.len() > 0 && self.m(a) > 1 { 1 } else { helper::<i32>(2) }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn it_works() { assert_eq!(helper(2), 3); }
}
`
  const { functions, classes, imports, tests, broken } = await analyseCode(code, 'rust')
  assert.is(broken, false)
  assert.equal(names(imports), ['std::collections::HashMap', 'std::io', 'std::io::Read', 'a::b::*'])
  const [m] = functions
  assert.is(m!.owner, 'P')
  assert.is(m!.docstring, 'Moves.')
  assert.is(m!.returns, 'i32')
  assert.equal(
    m!.parameters.map(({ name, type }) => [name, type]),
    [
      ['self', null],
      ['a', '&mut Vec<i32>'],
    ],
  )
  assert.is(m!.complexity, 3)
  assert.equal(m!.calls, ['a.len', 'self.m', 'helper'])
  assert.equal(m!.patterns, ['recursion'])
  assert.equal(
    classes.map(({ name, kind, docstring, methods }) => [name, kind, docstring, methods]),
    [['P', 'struct', 'A point.\nOf a plane.', ['m']]],
  )
  assert.equal(
    tests.map(({ name, calls }) => [name, calls.includes('helper')]),
    [['it_works', true]],
  )
})

test('Go: receivers, several results, comments, tests', async () => {
  const code = `package main

import (
	"fmt"
	m "math"
)

// F does.
// More.
func F(a, b int, c ...string) (int, error) {
	for i := 0; i < a && i < b; i++ {
		switch i {
		case 1:
			fmt.Println(c)
		}
	}
	return F(a, m.Abs(b))
}

// S is.
type S struct{ a int }

func (s *S) M() int { return s.M() }

func TestF(t *testing.T) { F(1, 2) }
`
  const { functions, classes, imports, tests, broken } = await analyseCode(code, 'go')
  assert.is(broken, false)
  assert.equal(names(imports), ['fmt', 'math'])
  const [f, method] = functions
  assert.is(f!.docstring, 'F does.\nMore.')
  assert.equal(
    f!.parameters.map(({ name, kind, type }) => [name, kind, type]),
    [
      ['a', 'plain', 'int'],
      ['b', 'plain', 'int'],
      ['c', 'rest', 'string'],
    ],
  )
  assert.is(f!.complexity, 4)
  assert.is(method!.owner, 'S')
  assert.equal(method!.patterns, ['recursion'])
  assert.equal(
    classes.map(({ name, docstring, methods }) => [name, docstring, methods]),
    [['S', 'S is.', ['M']]],
  )
  assert.equal(names(tests), ['TestF'])
})

test('code with mistakes is read as far as it goes', async () => {
  const { functions, broken, brokenLine } = await analyseCode(
    'def good(a):\n  return a\n\ndef bad(:\n  return (\n\ndef last(): pass\n',
    'python',
  )
  assert.is(broken, true)
  assert.is(brokenLine, 4)
  assert.is(functions.find(({ name }) => name === 'good')?.broken, false)
})

test('no code overflows the stack', async () => {
  for (const code of [
    '('.repeat(50_000),
    `x = ${'['.repeat(20_000)}${']'.repeat(20_000)}`,
    '-'.repeat(50_000),
  ])
    assert.is((await analyseCode(code, 'python')).broken, true)
})

test('other languages and what is no text are refused', async () => {
  for (const [code, language, argument] of [
    ['x', 'cobol', 'language'],
    ['x', 'toString', 'language'],
    [3 as unknown as string, 'python', 'source'],
    [' '.repeat((1 << 20) + 1), 'python', 'source'],
  ] as const) {
    const error = await analyseCode(code, language).then(
      () => null,
      (cause: Error & { argument?: string }) => cause,
    )
    assert.is(error?.argument, argument)
  }
})

test.run()
