import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type ExpandOptions, expandConcepts, type Proposer } from '../../../lib/curate/expand/expand.ts'
import { graphProposals, modelProposals } from '../../../lib/curate/expand/proposers.ts'
import type { ExpansionState } from '../../../lib/curate/expand/state.ts'
import type { Claim } from '../../../lib/curate/validate/claim.ts'
import type { Edge } from '../../../lib/store/record.ts'
import { rejects } from '../../support/rejects.ts'
import { scriptedModel } from '../../support/scripted_model.ts'

/** A tree of numbers: n leads to 2n and 2n + 1, and back to its parent. */
const tree = (asked: string[] = []): Proposer => ({
  name: 'tree',
  propose: async ({ form }) => {
    asked.push(form)
    const n = Number(form.slice(1))
    return [2 * n, 2 * n + 1, Math.floor(n / 2)].map((m) => ({
      form: `N${m}`,
      id: null,
      type: 'child',
      weight: 1,
    }))
  },
})
const all = async (options: ExpandOptions, proposer = tree(), seeds = ['n1']) => {
  const found = []
  for await (const one of expandConcepts(seeds, [proposer], options)) found.push(one)
  return found
}

test('it goes breadth first, to its depth, and tells each concept once', async () => {
  const asked: string[] = []
  const found = await all({ depth: 3 }, tree(asked), ['n1', 'N1', 'n1!'])
  assert.equal(
    found.map(({ form, depth }) => `${depth} ${form.toLowerCase()}`),
    [0, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3, 3].map((depth, i) => {
      const order = [
        'n1',
        'n2',
        'n3',
        'n0',
        'n4',
        'n5',
        'n6',
        'n7',
        'n8',
        'n9',
        'n10',
        'n11',
        'n12',
        'n13',
        'n14',
        'n15',
      ]
      return `${depth} ${order[i]}`
    }),
  )
  // The deepest are not asked, the others once.
  assert.is(new Set(asked).size, asked.length)
  assert.is(asked.length, 8)
  assert.equal(
    (await all({ depth: 0 }, tree(), ['b', 'a', 'B', 'c'])).map(({ form }) => form),
    ['b', 'a', 'c'],
  )
  assert.equal(found[5]!.from, { form: 'N2', id: null })
})

test('it ends at its count, also within the answer of one concept', async () => {
  for (const count of [1, 2, 3, 6]) assert.is((await all({ count })).length, count)
})

test('what is not accepted is not told and not gone on from; what is new is encoded', async () => {
  const claims: Claim[] = []
  const embedded: string[] = []
  const found = await all({
    depth: 3,
    validate: async (some) => {
      claims.push(...some)
      return some.map((claim) => ({ claim, votes: [], confidence: 0.5, accepted: claim.target !== 'N2' }))
    },
    embed: async (forms) => {
      embedded.push(...forms)
      return forms.map((form) => Float32Array.of(Number(form.slice(1))))
    },
  })
  const forms = found.map(({ form }) => form)
  assert.equal(forms, ['n1', 'N3', 'N0', 'N6', 'N7', 'N12', 'N13', 'N14', 'N15'])
  assert.equal(embedded, forms)
  assert.ok(found.every(({ form, vector }) => vector![0] === Number(form.slice(1))))
  assert.equal(claims[0], { source: 'n1', type: 'child', target: 'N2', weight: 1 })
  assert.is(found[1]!.judgement!.confidence, 0.5)
})

test('aborted anywhere, it goes on from its last state as if nothing had been', async () => {
  const whole = (await all({ depth: 4 })).map(({ form }) => form)
  for (const stop of [1, 2, 5, 11, 20]) {
    const control = new AbortController()
    let state: ExpansionState | undefined
    let done = 0
    const told: string[] = []
    const onState = (now: ExpansionState) => {
      state = JSON.parse(JSON.stringify(now))
      done = told.length
    }
    try {
      for await (const { form } of expandConcepts(['n1'], [tree()], {
        depth: 4,
        onState,
        signal: control.signal,
      })) {
        if (told.push(form) === stop) control.abort(new Error('enough'))
      }
      assert.unreachable()
    } catch (error) {
      assert.is((error as Error).message, 'enough')
    }
    const rest = (await all({ depth: 4, resume: state })).map(({ form }) => form)
    assert.equal([...told.slice(0, done), ...rest].length, state === undefined ? rest.length : whole.length)
    assert.equal(state === undefined ? rest : [...told.slice(0, done), ...rest], whole)
  }
})

test('a store proposes along its relations, a model by its lines', async () => {
  const edge = (source: string, type: string, target: string): Edge => ({
    source,
    type,
    target,
    weight: 0.7,
    domainSpecific: null,
  })
  const edges = [
    edge('c1', 'parent', 'c2'),
    edge('c2', 'parent', 'c3'),
    edge('c4', 'parent', 'c1'),
    edge('c1', 'enables', 'gone'),
  ]
  const names = new Map([
    ['c1', 'dog'],
    ['c2', 'mammal'],
    ['c3', 'animal'],
    ['c4', 'poodle'],
  ])
  const graph = graphProposals({
    neighbours: async (ids, { types }) =>
      edges.filter(({ source, type }) => ids.includes(source) && (types?.includes(type) ?? true)),
    idOf: async (form) => [...names].find(([, name]) => name === form)?.[0] ?? null,
    formsOf: async (ids) => ids.map((id) => names.get(id) ?? null),
  })
  const model = scriptedModel(
    ({ messages }) =>
      messages[1]!.content.includes('related to "dog"')
        ? 'Sure!\n- dog :: requires :: [food, mammal]\ncat :: parent :: [felines]'
        : 'nothing',
    { name: 'tiny' },
  )
  const found = []
  for await (const one of expandConcepts(['dog'], [graph, modelProposals(model)], { depth: 2 }))
    found.push(`${one.depth} ${one.form} ${one.type} ${one.by} ${one.id}`)
  assert.equal(found, [
    '0 dog null null null',
    '1 mammal parent graph c2',
    '1 food requires tiny null',
    '2 animal parent graph c3',
  ])
})

test('wrong options, seeds and states are refused by name', async () => {
  await rejects(() => all({ depth: -1 }), 'BAD_ARGUMENT', /^depth: got -1/)
  await rejects(() => all({ counts: 1 } as never), 'BAD_ARGUMENT', /did you mean count/)
  await rejects(() => all({}, tree(), ['?']), 'BAD_ARGUMENT', /^seeds: got "\?"/)
  await rejects(() => all({ resume: { version: 2 } as never }), 'UNSUPPORTED', /version: expected 1/)
  await rejects(
    () => all({ resume: { version: 1, visited: [], frontier: [{}] } as never }),
    'BAD_FILE',
    /frontier\[0\]: form/,
  )
})

test.run()
