import { join } from 'node:path'
import { escapeMarks } from '../../core/control_marks.ts'
import { escapeHtml } from '../../core/html.ts'
import { atomicWrite } from '../../io/files.ts'
import { plotSvg } from '../../io/plot.ts'
import type { Drops } from '../candidates/drops.ts'
import type { CrystalRound } from '../crystallise/crystallise.ts'
import type { Usage } from './unit_result.ts'

/** What a build has made, and what it has left out. */
export interface CurationReport {
  readonly store: string
  readonly sources: readonly { readonly name: string; readonly candidates: number }[]
  /** Found by extractors, and different from each other. */
  readonly candidates: number
  readonly different: number
  readonly concepts: number
  readonly relations: number
  readonly byType: Readonly<Record<string, number>>
  readonly byRelation: Readonly<Record<string, number>>
  readonly byDomain: Readonly<Record<string, number>>
  /** Code that ran and passed its tests, that failed, and that was not run. */
  readonly code: { readonly works: number; readonly fails: number; readonly notRun: number }
  readonly rounds: readonly CrystalRound[]
  readonly dropped: readonly Drops[]
  /** What is unusual, such as a validator that always says yes. */
  readonly warnings: readonly string[]
  readonly usage: Usage
  /** Of the stages of this run; what was kept from earlier ones costs nothing. */
  readonly seconds: Readonly<Record<string, number>>
}

export const REPORT_FILES = { json: 'report.json', page: 'report.html' } as const

/** Writes the report into the folder of a build, as JSON and as a page. */
export async function writeReport(folder: string, report: CurationReport): Promise<void> {
  await atomicWrite(join(folder, REPORT_FILES.json), [`${JSON.stringify(report, null, 2)}\n`])
  await atomicWrite(join(folder, REPORT_FILES.page), [reportPage(report)])
}

/** The report as a page of its own, without scripts or addresses. */
export function reportPage(report: CurationReport): string {
  const { rounds, dropped, usage, seconds, warnings } = report
  const left = { title: 'concepts left', sparse: true, points: rounds.map(pointOf('concepts')) }
  const coherence = { title: 'mean coherence', sparse: true, points: rounds.map(pointOf('coherence')) }
  const removed = { title: 'removed', sparse: true, points: rounds.map(pointOf('removed')) }
  return [
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Curation</title><style>',
    'body{font:15px/1.5 sans-serif;max-width:1100px;margin:2em auto;padding:0 1em;color:#222}',
    'table{border-collapse:collapse;margin:1em 0}td,th{padding:.2em .8em;border-bottom:1px solid #ddd;text-align:left}',
    'td.n{text-align:right;font-variant-numeric:tabular-nums}.warning{color:#a40}li{color:#555}</style></head><body>',
    `<h1>Curation of ${text(report.store)}</h1>`,
    ...warnings.map((warning) => `<p class="warning">${text(warning)}</p>`),
    `<p>${number(report.candidates)} candidates, ${number(report.different)} of them different, became `,
    `${number(report.concepts)} concepts with ${number(report.relations)} relations.</p>`,
    table(
      'Sources',
      report.sources.map(({ name, candidates }) => [name, candidates]),
    ),
    '<h2>Crystallisation</h2>',
    plotSvg([left, removed, coherence]),
    roundsTable(rounds),
    table('Kinds of concepts', Object.entries(report.byType)),
    table('Kinds of relations', Object.entries(report.byRelation)),
    table('Domains', Object.entries(report.byDomain)),
    table('Code', [
      ['passed its tests', report.code.works],
      ['failed', report.code.fails],
      ['was not run', report.code.notRun],
    ]),
    '<h2>What was left out, and why</h2>',
    ...dropped.map(
      ({ reason, count, examples }) =>
        `<p>${number(count)}: ${text(reason)}</p><ul>${examples.map((one) => `<li>${text(one)}</li>`).join('')}</ul>`,
    ),
    table('Language models', [
      ['calls', usage.calls],
      ['answers that were known', usage.cached],
      ['tokens read', usage.inputTokens],
      ['tokens written', usage.outputTokens],
      ['US dollars, as far as prices are known', Number(usage.cost.toFixed(4))],
    ]),
    table(
      'Seconds of this run',
      Object.entries(seconds).map(([stage, time]) => [stage, Number(time.toFixed(1))]),
    ),
    '</body></html>\n',
  ].join('\n')
}

function pointOf(what: 'concepts' | 'coherence' | 'removed'): (round: CrystalRound) => [number, number] {
  return (round) => [round.round, round[what]]
}

function roundsTable(rounds: readonly CrystalRound[]): string {
  const heads = ['round', 'concepts', 'merged', 'removed', 'relations', 'coherence'] as const
  const rows = rounds.map((round) =>
    heads.map(
      (head) => `<td class="n">${head === 'coherence' ? round[head].toFixed(3) : number(round[head])}</td>`,
    ),
  )
  const head = heads.map((name) => `<th>${name}</th>`).join('')
  return `<table><tr>${head}</tr>${rows.map((cells) => `<tr>${cells.join('')}</tr>`).join('')}</table>`
}

function table(title: string, rows: readonly (readonly [string, number])[]): string {
  const body = rows.map(([name, n]) => `<tr><td>${text(name)}</td><td class="n">${number(n)}</td></tr>`)
  return rows.length === 0 ? '' : `<h2>${text(title)}</h2><table>${body.join('')}</table>`
}

function number(n: number): string {
  return n.toLocaleString('en')
}

function text(raw: string): string {
  return escapeHtml(escapeMarks(raw))
}
