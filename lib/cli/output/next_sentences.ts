import type { NextSentenceReport } from '../../evaluate/suites/next_sentence/report.ts'
import { type CliContext, styles } from '../context.ts'

const WIDTHS = [18, 8, 8, 17, 8, 17]
const NAMES: Readonly<Record<string, string>> = {
  noVector: 'no vector',
  ownVector: 'its own vector',
  shuffledContext: 'shuffled context',
  languageModel: 'language model',
  languageModelAlone: '  without context',
}

/** What a token of the next sentence costs, by each method, as lines of text. */
export function nextSentenceTable(
  { documents, sentences, context, methods }: NextSentenceReport,
  world: Pick<CliContext, 'stdout' | 'env'>,
): string {
  const { bold, dim } = styles(world.stdout, world.env)
  const interval = (ends: readonly number[]) => ends.map((end) => end.toFixed(3)).join(' … ')
  const rows = Object.entries(methods).map(([name, { nats, bits, interval: own, gain }]) => [
    NAMES[name] ?? name,
    nats.toFixed(3),
    bits.toFixed(3),
    interval(own),
    ...(name === 'noVector' ? [] : [gain.nats.toFixed(3), interval(gain.interval)]),
  ])
  const about =
    `a token of the next sentence, given the vector that is expected: ${sentences.toLocaleString('en')} sentences of ` +
    `${documents.toLocaleString('en')} documents, each after ${context} or more; gain: nats less than without a vector`
  return [
    bold(line(['next sentence', 'nats', 'bits', '95 % interval', 'gain', '95 % interval'])),
    ...rows.map(line),
    dim(about),
    '',
  ].join('\n')
}

function line(cells: readonly string[]): string {
  return cells
    .map((cell, i) => (i === 0 ? cell.padEnd(WIDTHS[i]!) : cell.padStart(WIDTHS[i]!)))
    .join('  ')
    .trimEnd()
}
