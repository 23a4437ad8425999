import { type Candidate, type Candidates, provenance } from '../../candidates/candidate.ts'
import { analyseCode, type CodeAnalysis } from '../../code/analyse.ts'
import { wordsOf } from '../../code/words.ts'
import { type DatasetOptions, type DatasetRecord, datasetRecords } from './records.ts'

/** Of what is told by rules over the form of code. */
const PATTERN_WEIGHT = 0.8

/**
 * The tasks of MBPP (`mbpp.jsonl`: text, code, test_list; also the sanitised form with `prompt`) as candidates: what is to be done is
 * the text, the reference solution is the code, with its tests. Nothing is executed.
 *
 * @throws VmmError NOT_FOUND; BAD_FILE naming file, line and field, after all tasks before it; the signal's reason
 * @example
 * ```js
 * import { writeFile } from 'node:fs/promises'
 * import { mbppCandidates } from 'vector-mamba/curate'
 *
 * const task = { task_id: 1, text: 'Double a number.', code: 'def double(x): return 2 * x', test_list: ['assert double(2) == 4'] }
 * await writeFile('mbpp.jsonl', JSON.stringify(task))
 * for await (const { key, text, code } of mbppCandidates('mbpp.jsonl')) console.log(key, text, code.entry) // mbpp:1 Double a number. double
 * ```
 */
export async function* mbppCandidates(path: string, options: DatasetOptions = {}): Candidates {
  for await (const record of datasetRecords(path, options)) {
    const { fields } = record
    const source = fields.text('code').replaceAll('\r\n', '\n')
    const setup = [fields.text('test_setup_code', ''), ...fields.texts('test_imports')].filter(
      (one) => one !== '',
    )
    const tests = [...fields.texts('test_list'), ...fields.texts('challenge_test_list')]
    yield await program(record, path, {
      set: 'mbpp',
      id: String(fields.raw('task_id') ?? record.position),
      text: fields.text(fields.has('text') ? 'text' : 'prompt'),
      source,
      tests: tests.map((test) => [...setup, test].join('\n')),
      entry: null,
    })
  }
}

/**
 * The tasks of HumanEval (`HumanEval.jsonl.gz`: prompt, canonical_solution, test, entry_point) as candidates: the docstring is
 * the text, prompt and solution are the code.
 *
 * @throws VmmError as `mbppCandidates`
 * @example
 * ```js
 * import { writeFile } from 'node:fs/promises'
 * import { humanEvalCandidates } from 'vector-mamba/curate'
 *
 * await writeFile('he.jsonl', JSON.stringify({
 *   task_id: 'HumanEval/0', prompt: 'def double(x):\n    """Twice a number."""\n', canonical_solution: '    return 2 * x\n',
 *   test: 'def check(candidate):\n    assert candidate(2) == 4\n', entry_point: 'double',
 * }))
 * for await (const { key, text, code } of humanEvalCandidates('he.jsonl')) console.log(key, text, code.tests.length) // humaneval:HumanEval/0 Twice a number. 1
 * ```
 */
export async function* humanEvalCandidates(path: string, options: DatasetOptions = {}): Candidates {
  for await (const record of datasetRecords(path, options)) {
    const { fields } = record
    const entry = fields.text('entry_point')
    yield await program(record, path, {
      set: 'humaneval',
      id: fields.text('task_id'),
      text: null,
      source: fields.text('prompt') + fields.text('canonical_solution'),
      tests: [`${fields.text('test')}\ncheck(${entry})`],
      entry,
    })
  }
}

interface Program {
  readonly set: string
  readonly id: string
  /** What it does; null: its docstring tells. */
  readonly text: string | null
  readonly source: string
  readonly tests: readonly string[]
  /** Null: what the tests call. */
  readonly entry: string | null
}

async function program(record: DatasetRecord, path: string, given: Program): Promise<Candidate> {
  const analysis = await analyseCode(given.source, 'python')
  const entry = given.entry ?? testedFunction(analysis, given.tests)
  const told = analysis.functions.find(({ name }) => name === entry)
  const text = given.text ?? told?.docstring ?? wordsOf(entry ?? given.id)
  return {
    key: `${given.set}:${given.id}`,
    text,
    type: 'code',
    surfaceForms: entry === null ? [text] : [...new Set([wordsOf(entry), entry])],
    score: analysis.broken ? 0.3 : 1,
    relations: [
      ...[...new Set(analysis.imports.map(({ name }) => name))].map((target) => ({
        ...{ type: 'depends_on', target, targetIs: 'form' as const, weight: 1 },
      })),
      ...analysis.patterns.map((target) => ({
        ...{ type: 'implements', target, targetIs: 'form' as const, weight: PATTERN_WEIGHT },
      })),
    ],
    code: { language: 'python', source: given.source, tests: given.tests, entry },
    provenance: provenance(given.set, path, {
      document: given.id,
      position: record.position,
      line: record.line,
      excerpt: text,
    }),
  }
}

/** The last function of a program that its tests call. */
function testedFunction({ functions }: CodeAnalysis, tests: readonly string[]): string | null {
  const tops = functions.filter(({ nested, owner }) => !nested && owner === null)
  const isCalled = (name: string) => tests.some((test) => new RegExp(`\\b${name}\\s*\\(`).test(test))
  return tops.findLast(({ name }) => isCalled(name))?.name ?? null
}
