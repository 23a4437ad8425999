import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { VmmError } from '../../../lib/core/errors.ts'
import type { Constraints } from '../../../lib/models/constraints/constraints.ts'
import { KEEP_AMOUNTS, KEEP_HASHTAGS, KEEP_TICKERS } from '../../../lib/models/constraints/keep_patterns.ts'
import type { ConstraintOptions } from '../../../lib/models/constraints/strings.ts'
import { constrain, english, letters, tight } from './support.ts'

/** The text that follows when always the best wanted token is taken. */
function shortest(constraints: Constraints, { pieces } = english): string {
  const tokens: number[] = []
  for (let state = constraints.start; !constraints.satisfied(state); ) {
    tokens.push(constraints.wanted(state)[0]!)
    state = constraints.next(state, tokens.at(-1)!)!
  }
  return pieces.text(tokens)
}

const wantedPieces = (constraints: Constraints, state = constraints.start, { pieces } = english): string[] =>
  constraints.wanted(state).map((token) => pieces.piece(token))

/** The state after a text, by the tokens that the tokenizer cuts it into. */
function after(constraints: Constraints, text: string, { tokenizer } = english): number {
  return tokenizer.encode(text).reduce((state, token) => constraints.next(state, token)!, constraints.start)
}

test('missing strings are written as the tokenizer would, after a space', () => {
  assert.is(shortest(constrain({ include: ['Ada', 'Bob', '$ABC'] })), 'Ada Bob $ABC')
  assert.is(shortest(constrain({ include: ['see', ', and', '...', ')'] })), 'see, and...)')
  assert.is(shortest(constrain({ include: ['He', '-5 %'] })), 'He -5 %')
  const constraints = constrain({ include: ['New York'] })
  assert.equal(wantedPieces(constraints), [' New'])
  assert.is(constraints.tokensNeeded(constraints.start), 2)
  assert.equal(wantedPieces(constraints, after(constraints, 'In')), [' New'])
  assert.equal(wantedPieces(constraints, after(constraints, 'In New')), [' York'])
})

test('any cut into tokens counts, and so does the inside of a word', () => {
  const constraints = constrain({ include: ['Ada'] })
  for (const cut of [
    [' Ad', 'a'],
    ['A', 'd', 'a'],
    [' ', ' ', 'A', 'da', 'm'],
    [' C', 'A', 'da'],
  ]) {
    const tokens = cut.map((piece) => english.pieces.find(piece)!)
    const state = tokens.reduce((from, token) => constraints.next(from, token)!, constraints.start)
    assert.ok(constraints.satisfied(state), cut.join('|'))
  }
})

test('a string that is broken off has to begin again; one that had occurred has not', () => {
  const constraints = constrain({ include: ['New York'] })
  const { satisfied, tokensNeeded, progress } = constraints
  const states = ['', 'New', 'New Y', 'New Yes', 'New New', 'New New York', 'New York is'].map((text) =>
    after(constraints, text),
  )
  assert.equal(states.map(satisfied), [false, false, false, false, false, true, true])
  assert.equal(states.map(progress), [0, 3, 5, 0, 3, 8, 8])
  assert.equal(states.map(tokensNeeded), [2, 1, 2, 2, 1, 0, 0])
})

test('a beginning inside a word is no progress', () => {
  const { progress, tokensNeeded, wanted, ...rest } = constrain({ include: ['eXpand'] })
  const constraints = { progress, tokensNeeded, wanted, ...rest }
  const inside = after(constraints, 'the')
  assert.is(progress(inside), 0)
  assert.equal(wantedPieces(constraints, inside), [' e'])
  assert.is(progress(after(constraints, 'the e')), 1)
})

test('strings may lie in each other and overlap', () => {
  const inner = constrain({ include: ['York', 'New York', 'New', 'New York'] })
  assert.is(inner.tokensNeeded(inner.start), 2)
  assert.is(shortest(inner), 'New York')
  const chain = constrain({ include: ['York City', 'New York'] })
  assert.is(chain.tokensNeeded(chain.start), 3)
  assert.is(shortest(chain), 'New York City')
  const ownBorder = constrain({ include: ['aabaac'] }, 40, letters)
  assert.is(shortest(ownBorder, letters), 'aabaac')
  assert.ok(ownBorder.satisfied(after(ownBorder, 'aabaabaac', letters)))
})

test('what must not occur also bars ways to what must', () => {
  const { exclude, include } = { exclude: ['Ada Bob', 'Bob Ada'], include: ['Ada', 'Bob'] }
  const parted = constrain({ include, exclude })
  assert.is(shortest(parted), 'Ada. Bob')
  assert.equal(wantedPieces(parted, after(parted, 'Ada')), ['.', ' B', ' Bo', ' '])
  assert.is(shortest(constrain({ include, exclude: [' '] })), 'BobAda')
  assert.is(shortest(constrain({ include, exclude: [' ', 'BobA', 'AdaB'] })), 'Bob.Ada')
  assert.is(shortest(constrain({ include: ['Ada'], exclude: [' Ada'] })), 'Ada')
  const constraints = constrain({ exclude: ['cat'] })
  const { next, start } = constraints
  assert.is(next(after(constraints, 'the ca'), english.pieces.find('t')!), null)
  assert.is(next(start, english.pieces.find(' category') ?? english.pieces.find(' cat')!), null)
  assert.is.not(next(after(constraints, 'the ca'), english.pieces.find('r')!), null)
})

