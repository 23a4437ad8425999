// The programs of README and of docs/models.md, and what npm start shows, as they stand there. Texts that an inverter
// does not read back exactly may differ between instruction sets: of them the beginning of the line is compared.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { blocksOf, commandsOf, difference } from './support/markdown.ts'
import { runModule } from './support/run_module.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const pageOf = (path: string) => blocksOf(readFileSync(join(root, path), 'utf8'))
const blocks = pageOf('README.md')

/** What is shown, without the words of an inexact text. */
function withoutWords(shown: string): string {
  return shown
    .replace(/^0\.\d+ .+$/gm, (line) => `${line.slice(0, 5)} …`)
    .replace(/^( *(?:predicted next|routed to)[^:"\d]*).*$/gm, '$1…')
}

const programs = ['README.md', 'docs/models.md'].flatMap((page) =>
  pageOf(page)
    .filter(({ language, output }) => language === 'js' && output !== null)
    .map((block, i) => ({ name: `${page}, program ${i + 1}`, ...block }))
    // README's first one is about files of its reader: readme.test.ts runs it.
    .slice(page === 'README.md' ? 1 : 0),
)
for (const { name, code, output } of programs)
  test(name, () => {
    const numbersApart = 0.02 // where another text was found
    assert.is(difference(runModule(code), withoutWords(output!), numbersApart), null)
  })

test('npm start', () => {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>
  }
  const start = blocks
    .filter(({ language }) => language === 'console')
    .flatMap(commandsOf)
    .find(({ command }) => command.startsWith('npm start'))
  const text = /^npm start -- "(.+)"$/.exec(start!.command)![1]!
  const [node, ...args] = scripts.start!.split(' ')
  assert.is(node, 'node')
  const { stdout, stderr } = spawnSync(process.execPath, [...args, text], { cwd: root, encoding: 'utf8' })
  assert.is(difference(stdout, withoutWords(start!.output.replace(/\n+$/, '\n')), 0.02), null, stderr)
})

test.run()
