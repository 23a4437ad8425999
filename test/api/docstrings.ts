import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type ExportedName, root } from './entry_points.ts'

const DOCUMENTED =
  /^\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\nexport (?:async )?(?:function\*?|class|const|interface|type) (\w+)/gm

/** The docstrings of an exported name, one for each of its signatures that has one, without stars. */
export function docstringsOf({ file, local }: ExportedName): string[] {
  const source = readFileSync(join(root, file), 'utf8')
  return [...source.matchAll(DOCUMENTED)].flatMap(([, doc, name]) =>
    name === local ? [withoutStars(doc!)] : [],
  )
}

/** A program in a docstring, and the lines that its comments say it prints. */
export interface Example {
  readonly file: string
  readonly line: number
  readonly code: string
  readonly printed: readonly string[]
}

/** All examples of a source. Throws where one is not in a block of its own. */
export function examplesOf(file: string): Example[] {
  const source = readFileSync(join(root, file), 'utf8')
  return [...source.matchAll(/^ *\/\*\*((?:(?!\*\/)[\s\S])*)\*\//gm)].flatMap(({ 1: raw, index }) =>
    withoutStars(raw!)
      .split(/^@/m)
      .filter((tag) => tag.startsWith('example'))
      .map((tag) => {
        const line = source.slice(0, index).split('\n').length
        const code = /^example\n```js\n([\s\S]*?)\n```\n?$/.exec(tag.trimEnd())?.[1]
        if (code === undefined) throw new Error(`${file}:${line}: an example that is no block of js`)
        return { file, line, code, printed: printedBy(code) }
      }),
  )
}

function withoutStars(doc: string): string {
  return doc.replace(/^ *\* ?/gm, '').trim()
}

/** `console.log(…) // this line`, and what the comments on lines of their own after it say. */
function printedBy(code: string): string[] {
  const printed: string[] = []
  let goesOn = false
  for (const line of code.split('\n')) {
    const text: string | undefined =
      /\bconsole\.log\(.*\) \/\/ (.*)$/.exec(line)?.[1] ??
      (goesOn ? /^\/\/ (.*)$/.exec(line)?.[1] : undefined)
    if (text !== undefined) printed.push(text)
    goesOn = text !== undefined
  }
  return printed
}
