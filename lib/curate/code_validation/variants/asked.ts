import { analyseCode } from '../../code/analyse.ts'
import type { ProposedVariant, VariantPurpose } from './rules.ts'

const WISHES: Readonly<Record<VariantPurpose, string>> = {
  iterative: 'without recursion',
  recursive: 'with recursion in place of loops',
  'data structure': 'with another data structure',
  time: 'so that it takes less time on large inputs',
  space: 'so that it takes less memory',
}

/**
 * Variants that a language model writes, one for each purpose. An answer that cannot be read, or does not define the function, is
 * left out. What it says is only ever run in a sandbox.
 */
export async function askedVariants(
  source: string,
  language: string,
  entry: string,
  ask: (prompt: string) => Promise<string>,
): Promise<readonly ProposedVariant[]> {
  const found: ProposedVariant[] = []
  for (const purpose of Object.keys(WISHES) as VariantPurpose[]) {
    const answer = await ask(promptFor(source, language, entry, WISHES[purpose]))
    const variant = codeIn(answer)
    const { functions, broken } = await analyseCode(variant.slice(0, LONGEST_ANSWER), language)
    const isThere = functions.some(({ name, owner, nested }) => name === entry && owner === null && !nested)
    if (!broken && isThere) found.push({ purpose, by: 'llm', name: purpose, source: variant })
  }
  return found
}

const LONGEST_ANSWER = 20_000

const promptFor = (source: string, language: string, entry: string, wish: string): string =>
  `Write the function ${entry} of this ${language} program anew, ${wish}. It must take the same arguments and give the same ` +
  `results. Answer with the whole program in one block of code and nothing else.\n\n\`\`\`${language}\n${source}\n\`\`\`\n`

/** The first block of code of an answer, or all of it. */
function codeIn(answer: string): string {
  const block = /```\w*\n([\s\S]*?)```/.exec(answer)
  return `${(block?.[1] ?? answer).trim()}\n`
}
