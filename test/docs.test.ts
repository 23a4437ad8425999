// Pages for people: their links lead somewhere, and the commands that they print exist.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { vmm } from './cli/world.ts'
import { blocksOf, linkedFiles } from './support/markdown.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const pages = ['.', 'docs', 'docs/api', 'docs/api/vector-mamba', 'bundles/predictor', 'bundles/inverter']
  .flatMap((folder) => readdirSync(join(root, folder)).map((name) => join(folder, name)))
  .filter((path) => path.endsWith('.md'))
  .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }))
const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>
}

test('links to files of the project lead there', () => {
  for (const { path, text } of pages)
    for (const target of linkedFiles(text))
      assert.ok(existsSync(join(root, dirname(path), target)), `${path} links to ${target}`)
})

test('every page of docs can be reached from README', () => {
  const readme = pages.find(({ path }) => path === 'README.md')!
  const linked = linkedFiles(readme.text)
  for (const { path } of pages)
    if (!path.includes('bundles/') && !path.startsWith('docs/api/') && path !== 'README.md')
      assert.ok(linked.includes(path), path)
  assert.ok(linked.some((target) => target.startsWith('docs/api')))
})

test('scripts that are named are there', () => {
  for (const { path, text } of pages)
    for (const [command, name] of text.matchAll(/npm run (?:--\S+(?: \.\.\/\.\.)? )?([a-z][\w:-]*)/g))
      assert.ok(name! in scripts, `${path}: ${command}`)
})

/** The words of a command, without what a shell makes of them. */
function argumentsOf(command: string): string[] {
  return [...command.matchAll(/"[^"]*"|\S+/g)].map(([word]) => word)
}

test('vmm has the commands and the options that are shown', async () => {
  let seen = 0
  for (const { path, text } of pages)
    for (const { code } of blocksOf(text).filter(({ language }) => ['sh', 'console'].includes(language)))
      for (const [, line] of code.matchAll(/npx vmm ([^|>#\n]+)/g)) {
        const [name, ...rest] = argumentsOf(line!)
        const words =
          name === 'help' ? rest : ['eval', 'graph', 'store'].includes(name!) ? [name!, rest[0]!] : [name!]
        const { code, stdout, stderr } = await vmm(['help', ...words])
        assert.is(code, 0, `${path}: vmm ${line}: ${stderr}`)
        for (const option of rest.filter((word) => /^--?[a-zA-Z]/.test(word)))
          assert.match(stdout, new RegExp(`${option}[ ,\n]`), `${path}: vmm ${line}`)
        seen++
      }
  assert.ok(seen > 20)
})

test.run()
