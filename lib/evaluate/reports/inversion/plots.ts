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
const FRAME = {
  $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
  width: 560,
  height: 240,
  background: '#ffffff',
} as const

/** The plots of a report: cosines and words by length, cosines as a histogram and by calls of the encoder, and the judge's view. */
export function inversionPlots(report: InversionReport): InversionPlot[] {
  return [
    { title: 'Mean cosine by tokens of the sentence', plot: lengthPlot(report, 'cosine', 'mean cosine') },
    {
      title: 'Words that are right, by tokens of the sentence',
      plot: lengthPlot(report, 'tokenF1', 'token F1'),
    },
    { title: 'Cosines of the beam, and after refinement', plot: histogramPlot(report) },
    { title: 'Mean cosine by calls of the encoder', plot: curvePlot(report) },
    ...(report.human.judgeNll === undefined
      ? []
      : [{ title: 'Surprise of the texts under another language model', plot: judgePlot(report) }]),
  ]
}

function lengthPlot(report: InversionReport, measure: 'cosine' | 'tokenF1', title: string): TopLevelSpec {
  const values = methodsOf(report).flatMap(([method, { byLength }]) =>
    byLength.map((score) => ({ method, tokens: lengthName(score.tokens), value: score[measure] })),
  )
  const names = report.beam.byLength.map(({ tokens }) => lengthName(tokens))
  return {
    ...FRAME,
    data: { values },
    mark: { type: 'line', point: true },
    encoding: {
      x: { field: 'tokens', type: 'ordinal', sort: names, title: 'tokens', axis: { labelAngle: 0 } },
      y: { field: 'value', type: 'quantitative', scale: { zero: false }, title },
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
      y: { field: 'cosine', type: 'quantitative', scale: { zero: false }, title: 'mean cosine' },
    },
  }
}

function judgePlot(report: InversionReport): TopLevelSpec {
  const values = [...methodsOf(report), ['human', report.human] as const].flatMap(([method, { judgeNll }]) =>
    judgeNll === undefined ? [] : { method, judgeNll },
  )
  return {
    ...FRAME,
    data: { values },
    mark: { type: 'bar', color: COLOURS.refined },
    encoding: {
      x: { field: 'judgeNll', type: 'quantitative', title: 'nats a token' },
      y: { field: 'method', type: 'nominal', sort: null, title: null },
    },
  }
}

function colourOf(methods: (keyof typeof COLOURS)[]) {
  const range = methods.map((method) => COLOURS[method])
  return { field: 'method', type: 'nominal', title: null, scale: { domain: methods, range } } as const
}
