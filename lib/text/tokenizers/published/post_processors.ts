import { MOST_TOKENS } from './bounds.ts'
import {
  componentOf,
  countOf,
  elementsOf,
  type Field,
  isGiven,
  member,
  stepsOf,
  textOf,
  typesIn,
  unsupported,
  wrong,
} from './fields.ts'
import type { Specials } from './parts.ts'

/** Items of a template, ids of one of them, and ids around a text. */
const MOST_ITEMS = 64

/**
 * The ids that the `post_processor` of a tokenizer.json puts around those of one text.
 *
 * @throws VmmError UNSUPPORTED naming an unknown type, and for a template without the text or with it twice; BAD_FILE
 */
export function specialsOf(field: Field): Specials {
  if (!isGiven(field)) return NONE
  typesIn(field, 'processors')
  const specials = stepOf(field)
  if (specials.before.length + specials.after.length > MOST_ITEMS)
    throw wrong(field, `at most ${MOST_ITEMS} tokens around a text`)
  return specials
}

const stepOf = (field: Field): Specials => componentOf(field, makers, 'post-processor')

const NONE: Specials = { before: [], after: [] }

const makers: Readonly<Record<string, (field: Field) => Specials>> = {
  Sequence: (field) =>
    stepsOf(field, 'processors', stepOf).reduce(
      (inner, outer) => ({
        before: [...outer.before, ...inner.before],
        after: [...inner.after, ...outer.after],
      }),
      NONE,
    ),
  BertProcessing: pair,
  RobertaProcessing: pair,
  TemplateProcessing: template,
  // It moves the places of tokens, not their ids.
  ByteLevel: () => NONE,
}

function pair(field: Field): Specials {
  const idOf = (key: string): number => {
    const entry = member(field, key)
    const [, id] = elementsOf(entry, 2)
    if (id === undefined) throw wrong(entry, '[token, id]')
    return countOf(id, MOST_TOKENS - 1)
  }
  return { before: [idOf('cls')], after: [idOf('sep')] }
}

function template(field: Field): Specials {
  const known = member(field, 'special_tokens')
  const single = member(field, 'single')
  const before: number[] = []
  const after: number[] = []
  let texts = 0
  for (const item of elementsOf(single, MOST_ITEMS)) {
    const sequence = member(item, 'Sequence')
    if (isGiven(sequence)) {
      if (textOf(member(sequence, 'id')) !== 'A') throw unsupported(sequence, 'a second text', 'one')
      texts++
      continue
    }
    const name = textOf(member(member(item, 'SpecialToken'), 'id'))
    const ids = member(member(known, name), 'ids')
    const side = texts === 0 ? before : after
    for (const id of elementsOf(ids, MOST_ITEMS)) side.push(countOf(id, MOST_TOKENS - 1))
  }
  if (texts !== 1) throw unsupported(single, `a template that has the text ${texts} times`, 'once')
  return { before, after }
}
