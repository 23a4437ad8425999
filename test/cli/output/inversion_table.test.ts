import { Writable } from 'node:stream'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { CliContext } from '../../../lib/cli/context.ts'
import { inversionTable } from '../../../lib/cli/output/inversion_table.ts'
import { screen } from '../../../lib/cli/output/screen.ts'
import { inversionReport } from '../../../lib/evaluate/suites/inversion/report.ts'
import { inversionRun, judgedRun } from '../../evaluate/suites/inversion/cases.ts'

const report = inversionReport(inversionRun(60), { resamples: 50 })
const on = (isTTY: boolean) =>
  ({ stdout: screen(Object.assign(new Writable(), { isTTY }), {}), env: {} }) as CliContext

test('a table has a line for each method, length and sample', () => {
  const lines = inversionTable(report, on(false)).split('\n')
  const { refined, samples } = report
  const row = (name: string) => lines.find((line) => line.startsWith(`${name} `))!.split(/\s{2,}/)
  assert.equal(row('refined').slice(0, 4), [
    'refined',
    refined.cosine.toFixed(3),
    refined.cosineInterval.map((end) => end.toFixed(3)).join(' … '),
    refined.tokenF1.toFixed(3),
  ])
  for (const name of ['beam', 'nearest', 'no vector']) assert.is(row(name).length, 13)
  assert.equal(row('human'), ['human', '3.25', `${(100 * report.human.repetition!).toFixed(1)} %`])
  assert.equal(row('33+').slice(0, 2), ['33+', String(refined.byLength.at(-1)!.count)])
  assert.ok(lines.some((line) => line.endsWith('0: 0.800, 8: 0.889, 16: 0.894, 1,024: 0.900')))
  for (const { reference, refined } of samples) {
    const place = lines.indexOf(reference)
    assert.is(lines[place + 2], `  refined  ${refined.cosine.toFixed(3)}  ${refined.text}`)
  }
})

test('a judge has a column for each method and kind, and what it finds beside human text', () => {
  const judged = inversionReport(judgedRun(60), { resamples: 50 })
  const lines = inversionTable(judged, on(false)).split('\n')
  const cells = (line: string) => line.trim().split(/\s{2,}/)
  const rows = lines.map(cells)
  const row = (name: string) => rows.find(([first]) => first === name)!
  assert.ok(rows[0]!.includes('judge'))
  assert.equal(row('human').slice(0, 3), ['human', '3.25', '2.25'])
  assert.equal(row('kind').slice(-4), ['judge', 'judge, human', 'difference', 'ms'])
  assert.equal(row('news').slice(-4, -1), ['2.50', '2.25', '+11.1 %'])
  assert.equal(row('stories').slice(-4, -1), ['2.25', '2.25', '+0.0 %'])
  const [low, high] = judged.judgeDifference!.interval.map((end) => `+${(100 * end).toFixed(1)} %`)
  assert.ok(
    lines.includes(
      `refined texts beside the sentences, under the judge: +0.125 nats a token, +5.6 % (95 %: ${low} … ${high})`,
    ),
  )
  assert.not.match(inversionTable(report, on(false)), /under the judge:/)
})

test('numbers stand below their names', () => {
  const lines = inversionTable(report, on(false)).split('\n')
  const [header, refined, , , , human] = lines
  assert.is(header!.length, refined!.length)
  assert.is(human!.length, header!.indexOf('repeated') + 8)
  assert.is(human!.indexOf('3.25') + 4, header!.indexOf('NLL') + 3)
})

test('a text moves no cursor', () => {
  const sample = { text: 'a\u001b[31mb\rc', cosine: 0.5 }
  const samples = [{ reference: 'x\u001by', beam: sample, refined: sample, nearest: sample }]
  const plain = inversionTable({ ...report, samples }, on(false))
  assert.not(plain.includes('\u001b') || plain.includes('\r'))
  assert.match(plain, '  nearest  0.500  a [31mb c')
  assert.match(inversionTable({ ...report, samples }, on(true)), '\u001b[1mx y\u001b[22m')
})

test.run()
