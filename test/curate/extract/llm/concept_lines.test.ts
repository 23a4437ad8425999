import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { dropCounter } from '../../../../lib/curate/candidates/drops.ts'
import { relationTypes } from '../../../../lib/curate/candidates/relation_types.ts'
import { conceptLines } from '../../../../lib/curate/extract/llm/concept_lines.ts'

/** Lines as `concept: type target, …`, and reasons of what was dropped. */
function read(answer: string) {
  const drops = dropCounter()
  const lines = conceptLines(answer, relationTypes(), 'sibling', drops).map(
    ({ concept, relations }) =>
      `${concept}: ${relations.map(({ type, target, weight }) => `${type} ${target} ${weight}`).join(', ')}`,
  )
  return { lines, dropped: drops.all().map(({ reason, count }) => `${count} ${reason}`) }
}

test('lines are read with bullets, numbers, fences and marks around them', () => {
  const wanted = ['tidal range: requires Moon 0.6, requires Sun 0.6']
  const forms = [
    'tidal range :: requires :: [Moon, Sun]',
    '- tidal range :: requires :: [Moon, Sun]',
    '* **tidal range** :: `requires` :: [Moon; Sun]',
    '12. tidal range::REQUIRES::Moon, Sun',
    '3) "tidal range" :: requires :: ["Moon", “Sun”].',
    '| tidal range :: requires :: [Moon, Sun] |',
    '```text\ntidal range :: requires :: [Moon, Sun]\n```',
    '\r\n  tidal  range :: requires :: [Moon, Sun]\r\n',
  ]
  for (const form of forms) assert.equal(read(form), { lines: wanted, dropped: [] }, form)
})

test('a type may be of the relation, of each related concept, or of the concept', () => {
  assert.equal(read('a :: conflicts with :: [b]').lines, ['a: conflicts_with b 0.6'])
  assert.equal(read('a :: process :: [requires: b, parent: c, d]').lines, [
    'a: parent process 0.5, requires b 0.6, parent c 0.6, sibling d 0.25',
  ])
  assert.equal(read('a :: requires :: [b, enables: c]').lines, ['a: requires b 0.6, enables c 0.6'])
  assert.equal(read('a :: process').lines, ['a: parent process 0.5'])
  assert.equal(read('a :: requires :: []').lines, ['a: '])
})

test('all else is dropped and counted', () => {
  const answer = [
    'Here are the concepts:',
    'a :: requires',
    ':: requires :: [b]',
    'a :: :: [b]',
    'a :: b :: c :: d',
    `${'x'.repeat(81)} :: requires :: [b]`,
    'a :: requires :: [?, b, loves: c]',
    '{"concept": "a"}',
    'y'.repeat(1 << 20),
  ].join('\n')
  assert.equal(read(answer), {
    lines: ['a: ', 'a: requires b 0.6'],
    dropped: [
      '5 a line that is not CONCEPT :: TYPE :: [RELATED]',
      '3 a name that is none',
      '1 a type of relation that is not known',
    ],
  })
})

test('1 MB of lines is read in time', () => {
  const line = 'a :: requires :: [b]\n'
  assert.is(read(line.repeat(50_000)).lines.length, 50_000)
  assert.is(read(':'.repeat(1 << 20)).lines.length, 0)
  assert.is(read(`a :: requires :: ${'['.repeat(3900)}`).lines.length, 1)
})

test.run()
