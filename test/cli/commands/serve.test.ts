// What `vmm serve` refuses before it looks for its package.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { reachOf } from '../../../lib/cli/options/server.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { rejects } from '../../support/rejects.ts'
import { vmm } from '../world.ts'

const folder = temporaryFolder()
const TOKEN = 'a-token-of-24-characters'

test('an address that others can reach needs a token, and wrong usage is told', async () => {
  const cases: [string[], Record<string, string>, RegExp][] = [
    [
      ['--host', '0.0.0.0'],
      {},
      /others may reach 0\.0\.0\.0: it needs a token, in VMM_TOKEN or --token-file/,
    ],
    [['--host', '::'], { VMM_TOKEN: '' }, /others may reach ::/],
    [['--host', '127.0.0.1.example'], {}, /others may reach/],
    [['--host', ''], {}, /--host: an empty address/],
    [['--port', '70000'], {}, /--port: got "70000"; expected a whole number from 0 to 65535/],
    [['text'], {}, /unexpected argument "text"/],
    [[], { VMM_TOKEN: 'short' }, /VMM_TOKEN: expected at least 16 characters/],
  ]
  for (const [args, env, message] of cases) {
    const { code, stdout, stderr } = await vmm(['serve', ...args], { env })
    assert.equal([code, stdout], [2, ''])
    assert.match(stderr, message)
    assert.not.match(stderr, /short/)
  }
})

test('tokens come from the environment or a file, each under its name', async () => {
  const file = join(folder, 'tokens')
  const reach = (content: string | null, env: Record<string, string> = {}) => {
    if (content !== null) writeFileSync(file, content)
    return reachOf({ host: '0.0.0.0', ...(content !== null && { 'token-file': file }) }, { env })
  }
  assert.equal((await reach(null, { VMM_TOKEN: TOKEN })).tokens, { default: TOKEN })
  assert.equal((await reach(`${TOKEN}\n`, { VMM_TOKEN: 'another' })).tokens, { default: TOKEN })
  assert.equal((await reach(`ada ${TOKEN}\r\n\n  bob\t${TOKEN}2`)).tokens, { ada: TOKEN, bob: `${TOKEN}2` })
  for (const [content, message] of [
    ['', /--token-file: got no token in .*tokens; expected at least one/],
    ['ada b c', /line 1 of .*tokens: got 3 words; expected a token, or a name and a token/],
    ['\nada short', /line 2 of .*tokens: got a token of 5 characters; expected at least 16/],
    [`${TOKEN}\n${TOKEN}2`, /line 2 of .*tokens: got another token of default; expected one of each name/],
  ] as const)
    await rejects(() => reach(content), 'BAD_ARGUMENT', message)
  await rejects(() => reachOf({ 'token-file': join(folder, 'none') }, { env: {} }), 'NOT_FOUND', /none/)
})

test.run()
