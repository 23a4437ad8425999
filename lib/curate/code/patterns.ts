import type { Assignment, LanguageRules } from './rules/rules.ts'
import { child, descendants, named, type SyntaxNode, some } from './syntax_tree.ts'

/** A way of solving something that code shows by its form. */
export type CodePattern =
  | 'recursion'
  | 'memoisation'
  | 'dynamic programming'
  | 'divide and conquer'
  | 'two pointers'
  | 'backtracking'

export const CODE_PATTERNS: readonly CodePattern[] = [
  'recursion',
  'memoisation',
  'dynamic programming',
  'divide and conquer',
  'two pointers',
  'backtracking',
]

/** A function whose form is looked at. */
interface Form {
  readonly node: SyntaxNode
  readonly rules: LanguageRules
  readonly selfNames: ReadonlySet<string>
  /** What is written before it, such as decorators. */
  readonly decorators: string
}

/**
 * The patterns of a function, told by rules over its tree. They are what is likely by its form, not what is proved.
 *
 * @param selfNames what the function calls itself by
 */
export function patternsOf(
  node: SyntaxNode,
  rules: LanguageRules,
  selfNames: ReadonlySet<string>,
  decorators: string,
): readonly CodePattern[] {
  const form: Form = { node, rules, selfNames, decorators }
  const isRecursive = some(node, (one) => isSelfCall(one, form))
  const isBacktracking = isRecursive && undoes(form)
  const found: Record<CodePattern, boolean> = {
    recursion: isRecursive,
    memoisation: memoises(form, isRecursive && !isBacktracking),
    'dynamic programming': fillsTable(form),
    'divide and conquer': isRecursive && divides(form),
    'two pointers': movesTwoPointers(form),
    backtracking: isBacktracking,
  }
  return CODE_PATTERNS.filter((pattern) => found[pattern])
}

const isSelfCall = (node: SyntaxNode, { rules, selfNames }: Form): boolean =>
  rules.calls(node).some((name) => selfNames.has(name))

function assignments({ node, rules }: Form, below = node): readonly Assignment[] {
  return [...descendants(below)].flatMap((one) => rules.assignment(one) ?? [])
}

/** What is told to a container by a call: `names.append(x)` → names, append. */
function told(node: SyntaxNode, { rules }: Form): { object: string; method: string; first: string } | null {
  const name = rules.calls(node)[0]
  const parts = name === undefined ? null : /^(.+)\.(\w+)$/.exec(name)
  if (parts === null) return null
  return { object: parts[1]!, method: parts[2]!, first: named(child(node, 'arguments'))[0]?.text ?? '' }
}

/** Results of calls of itself are kept in a table by what they were asked for, and looked up there. */
function memoises(form: Form, mayKeep: boolean): boolean {
  if (/\b(?:lru_cache|cache|memoi[sz]e)\b/.test(form.decorators)) return true
  if (!mayKeep) return false
  const all = assignments(form)
  const fromSelf = new Set(
    all
      .filter(({ values }) => values.some((value) => some(value, (one) => isSelfCall(one, form))))
      .flatMap(({ targets }) => targets.map(({ text }) => text)),
  )
  const isFromSelf = (value: SyntaxNode) =>
    some(value, (one) => isSelfCall(one, form) || fromSelf.has(one.text))
  const kept = new Set<string>()
  for (const { targets, values } of all) {
    const table = form.rules.subscript(targets[0]!)
    if (table !== null && values.some(isFromSelf)) kept.add(`${table.object.text}[${table.index}]`)
  }
  for (const one of descendants(form.node)) {
    const call = told(one, form)
    if (
      call !== null &&
      /^(?:set|insert|put)$/.test(call.method) &&
      some(one, (x) => x !== one && isFromSelf(x))
    )
      kept.add(`${call.object}[${call.first}]`)
  }
  return [...kept].some((entry) => isLookedUp(entry, form))
}

function isLookedUp(entry: string, form: Form): boolean {
  const [table = '', key = ''] = entry.slice(0, -1).split('[', 2)
  const plain = (text: string) => text.replace(/^&/, '')
  let reads = 0
  for (const one of descendants(form.node)) {
    const call = told(one, form)
    if (call?.object === table && /^(?:get|has|contains_key)$/.test(call.method)) reads++
    if (one.text === `${table}[${plain(key)}]` && form.rules.subscript(one) !== null) reads++
    if (one.text === `${key} in ${table}` || one.text === `${key} not in ${table}`) reads++
  }
  return reads > 1 || (reads === 1 && !some(form.node, (one) => one.text === entry))
}

/** A table made in the function gets entries from its other entries, in a loop. */
function fillsTable(form: Form): boolean {
  const { node, rules } = form
  const made = new Set(assignments(form).flatMap(({ targets }) => targets.map(({ text }) => text)))
  const base = (one: SyntaxNode): string => {
    const inner = rules.subscript(one)
    return inner === null ? one.text : base(inner.object)
  }
  const readsOther = (value: SyntaxNode, table: string, target: string) =>
    some(
      value,
      (one) => rules.subscript(one) !== null && base(one) === table && isOtherEntry(one.text, target),
    )
  const isEntry = ({ targets, values }: Assignment): boolean => {
    const target = targets[0]!
    if (targets.length > 1 || rules.subscript(target) === null) return false
    const table = base(target)
    // What is only moved from entry to entry is no result of smaller ones.
    const isMoved = values.some((value) => rules.subscript(value) !== null)
    return made.has(table) && !isMoved && values.some((value) => readsOther(value, table, target.text))
  }
  for (const loop of descendants(node)) {
    if (!rules.loops.has(loop.type)) continue
    if (assignments(form, loop).some(isEntry)) return true
    const isAppended = some(loop, (one) => {
      const call = told(one, form)
      if (call === null || !/^(?:append|push)$/.test(call.method) || !made.has(call.object)) return false
      return readsOther(child(one, 'arguments')!, call.object, '')
    })
    if (isAppended) return true
  }
  return false
}

