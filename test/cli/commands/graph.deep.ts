import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { temporaryFolder } from '../../support/folder.ts'
import { vmm } from '../world.ts'

const env = { VMM_CACHE_DIR: join(temporaryFolder(), 'cache') }

test('without a store, concepts are the meanings of WordNet, and a path leads from dog to canine', async () => {
  const { code, stdout, stderr } = await vmm(['graph', 'path', 'n02086723', 'canid', '--json'], { env })
  assert.is(code, 0, stderr)
  const { concepts, edges } = JSON.parse(stdout)
  assert.equal(
    concepts.map(({ surfaceForms }: { surfaceForms: string[] }) => surfaceForms[0]),
    ['dog', 'canine'],
  )
  assert.equal(
    edges.map(({ type }: { type: string }) => type),
    ['hypernym'],
  )
  const { placed, bare } = await vmm(['graph', 'get', 'dog', '--json'], { env }).then(async (got) => ({
    placed: JSON.parse(got.stdout),
    bare: JSON.parse((await vmm(['graph', 'get', 'catamaran', '--json'], { env })).stdout),
  }))
  assert.is(placed.gps.length, 3)
  assert.is(bare.gps.length, 3, 'of a meaning that has no vector in the store')
  const report = await vmm(['eval', 'navigation', '--pairs', '2', '--json'], { env })
  const { pairs, navigate, ways } = JSON.parse(report.stdout)
  assert.equal([pairs, navigate.arrives, navigate.distinct, ways.length], [2, 1, 1, 2])
})

test.run()
