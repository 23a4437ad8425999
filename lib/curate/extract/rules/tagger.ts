import { optionalPackages } from '../../../core/optional_packages.ts'

/** A word or mark of a text. */
export interface Token {
  readonly text: string
  /** A tag of Universal Dependencies: NOUN, PROPN, ADJ, VERB, AUX, DET, PUNCT, … */
  readonly tag: string
  /** Where it stands, in UTF-16 units. */
  readonly start: number
  readonly end: number
}

/** Words of a text with their parts of speech. */
export type Tagger = (text: string) => Token[]

const load = () => Promise.all([import('wink-nlp'), import('wink-eng-lite-web-model')])

/**
 * The tagger for English of wink-nlp, which this package names but does not install.
 *
 * @throws VmmError UNSUPPORTED when it is not installed
 */
export async function openTagger(packages = load): Promise<Tagger> {
  const advice = 'npm install wink-nlp wink-eng-lite-web-model'
  const need = `concepts are found in texts by the packages wink-nlp and wink-eng-lite-web-model: ${advice}`
  const [{ default: winkNLP }, { default: model }] = await optionalPackages(packages, need)
  const nlp = winkNLP(model, ['sbd', 'pos'])
  const { its } = nlp
  return (text) => {
    // Line ends would be words of their own. One for one, so that places stay.
    const tokens = nlp.readDoc(text.replace(/\s/g, ' ')).tokens()
    return joined(placed(text, tokens.out(its.value), tokens.out(its.pos) as string[]), text)
  }
}

/** Where words stand in the text that they are of. */
function placed(text: string, words: readonly string[], tags: readonly string[]): Token[] {
  let at = 0
  return words.map((word, i) => {
    const found = text.indexOf(word, at)
    const start = found < 0 ? at : found
    at = Math.min(text.length, start + word.length)
    return { text: text.slice(start, at), tag: tags[i]!, start, end: at }
  })
}

/** Parts of one word again: hyphens, underscores and slashes without space beside them part none. */
function joined(tokens: readonly Token[], text: string): Token[] {
  const whole: Token[] = []
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i]!
    const [before, next] = [whole.at(-1), tokens[i + 1]]
    const joins = /^[-‐_/]+$/.test(token.text) && before?.end === token.start && next?.start === token.end
    if (!joins || !/\w$/.test(before!.text) || !/^\w/.test(next!.text)) {
      whole.push(token)
      continue
    }
    const end = next!.end
    const tag = token.text.includes('-') || token.text.includes('‐') ? compoundTag(next!.tag) : 'X'
    whole[whole.length - 1] = { text: text.slice(before!.start, end), tag, start: before!.start, end }
    i++
  }
  return whole
}

/** "bot-driven" is said of something, as "long-term" is. */
function compoundTag(last: string): string {
  return last === 'VERB' || last === 'ADV' || last === 'ADP' ? 'ADJ' : last
}
