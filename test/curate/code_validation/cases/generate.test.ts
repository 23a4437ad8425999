import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { analyseCode } from '../../../../lib/curate/code/analyse.ts'
import { parseCode } from '../../../../lib/curate/code/parse.ts'
import { generatedCases, growingInputs } from '../../../../lib/curate/code_validation/cases/generate.ts'

async function sources(code: string, tests: string[], language: 'python' | 'javascript' = 'python') {
  const { functions } = await analyseCode(code, language)
  return {
    ...{ language, entry: functions[0]!, program: await parseCode(code, language), most: 60 },
    tests: await Promise.all(tests.map((one) => parseCode(one, language))),
  }
}

test('inputs of tests come first, then like ones, edges and wrong kinds; none twice', async () => {
  const given = await sources('def f(items, n):\n  return n > 42', ['assert f([3, 1, 2], 5) == f([], 7)'])
  const cases = generatedCases(given)
  assert.equal(cases[0], { inputs: ['[3, 1, 2]', '5'], edgeCaseType: 'normal' })
  assert.equal(cases[1], { inputs: ['[]', '7'], edgeCaseType: 'normal' })
  const texts = cases.map(({ inputs }) => inputs.join('; '))
  assert.is(new Set(texts).size, texts.length)
  assert.ok(cases.length <= 60 && cases.length > 30)
  for (const type of ['normal', 'edge', 'error'] as const)
    assert.ok(
      cases.some(({ edgeCaseType }) => edgeCaseType === type),
      type,
    )
  // The constant that the code compares with, and those beside it.
  for (const n of ['41', '42', '43'])
    assert.ok(
      texts.some((text) => text.endsWith(`; ${n}`)),
      n,
    )
  assert.equal(generatedCases(given), cases)
})

test('without tests, annotations, defaults and names tell the kinds', async () => {
  const given = await sources('def f(a: "list[int]", word, ratio: float, flag=True, *rest): pass', [])
  assert.match(generatedCases(given)[0]!.inputs.join(' '), /^\[3, 1, 2\] "hello" 2\.5$/)
  const typed = await sources('function f(a, b) {}', ['f({ x: [1, null] }, "y")'], 'javascript')
  assert.equal(generatedCases(typed)[0]!.inputs, ['{["x"]: [1, null]}', '"y"'])
})

test('growing inputs: lists and numbers that are their lengths grow together', async () => {
  const given = await sources('def f(a, n): pass', ['f([1, 2, 3], 3)'])
  const grown = growingInputs(given)
  assert.equal(
    grown.map(([list, n]) => [list!.split(',').length, Number(n)]),
    [8, 16, 32, 64].map((size) => [size, size]),
  )
  assert.equal(
    growingInputs(await sources('def f(n): pass', ['f(3)'])).map(([n]) => n),
    ['4', '8', '12', '16', '20', '24'],
  )
  assert.equal(growingInputs(await sources('def f(n): pass', ['f(None)'])), [])
})

test.run()
