import { VmmError } from '../../core/errors.ts'
import { jsonFields } from '../../io/json_fields.ts'

/** What a model says of a claim. */
export interface Verdict {
  readonly holds: boolean
  readonly reason: string
}

const LONGEST_REASON = 500

// The reason comes first: a model that has to give one thinks before it decides.
const PROPERTIES = { reason: { type: 'string' }, verdict: { enum: ['YES', 'NO'] } }

export const VERDICT_SCHEMA = {
  type: 'object',
  properties: PROPERTIES,
  required: ['reason', 'verdict'],
  additionalProperties: false,
}

export const VERDICTS_SCHEMA = {
  type: 'object',
  properties: {
    verdicts: {
      type: 'array',
      items: {
        type: 'object',
        properties: { number: { type: 'integer' }, ...PROPERTIES },
        required: ['number', 'reason', 'verdict'],
        additionalProperties: false,
      },
    },
  },
  required: ['verdicts'],
  additionalProperties: false,
}

/** Throws VmmError where a value is no verdict. */
export function readVerdict(value: unknown, name = 'the answer'): Verdict {
  const fields = jsonFields(name, value)
  const verdict = fields.text('verdict').trim().toUpperCase()
  if (verdict !== 'YES' && verdict !== 'NO')
    throw new VmmError('BAD_FILE', `${name}: verdict: expected YES or NO`)
  return { holds: verdict === 'YES', reason: shortened(fields.text('reason', '')) }
}

/** The verdicts of an answer on claims 1 to `count`, in their order. Throws VmmError where one is missing or twice there. */
export function readVerdicts(value: unknown, count: number): Verdict[] {
  const list = jsonFields('the answer', value).raw('verdicts')
  if (!Array.isArray(list)) throw new VmmError('BAD_FILE', 'the answer: verdicts: expected a list')
  const verdicts = new Map<number, Verdict>()
  for (const [i, item] of list.entries()) {
    const name = `the answer: verdicts[${i}]`
    const number = jsonFields(name, item).size('number')
    if (number > count || verdicts.has(number))
      throw new VmmError('BAD_FILE', `${name}: number: expected each of 1 to ${count} once`)
    verdicts.set(number, readVerdict(item, name))
  }
  if (verdicts.size !== count)
    throw new VmmError('BAD_FILE', `the answer: ${verdicts.size} verdicts; expected ${count}`)
  return Array.from({ length: count }, (_, i) => verdicts.get(i + 1)!)
}

/** The verdict of an answer in words that begins with it, as models give it that do not heed a schema; null for others. */
export function verdictInWords(text: string): Verdict | null {
  const [, verdict, reason] = /^[\W_]*(YES|NO)\b[\s.,:;*–—-]*(.*)/is.exec(text) ?? []
  if (verdict === undefined) return null
  return { holds: verdict.toUpperCase() === 'YES', reason: shortened(reason!) }
}

function shortened(reason: string): string {
  return reason.replace(/\s+/g, ' ').trim().slice(0, LONGEST_REASON)
}
