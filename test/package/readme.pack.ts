// README's two ways to install, its first commands and its first program, one by one as they stand there: in a fresh folder beside
// the project, with a cache of its own. Addons for other platforms are built only if their sources have changed.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { temporaryFolder } from '../support/folder.ts'
import { blocksOf, commandsOf, difference } from '../support/markdown.ts'
import { output, ROOT } from './installation.ts'

const blocks = blocksOf(readFileSync(join(ROOT, 'README.md'), 'utf8'))
const shells = blocks.filter(({ language }) => language === 'sh').map(({ code }) => code)
const [first] = blocks.filter(({ language }) => language === 'console').map(commandsOf)
const [program] = blocks.filter(({ language }) => language === 'js')

const { VMM_ADDON: _, ...rest } = process.env
const settings = { npm_config_prefer_offline: 'true', npm_config_audit: 'false', npm_config_fund: 'false' }
const env = { ...rest, ...settings, VMM_CACHE_DIR: temporaryFolder() }

/** What npm says where it cannot ask a registry. */
const OFFLINE = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ENOTCACHED/

for (const [name, commands] of Object.entries({ 'a clone': shells[0]!, 'a tarball': shells[1]! }))
  test(`from ${name} to a search`, () => {
    const run = commands.replace('npm run prebuilds', 'npm run prebuilds -- --changed')
    const beside = temporaryFolder()
    symlinkSync(ROOT, join(beside, 'vector-mamba'))
    const made = [...commands.matchAll(/[^/\s]+\.tgz/g)].map(([file]) => join(ROOT, file))
    const kept = made.filter((file) => existsSync(file))
    try {
      const options = { cwd: beside, env, encoding: 'utf8' } as const
      const { status, stdout, stderr } = spawnSync('bash', ['-e', '-c', run], options)
      if (status !== 0 && OFFLINE.test(stderr)) {
        console.log(`skipped test: from ${name} to a search: no registry within reach`)
        return
      }
      assert.is(status, 0, `${stdout}${stderr}`)
      const folder = join(beside, 'my-search')
      for (const { command, output: shown } of first!)
        assert.is(difference(output('bash', ['-c', command], { cwd: folder, env }), shown), null)
      writeFileSync(join(folder, 'search.mjs'), program!.code)
      const printed = output(process.execPath, ['search.mjs'], { cwd: folder, env })
      assert.is(difference(printed, program!.output!), null)
    } finally {
      for (const file of made) if (!kept.includes(file)) rmSync(file, { force: true })
    }
  })

test.run()
