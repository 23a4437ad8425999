import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { VmmError } from '../../../../lib/core/errors.ts'
import { translate } from '../../../../lib/text/tokenizers/published/patterns.ts'

// That published patterns find the same as in the Rust crate is for the goldens of tokenizer_json.test.ts.

const found = (source: string, text: string) =>
  [...text.matchAll(translate({ value: source, file: 'x.json', path: 'p' }))].map(([part]) => part)

test('white space, words, digits and letters without case are those of Oniguruma', () => {
  assert.equal(found('\\s+', 'a\u0085\u00a0b\ufeff\u2028'), ['\u0085\u00a0', '\u2028'])
  assert.equal(found('[^\\s]+', 'a\u0085\ufeffb'), ['a', '\ufeffb'])
  assert.equal(found('[^\\S\\n]+', ' \t\n x'), [' \t', ' '])
  assert.equal(found('\\w+', 'é_1½ⅷ ٣-·'), ['é_1½ⅷ', '٣'])
  assert.equal(found('\\d', '1٣½'), ['1', '٣'])
  assert.equal(found("(?i:'s|k)", "'ſ'S'sK\u212ak"), ["'ſ", "'S", "'s", 'K', '\u212a', 'k'])
  assert.equal(found('(?i:[sdmt]|ll)x', 'Sxſxllx'), ['Sx', 'ſx', 'llx'])
})

test('characters that mean something in patterns can be escaped, others stand for themselves', () => {
  const marks = '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~ '
  for (const mark of marks) assert.equal(found(`\\${mark}`, `a${mark}b`), [mark], mark)
  assert.equal(found('[a\\-\\]\\^]+', 'ba-]^b'), ['a-]^'])
  assert.equal(found('[-a]+|é|😀{2}', '-a-é😀😀'), ['-a-', 'é', '😀😀'])
  assert.equal(found('\\p{Han}+|\\P{L}', '你好a1'), ['你好', '1'])
})

test('what is not known, and what could take exponential time, is refused', () => {
  for (const [source, message] of [
    ['a++', 'a possessive quantifier'],
    ['a?+', 'a possessive quantifier'],
    ['a+*', 'a quantifier of a quantifier'],
    ['a{1,2}?', 'a quantifier of a quantifier'],
    ['(a+)+', 'a group that repeats'],
    ['(?:a|a)*b', 'a group that repeats'],
    ['a*a*a*b', 'so many repetitions in a row'],
    ['a{0,999}a{0,999}a{0,999}', 'so many repetitions in a row'],
    [`${'a?'.repeat(30)}`, 'so many choices in a row'],
    [`${'(?:a|a)'.repeat(30)}`, 'so many choices in a row'],
    [`(?=${'a?'.repeat(30)})`, 'so many choices in a row'],
    ['a{,3}', 'the quantifier {,3}'],
    ['(?<name>a)', 'a group (?<n'],
    ['(?i)a', 'a group (?i)'],
    ['(?>a)', 'a group (?>a'],
    ['[[:alpha:]]', 'a class in a class'],
    ['[a&&b]', 'a class in a class'],
    ['[]', 'an empty class'],
    ['[a', 'a class without an end'],
    ['(a', 'a group without an end'],
    ['('.repeat(4096), 'so many groups in one another'],
    ['a)', 'a closing parenthesis'],
    ['(?i:[a-z])', 'a range without case'],
    ['[a-\\s]', 'a range of sets'],
    ['\\p{None}', '\\\\p{None}'],
    ['\\p', '\\\\p at this place'],
    ['\\1', '\\\\1'],
    ['\\b', '\\\\b'],
    ['a.', '. at this place'],
    ['^a', '^ at this place'],
    ['*', '* at this place'],
    ['a\\', '\\\\'],
  ] as const)
    try {
      assert.not.ok(
        translate({ value: source, file: 'x.json', path: 'p' }),
        `${source.slice(0, 20)} was not refused`,
      )
    } catch (error) {
      assert.instance(error, VmmError, source)
      assert.is((error as VmmError).code, 'UNSUPPORTED')
      const { message: given } = error as VmmError
      assert.ok(given.startsWith(`x.json: p: ${message.replace('\\\\', '\\')}`), `${source}: ${given}`)
    }
  for (const value of ['', 'a'.repeat(4097), 7])
    assert.throws(() => translate({ value, file: 'x.json', path: 'p' }), /^x\.json: p: got/)
  assert.throws(() => translate({ value: '[b-a]', file: 'x.json', path: 'p' }), /the pattern "\[b-a\]"/)
})

test.run()
