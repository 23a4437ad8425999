// Turns a preprocessed .metal file into OpenCL C++ that clang can run on the CPU, and into a C++ file beside it that
// says what kernels there are. Lines stay where they are, so that errors are reported at those of the .metal file.
import { closing, meaningful, type Token, tokenize } from './tokens.ts'

export interface Parameter {
  readonly type: string
  readonly name: string
  readonly attribute: string
  readonly argument: string
}

export interface Kernel {
  readonly name: string
  readonly parameters: readonly Parameter[]
}

export interface FunctionConstant {
  readonly name: string
  readonly index: number
}

export interface Rewritten {
  /** OpenCL C++. */
  readonly kernels: string
  /** C++: the table of the library. */
  readonly table: string
  readonly found: readonly Kernel[]
  readonly constants: readonly FunctionConstant[]
}

/** The namespace around all that comes from our files: what the lint looks at. */
export const NAMESPACE = 'vmm_kernels'

/** A mistake in a .metal file, found before the compiler sees it. */
export class SourceError extends Error {
  constructor(token: Token, message: string) {
    super(`${token.file}:${token.line}: error: ${message}`)
  }
}

export function rewrite(source: string, preprocessed: string): Rewritten {
  const text = new Source(tokenize(preprocessed, source))
  const constants = functionConstants(text)
  const found = kernelsOf(text)
  threadgroupVariables(text)
  removeAttributes(text)
  const thunks = found.map(thunk).join('')
  return {
    kernels: [
      '#include "native/metal_emulated/msl/msl.h"',
      `namespace ${NAMESPACE} {`,
      text.join(),
      `}\nnamespace calls {\nusing namespace ${NAMESPACE};`,
      `${thunks}}\n`,
    ].join('\n'),
    table: table(source, found, constants),
    found,
    constants,
  }
}

/** Tokens that can be looked at without spaces, and replaced. */
export class Source {
  readonly texts: readonly string[]
  readonly tokens: readonly Token[]
  private readonly all: readonly Token[]
  private readonly places: readonly number[]
  private readonly changed = new Map<number, string>()

  constructor(all: readonly Token[]) {
    const some = meaningful(all)
    this.all = all
    this.tokens = some.map(({ token }) => token)
    this.texts = this.tokens.map(({ text }) => text)
    this.places = some.map(({ at }) => at)
  }

  /** Puts other text in the place of the tokens from `first` to `last`; line breaks between them stay. */
  replace(first: number, last: number, text: string): void {
    const [from, to] = [this.places[first]!, this.places[last]!]
    for (let at = from; at <= to; at++) {
      const { kind, text: before } = this.all[at]!
      this.changed.set(at, kind === 'marker' ? before : before.replace(/[^\n]/g, ''))
    }
    this.changed.set(from, text)
  }

  join(): string {
    return this.all.map(({ text }, at) => this.changed.get(at) ?? text).join('')
  }

  /** The text of some tokens, with single spaces where there were any. */
  textOf(first: number, end: number): string {
    return this.all
      .slice(this.places[first]!, this.places[end - 1]! + 1)
      .map(({ kind, text }) => (kind === 'space' || kind === 'marker' ? ' ' : text))
      .join('')
      .trim()
  }
}

/** `constant int name [[function_constant(0)]];` becomes a variable that the host sets before a dispatch. */
function functionConstants(source: Source): FunctionConstant[] {
  const { texts, tokens } = source
  return texts.flatMap((text, i) => {
    if (text !== '[[' || texts[i + 1] !== 'function_constant') return []
    const [space, type, name] = texts.slice(i - 3, i)
    const index = Number(texts[i + 3])
    if (space !== 'constant' || type !== 'int' || !Number.isInteger(index))
      throw new SourceError(
        tokens[i]!,
        'a function constant is declared as `constant int name [[function_constant(0)]];`',
      )
    source.replace(i - 3, closing(texts, i), `extern constant int ${name} __asm__("${symbol(name!)}")`)
    return [{ name: name!, index }]
  })
}

const symbol = (name: string) => `vmm_constant_${name}`

