import type { TopLevelSpec } from 'vega-lite'
import type { InversionReport } from '../../suites/inversion/report.ts'
import { lengthName, methodsOf } from './rows.ts'

/** A plot and what it shows, in words. */
export interface InversionPlot {
  readonly title: string
  readonly plot: TopLevelSpec
}

/** Colours that stay apart for colour-blind eyes (Okabe & Ito). */
const COLOURS = { refined: '#0072b2', beam: '#e69f00', nearest: '#009e73', 'no vector': '#999999' }
const COSINE = { type: 'quantitative', scale: { zero: false }, title: 'mean cosine' } as const
const FRAME = {
  $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
  width: 560,
  height: 240,
  background: '#ffffff',
} as const

/** The plots of a report: cosines by length, their histogram, and against calls of the encoder. */
export function inversionPlots(report: InversionReport): InversionPlot[] {
  return [
    { title: 'Mean cosine by tokens of the sentence', plot: lengthPlot(report) },
    { title: 'Cosines of the beam, and after refinement', plot: histogramPlot(report) },
    { title: 'Mean cosine by calls of the encoder', plot: curvePlot(report) },
  ]
}

function lengthPlot(report: InversionReport): TopLevelSpec {
  const values = methodsOf(report).flatMap(([method, { byLength }]) =>
    byLength.map(({ tokens, cosine }) => ({ method, tokens: lengthName(tokens), cosine })),
  )
  const names = report.beam.byLength.map(({ tokens }) => lengthName(tokens))
  return {
    ...FRAME,
    data: { values },
    mark: { type: 'line', point: true },
    encoding: {
      x: { field: 'tokens', type: 'ordinal', sort: names, title: 'tokens', axis: { labelAngle: 0 } },
      y: { field: 'cosine', ...COSINE },
      color: colourOf(['refined', 'beam', 'nearest', 'no vector']),
    },
  }
}

function histogramPlot({ beam, refined }: InversionReport): TopLevelSpec {
  const values = Object.entries({ refined, beam }).flatMap(([method, { count, histogram }]) =>
    histogram.map(({ cosine: [low, high], count: some }) => ({ method, low, high, share: some / count })),
  )
  return {
    ...FRAME,
    data: { values },
    mark: { type: 'bar', opacity: 0.6 },
    encoding: {
      x: { field: 'low', type: 'quantitative', bin: 'binned', scale: { zero: false }, title: 'cosine' },
      x2: { field: 'high' },
      y: {
        field: 'share',
        type: 'quantitative',
        stack: null,
        title: 'share of sentences',
        axis: { format: '%' },
      },
      color: colourOf(['refined', 'beam']),
    },
  }
}

function curvePlot({ curve }: InversionReport): TopLevelSpec {
  return {
    ...FRAME,
    data: { values: curve.map(({ calls, cosine }) => ({ calls, cosine })) },
    mark: { type: 'line', point: true, color: COLOURS.refined },
    encoding: {
      x: { field: 'calls', type: 'quantitative', title: 'calls of the encoder for a sentence' },
      y: { field: 'cosine', ...COSINE },
    },
  }
}

function colourOf(methods: (keyof typeof COLOURS)[]) {
  const range = methods.map((method) => COLOURS[method])
  return { field: 'method', type: 'nominal', title: null, scale: { domain: methods, range } } as const
}
