import type { NextSentenceReport } from '../suites/next_sentence/report.ts'
import type { Rows } from './rows.ts'

const NAMES: Readonly<Record<string, string>> = {
  noVector: 'no vector',
  ownVector: 'its own vector',
  shuffledContext: 'shuffled context',
  languageModel: 'language model',
  languageModelAlone: 'language model, no context',
}

/** What a token of the next sentence costs: a row for each method. */
export function nextSentenceRows({ methods }: NextSentenceReport): Rows {
  const interval = (ends: readonly number[]) => ends.map((end) => end.toFixed(3)).join(' … ')
  const isTold = Object.values(methods).some(({ blur }) => blur !== undefined)
  return {
    header: [
      'next sentence',
      ...(isTold ? ['blur'] : []),
      'nats',
      'bits',
      '95 % interval',
      'gain',
      '95 % interval',
    ],
    rows: Object.entries(methods).map(([name, { nats, bits, interval: own, blur, gain }]) => [
      NAMES[name] ?? name,
      ...(isTold ? [blur?.toFixed(2) ?? ''] : []),
      nats.toFixed(3),
      bits.toFixed(3),
      interval(own),
      ...(name === 'noVector' ? ['', ''] : [gain.nats.toFixed(3), interval(gain.interval)]),
    ]),
  }
}

/** What stands below `nextSentenceRows`. */
export function aboutNextSentences({ documents, sentences, context }: NextSentenceReport): string {
  return (
    `a token of the next sentence, given the vector that is expected: ${sentences.toLocaleString('en')} sentences of ` +
    `${documents.toLocaleString('en')} documents, each after ${context} or more; gain: nats less than without a vector`
  )
}
