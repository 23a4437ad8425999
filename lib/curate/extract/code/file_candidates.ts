import { type Candidate, type CandidateRelation, provenance } from '../../candidates/candidate.ts'
import {
  analyseCode,
  type CodeAnalysis,
  type CodeClass,
  type CodeFunction,
  type CodeTest,
} from '../../code/analyse.ts'
import type { CodeLanguage } from '../../code/languages.ts'
import { wordsOf } from '../../code/words.ts'

/** Of what is told by rules over the form of code. */
const PATTERN_WEIGHT = 0.8
/** How much a part of code is trusted to be a concept: with documentation, without, and where some of it cannot be read. */
const SCORES = { documented: 1, plain: 0.7, broken: 0.3 }
const LONGEST_TEXT = 2000

/** A file that is read, and what its parts are called. */
interface SourceFile {
  readonly path: string
  readonly source: string
  readonly analysis: CodeAnalysis
  /** Functions and classes at the top of the file by their names. */
  readonly tops: ReadonlyMap<string, CodeFunction | CodeClass>
}

/** The functions, methods, classes and tests of a source as candidates; what stands in functions belongs to them. */
export async function candidatesOfFile(
  source: string,
  language: CodeLanguage,
  path: string,
): Promise<readonly Candidate[]> {
  const analysis = await analyseCode(source, language)
  const functions = analysis.functions.filter(({ nested }) => !nested)
  const tops = new Map<string, CodeFunction | CodeClass>()
  for (const one of [...functions.filter(({ owner }) => owner === null), ...analysis.classes])
    tops.set(one.name, one)
  const file: SourceFile = { path, source, analysis, tops }
  const parts = [
    ...functions.map((one, position) => functionCandidate(one, file, position)),
    ...analysis.classes.map((one, i) => classCandidate(one, file, functions.length + i)),
    ...analysis.tests.filter((one) => !isFunction(one)).map((one) => testCandidate(one, file)),
  ]
  return parts
}

const isFunction = (test: CodeTest): boolean => 'parameters' in test

const keyOf = (path: string, part: { name: string; owner?: string | null }): string =>
  `code:${path}#${part.owner ? `${part.owner}.${part.name}` : part.name}`

function functionCandidate(one: CodeFunction, file: SourceFile, position: number): Candidate {
  const key = keyOf(file.path, one)
  const needs = one.calls
    .flatMap((name) => calledKey(name, one, file) ?? [])
    .filter((target) => target !== key)
  const relations = [
    ...needs.map((target) => relation(one.test ? 'tests' : 'depends_on', target)),
    ...modulesOf(one.calls, file).map((module) => relation('depends_on', module, 1, 'form')),
    ...one.patterns.map((pattern) => relation('implements', pattern, PATTERN_WEIGHT, 'form')),
  ]
  const isTop = one.owner === null
  return {
    ...common(one, file, position),
    key,
    text: one.docstring?.slice(0, LONGEST_TEXT) ?? signature(one),
    surfaceForms: formsOf(one),
    relations,
    code: {
      language: file.analysis.language,
      source: isTop ? withNeeds(one, file) : textAt(file, one.range),
      tests: isTop ? testsOf(one, file) : [],
      entry: isTop ? one.name : null,
    },
  }
}

function classCandidate(one: CodeClass, file: SourceFile, position: number): Candidate {
  const bases = one.bases.map((base) => {
    const known = file.tops.get(base)
    return known ? relation('specializes', keyOf(file.path, known)) : relation('specializes', base, 1, 'form')
  })
  const methods = one.methods.map((name) =>
    relation('composed_of', keyOf(file.path, { name, owner: one.name })),
  )
  return {
    ...common(one, file, position),
    key: keyOf(file.path, one),
    text: one.docstring?.slice(0, LONGEST_TEXT) ?? `${one.kind} ${wordsOf(one.name)}`,
    surfaceForms: formsOf(one),
    relations: [...bases, ...methods],
    code: { language: file.analysis.language, source: withNeeds(one, file), tests: [], entry: null },
  }
}

