// What Apple's compiler rejects, or this project does without, and clang's OpenCL C++ would accept. Rules on words
// look at the preprocessed source; rules on types look at clang's syntax tree of it.

import { Source } from './rewrite.ts'
import { closing, type Token } from './tokens.ts'

export interface Finding {
  readonly rule: string
  readonly file: string
  readonly line: number
  readonly message: string
}

export function formatFinding({ file, line, rule, message }: Finding): string {
  return `${file}:${line}: error: ${message} [${rule}]`
}

/** Words that no kernel may contain, with the reason. */
const FORBIDDEN: Readonly<Record<string, string>> = {
  double: 'Metal has no double',
  goto: 'Metal has no goto',
  virtual: 'Metal has no virtual functions',
  dynamic_cast: 'Metal has no dynamic_cast',
  typeid: 'Metal has no typeid',
  throw: 'Metal has no exceptions',
  try: 'Metal has no exceptions',
  catch: 'Metal has no exceptions',
  new: 'Metal has no new',
  delete: 'Metal has no delete',
  noexcept: 'Metal has no exceptions, nor noexcept',
  thread_local: 'Metal has no thread_local',
  register: 'Metal has no register',
  asm: 'Metal has no assembler',
  __asm__: 'Metal has no assembler',
  std: 'Metal has no namespace std',
  printf: 'Metal has no printf',
  __global: 'an address space of OpenCL: write device',
  __local: 'an address space of OpenCL: write threadgroup',
  __constant: 'an address space of OpenCL: write constant',
  __private: 'an address space of OpenCL: write thread',
  __generic: 'an address space of OpenCL: Metal has none that stands for all',
  __attribute__: 'an attribute of other compilers',
  vertex: 'a keyword of Metal',
  fragment: 'a keyword of Metal',
  simd_shuffle_and_fill_up: 'GPUs have it from family Apple8 on: shuffle up, and choose by lane',
  simd_shuffle_and_fill_down: 'GPUs have it from family Apple8 on: shuffle down, and choose by lane',
}

/** Types of namespace metal that the emulation lacks: beside `using namespace metal` a global of that name is ambiguous. */
const TYPES = new Set(
  (
    'access address array bias border_color compare_func component coord filter gradient2d gradient3d ' +
    'gradientcube interpolant interpolation level lod_clamp mag_filter matrix max_anisotropy memory_order ' +
    'mem_flags mesh min_filter min_lod_clamp mip_filter patch_control_point r_address s_address sampler ' +
    't_address thread_scope topology uniform vec'
  ).split(' '),
)

/** Attributes of kernels here, and the types that Metal allows for them. */
const POSITION = /^(uint|ushort)[23]?$/
const NUMBER = /^(uint|ushort)$/
const ATTRIBUTES: Readonly<Record<string, RegExp | null>> = {
  buffer: null,
  function_constant: null,
  max_total_threads_per_threadgroup: null,
  thread_position_in_grid: POSITION,
  threads_per_grid: POSITION,
  threadgroup_position_in_grid: POSITION,
  threadgroups_per_grid: POSITION,
  thread_position_in_threadgroup: POSITION,
  threads_per_threadgroup: POSITION,
  thread_index_in_threadgroup: NUMBER,
  thread_index_in_simdgroup: NUMBER,
  simdgroup_index_in_threadgroup: NUMBER,
  simdgroups_per_threadgroup: NUMBER,
  threads_per_simdgroup: NUMBER,
}

const BUFFERS = 31

/** Findings that need the words of a file alone. */
export function lintWords(all: readonly Token[]): Finding[] {
  const source = new Source(all)
  const { texts, tokens } = source
  const found: Finding[] = []
  const report = (i: number, rule: string, message: string): void => {
    const { file, line } = tokens[i]!
    found.push({ rule, file, line, message })
  }
  let inKernel = -1
  const buffers = new Set<string>()
  /** Of the positions and sizes of a kernel: as many as the first of them has. */
  let components = ''
  texts.forEach((text, i) => {
    if (tokens[i]!.kind === 'name' && Object.hasOwn(FORBIDDEN, text)) report(i, 'word', FORBIDDEN[text]!)
    if (text === 'kernel') {
      const end = closing(texts, i + 3)
      if (texts[end + 1] === '{') inKernel = closing(texts, end + 1)
      buffers.clear()
      components = ''
    }
    if (text === '[[') lintAttribute(i)
    else if (text === '[' && ['=', '(', ',', 'return'].includes(texts[i - 1] ?? ''))
      report(i, 'lambda', 'Metal has no lambda expressions')
    if (text === 'threadgroup' && ['{', '}', ';'].includes(texts[i - 1] ?? '') && i > inKernel && !pointer(i))
      report(i, 'threadgroup-outside-kernel', 'threadgroup variables are declared in kernels only')
  })
  return found

  function pointer(i: number): boolean {
    const end = texts.findIndex((text, at) => at > i && [';', '[', '=', '('].includes(text))
    return texts.slice(i, end).some((text) => text === '*' || text === '&')
  }

  function lintAttribute(open: number): void {
    const name = texts[open + 1]!
    if (!Object.hasOwn(ATTRIBUTES, name)) {
      report(open, 'attribute', `[[${name}]] is not an attribute that kernels here use`)
      return
    }
    const type = texts[open - 2]!
    const allowed = ATTRIBUTES[name]
    if (allowed && !allowed.test(type)) report(open, 'attribute', `[[${name}]] cannot be of type ${type}`)
    if (allowed === POSITION) {
      const own = /[23]$/.exec(type)?.[0] ?? '1'
      components ||= own
      if (own !== components)
        report(open, 'attribute', `[[${name}]] has ${own} components, and the one before ${components}`)
    }
    if (name !== 'buffer') return
    const index = texts[open + 3]!
    if (!(Number(index) < BUFFERS))
      report(open, 'buffer-index', `buffer ${index}: there are ${BUFFERS}, from 0 on`)
    if (buffers.has(index)) report(open, 'buffer-index', `buffer ${index} is bound twice`)
    buffers.add(index)
  }
}

