// A Mamba that writes 65,536 tokens: its memory is that of the first ones, and so is every bit.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { openDecoding } from '../../../lib/models/lm/decoding/decoding.ts'
import { openLanguageParts } from '../../../lib/models/lm/published/open.ts'
import { deviceInfo } from '../../../lib/runtime/device.ts'
import { cacheDir, goldenFolder } from './published/support.ts'

const TOKENS = 65_536

test('65,536 tokens, one at a time: flat memory, and the bits of one pass', async () => {
  const { network } = await openLanguageParts(goldenFolder('mamba-hf'), cacheDir, {})
  using _ = network
  const size = { sequences: 1, capacity: TOKENS, memory: 64 }
  const question = {
    ...{ telling: { k: 2, tellsAll: false, penalised: 0 }, sharpness: 1, penalty: 1, seen: null },
  }
  const written = [5]
  const [resident, live]: [number[], number[]] = [[], []]
  let last = null
  {
    using decoding = openDecoding(network, size)
    while (written.length < TOKENS) {
      const [next] = await decoding.read([{ sequence: 0, tokens: [written.at(-1)!] }], question, {})
      // The second best every now and then, so that it does not go round in a small circle.
      written.push(next!.tokens[written.length % 7 === 0 ? 1 : 0]!)
      last = next!
      if (written.length % (TOKENS / 16) !== 0) continue
      globalThis.gc?.()
      resident.push(process.memoryUsage().rss)
      live.push(deviceInfo().liveBytes.state)
    }
  }
  assert.ok(new Set(written).size > 20, 'it wrote more than a circle')
  assert.is(new Set(live).size, 1, `bytes of states: ${live.join(', ')}`)
  const [early, late] = [Math.max(...resident.slice(4, 8)), Math.min(...resident.slice(12))]
  assert.ok(
    late < 1.1 * early,
    `resident memory: ${resident.map((b) => Math.round(b / 2 ** 20)).join(', ')} MiB`,
  )
  using whole = openDecoding(network, size)
  const [once] = await whole.read([{ sequence: 0, tokens: written.slice(0, -1) }], question, {})
  assert.equal(once, last, 'the same bits in one pass')
})

test.run()
