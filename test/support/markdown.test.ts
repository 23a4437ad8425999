import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { blocksOf, commandsOf, difference, linkedFiles } from './markdown.ts'

const page = `A [page](docs/a.md#part) of [somebody](https://example.com), [here](#part).

\`\`\`js
console.log(1)
\`\`\`

It prints:

\`\`\`text
1
\`\`\`

\`\`\`console
$ one --a
1
2
$ two
\`\`\`
`

test('blocks have the output that follows them', () => {
  const [js, shell] = blocksOf(page)
  assert.equal(js, { language: 'js', code: 'console.log(1)\n', output: '1\n' })
  assert.equal([shell!.language, shell!.output], ['console', null])
  assert.equal(commandsOf(shell!), [
    { command: 'one --a', output: '1\n2\n' },
    { command: 'two', output: '' },
  ])
  assert.is(blocksOf(page).length, 2)
})

test('links to files of the project', () => {
  assert.equal(linkedFiles(page), ['docs/a.md'])
})

test('output agrees but for the last digit of numbers, and for what is left out', () => {
  const shown = '0.646 a "b" …\n…\nend 3\n'
  assert.is(difference('0.647 a "b" c\nx\ny\nend 3\n', shown), null)
  assert.is(difference('0.646 a "b" \nend 3\n', shown), null)
  for (const printed of [
    '0.649 a "b" c\nend 3\n',
    '0.646 a "d" c\nend 3\n',
    '0.646 a "b" c\nend 4\n',
    '0.646 a "b" c\nend 3',
    '1 0.646 a "b" c\nend 3\n',
    '',
  ])
    assert.type(difference(printed, shown), 'string', printed)
  assert.type(difference('NaN\n', '0.5\n'), 'string')
})

test.run()
