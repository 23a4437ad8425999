import { parseCode } from '../../code/parse.ts'
import { pythonFunction } from './python_function.ts'
import { iterative, recursive } from './python_loops.ts'
import { asSet, memoised, queued, streamed } from './python_structures.ts'

/** What a variant is for. */
export type VariantPurpose = 'iterative' | 'recursive' | 'data structure' | 'time' | 'space'

/** A program that is meant to do the same in another way. */
export interface ProposedVariant {
  readonly purpose: VariantPurpose
  readonly by: 'rule' | 'llm'
  /** The rule, or the purpose that a language model was told. */
  readonly name: string
  readonly source: string
}

const RULES = [
  ['iterative', iterative],
  ['recursive', recursive],
  ['time', memoised],
  ['space', streamed],
  ['data structure', queued],
  ['data structure', asSet],
] as const

/** Variants of a Python program by rules over its form; whether they do the same is not known before they have been run. */
export async function variantsByRule(source: string, entry: string): Promise<readonly ProposedVariant[]> {
  const form = pythonFunction(source, await parseCode(source, 'python'), entry)
  if (form === null) return []
  return RULES.flatMap(([purpose, rule]) => {
    const variant = rule(form)
    return variant === null ? [] : [{ purpose, by: 'rule' as const, name: rule.name, source: variant }]
  })
}
