import { checkLength, LONGEST_TOKEN } from './bounds.ts'
import { bytesOfCharacters } from './byte_characters.ts'
import { byteOf } from './byte_tokens.ts'
import {
  componentOf,
  countOf,
  type Field,
  flagOf,
  isGiven,
  member,
  shortText,
  stepsOf,
  textOf,
  typesIn,
  wrong,
} from './fields.ts'
import type { Decoder } from './parts.ts'
import { patternOf } from './patterns.ts'

/**
 * The `decoder` of a tokenizer.json; that of a file without one puts spaces between tokens.
 *
 * @throws VmmError UNSUPPORTED naming an unknown type; BAD_FILE
 */
export function decoderOf(field: Field): Decoder {
  if (!isGiven(field)) return (tokens) => [tokens.join(' ')]
  typesIn(field, 'decoders')
  return stepOf(field)
}

const stepOf = (field: Field): Decoder => componentOf(field, makers, 'decoder')

const makers: Readonly<Record<string, (field: Field) => Decoder>> = {
  Sequence: (field) => {
    const steps = stepsOf(field, 'decoders', stepOf)
    return (tokens) => steps.reduce((now, step) => step(now), tokens)
  },
  WordPiece: wordPiece,
  Metaspace: metaspace,
  ByteLevel: () => (tokens) => [utf8(Buffer.concat(tokens.map(bytesOfCharacters)))],
  ByteFallback: () => byteFallback,
  BPEDecoder: bpe,
  Fuse: () => (tokens) => [tokens.join('')],
  Strip: strip,
  Replace: replace,
}

function wordPiece(field: Field): Decoder {
  const prefix = textOf(member(field, 'prefix'), '##')
  const isCleaned = flagOf(member(field, 'cleanup'), true)
  return (tokens) =>
    tokens.map((token, i) => {
      const spaced = i === 0 ? token : token.startsWith(prefix) ? token.slice(prefix.length) : ` ${token}`
      return isCleaned ? cleaned(spaced) : spaced
    })
}

/** Spaces that BERT's decoder takes back, in its order. */
const CLEANED = [
  [' .', '.'],
  [' ?', '?'],
  [' !', '!'],
  [' ,', ','],
  [" ' ", "'"],
  [" n't", "n't"],
  [" 'm", "'m"],
  [' do not', " don't"],
  [" 's", "'s"],
  [" 've", "'ve"],
  [" 're", "'re"],
] as const

function cleaned(text: string): string {
  return CLEANED.reduce((now, [from, to]) => now.replaceAll(from, to), text)
}

function metaspace(field: Field): Decoder {
  const mark = textOf(member(field, 'replacement'), '▁')
  const isPrefixed = flagOf(member(field, 'add_prefix_space'), true)
  const scheme = textOf(member(field, 'prepend_scheme'), isPrefixed ? 'always' : 'never')
  return (tokens) =>
    tokens.map((token, i) => token.replaceAll(mark, i === 0 && scheme !== 'never' ? '' : ' '))
}

function byteFallback(tokens: readonly string[]): string[] {
  const out: string[] = []
  let bytes: number[] = []
  const flush = () => {
    const text = utf8(Buffer.from(bytes))
    const isText = Buffer.from(text).equals(Buffer.from(bytes))
    out.push(isText ? text : '\ufffd'.repeat(bytes.length))
    bytes = []
  }
  for (const token of tokens) {
    const byte = byteOf(token)
    if (byte !== undefined) bytes.push(byte)
    else {
      if (bytes.length > 0) flush()
      out.push(token)
    }
  }
  if (bytes.length > 0) flush()
  return out
}

function bpe(field: Field): Decoder {
  const suffix = textOf(member(field, 'suffix'), '</w>')
  return (tokens) => tokens.map((token, i) => token.replaceAll(suffix, i === tokens.length - 1 ? '' : ' '))
}

function strip(field: Field): Decoder {
  const content = textOf(member(field, 'content'))
  if (Array.from(content).length !== 1) throw wrong(member(field, 'content'), 'one character')
  const start = countOf(member(field, 'start'), LONGEST_TOKEN)
  const stop = countOf(member(field, 'stop'), LONGEST_TOKEN)
  return (tokens) =>
    tokens.map((token) => {
      const step = content.length
      let begin = 0
      let end = token.length
      for (let n = 0; n < start && token.startsWith(content, begin); n++) begin += step
      for (let n = 0; n < stop && end > begin && token.endsWith(content, end); n++) end -= step
      return token.slice(begin, Math.max(begin, end))
    })
}

function replace(field: Field): Decoder {
  const pattern = patternOf(member(field, 'pattern'))
  const content = shortText(member(field, 'content'))
  return (tokens) => {
    let length = 0
    return tokens.map((token) =>
      token.replace(pattern, () => {
        length += content.length
        checkLength(length, 'ids')
        return content
      }),
    )
  }
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

/** U+FFFD for what is no UTF-8. */
function utf8(bytes: Buffer): string {
  return decoder.decode(bytes)
}
