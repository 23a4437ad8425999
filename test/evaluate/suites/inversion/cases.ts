import type { InversionRun } from '../../../../lib/evaluate/suites/inversion/report.ts'
import type { InversionCase } from '../../../../lib/evaluate/suites/inversion/score.ts'
import { randomNumbers } from '../../../../lib/ops/random_numbers.ts'

/** A case that is right in all, less what is given. */
export function inversionCase(some: Partial<InversionCase> = {}): InversionCase {
  const reference = some.reference ?? 'The cat sleeps.'
  return {
    reference,
    text: reference,
    tokens: 5,
    cosine: 1,
    stopped: true,
    nll: 4,
    milliseconds: 10,
    ...some,
  }
}

/** The same with kinds of sentences in turns, under a judge that pays 2.25 for human text and a little more for others. */
export function judgedRun(sentences: number): InversionRun {
  const { cases, human, ...run } = inversionRun(sentences)
  const judged = (some: readonly InversionCase[]) =>
    some.map((one, i) => ({ ...one, kind: i % 2 ? 'news' : 'stories', judgeNll: i % 2 ? 2.5 : 2.25 }))
  const { refined, beam, nearest, noVector } = cases
  return {
    ...run,
    cases: {
      ...{ refined: judged(refined), beam: judged(beam) },
      ...{ nearest: judged(nearest), noVector: judged(noVector) },
    },
    human: human.map((one) => ({ ...one, judgeNll: 2.25 })),
  }
}

/** A run over made-up sentences of 1 to 40 words, each method a little worse than the one before. */
export function inversionRun(sentences: number): InversionRun {
  const numbers = randomNumbers(5)
  const references = Array.from({ length: sentences }, () =>
    Array.from({ length: 1 + numbers.below(40) }, () => `w${numbers.below(50)}`),
  )
  const method = (right: number) =>
    references.map((words) =>
      inversionCase({
        reference: words.join(' '),
        text: words.map((word) => (numbers.next() < right ? word : 'x')).join(' '),
        tokens: words.length,
        cosine: right - 0.2 * numbers.next(),
        stopped: numbers.next() < right,
        nll: 3 + numbers.next(),
        milliseconds: 20 * numbers.next(),
      }),
    )
  return {
    cases: { refined: method(1), beam: method(0.9), nearest: method(0.6), noVector: method(0.1) },
    human: references.map(() => ({ nll: 3.25, nllWithVector: 1.5 })),
    known: '100 sentences of books.txt',
    curve: [0, 8, 16, 1024].map((calls) => ({ calls, cosine: 0.9 - 0.1 / (calls + 1) })),
  }
}
