import { splitSentences } from '../../../text/sentences.ts'
import { type Candidate, type Candidates, provenance } from '../../candidates/candidate.ts'
import { type DatasetOptions, type DatasetRecord, datasetRecords } from './records.ts'

/**
 * The problems of GSM8K (JSON lines with question and answer) as candidates: the question is a task, which is made of the steps of
 * its answer. What the data set notes for calculators is left out.
 *
 * @throws VmmError NOT_FOUND; BAD_FILE naming file, line and field, after all problems before it; the signal's reason
 * @example
 * ```js
 * import { writeFile } from 'node:fs/promises'
 * import { gsm8kCandidates } from 'vector-mamba/curate'
 *
 * const problem = { question: 'Two bags hold 3 nuts each. How many is that?', answer: 'They hold 2*3=<<2*3=6>>6 nuts.\n#### 6' }
 * await writeFile('gsm8k.jsonl', JSON.stringify(problem))
 * for await (const { key, type, text } of gsm8kCandidates('gsm8k.jsonl')) console.log(key, type, text) // gsm8k:0 task Two bags hold 3 nuts each. How many is that?
 * // gsm8k:0/1 step They hold 2*3=6 nuts.
 * ```
 */
export async function* gsm8kCandidates(path: string, options: DatasetOptions = {}): Candidates {
  for await (const record of datasetRecords(path, options)) {
    const question = record.fields.text('question').trim()
    const steps = record.fields
      .text('answer')
      .replace(/<<[^<>]*>>/g, '')
      .split(/\r?\n/)
      .map((line) => line.trim())
      .filter((line) => line !== '' && !line.startsWith('####'))
    yield* parts(record, path, 'gsm8k', question, 'composed_of', 'step', steps)
  }
}

/**
 * The pairs of Alpaca (`alpaca_data.json`: instruction, input, output; a JSON array, or JSON lines) as candidates: a task, and the
 * answer that implements it. Pairs without an answer are left out.
 *
 * @throws VmmError as `gsm8kCandidates`
 * @example
 * ```js
 * import { writeFile } from 'node:fs/promises'
 * import { alpacaCandidates } from 'vector-mamba/curate'
 *
 * await writeFile('alpaca.json', JSON.stringify([{ instruction: 'Name a colour.', input: '', output: 'Red.' }]))
 * for await (const { key, type, text } of alpacaCandidates('alpaca.json')) console.log(key, type, text) // alpaca:0 task Name a colour.
 * // alpaca:0/1 answer Red.
 * ```
 */
export async function* alpacaCandidates(path: string, options: DatasetOptions = {}): Candidates {
  for await (const record of datasetRecords(path, options)) {
    const { fields } = record
    const input = fields.text('input', '').trim()
    const task = [fields.text('instruction').trim(), input].filter((one) => one !== '').join('\n')
    const answer = fields.text('output').trim()
    if (task !== '' && answer !== '')
      yield* parts(record, path, 'alpaca', task, 'implemented_by', 'answer', [answer])
  }
}

/** A task, and parts of it that have a relation to it. */
function* parts(
  { position, line }: DatasetRecord,
  path: string,
  set: string,
  task: string,
  relation: string,
  type: string,
  texts: readonly string[],
): Generator<Candidate, void, undefined> {
  const key = `${set}:${position}`
  const of = (text: string) =>
    provenance(set, path, { document: String(position), position, line, excerpt: text })
  const keys = texts.map((_, i) => `${key}/${i + 1}`)
  yield {
    ...{ key, text: task, type: 'task', surfaceForms: [formOf(task)], score: 1, code: null },
    relations: keys.map((target) => ({ type: relation, target, targetIs: 'key', weight: 1 })),
    provenance: of(task),
  }
  for (const [i, text] of texts.entries())
    yield {
      ...{ key: keys[i]!, text, type, surfaceForms: [formOf(text)], score: 1, code: null, relations: [] },
      provenance: of(text),
    }
}

/** What a long text is called: its first sentence. */
const formOf = (text: string): string => splitSentences(text)[0]?.text ?? text