/** Finds `kernel void name(parameters)` and removes the word. */
function kernelsOf(source: Source): Kernel[] {
  const { texts, tokens } = source
  return texts.flatMap((text, i) => {
    if (text !== 'kernel') return []
    if (texts[i + 1] !== 'void') throw new SourceError(tokens[i]!, 'a kernel gives nothing: `kernel void`')
    source.replace(i, i, '')
    const open = i + 3
    const end = closing(texts, open)
    const parameters: Parameter[] = []
    for (let from = open + 1; from < end; ) {
      let to = from
      while (to < end && texts[to] !== ',')
        to = '([{'.includes(texts[to]![0]!) ? closing(texts, to) + 1 : to + 1
      parameters.push(parameterOf(source, from, to))
      from = to + 1
    }
    return [{ name: texts[i + 2]!, parameters }]
  })
}

function parameterOf(source: Source, from: number, to: number): Parameter {
  const { texts, tokens } = source
  const open = texts.indexOf('[[', from)
  if (open < 0 || open >= to)
    throw new SourceError(tokens[from]!, 'a parameter of a kernel needs an attribute')
  const argument = texts[open + 2] === '(' ? source.textOf(open + 3, closing(texts, open + 2)) : ''
  return {
    type: source.textOf(from, open - 1),
    name: texts[open - 1]!,
    attribute: texts[open + 1]!,
    argument,
  }
}

/** A threadgroup variable becomes a reference to memory that the executor gives. */
function threadgroupVariables(source: Source): void {
  const { texts, tokens } = source
  let number = 0
  texts.forEach((text, i) => {
    if (text !== 'threadgroup' || !['{', '}', ';'].includes(texts[i - 1]!)) return
    let end = i
    while (texts[end] !== ';')
      end = texts[end] === '[' || texts[end] === '(' ? closing(texts, end) + 1 : end + 1
    const statement = texts.slice(i, end)
    const array = statement.indexOf('[')
    const declared = statement.slice(0, array < 0 ? statement.length : array)
    if (declared.includes('*') || declared.includes('&')) return
    const last = array < 0 ? end : i + array
    const name = texts[last - 1]!
    if (statement.includes('=') || statement.includes(','))
      throw new SourceError(
        tokens[i]!,
        'threadgroup variables are declared one by one and have no initial value',
      )
    const type = source.textOf(i + 1, last - 1)
    const sizes = array < 0 ? '' : source.textOf(last, end)
    source.replace(
      i,
      end,
      `typedef ${type} ${name}_type ${sizes}; threadgroup ${name}_type& ${name} = ` +
        `metal::threadgroup_memory<${name}_type>(${number++}, "${name}");`,
    )
  })
}

function removeAttributes(source: Source): void {
  source.texts.forEach((text, i) => {
    if (text === '[[' && source.texts[i + 1] !== 'function_constant')
      source.replace(i, closing(source.texts, i), '')
  })
}

/** A function that calls a kernel with what a thread is told. */
function thunk({ name, parameters }: Kernel): string {
  const values = parameters.map(({ type, attribute, argument }) => {
    if (attribute === 'buffer') {
      const pointer = `(${type.replace(/&$/, '*')})(size_t)t->buffer[${argument}]`
      return type.endsWith('&') ? `*${pointer}` : pointer
    }
    const size = Number(/[23]$/.exec(type)?.[0] ?? 1)
    return `${type}(${Array.from({ length: size }, (_, i) => `t->${attribute}[${i}]`).join(', ')})`
  })
  return `extern "C" void vmm_kernel_${name}(const __generic vmm_thread* t) { ${name}(${values.join(', ')}); }\n`
}

function table(source: string, kernels: readonly Kernel[], constants: readonly FunctionConstant[]): string {
  return [
    '#include "native/metal_emulated/msl/glue.h"',
    'extern "C" {',
    ...kernels.map(({ name }) => `void vmm_kernel_${name}(const vmm_thread*);`),
    ...constants.map(({ name }) => `__attribute__((visibility("hidden"))) int ${symbol(name)};`),
    '}',
    'static const vmm_kernel kernels[] = {',
    ...kernels.map(({ name }) => `    {"${name}", vmm_kernel_${name}},`),
    '    {nullptr, nullptr}};',
    'static const vmm_constant constants[] = {',
    ...constants.map(({ name, index }) => `    {"${name}", ${index}, &${symbol(name)}},`),
    '    {nullptr, 0, nullptr}};',
    '#ifdef VMM_CHECKED',
    'static const int checked = 1;',
    '#else',
    'static const int checked = 0;',
    '#endif',
    'extern "C" __attribute__((visibility("default"))) const vmm_library vmm_kernels = {',
    `    "${source}", checked, kernels, constants, &hooks};`,
    '',
  ].join('\n')
}
