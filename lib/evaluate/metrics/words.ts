import { splitSentences } from '../../text/sentences.ts'

/** What is one word wherever it stands: ellipses, dashes of two hyphens, quotes in TeX's style, single signs. */
const SIGN = String.raw`\.{2,}|--|''|\x60+|[;@#$%&?!*()[\]{}<>«»“”‘’„\u2012-\u2015]`
/** Commas and colons, except before a digit: '1,000' and '10:30' are one word. */
const STOP = String.raw`[,:](?!\d)`
const PIECE = new RegExp(String.raw`${SIGN}|${STOP}|(?:(?!${SIGN}|${STOP})\S)+`, 'gu')

const OPENING = /(?:^|[\s([{<])$/
const LAST_PERIOD = /(?<=[^.])\.(?=[\])}>'»”’\s]*$)/

/** Where a piece between white space and signs is cut: before clitics, after a quote, inside compounds. */
const JOINTS = new RegExp(
  [
    "(?<=[^'])(?=(?:'(?:[smd]|ll|re|ve)?|n't)'?$)",
    String.raw`(?<=^')(?=[\p{L}\p{N}_])(?!(?:[dmnst]|ll|re|ve)(?![\p{L}\p{N}_]))`,
    String.raw`(?<=\bcan)(?=not\b)|(?<=\b(?:gim|lem))(?=me\b)|(?<=\bgon)(?=na\b)|(?<=\bwan)(?=na$)`,
    String.raw`(?<=\bgot)(?=ta\b)|(?<=\bd)(?='ye\b)|(?<=\bmore)(?='n\b)`,
  ].join('|'),
  'iu',
)

/**
 * The words of an English text in the style of the Penn Treebank, as nltk's `word_tokenize` gives them: punctuation
 * stands alone, "don't" is "do" and "n't", "cats'" is "cats" and "'", straight double quotes become `` and ''. A period
 * stands alone only at the end of a sentence. Case is kept. Sentences are those of `splitSentences`.
 *
 * @throws VmmError BAD_ARGUMENT for what is no text
 */
export function words(text: string): string[] {
  const starts = splitSentences(text).map(({ start }) => start)
  const cuts = [0, ...starts.slice(1), text.length]
  return cuts.slice(1).flatMap((end, i) => sentenceWords(text.slice(cuts[i], end)))
}

function sentenceWords(sentence: string): string[] {
  const marked = sentence
    .replace(/"|''/g, (_, at: number) => (OPENING.test(sentence.slice(0, at)) ? ' `` ' : " '' "))
    .replace(LAST_PERIOD, ' . ')
  return (marked.match(PIECE) ?? []).flatMap((piece) => piece.split(JOINTS))
}
