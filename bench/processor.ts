import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/**
 * The kind of this machine's processor, such as 'AuthenticAMD family 26 model 2 stepping 1': virtual machines of different
 * kinds share the name that they show. Null where the system does not tell.
 */
export function processorKind(): string | null {
  try {
    if (process.platform === 'linux') return kindOfCpuInfo(readFileSync('/proc/cpuinfo', 'utf8'))
    if (process.platform === 'darwin')
      return kindOfSysctl(execFileSync('sysctl', ['hw', 'machdep.cpu'], { encoding: 'utf8' }))
  } catch {
    // No such file or program.
  }
  return null
}

/** From /proc/cpuinfo. Where cores differ, the kinds of all of them. */
export function kindOfCpuInfo(text: string): string | null {
  const kinds = new Set<string>()
  for (const core of text.split(/\n\s*\n/)) {
    const fields = fieldsOf(core)
    if (!fields.has('processor')) continue
    const kind =
      join(fields, [
        ['', 'vendor_id'],
        ['family', 'cpu family'],
        ['model', 'model'],
        ['stepping', 'stepping'],
      ]) ??
      join(fields, [
        ['implementer', 'CPU implementer'],
        ['part', 'CPU part'],
        ['variant', 'CPU variant'],
        ['revision', 'CPU revision'],
      ])
    if (kind === null) return null
    kinds.add(kind)
  }
  return kinds.size === 0 ? null : [...kinds].sort().join(' + ')
}

/** From what `sysctl hw machdep.cpu` prints: on Intel as above, on Apple Silicon the family of the chip. */
export function kindOfSysctl(text: string): string | null {
  const fields = fieldsOf(text)
  return (
    join(fields, [
      ['', 'machdep.cpu.vendor'],
      ['family', 'machdep.cpu.family'],
      ['model', 'machdep.cpu.model'],
      ['stepping', 'machdep.cpu.stepping'],
    ]) ??
    join(fields, [
      ['Apple family', 'hw.cpufamily'],
      ['subfamily', 'hw.cpusubfamily'],
    ])
  )
}

/** Lines 'name : value'. */
function fieldsOf(text: string): ReadonlyMap<string, string> {
  const lines = text.split('\n').map((line) => /^([^:]*?)\s*:\s*(.*?)\s*$/.exec(line))
  return new Map(lines.flatMap((line) => (line ? [[line[1]!, line[2]!] as const] : [])))
}

/** Fields with a word before each; null where one is missing. */
function join(
  fields: ReadonlyMap<string, string>,
  parts: readonly (readonly [word: string, field: string])[],
): string | null {
  const values = parts.map(([word, field]) => [word, fields.get(field)] as const)
  if (values.some(([, value]) => !value)) return null
  return values.map(([word, value]) => `${word} ${value}`.trim()).join(' ')
}