/** A test that is a call, such as `test('adds', () => …)`. */
function testCandidate(one: CodeTest, file: SourceFile): Candidate {
  const tested = one.calls.flatMap((name) => file.tops.get(name) ?? [])
  const part = { ...one, docstring: one.name, broken: false }
  return {
    ...common(part, file, null),
    key: keyOf(file.path, one),
    text: one.name,
    surfaceForms: [one.name],
    relations: tested.map((target) => relation('tests', keyOf(file.path, target))),
    code: { language: file.analysis.language, source: textAt(file, one.range), tests: [], entry: null },
  }
}

interface Part {
  readonly name: string
  readonly docstring: string | null
  readonly broken: boolean
  readonly lines: readonly [number, number]
  readonly range: readonly [number, number]
}

const common = (one: Part, file: SourceFile, position: number | null) => ({
  type: 'code',
  score: one.broken ? SCORES.broken : one.docstring === null ? SCORES.plain : SCORES.documented,
  provenance: provenance('code', file.path, {
    document: file.path,
    position,
    line: one.lines[0],
    excerpt: textAt(file, one.range),
  }),
})

const textAt = ({ source }: SourceFile, [start, end]: readonly [number, number]): string =>
  source.slice(start, end)

const formsOf = ({ name }: { name: string }): readonly string[] => [...new Set([name, wordsOf(name) || name])]

const signature = (one: CodeFunction): string =>
  `${wordsOf(one.name) || one.name} (${one.parameters.map(({ name }) => name).join(', ')})`

const relation = (
  type: string,
  target: string,
  weight = 1,
  targetIs: 'key' | 'form' = 'key',
): CandidateRelation => ({ type, target, targetIs, weight })

/** The key of what a function calls, where it stands in the same file; null for others. */
function calledKey(name: string, caller: CodeFunction, file: SourceFile): string | null {
  const top = file.tops.get(name)
  if (top !== undefined) return keyOf(file.path, top)
  const member = /^(?:self|cls|this|Self)(?:\.|::)(\w+)$/.exec(name)
  const method = file.analysis.functions.find(
    (one) => one.owner !== null && one.owner === caller.owner && one.name === member?.[1],
  )
  return method === undefined ? null : keyOf(file.path, method)
}

/** The modules whose members a function calls. */
const modulesOf = (calls: readonly string[], { analysis }: SourceFile): readonly string[] => [
  ...new Set(
    analysis.imports
      .map(({ name }) => name)
      .filter((name) => {
        const last = name.split(/[./:]+/).at(-1)!
        return calls.some(
          (call) => call === last || call.startsWith(`${name}.`) || call.split(/\.|::/)[0] === last,
        )
      }),
  ),
]

/** A function or class with the imports of its file, and what it needs of the same file. */
function withNeeds(one: CodeFunction | CodeClass, file: SourceFile): string {
  const needed = new Set<CodeFunction | CodeClass>()
  const add = (part: CodeFunction | CodeClass): void => {
    if (needed.has(part)) return
    needed.add(part)
    const text = textAt(file, part.range)
    for (const [name, other] of file.tops) if (new RegExp(`\\b${escaped(name)}\\b`).test(text)) add(other)
  }
  add(one)
  const imports = file.analysis.imports.map(({ range }) => range)
  const isInside = ([start, end]: readonly [number, number], parts: readonly (readonly [number, number])[]) =>
    parts.some(([from, to]) => from <= start && end <= to && (from < start || end < to))
  const parts = [...needed].map(({ range }) => range)
  const ranges = [
    ...imports.filter(
      (range) =>
        !isInside(
          range,
          file.analysis.functions.map((f) => f.range),
        ),
    ),
    ...parts,
  ]
  return [...new Map(ranges.map((range) => [range[0], range])).values()]
    .sort((a, b) => a[0] - b[0])
    .map((range) => textAt(file, range))
    .join('\n\n')
}

const escaped = (name: string): string => name.replace(/[$\\^.*+?()[\]{}|]/g, '\\$&')

/** Tests of the file that call a function, as statements to be run after it. Those that need to be given something are left out. */
function testsOf(one: CodeFunction, file: SourceFile): readonly string[] {
  if (one.test || file.analysis.language !== 'python') return []
  return file.analysis.functions
    .filter((test) => test.test && test.owner === null && test.parameters.length === 0)
    .filter((test) => test.calls.includes(one.name))
    .map((test) => `${textAt(file, test.range)}\n${test.name}()`)
}
