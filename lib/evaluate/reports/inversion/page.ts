import { escapeHtml } from '../../../core/html.ts'
import type { InversionReport, InversionSample } from '../../suites/inversion/report.ts'
import type { Rows } from '../rows.ts'
import { loadVega } from '../vega.ts'
import { inversionPlots } from './plots.ts'
import { aboutMethods, kindRows, LEGEND, lengthRows, methodRows, sentenceCount } from './rows.ts'

const TITLE = 'Inversion of sentence vectors'
const STYLE = [
  'body{font:15px/1.5 system-ui,sans-serif;max-width:64rem;margin:2rem auto;padding:0 1rem;color:#222}',
  'table{border-collapse:collapse;display:block;overflow-x:auto}',
  'th,td{padding:.25rem .6rem;text-align:right;border-bottom:1px solid #ddd;white-space:nowrap}',
  'th:first-child,td:first-child{text-align:left}',
  'figure{margin:2rem 0}figure svg{max-width:100%;height:auto}',
  '.note,dt{color:#666}',
  'dl{display:grid;grid-template-columns:max-content 1fr;gap:0 1rem;padding-bottom:1rem;border-bottom:1px solid #ddd}',
  'dd{margin:0;white-space:pre-wrap;overflow-wrap:anywhere}',
].join('\n')

/**
 * A report as one HTML page that needs nothing else: no script, and nothing from elsewhere.
 *
 * @throws VmmError UNSUPPORTED when vega or vega-lite is not installed
 * @example
 * ```js
 * import { inversionPage, inversionReport } from 'vector-mamba/evaluate'
 *
 * const one = { reference: 'The cat sleeps.', tokens: 5, stopped: true, nll: 4, milliseconds: 10 }
 * const some = [{ ...one, text: 'The cat sleeps.', cosine: 1 }]
 * const cases = { beam: some, refined: some, nearest: some, noVector: some }
 * const human = [{ nll: 3, nllWithVector: 2 }]
 * const run = { cases, human, curve: [{ calls: 5, cosine: 1 }], known: 'one sentence' }
 * const page = await inversionPage(inversionReport(run, { resamples: 100 }))
 * console.log(page.startsWith('<!doctype html>')) // true
 * ```
 */
export async function inversionPage(report: InversionReport): Promise<string> {
  const draw = await loadVega()
  const figures: string[] = []
  for (const { title, plot } of inversionPlots(report))
    figures.push(`<figure>\n<figcaption>${escapeHtml(title)}</figcaption>\n${await draw(plot)}\n</figure>`)
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`,
    '<meta name="viewport" content="width=device-width">',
    `<title>${TITLE}</title>`,
    `<style>\n${STYLE}\n</style>`,
    '</head>',
    '<body>',
    `<h1>${TITLE}</h1>`,
    `<p>${sentenceCount(report)}, turned back into text from vectors alone.</p>`,
    tableHtml(methodRows(report), aboutMethods(report)),
    ...(report.kinds ? ['<h2>By kind</h2>', tableHtml(kindRows(report.kinds), LEGEND.kinds)] : []),
    '<h2>By length</h2>',
    tableHtml(lengthRows(report), LEGEND.lengths),
    '<h2>Plots</h2>',
    ...figures,
    '<h2>Samples</h2>',
    ...report.samples.map(sampleHtml),
    ...(report.worst.length > 0 ? ['<h2>Farthest from their sentences</h2>'] : []),
    ...report.worst.map(sampleHtml),
    '</body>',
    '</html>\n',
  ].join('\n')
}

function tableHtml({ header, rows }: Rows, note: readonly string[]): string {
  const row = (cells: readonly string[], tag: string) =>
    `<tr>${cells.map((cell) => `<${tag}>${escapeHtml(cell)}</${tag}>`).join('')}</tr>`
  const lines = [row(header, 'th'), ...rows.map((cells) => row(cells, 'td'))]
  return `<table>\n${lines.join('\n')}\n</table>\n<p class="note">${note.map(escapeHtml).join('<br>')}</p>`
}

function sampleHtml({ kind, reference, ...methods }: InversionSample): string {
  const texts = Object.entries(methods).map(
    ([method, { text, cosine }]) => [`${method} ${cosine.toFixed(3)}`, text] as const,
  )
  const sentence = kind === undefined ? 'sentence' : `sentence, ${kind}`
  const lines = [[sentence, reference] as const, ...texts].map(
    ([name, text]) => `<dt>${escapeHtml(name)}</dt><dd>${escapeHtml(text)}</dd>`,
  )
  return `<dl>\n${lines.join('\n')}\n</dl>`
}
