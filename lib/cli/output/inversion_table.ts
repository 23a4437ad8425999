import {
  aboutMethods,
  kindRows,
  LEGEND,
  lengthRows,
  methodRows,
  type Rows,
  sentenceCount,
} from '../../evaluate/reports/inversion/rows.ts'
import type { InversionReport, InversionSample } from '../../evaluate/suites/inversion/report.ts'
import { type CliContext, styles } from '../context.ts'
import { printable } from './printable.ts'

/** A report as lines of text: each method, each kind of sentence, each length, the refinement's curve, then the samples. */
export function inversionTable(report: InversionReport, context: CliContext): string {
  const { bold, dim } = styles(context.stdout, context.env)
  const { curve, kinds, samples } = report
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
    ...samples.flatMap((sample) => [...sampleLines(sample, bold), '']),
  ].join('\n')
}

function aligned({ header, rows }: Rows): string[] {
  const lines = [header, ...rows]
  const widths = header.map((_, column) => Math.max(...lines.map((cells) => cells[column]!.length)))
  return lines.map((cells) =>
    cells
      .map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)))
      .join('  ')
      .trimEnd(),
  )
}

function sampleLines({ reference, ...methods }: InversionSample, bold: (text: string) => string): string[] {
  const texts = Object.entries(methods).map(
    ([method, { text, cosine }]) => `  ${method.padEnd(7)}  ${cosine.toFixed(3)}  ${printable(text)}`,
  )
  return [bold(printable(reference)), ...texts]
}
