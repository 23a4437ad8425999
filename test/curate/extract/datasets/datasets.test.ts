import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Candidate, Candidates } from '../../../../lib/curate/candidates/candidate.ts'
import { alpacaCandidates, gsm8kCandidates } from '../../../../lib/curate/extract/datasets/instructions.ts'
import { humanEvalCandidates, mbppCandidates } from '../../../../lib/curate/extract/datasets/programs.ts'
import { temporaryFolder } from '../../../support/folder.ts'

const folder = temporaryFolder()

async function read(
  extract: (path: string) => Candidates,
  name: string,
  content: string | Buffer,
): Promise<{ found: Candidate[]; error: Error | null }> {
  const found: Candidate[] = []
  let error: Error | null = null
  await writeFile(join(folder, name), content)
  try {
    for await (const one of extract(join(folder, name))) found.push(one)
  } catch (cause) {
    error = cause as Error
  }
  return { found, error }
}

const lines = (...records: unknown[]) => records.map((one) => JSON.stringify(one)).join('\n')

test('MBPP: text, code, tests with what they need, the function that is tested', async () => {
  const task = {
    task_id: 7,
    text: 'Find the factorial.',
    code: 'import math\r\ndef helper(n):\r\n  return n\r\ndef fact(n):\r\n  return 1 if n < 2 else helper(n) * fact(n - 1)',
    test_setup_code: 'x = 3',
    test_list: ['assert fact(x) == 6', 'assert fact(0) == 1'],
    challenge_test_list: ['assert fact(5) == 120'],
  }
  const sanitised = {
    task_id: 8,
    prompt: 'Double it.',
    code: 'def d(x): return 2 * x',
    test_imports: ['import math'],
    test_list: ['assert d(1) == 2'],
  }
  const { found, error } = await read(mbppCandidates, 'mbpp.jsonl', lines(task, sanitised))
  assert.is(error, null)
  assert.equal(
    found.map(({ key, text, code }) => [key, text, code?.entry, code?.tests]),
    [
      [
        'mbpp:7',
        'Find the factorial.',
        'fact',
        ['x = 3\nassert fact(x) == 6', 'x = 3\nassert fact(0) == 1', 'x = 3\nassert fact(5) == 120'],
      ],
      ['mbpp:8', 'Double it.', 'd', ['import math\nassert d(1) == 2']],
    ],
  )
  assert.equal(
    found[0]!.relations.map(({ type, target }) => [type, target]),
    [
      ['depends_on', 'math'],
      ['implements', 'recursion'],
    ],
  )
  assert.is(found[0]!.code!.source.includes('\r'), false)
})

test('HumanEval: the docstring is the text, also of a compressed file', async () => {
  const task = {
    task_id: 'HumanEval/0',
    prompt: 'def twice(x):\n    """ Twice a number.\n    >>> twice(2)\n    4\n    """\n',
    canonical_solution: '    return 2 * x\n',
    test: 'def check(candidate):\n    assert candidate(2) == 4\n',
    entry_point: 'twice',
  }
  const { found, error } = await read(humanEvalCandidates, 'h.jsonl.gz', gzipSync(lines(task)))
  assert.is(error, null)
  assert.is(found[0]?.text, 'Twice a number.\n>>> twice(2)\n4')
  assert.equal(found[0]?.code?.tests, [`${task.test}\ncheck(twice)`])
})

test('GSM8K: a task and its steps, without notes for calculators', async () => {
  const problem = {
    question: 'How many? Say it.',
    answer: 'It is 48/2 = <<48/2=24>>24.\nSo 24+1=<<24+1=25>>25.\n#### 25',
  }
  const { found } = await read(gsm8kCandidates, 'g.jsonl', lines(problem))
  assert.equal(
    found.map(({ type, text }) => [type, text]),
    [
      ['task', 'How many? Say it.'],
      ['step', 'It is 48/2 = 24.'],
      ['step', 'So 24+1=25.'],
    ],
  )
  assert.equal(
    found[0]!.relations.map(({ type, target }) => [type, target]),
    [
      ['composed_of', 'gsm8k:0/1'],
      ['composed_of', 'gsm8k:0/2'],
    ],
  )
  assert.equal(found[0]!.surfaceForms, ['How many?'])
})

test('Alpaca: an array or lines; what has no answer is left out', async () => {
  const pairs = [
    { instruction: 'Add.', input: '1 and 2', output: '3' },
    { instruction: 'Nothing.', input: '', output: '' },
  ]
  const array = await read(alpacaCandidates, 'a.json', JSON.stringify(pairs))
  const asLines = await read(alpacaCandidates, 'a.jsonl', lines(...pairs))
  for (const { found } of [array, asLines])
    assert.equal(
      found.map(({ type, text }) => [type, text]),
      [
        ['task', 'Add.\n1 and 2'],
        ['answer', '3'],
      ],
    )
})

test('what came before a bad record is given, and the error names file, line and field', async () => {
  const good = { question: 'How?', answer: 'So.' }
  for (const [bad, told] of [
    ['{"question": 3, "answer": "x"}', /g\.jsonl: line 2: question/],
    ['{"question": "x"', /g\.jsonl: line 2: not JSON/],
    ['[1]', /g\.jsonl: line 2: got/],
  ] as const) {
    const { found, error } = await read(gsm8kCandidates, 'g.jsonl', `${JSON.stringify(good)}\n${bad}\n`)
    assert.is(found.length, 2)
    assert.match(error!.message, told)
  }
  assert.match((await read(alpacaCandidates, 'a.json', '{}')).error!.message, /expected an array/)
  const cut = gzipSync(lines(good)).subarray(0, 30)
  assert.match((await read(gsm8kCandidates, 'g.jsonl.gz', cut)).error!.message, /g\.jsonl\.gz/)
})

test.run()
