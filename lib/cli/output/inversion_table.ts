import {
  aboutMethods,
  kindRows,
  LEGEND,
  lengthRows,
  methodRows,
  sentenceCount,
} from '../../evaluate/reports/inversion/rows.ts'
import type { Rows } from '../../evaluate/reports/rows.ts'
import type { InversionReport, InversionSample } from '../../evaluate/suites/inversion/report.ts'
import { type CliContext, styles } from '../context.ts'
import { aligned } from './aligned.ts'
import { printable } from './printable.ts'

/** A report as lines of text: each method, each kind of sentence, each length, the refinement's curve, then sentences. */
export function inversionTable(report: InversionReport, context: CliContext): string {
  const { bold, dim } = styles(context.stdout, context.env)
  const { curve, kinds, samples, worst } = report
  const shown = (some: readonly InversionSample[]) =>
    some.flatMap((sample) => [...sampleLines(sample, { bold, dim }), ''])
  const table = (rows: Rows, about: readonly string[]) => {
    const [header, ...others] = aligned(rows)
    return [bold(header!), ...others, ...about.map(dim), '']
  }
  const points = curve.map(({ calls, cosine }) => `${calls.toLocaleString('en')}: ${cosine.toFixed(3)}`)
  return [
    ...table(methodRows(report), [sentenceCount(report), ...aboutMethods(report)]),
    ...(kinds ? table(kindRows(kinds), LEGEND.kinds) : []),
    ...table(lengthRows(report), LEGEND.lengths),
    `mean cosine after calls of the encoder: ${points.join(', ')}`,
    '',
    ...shown(samples),
    ...(worst.length > 0 ? [dim('the farthest from their sentences:'), ''] : []),
    ...shown(worst),
  ].join('\n')
}

function sampleLines(
  { kind, reference, ...methods }: InversionSample,
  { bold, dim }: Pick<ReturnType<typeof styles>, 'bold' | 'dim'>,
): string[] {
  const texts = Object.entries(methods).map(
    ([method, { text, cosine }]) => `  ${method.padEnd(7)}  ${cosine.toFixed(3)}  ${printable(text)}`,
  )
  const name = kind === undefined ? '' : dim(`${printable(kind)}: `)
  return [`${name}${bold(printable(reference))}`, ...texts]
}
