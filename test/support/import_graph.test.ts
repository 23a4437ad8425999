// What the test of imports rests on: made-up sources with each fault that it must find.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { circleOf, circleText, floorsOf, importsOf, notDownwards, subfolder } from './import_graph.ts'

const imports = (sources: Readonly<Record<string, string>>) =>
  Object.entries(sources).flatMap(([path, source]) => importsOf(path, source))
const circle = (sources: Readonly<Record<string, string>>) => circleText(circleOf(imports(sources)))

test('every form of import is found', () => {
  const source = `import { a } from './a.ts'
import type { B } from '../b.ts'
import {
  type C,
  c,
} from "./sub/c.ts"
import 'node:fs'
export { d } from './d.ts'
export type * from './e.ts'
export const f = () => import('./f.ts')
export type G = import('./g.ts').G
import { h } from './h.ts'
`
  assert.equal(
    importsOf('lib/x/y.ts', source).map(({ to, kind }) => `${to} ${kind}`),
    [
      'lib/x/a.ts eager',
      'lib/b.ts type',
      'lib/x/sub/c.ts eager',
      'node:fs eager',
      'lib/x/d.ts eager',
      'lib/x/e.ts type',
      'lib/x/f.ts later',
      'lib/x/g.ts later',
      'lib/x/h.ts eager',
    ],
  )
  assert.throws(
    () => importsOf('lib/x.ts', 'export const load = (name) => import(name)'),
    /lib\/x.ts: an import/,
  )
  assert.throws(
    () => importsOf('lib/x.ts', "import {\n  a, // isn't used\n} from './a.ts'"),
    /an import that/,
  )
})

test('circles of files', () => {
  const two = "import { b } from './b.ts'"
  for (const back of [
    "import { a } from './a.ts'",
    "import type { A } from './a.ts'",
    "const a = () => import('./a.ts')",
  ])
    assert.is(circle({ 'lib/a.ts': two, 'lib/b.ts': back }), 'lib/a.ts -> lib/b.ts -> lib/a.ts')
  assert.is(circle({ 'lib/a.ts': "export * from './a.ts'" }), 'lib/a.ts -> lib/a.ts')
  const three = { 'lib/a.ts': two, 'lib/b.ts': "import './c.ts'", 'lib/c.ts': "export * from './a.ts'" }
  assert.is(circle({ 'lib/0.ts': two, ...three }), 'lib/a.ts -> lib/b.ts -> lib/c.ts -> lib/a.ts')
  assert.equal(circleOf(imports({ 'lib/a.ts': two, 'lib/b.ts': "import './c.ts'" })), [])
})

test('circles of sub-folders, and what makes them', () => {
  const sources = {
    'lib/m/x/a.ts': "import type { B } from '../y/b.ts'\nimport { own } from './own.ts'",
    'lib/m/y/deep/c.ts': "import { d } from '../../x/d.ts'",
    'lib/m/all.ts': "import './x/a.ts'",
    'lib/m/x/d.ts': "import type { All } from '../all.ts'",
  }
  assert.equal(circleOf(imports(sources)), [])
  assert.is(
    circleText(circleOf(imports(sources), (path) => subfolder('lib/m', path))),
    `lib/m/x -> lib/m/y -> lib/m/x
  lib/m/x/a.ts imports lib/m/y/b.ts
  lib/m/y/deep/c.ts imports lib/m/x/d.ts`,
  )
})

test('arrows that do not point downwards', () => {
  const floors = floorsOf('Text.\n\n```floors\nindex.ts, cli\nmodels, concepts\ncore\n```\n')
  assert.equal(floors, [['core'], ['models', 'concepts'], ['index.ts', 'cli']])
  assert.throws(() => floorsOf('none'), /0 blocks/)
  const wrong = notDownwards(
    imports({
      'lib/index.ts': "export * from './models/m.ts'\nexport * from './cli/c.ts'",
      'lib/models/m.ts': "import './n.ts'\nimport '../core/e.ts'\nimport '../concepts/c.ts'",
      'lib/core/e.ts': "import type { M } from '../models/m.ts'",
      'lib/concepts/c.ts': "import('../nowhere/x.ts')",
    }),
    'lib',
    floors,
  )
  assert.equal(
    wrong.map(({ from, to }) => `${from} ${to}`),
    [
      'lib/index.ts lib/cli/c.ts',
      'lib/models/m.ts lib/concepts/c.ts',
      'lib/core/e.ts lib/models/m.ts',
      'lib/concepts/c.ts lib/nowhere/x.ts',
    ],
  )
})

test.run()
