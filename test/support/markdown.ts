// Code in Markdown files, and whether programs print what stands there.

/** A fenced block. */
export interface Block {
  readonly language: string
  readonly code: string
  /** The text block that follows it, before any other block: what the code prints. */
  readonly output: string | null
}

const FENCE = /^```(\S*)\n([\s\S]*?)^```$/gm

export function blocksOf(markdown: string): Block[] {
  const blocks = [...markdown.matchAll(FENCE)].map(([, language = '', code = '']) => ({ language, code }))
  return blocks.flatMap(({ language, code }, i) => {
    if (language === 'text') return []
    const next = blocks[i + 1]
    return [{ language, code, output: next?.language === 'text' ? next.code : null }]
  })
}

/** The commands of a console block, `$ command` lines, each with what follows it. */
export function commandsOf({ code }: Block): { readonly command: string; readonly output: string }[] {
  return code
    .split(/^\$ /m)
    .slice(1)
    .map((part) => {
      const end = part.indexOf('\n')
      return { command: part.slice(0, end), output: part.slice(end + 1) }
    })
}

/** Files that a page of the project links to, without the parts after '#'. */
export function linkedFiles(markdown: string): string[] {
  const prose = markdown.replace(FENCE, '')
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target]) => target!.replace(/#.*$/, ''))
    .filter((target) => target !== '' && !/^[a-z]+:/.test(target))
}

/**
 * Where a program's output differs from what a page shows, or null. `…` stands for any text, and alone in its line for
 * any lines; numbers with a point may differ by `tolerance`.
 */
export function difference(printed: string, shown: string, tolerance = 0.002): string | null {
  const wanted: number[] = []
  const pattern = shown
    .split('\n')
    .map((line) => (line.trim() === '…' ? '(?:.*\n)*?' : `${patternOf(line, wanted)}\n`))
    .join('')
    .replace(/\n$/, '')
  const found = new RegExp(`^${pattern}$`).exec(printed)
  if (!found) return `printed:\n${printed}\nshown:\n${shown}`
  const far = found.slice(1).findIndex((text, i) => !(Math.abs(Number(text) - wanted[i]!) <= tolerance))
  return far < 0 ? null : `printed ${found[far + 1]} where ${wanted[far]} is shown:\n${printed}`
}

function patternOf(line: string, numbers: number[]): string {
  return line
    .split(/(-?\d+\.\d+|…)/)
    .map((part, i) => {
      if (i % 2 === 0) return part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
      if (part === '…') return '.*'
      numbers.push(Number(part))
      return String.raw`(-?\d+\.\d+)`
    })
    .join('')
}