/** The parts of a node of clang's syntax tree that are looked at. */
interface SyntaxNode {
  readonly kind?: string
  readonly name?: string
  readonly isImplicit?: boolean
  readonly storageClass?: string
  readonly type?: { readonly qualType: string; readonly desugaredQualType?: string }
  readonly loc?: Location
  readonly range?: { readonly begin?: Location; readonly end?: Location }
  readonly referencedDecl?: SyntaxNode
  readonly inner?: readonly SyntaxNode[]
}
/** A place in the file that is compiled, and by its line markers in the source. What is as before is left out. */
interface Location {
  readonly offset?: number
  readonly file?: string
  readonly line?: number
  readonly presumedFile?: string
  readonly presumedLine?: number
  readonly spellingLoc?: Location
  readonly expansionLoc?: Location
}

interface Place {
  readonly file: string
  readonly line: number
}

const FUNCTIONS = ['FunctionDecl', 'CXXMethodDecl', 'CXXConstructorDecl', 'CXXConversionDecl']

/** Findings that need types: `dumps` is what clang prints for -ast-dump=json with a filter, several trees in a row. */
export function lintTypes(dumps: string, file: string): Finding[] {
  const found: Finding[] = []
  let last = { file, line: 1 }
  for (const tree of treesOf(dumps)) visit(tree, [], last)
  return found

  function visit(node: SyntaxNode, parents: readonly SyntaxNode[], outer: Place): void {
    const [own, begin] = [node.loc, node.range?.begin, node.range?.end].map(placeOf)
    const place = own ?? begin ?? outer
    if (!node.isImplicit) look(node, parents, place)
    for (const child of node.inner ?? []) visit(child, [...parents, node], place)
  }

  function look(node: SyntaxNode, parents: readonly SyntaxNode[], place: Place): void {
    const { kind = '', name = '' } = node
    const type = node.type?.desugaredQualType ?? node.type?.qualType ?? ''
    const report = (rule: string, message: string) => found.push({ rule, ...place, message })
    const functions = parents.filter((parent) => FUNCTIONS.includes(parent.kind ?? ''))
    if (/^(Var|ParmVar|Field)Decl$/.test(kind) && name && /__generic/.test(type))
      report('address-space', `${name}: a pointer or reference needs device, threadgroup, constant or thread`)
    if (kind === 'FunctionDecl' && /^[^(]*__generic|->.*__generic/.test(type))
      report('address-space', `${name}: the pointer that it gives needs an address space`)
    const outside = functions.length === 0 || node.storageClass === 'static'
    if (kind === 'VarDecl' && outside && !/__constant/.test(type))
      report('global', `${name}: a variable outside functions, or a static one, has to be constant`)
    if (
      functions.length === 0 &&
      /^(Var|CXXRecord|Enum|Typedef|TypeAlias)Decl$/.test(kind) &&
      TYPES.has(name)
    )
      report('name', `${name} is a type of Metal's library, and using either would be ambiguous`)
    const called = kind === 'DeclRefExpr' ? node.referencedDecl : undefined
    if (called?.kind === 'FunctionDecl' && functions.some((f) => f.name === called.name))
      report('recursion', `${called.name} calls itself`)
  }

  function placeOf(at: Location | undefined): Place | null {
    if (!at) return null
    placeOf(at.spellingLoc)
    if (at.expansionLoc) return placeOf(at.expansionLoc)
    if (at.offset === undefined) return null
    last = {
      file: at.presumedFile ?? at.file ?? last.file,
      line: at.presumedLine ?? at.line ?? last.line,
    }
    return last
  }
}

/** Cuts the trees apart: each begins with a line `{` and ends with a line `}`. */
function treesOf(dumps: string): SyntaxNode[] {
  return dumps
    .split(/^(?=\{$)/m)
    .filter((part) => part.startsWith('{'))
    .map((part) => JSON.parse(part.slice(0, part.lastIndexOf('\n}') + 2)) as SyntaxNode)
}
