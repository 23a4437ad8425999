import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type RemoteEncoderOptions, remoteSettings } from '../../../lib/models/remote/options.ts'
import { rejects } from '../../support/rejects.ts'

const settings = (options: Partial<RemoteEncoderOptions>, environment = {}) =>
  remoteSettings({ model: 'tiny', dims: 8, ...options }, environment)

test('what is left out has its default', () => {
  const { send, fingerprint, ...rest } = remoteSettings({ model: 'text-embedding-3-small' }, {})
  assert.is(send, fetch)
  assert.match(fingerprint, /^[0-9a-f]{64}$/)
  assert.equal(rest, {
    model: 'text-embedding-3-small',
    url: 'https://api.openai.com/v1',
    dims: 1536,
    sendsDimensions: false,
    apiKey: null,
    capacityTokens: 8191,
    batch: 64,
    concurrency: 4,
    requestsPerMinute: null,
    retries: 5,
    timeoutMs: 120_000,
    cache: null,
    normalise: true,
    space: 'text-embedding-3-small-1536',
  })
})

test('dims are known of OpenAI’s models, and are asked for where they are fewer', async () => {
  const of = (options: RemoteEncoderOptions) => {
    const { dims, sendsDimensions, space } = remoteSettings(options, {})
    return [dims, sendsDimensions, space]
  }
  assert.equal(of({ model: 'text-embedding-ada-002' }), [1536, false, 'text-embedding-ada-002-1536'])
  assert.equal(of({ model: 'text-embedding-3-large' }), [3072, false, 'text-embedding-3-large-3072'])
  assert.equal(of({ model: 'text-embedding-3-large', dims: 3072 }), [
    3072,
    false,
    'text-embedding-3-large-3072',
  ])
  assert.equal(of({ model: 'text-embedding-3-large', dims: 256 }), [256, true, 'text-embedding-3-large-256'])
  assert.equal(of({ model: 'text-embedding-ada-002', dims: 1536, sendDimensions: false }).slice(0, 2), [
    1536,
    false,
  ])
  assert.equal(of({ model: 'tiny', dims: 8 }), [8, false, 'tiny-8'])
  assert.equal(of({ model: 'tiny', dims: 8, sendDimensions: true }), [8, true, 'tiny-8'])
  const refused: readonly (readonly [RemoteEncoderOptions, RegExp])[] = [
    [{ model: 'tiny' }, /^dims: got undefined; expected the length of the vectors of "tiny"$/],
    [
      { model: 'text-embedding-ada-002', dims: 512 },
      /^dims: got 512; expected a whole number from 1536 to 1536$/,
    ],
    [
      { model: 'text-embedding-3-small', dims: 3072 },
      /^dims: got 3072; expected a whole number from 1 to 1536$/,
    ],
    [
      { model: 'text-embedding-ada-002', sendDimensions: true },
      /^sendDimensions: got true; expected false, as/,
    ],
    [{ model: 'tiny', dims: 70_000 }, /^dims: got 70000; expected a whole number from 1 to 65536$/],
  ]
  for (const [options, message] of refused)
    await rejects(() => remoteSettings(options, {}), 'BAD_ARGUMENT', message)
})

test('a space is made of any name', () => {
  const spaces = {
    'nomic-ai/Nomic_Embed-Text:v1.5': 'nomic-ai-nomic-embed-text-v1.5-8',
    模型: 'remote-8',
    '--a..b--': 'a-b-8',
    ['x'.repeat(500)]: `${'x'.repeat(62)}-8`,
    [`${'x'.repeat(61)}-y`]: `${'x'.repeat(61)}-8`,
  }
  for (const [model, space] of Object.entries(spaces)) assert.is(settings({ model }).space, space)
  assert.is(settings({ space: 'mine-8' }).space, 'mine-8')
})

test('the key comes from the options, else from the environment', () => {
  const environment = { OPENAI_API_KEY: ' sk-environment\n' }
  assert.is(settings({}, environment).apiKey, 'sk-environment')
  assert.is(settings({ apiKey: 'sk-own' }, environment).apiKey, 'sk-own')
  assert.is(settings({ apiKey: '' }, environment).apiKey, null)
  assert.is(settings({}, {}).apiKey, null)
})

test('a URL has no slash at its end, and no password in messages', async () => {
  for (const url of ['http://localhost:8080/v1', 'http://localhost:8080/v1/', 'HTTP://LOCALHOST:8080/v1//'])
    assert.is(settings({ url }).url, 'http://localhost:8080/v1')
  for (const url of ['localhost:8080', 'file:///v1', '', 'http://a/v1?key=1', 'http://a/v1#b', 7 as never])
    await rejects(
      () => settings({ url }),
      'BAD_ARGUMENT',
      /^url: got .*; expected http or https without a query/,
    )
  for (const url of ['https://me:hidden@a/v1', 'https://hidden@a/v1', 'https//me:hidden@a'])
    await rejects(
      () => settings({ url }),
      'BAD_ARGUMENT',
      /^url: got one with a name or a password; expected one without/,
    )
})

test('wrong options are refused by name, and keys are not shown', async () => {
  const wrong: readonly (readonly [keyof RemoteEncoderOptions, readonly unknown[]])[] = [
    ['model', ['', 7, null, 'x'.repeat(513)]],
    ['dims', [0, -1, 1.5, '8', null, Number.NaN]],
    ['sendDimensions', [1, 'yes']],
    ['apiKey', [7, 'sk-\nhidden', 'sk-hidden é', 'a b', 'sk-hidden\0']],
    ['capacityTokens', [0, '8']],
    ['batch', [0, 2049, 1.5]],
    ['concurrency', [0, 257]],
    ['requestsPerMinute', [0, -1, Number.POSITIVE_INFINITY, '60']],
    ['retries', [-1, 101]],
    ['timeoutMs', [0, 2 ** 31]],
    ['cache', ['', 7]],
    ['normalise', [1, 'no']],
    ['space', ['', 'A b', 'x'.repeat(65)]],
    ['fetch', [7, 'fetch']],
  ]
  for (const [name, values] of wrong)
    for (const value of values)
      try {
        settings({ [name]: value })
        assert.unreachable(`${name}: ${String(value)}`)
      } catch (error) {
        assert.match((error as Error).message, new RegExp(`^${name}: got .*; expected `))
        assert.not.match((error as Error).message, /hidden/)
      }
  await rejects(
    () => settings({ apikey: 'sk-hidden' } as never),
    'BAD_ARGUMENT',
    /^apikey: no such option; did you mean apiKey\?$/,
  )
})

test.run()