test('the space before the text is not part of it', () => {
  const constraints = constrain({ include: [' Ada'], exclude: [' Bob'] })
  assert.not(constraints.satisfied(after(constraints, 'Ada')))
  assert.ok(constraints.satisfied(after(constraints, 'So Ada')))
  assert.is(shortest(constraints), ' Ada')
  assert.is.not(constraints.next(constraints.start, english.pieces.find(' Bob')!), null)
  assert.is(constraints.next(after(constraints, 'So'), english.pieces.find(' Bob')!), null)
})

test('characters count after NFKC, case and all', () => {
  const constraints = constrain({ include: ['cafe\u0301', 'ﬁsh'], exclude: ['\u00a0É'] })
  assert.is(shortest(constraints), 'café fish')
  assert.not(constraints.satisfied(after(constraints, 'Fish café')))
  const [e, acute] = ['e', '\u0301'].map((piece) => english.pieces.find(piece)!)
  assert.is(constraints.next(constraints.next(constraints.start, e!)!, acute!), null)
})

test('kept strings come from the hints, whatever the flags', () => {
  const hints = 'Buy $ABC, $BRK.B and #gold2 (#1, a#b) for $1,234.50 or €20 in 2024: −3.5 million, 12 %, 5%.'
  const found = (pattern: RegExp) => hints.match(pattern)
  assert.equal(found(KEEP_TICKERS), ['$ABC', '$BRK.B'])
  assert.equal(found(KEEP_HASHTAGS), ['#gold2'])
  assert.equal(found(KEEP_AMOUNTS), ['$1,234.50', '€20', '−3.5 million', '12 %', '5%'])
  assert.equal('A$7 $XY, 1.234,50 €, US$3 billion USD, 10k, 20 centuries, v1.2.3'.match(KEEP_AMOUNTS), [
    'A$7',
    '1.234,50 €',
    'US$3 billion USD',
    '10k',
  ])
  const pattern = /\$[A-Z]+|x*/
  for (const given of [pattern, new RegExp(pattern, 'g')]) {
    given.lastIndex = 7
    const text = shortest(constrain({ keep: [given], hints }))
    assert.is(text, '$ABC $BRK')
    assert.is(given.lastIndex, 7)
  }
  assert.ok(constrain({ keep: [/nothing/], hints }).empty)
})

test('nothing to enforce enforces nothing', () => {
  for (const options of [{}, { include: [], exclude: [], keep: [] }, { hints: 'no pattern' }]) {
    const constraints = constrain(options)
    const { start, next, satisfied, tokensNeeded, wanted, progress, empty } = constraints
    const state = next(start, 100)!
    assert.equal([empty, satisfied(start), satisfied(state)], [true, true, true])
    assert.equal([tokensNeeded(state), wanted(state), progress(state)], [0, [], 0])
    assert.is.not(next(after(constraints, 'e'), english.pieces.find('\u0301')!), null)
  }
  assert.not(constrain({ exclude: ['x'] }).empty)
})

test('reserved tokens change nothing, and no token is made up', () => {
  const { start, next } = constrain({ include: ['Ada'] })
  assert.is(next(start, 2), start)
  assert.throws(() => next(start, 8000), /id: got 8000/)
})

test('options that cannot be met or understood are refused by name', () => {
  const refused = (options: unknown, argument: string, message: RegExp, maxTokens = 40) => {
    try {
      constrain(options as ConstraintOptions, maxTokens)
    } catch (error) {
      assert.ok(error instanceof VmmError && error.code === 'BAD_ARGUMENT', String(error))
      assert.is(error.argument, argument)
      assert.match(error.message, message)
      return
    }
    assert.unreachable(`${JSON.stringify(options)} was taken`)
  }
  refused(null, 'constraints', /got null; expected an object/)
  refused({ include: 'Ada' }, 'constraints.include', /got "Ada"; expected an array of strings/)
  refused({ include: ['Ada', ''] }, 'constraints.include[1]', /got ""; expected a string of at least one/)
  refused({ exclude: [7] }, 'constraints.exclude[0]', /got 7; expected a string/)
  refused(
    { include: ['日本\n'] },
    'constraints.include[0]',
    /with "日", "本", "\\n"; expected characters that/,
  )
  refused({ include: ['a▁b'] }, 'constraints.include[0]', /with "▁"/)
  refused(
    { include: ['x', 'Adam'], exclude: ['y', 'da'] },
    'constraints.include[1]',
    /"Adam", which contains "da" of constraints\.exclude\[1\]/,
  )
  refused(
    { include: ['Ada', 'Bob'] },
    'constraints',
    /that need 3 tokens; expected at most 2 \(maxTokens\)/,
    2,
  )
  refused({ keep: /x/, hints: '' }, 'constraints.keep', /got an object \(RegExp\); expected an array/)
  refused({ keep: [/x/, 'y'], hints: '' }, 'constraints.keep[1]', /got "y"; expected a regular expression/)
  refused({ keep: [/x/] }, 'constraints.hints', /got undefined; expected a string/)
  refused({ hints: 7 }, 'constraints.hints', /got 7/)
  refused({ keep: [/a/, /..本/], hints: 'a 日本' }, 'constraints.keep[1]', /" 日本" with "日", "本"/)
  refused(
    { keep: [KEEP_TICKERS], hints: '$ABC', exclude: ['$'] },
    'constraints.keep[0]',
    /"\$ABC", which contains "\$" of constraints\.exclude\[0\]/,
  )
  for (const maxTokens of [0, 1.5]) refused({}, 'maxTokens', /expected a positive integer/, maxTokens)
  assert.throws(
    () => constrain({ include: ['ab', 'ba'], exclude: ['aba', 'bab', ' ', 'aa', 'bb'] }, 40, tight),
    /constraints\.exclude: got strings that leave no way to write those to include/,
  )
})

test.run()