/** `t[i-1]` is another entry than `t[i]`; `t[i]` in `t[i][j]` is on the way to the same. */
const isOtherEntry = (text: string, target: string): boolean =>
  text !== target && !target.startsWith(`${text}[`)

/** It calls itself at least twice, and halves something. */
function divides(form: Form): boolean {
  const calls = [...descendants(form.node)].filter((one) => isSelfCall(one, form))
  const halves = (one: SyntaxNode) =>
    !one.named && (one.text === '//' || one.text === '>>' || one.text === '>>>')
  const isHalf = (one: SyntaxNode) => /^[^/]*\/\s*2$/.test(one.text) && one.children.length === 3
  return calls.length > 1 && some(form.node, (one) => halves(one) || isHalf(one))
}

/** A loop goes on while two names are in order, of which it moves one up and the other down, or each in its turn. */
function movesTwoPointers(form: Form): boolean {
  for (const loop of descendants(form.node)) {
    if (!form.rules.loops.has(loop.type)) continue
    const condition =
      child(loop, 'condition') ?? loop.children.find(({ type }) => type === 'binary_expression')
    const body = child(loop, 'body')
    if (condition === undefined || condition === null || body === null) continue
    const steps = stepsOf(form, loop)
    const names = comparedNames(condition)
    const moved = names.filter((name) => steps.has(name))
    const isTowards = moved.some((a) => steps.get(a) === '+' && moved.some((b) => steps.get(b) === '-'))
    const isMerge = new Set(moved).size > 1 && form.rules.isLogical(unwrapped(condition))
    if (isTowards || isMerge) return true
  }
  return false
}

const unwrapped = (node: SyntaxNode): SyntaxNode =>
  node.type === 'parenthesized_expression' ? unwrapped(named(node)[0] ?? node) : node

const comparedNames = (condition: SyntaxNode): readonly string[] =>
  [...descendants(condition)]
    .filter((one) => /^(?:comparison_operator|binary_expression)$/.test(one.type))
    .flatMap((one) => named(one))
    .filter(({ type }) => type === 'identifier')
    .map(({ text }) => text)

/** Names that a loop moves by one, and whether up or down. */
function stepsOf(form: Form, loop: SyntaxNode): ReadonlyMap<string, '+' | '-'> {
  const steps = new Map<string, '+' | '-'>()
  for (const { targets, operator, values } of assignments(form, loop)) {
    targets.forEach((target, i) => {
      const value = values[i]?.text.replace(/\s+/g, '') ?? ''
      const isStep = /^[+-]=$/.test(operator) && (value === '1' || values.length === 0)
      const step = isStep ? operator[0] : operator === '=' ? stepIn(value, target.text) : undefined
      if (step === '+' || step === '-') steps.set(target.text, step)
    })
  }
  return steps
}

const stepIn = (value: string, name: string): string | undefined =>
  value === `${name}+1` ? '+' : value === `${name}-1` ? '-' : undefined

const UNDONE: Readonly<Record<string, RegExp>> = {
  append: /^pop$/,
  push: /^pop(?:_back)?$/,
  push_back: /^pop_back$/,
  add: /^(?:remove|discard|delete)$/,
  insert: /^remove$/,
}

/** Something is done before it calls itself, and undone after. */
function undoes(form: Form): boolean {
  const isDone: { at: number; what: string; undone: RegExp | null; method: string }[] = []
  const calls: number[] = []
  for (const one of descendants(form.node)) {
    if (isSelfCall(one, form)) calls.push(one.start)
    const call = told(one, form)
    if (call !== null)
      isDone.push({
        at: one.start,
        what: call.object,
        undone: UNDONE[call.method] ?? null,
        method: call.method,
      })
    const set = form.rules.assignment(one)
    const isEntry = set !== null && set.targets.length > 0 && form.rules.subscript(set.targets[0]!) !== null
    if (isEntry)
      isDone.push({ at: one.start, what: set.targets[0]!.text, undone: /^=$/, method: set.operator })
    // Go shortens what it has made longer.
    if (set !== null && /^append\(/.test(set.values[0]?.text ?? ''))
      isDone.push({ at: one.start, what: set.targets[0]!.text, undone: /^shorten$/, method: 'append' })
    if (set !== null && /\[:len\(.+\)\s*-\s*1\]$/.test(set.values[0]?.text ?? ''))
      isDone.push({ at: one.start, what: set.targets[0]!.text, undone: null, method: 'shorten' })
  }
  return calls.some((call) =>
    isDone.some(
      (first) =>
        first.at < call &&
        isDone.some(
          (last) => last.at > call && last.what === first.what && first.undone?.test(last.method) === true,
        ),
    ),
  )
}
