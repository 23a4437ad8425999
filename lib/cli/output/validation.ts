import type { CodeValidation, GeneratedCase } from '../../curate/code_validation/code_validation.ts'
import type { CodeVariant } from '../../curate/code_validation/variants/code_variants.ts'
import type { styles } from '../context.ts'
import { aligned } from './aligned.ts'
import { printable } from './printable.ts'

/** Cases, failed tests and characters of a text that are shown. */
const MOST_SHOWN = 8
const LONGEST = 80

/** What is known of code, for people. */
export function validationLines(
  found: CodeValidation,
  { bold, dim }: Pick<ReturnType<typeof styles>, 'bold' | 'dim'>,
): readonly string[] {
  const { runtime, testCoverage: coverage, tests, cases, relationships } = found
  const passed = tests.filter((one) => one.passed).length
  const lines = [bold(found.success ? 'success' : `no success: ${shown(found.why ?? '')}`)]
  if (runtime !== null)
    lines.push(dim(`level ${runtime.level}, ${runtime.seconds.toFixed(2)} s, ended as ${runtime.status}`))
  if (tests.length > 0) {
    const share =
      coverage?.share === null || coverage === null
        ? ''
        : `; they execute ${percent(coverage.share)} of the lines`
    lines.push(`${passed} of ${tests.length} tests pass${share}`)
  }
  for (const { test, error } of tests.filter((one) => !one.passed).slice(0, MOST_SHOWN))
    lines.push(`  ${shown(test)}  ${dim(shown(error ?? ''))}`)
  lines.push(...functionLines(found, bold))
  if (cases.length > 0) lines.push('', bold(`cases, inferred (${cases.length})`), ...caseLines(cases))
  if (relationships.length > 0) lines.push('', bold('relations'))
  for (const one of relationships)
    lines.push(`  ${one.type} ${shown(one.target)}  ${dim(`${one.weight}: ${one.evidence}`)}`)
  if (runtime !== null && runtime.stdout !== '')
    lines.push('', bold('output'), printable(runtime.stdout.trimEnd()))
  if (runtime !== null && runtime.stderr !== '')
    lines.push('', bold('errors'), printable(runtime.stderr.trimEnd()))
  return lines
}

function functionLines(
  { static: known, runtime }: CodeValidation,
  bold: (text: string) => string,
): readonly string[] {
  if (known.functions.length === 0) return []
  const rows = known.functions.map((one) => {
    const name = one.owner === null ? one.name : `${one.owner}.${one.name}`
    const cost = runtime?.functions.find(
      (found) =>
        found.name === name ||
        (found.name === one.name && one.lines[0] <= found.line && found.line <= one.lines[1]),
    )
    return [
      name,
      String(one.lines[0]),
      String(one.complexity),
      String(cost?.calls ?? 0),
      typeof cost?.seconds === 'number' ? (1000 * cost.seconds).toFixed(2) : '',
      typeof cost?.bytes === 'number' ? String(cost.bytes) : '',
      one.patterns.join(', '),
    ]
  })
  const [header, ...lines] = aligned({
    header: ['function', 'line', 'complexity', 'calls', 'ms', 'bytes', 'patterns'],
    rows,
  })
  return ['', bold(header!), ...lines]
}

function caseLines(cases: readonly GeneratedCase[]): readonly string[] {
  return cases
    .slice(0, MOST_SHOWN)
    .map(({ functionName, inputs, edgeCaseType, expectedBehaviour: outcome }) => {
      const result = outcome === null ? 'was not run' : `${outcome.kind} ${outcome.text}`.trim()
      return `  ${edgeCaseType.padEnd(6)}  ${shown(`${functionName}(${inputs.join(', ')})`)}: ${shown(result)}`
    })
}

/** Variants that were kept, for people. */
export const variantLines = (variants: readonly CodeVariant[]): readonly string[] =>
  variants.flatMap((one) => [
    '',
    `variant: ${one.purpose}, by ${one.by}, ${one.cost.steps} steps where the code takes ${one.originalCost.steps}: ` +
      one.relationships.map(({ type }) => type).join(', '),
    printable(one.source.trimEnd()),
  ])

const percent = (share: number): string => `${Math.round(100 * share)} %`

function shown(text: string): string {
  const plain = printable(text).replace(/\s+/g, ' ')
  return plain.length <= LONGEST ? plain : `${plain.slice(0, LONGEST - 1)}…`
}
