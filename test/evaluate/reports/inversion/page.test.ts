import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { VmmError } from '../../../../lib/core/errors.ts'
import { inversionPage } from '../../../../lib/evaluate/reports/inversion/page.ts'
import { inversionPlots } from '../../../../lib/evaluate/reports/inversion/plots.ts'
import { loadVega } from '../../../../lib/evaluate/reports/vega.ts'
import { type InversionReport, inversionReport } from '../../../../lib/evaluate/suites/inversion/report.ts'
import { refusal } from '../../../concepts/domains/points.ts'
import { inversionRun, judgedRun } from '../../suites/inversion/cases.ts'

const report = inversionReport(inversionRun(60), { resamples: 50 })
const count = (text: string, pattern: RegExp) => text.match(pattern)?.length ?? 0

test('a page has a table for each table, a drawing for each plot, and every sample', async () => {
  const page = await inversionPage(report)
  assert.is(count(page, /<svg/g), inversionPlots(report).length)
  assert.is(count(page, /<svg/g), 4)
  assert.is(count(page, /<table>/g), 2)
  assert.is(count(page, /<tr>/g), 1 + 5 + 1 + report.refined.byLength.length)
  assert.is(count(page, /<dl>/g), 20 + 10)
  assert.match(page, `<td>human</td>${'<td></td>'.repeat(8)}<td>3.25</td>`)
  assert.match(page, `<td>refined</td><td>${report.refined.cosine.toFixed(3)}</td>`)
  assert.is(await inversionPage(report), page)
})

test('kinds and a judge are shown where there are some', async () => {
  const report = inversionReport(judgedRun(12), { resamples: 50 })
  const page = await inversionPage(report)
  assert.is(count(page, /<svg/g), 5)
  assert.is(count(page, /<table>/g), 3)
  assert.match(page, /<td>news<\/td><td>6<\/td>.*<td>2\.50<\/td><td>2\.25<\/td><td>\+11\.1 %<\/td>/)
  assert.match(page, /under the judge: \+0\.125 nats a token, \+5\.6 % \(95 %: \+\d/)
  assert.match(page, /<th>judge<\/th>/)
  assert.is(count(page, /NaN|undefined/g), 0)
})

test('a page needs nothing from elsewhere', async () => {
  const page = await inversionPage(report)
  assert.is(count(page, /<(script|link|img|iframe|object|foreignObject|canvas)\b/gi), 0)
  assert.is(count(page, /\s(src|href|xlink:href|on\w+)=|url\(|@import|NaN|undefined/gi), 0)
  // Names of XML are no addresses.
  assert.is(count(page.replace(/xmlns(:\w+)?="[^"]*"/g, ''), /https?:/g), 0)
  assert.is(count(page, /<[^>]+\sid="/g), 0) // those of two drawings could be the same
})

test('the plots show what the report says', async () => {
  const draw = await loadVega()
  const [lengths, rightWords, histogram, curve] = await Promise.all(
    inversionPlots(report).map(({ plot }) => draw(plot)),
  )
  assert.ok(report.beam.byLength.length === 5)
  for (const name of ['1–8', '25–32', '33+', 'refined', 'beam', 'nearest', 'no vector'])
    assert.match(lengths!, `>${name}</text>`)
  assert.is(count(lengths!, /aria-roledescription="point"/g), 4 * 5)
  assert.is(count(rightWords!, /aria-roledescription="point"/g), 4 * 5)
  const bars = report.beam.histogram.length + report.refined.histogram.length
  assert.is(count(histogram!, /aria-roledescription="bar"/g), bars)
  assert.is(count(curve!, /aria-roledescription="point"/g), report.curve.length)
})

test('texts stay texts', async () => {
  const hostile = `</dd><script>alert("1")</script> & 'x'`
  const sample = { text: hostile, cosine: 0.5 }
  const samples = [{ reference: hostile, beam: sample, refined: sample, nearest: sample }]
  const page = await inversionPage({ ...report, samples } satisfies InversionReport)
  assert.is(count(page, /<script/g), 0)
  const expected = '<dd>&lt;/dd&gt;&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &#39;x&#39;</dd>'
  assert.is(page.split(expected).length - 1, 4)
})

test('a missing package is named, with how to install it', async () => {
  const missing = Object.assign(new Error("Cannot find package 'vega'"), { code: 'ERR_MODULE_NOT_FOUND' })
  const error = await refusal(() => loadVega(() => Promise.reject(missing)))
  assert.ok(error instanceof VmmError)
  assert.is(error.code, 'UNSUPPORTED')
  assert.match(error.message, 'plots need the packages vega and vega-lite: npm install vega@6 vega-lite@6.4')
  assert.is(error.cause, missing)
  const broken = new SyntaxError('broken')
  try {
    await loadVega(() => Promise.reject(broken))
    assert.unreachable()
  } catch (thrown) {
    assert.is(thrown, broken)
  }
})

test.run()
