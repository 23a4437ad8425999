// vec2text's loops on tiny models against PyTorch: make_vec2text.py.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { goldenOf, opened } from './support.ts'

for (const name of ['gtr', 'ada'])
  test(`${name}: every loop gives the texts of the original`, async () => {
    const { runs, longest } = goldenOf(name)
    using own = await opened(name)
    const { inverter, vectors } = own
    const maxTokens = longest - 1
    const first = await inverter.invert(vectors, { steps: 0, maxTokens })
    assert.equal(
      first.map(({ best }) => best!.text),
      runs.map(({ hypothesis }) => hypothesis.text),
    )
    for (const [l, { steps, width, stops }] of runs[0]!.loops.entries()) {
      const options = { steps, beam: Math.max(1, width), earlyStop: stops, maxTokens, candidates: 64 }
      const found = await inverter.invert(vectors, options)
      for (const [i, { best, candidates, curve }] of found.entries()) {
        const expected = runs[i]!.loops[l]!
        const what = `${i}: ${steps} steps, beam ${width}`
        assert.is(best!.text, expected.text, what)
        assert.ok(
          Math.abs(best!.cosine - expected.cosine) < 1e-5,
          `${what}: ${best!.cosine}, not ${expected.cosine}`,
        )
        assert.equal(
          candidates.map(({ text }) => text),
          width === 0 ? expected.others.slice(0, 1) : expected.others,
          what,
        )
        assert.is(curve.length - 1, expected.done, what)
        for (const [step, cosine] of expected.trail.entries())
          assert.ok(Math.abs(curve[step + 1]!.cosine - cosine) < 1e-5, what)
      }
    }
  })

test.run()
