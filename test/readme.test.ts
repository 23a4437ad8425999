// README's first commands and first program print what README says, and what it says of npm is so. README's demonstration is in
// readme.process.ts, its way from a tarball to a search in package/readme.pack.ts.
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { temporaryFolder } from './support/folder.ts'
import { blocksOf, commandsOf, difference } from './support/markdown.ts'
import { runModule } from './support/run_module.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const blocks = blocksOf(readFileSync(join(root, 'README.md'), 'utf8'))
const { scripts, version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))

const [search] = blocks.filter(({ language }) => language === 'js')
const shells = blocks.filter(({ language }) => language === 'sh')
const consoles = blocks.filter(({ language }) => language === 'console').flatMap(commandsOf)

/** A folder where the package is installed. */
function installed(): string {
  const folder = temporaryFolder()
  mkdirSync(join(folder, 'node_modules', '.bin'), { recursive: true })
  symlinkSync(root, join(folder, 'node_modules', 'vector-mamba'))
  symlinkSync(join(root, 'dist/cli/main.js'), join(folder, 'node_modules', '.bin', 'vmm'))
  return folder
}

test('the first commands make an index and search, and the first program goes on; all print what stands there', () => {
  const cwd = installed()
  const [first] = blocks.filter(({ language }) => language === 'console').map(commandsOf)
  assert.is(first!.length, 3)
  for (const { command, output } of first!) {
    const { status, stdout, stderr } = spawnSync('bash', ['-c', command], { cwd, encoding: 'utf8' })
    assert.is(status, 0, `${command}: ${stderr}`)
    assert.is(difference(stdout, output), null)
  }
  assert.is(difference(runModule(search!.code, cwd), search!.output!), null)
})

test('it is as short as it looks, and no newer than the oldest Node', () => {
  const lines = search!.code.split('\n').filter((line) => line.trim() !== '')
  assert.ok(lines.length <= 9)
  assert.not.match(search!.code, /\busing\b/)
})

test('what is installed is there: scripts, and the tarball of this version', () => {
  const commands = shells.flatMap(({ code }) => code.trim().split('\n'))
  for (const command of commands) {
    const script = /^npm run (\S+)/.exec(command)?.[1]
    if (script) assert.ok(script in scripts, command)
    const tarball = /[^/]+\.tgz$/.exec(command)?.[0]
    if (tarball) assert.is(tarball, `vector-mamba-${version}.tgz`)
  }
  assert.ok(commands.some((command) => command.endsWith('.tgz')))
  assert.ok(commands.includes('npm install ../vector-mamba'))
})

test('npm test prints lines as README shows them', () => {
  const [, first, , skipped, , last] = consoles
    .find(({ command }) => command === 'npm test')!
    .output.trimEnd()
    .split('\n')
  const script = join(root, 'scripts', 'test.mjs')
  const { stdout } = spawnSync(process.execPath, [script, 'test/core/space'], { encoding: 'utf8' })
  const printed = stdout.trimEnd().split('\n')
  const form = (line: string) => line.replace(/\S+: /, '').replace(/[\d.…]+/g, '0')
  assert.equal([first!, last!].map(form), [printed.at(0)!, printed.at(-1)!].map(form))
  const [, what, command] = /^skipped: (.+), … files: (.+)$/.exec(skipped!)!
  for (const part of [what!, command!]) assert.ok(readFileSync(script, 'utf8').includes(`'${part}'`), part)
})

test.run()
