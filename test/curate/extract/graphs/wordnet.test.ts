import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Candidate } from '../../../../lib/curate/candidates/candidate.ts'
import {
  type WordNetCandidatesOptions,
  wordNetCandidates,
} from '../../../../lib/curate/extract/graphs/wordnet.ts'
import { temporaryFolder } from '../../../support/folder.ts'
import { rejects } from '../../../support/rejects.ts'

/** Files in WordNet's format, with some of its synsets. */
function smallWordNet(): string {
  const folder = temporaryFolder()
  const files = {
    'data.noun': [
      '00000001 05 n 02 dog 0 domestic_dog 0 003 @ 00000002 n 0000 %p 00000003 n 0000 #m 00000002 n 0000 | a canine; "the dog barked"',
      '00000002 05 n 01 canine 0 001 ~ 00000001 n 0000 | a mammal with claws',
      '00000003 08 n 01 tail 0 001 #p 00000001 n 0000 | the end of the body',
    ],
    'data.verb': [
      '00000004 29 v 01 snore 0 002 * 00000005 v 0000 + 00000001 n 0101 00 | breathe noisily',
      '00000005 29 v 01 sleep 0 001 ! 00000006 v 0101 00 | be asleep',
      '00000006 29 v 01 wake 0 002 ! 00000005 v 0101 > 00000005 v 0000 00 | stop sleeping',
    ],
    'data.adj': [],
    'data.adv': [],
    'index.sense': [
      'dog%1:05:00:: 00000001 1 42',
      'canine%1:05:00:: 00000002 1 1',
      'sleep%2:29:00:: 00000005 1 0',
    ],
  }
  for (const [name, lines] of Object.entries(files))
    writeFileSync(join(folder, name), `${lines.join('\n')}\n`)
  return folder
}

const folder = smallWordNet()

async function all(options: WordNetCandidatesOptions): Promise<Candidate[]> {
  const found: Candidate[] = []
  for await (const candidate of wordNetCandidates(options)) found.push(candidate)
  return found
}

test('meanings are candidates, and relations have our names', async () => {
  const found = await all({ folder, scope: 'all' })
  const relations = Object.fromEntries(
    found.map((one) => [
      one.surfaceForms[0],
      one.relations.map(({ type, target, weight }) => `${type} ${target.slice(-1)} ${weight}`),
    ]),
  )
  assert.equal(relations, {
    dog: ['parent 2 1', 'child 3 0.5'],
    canine: ['child 1 1'],
    tail: ['parent 1 0.5'],
    snore: ['requires 5 1'],
    sleep: ['conflicts_with 6 0.5'],
    wake: ['conflicts_with 5 0.5', 'enables 5 1'],
  })
  const { key, text, surfaceForms, score, type, provenance } = found[0]!
  assert.equal(
    [key, text, type, surfaceForms],
    ['wordnet:n00000001', 'a canine', 'definition', ['dog', 'domestic dog']],
  )
  assert.equal([score, provenance.source, provenance.document], [43 / 44, 'wordnet-3.1', 'noun.animal'])
})

test('those that are used come alone, and relations lead to none of the others', async () => {
  const found = await all({ folder })
  assert.equal(
    found.map(({ key, relations }) => [key, relations.map(({ target }) => target)]),
    [
      ['wordnet:n00000001', ['wordnet:n00000002']],
      ['wordnet:n00000002', ['wordnet:n00000001']],
    ],
  )
})

test('options that are none are refused, and a signal ends it', async () => {
  await rejects(() => all({ scope: 'some' as 'all' }), 'BAD_ARGUMENT', /scope: got "some"/)
  await rejects(() => all({ folder: join(folder, 'none') }), 'NOT_FOUND', /none/)
  const failure = await all({ folder, signal: AbortSignal.abort(new Error('enough')) }).catch(
    (error) => error,
  )
  assert.is((failure as Error).message, 'enough')
})

test.run()
