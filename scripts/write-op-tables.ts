// Writes native/generated and kernels/generated from lib/ops: the argument structs, the lists of kernels, and the
// table that the native verifier reads. With --check it only compares, and fails when a committed file is stale.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { allOps } from '../lib/graph/define.ts'
import type { ResolvedTensor } from '../lib/graph/spec.ts'
import { opTable } from '../lib/graph/table.ts'
import type { Op } from '../lib/graph/value.ts'
import '../lib/ops/index.ts'
import { dtypes } from '../lib/tensor/dtype.ts'
import { metalFiles } from './metal/tables.ts'

const banner = '// Generated from lib/ops by scripts/write-op-tables.ts. Do not edit.\n'
const ops = allOps()
const camel = (name: string) => name.replace(/(^|_)(\w)/g, (_, __, c: string) => c.toUpperCase())
const snake = (name: string) => name.replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`)
const keywords = new Set([
  'new',
  'delete',
  'default',
  'switch',
  'case',
  'register',
  'operator',
  'template',
  'this',
])
const field = (name: string) => (keywords.has(name) ? `${name}_` : name)

function argumentStruct(op: Op, number: number): string {
  const views = [...op.inputs, ...op.outputs].map((t) => `  View ${field(t.name)};`)
  const runs = op.run.map((r) => `  double ${field(r)};`)
  const attrs = op.attrs.map((a) => `  ${a.kind === 'float' ? 'float' : 'int32_t'} ${field(a.name)};`)
  const bytes = views.length * 112 + runs.length * 8 + Math.ceil((attrs.length * 4) / 8) * 8
  // Attributes of the same values share the enum of the first.
  const enums = op.attrs.flatMap((a, i) =>
    a.kind === 'enum' && op.attrs.findIndex((b) => b.kind === 'enum' && b.values === a.values) === i
      ? [`  enum ${camel(a.name)} : int32_t { ${a.values.map((v) => `k${camel(v)}`).join(', ')} };`]
      : [],
  )
  return [
    `struct ${camel(op.name)} {`,
    `  static constexpr int kNumber = ${number};`,
    ...enums,
    ...views,
    ...runs,
    ...attrs,
    '};',
    `static_assert(sizeof(${camel(op.name)}) == ${bytes} && std::is_standard_layout_v<${camel(op.name)}>);`,
    '',
  ].join('\n')
}

function tensorRow(op: Op, tensor: ResolvedTensor, symbols: string[]): string {
  const tokens = tensor.tokens.map((t) => {
    const kind = { symbol: 'kSymbol', literal: 'kLiteral', ellipsis: 'kEllipsis', optional: 'kOptional' }[
      t.kind
    ]
    let symbol = 0
    if (t.kind === 'symbol' || t.kind === 'optional') {
      symbol = symbols.indexOf(t.symbol)
      if (symbol < 0) symbol = symbols.push(t.symbol) - 1
    }
    return `{DimToken::${kind}, ${symbol}, ${t.add}}`
  })
  const input = op.inputs.find((i) => i === tensor)
  const output = op.outputs.find((o) => o === tensor)
  const mask = (list: readonly string[]) => list.reduce((m, d) => m | (1 << dtypes.indexOf(d as 'f32')), 0)
  let like = -1
  let accepted = (1 << dtypes.length) - 1
  if (input) accepted = mask(input.dtypes)
  else if (output && typeof output.dtype === 'string') accepted = mask([output.dtype])
  else if (output && typeof output.dtype === 'object' && 'like' in output.dtype) {
    const source = output.dtype.like
    like = op.inputs.findIndex((i) => i.name === source)
  }
  const optional = input ? input.optional : output!.asked
  const updates = output?.updates ? op.inputs.findIndex((i) => i.name === output.updates) : -1
  const dims = tensor.pattern === null ? -1 : tokens.length
  return `    {"${tensor.name}", ${optional}, Layout::${input?.layout ?? 'contiguous'}, ${like}, ${updates}, ${accepted}, ${dims}, {${tokens.join(', ')}}},`
}

function tableSource(): string {
  const blocks = ops.map((op) => {
    const symbols: string[] = []
    const rows = [...op.inputs, ...op.outputs].map((t) => tensorRow(op, t, symbols))
    const attrs = op.attrs.map((a) => {
      const kind = { int: 'kInt', float: 'kFloat', bool: 'kBool', enum: 'kEnum' }[a.kind]
      return `    {"${a.name}", AttrSpec::${kind}, ${a.kind === 'enum' ? a.values.length : 0}},`
    })
    return [
      `const TensorSpec k${camel(op.name)}Tensors[] = {`,
      ...rows,
      '};',
      ...(attrs.length ? [`const AttrSpec k${camel(op.name)}Attrs[] = {`, ...attrs, '};'] : []),
    ].join('\n')
  })
  const rows = ops.map((op) => {
    const counts = `${op.inputs.length}, ${op.outputs.length}, ${op.run.length}, ${op.attrs.length}`
    const attrs = op.attrs.length ? `k${camel(op.name)}Attrs` : 'nullptr'
    return `    {"${op.name}", ShapeRule::${op.rule}, ${op.interruptible}, ${counts}, sizeof(op::${camel(op.name)}), k${camel(op.name)}Tensors, ${attrs}},`
  })
  const hash = `0x${opTable().hash.toString(16).padStart(8, '0')}u`
  return `${banner}#include "native/program/op_table.h"\n#include "native/generated/ops.h"\n\nnamespace vmm {\nnamespace {\n${blocks.join('\n')}\n}  // namespace\n\nextern const OpSpec kOps[] = {\n${rows.join('\n')}\n};\nextern const int kOpCount = ${ops.length};\nextern const uint32_t kOpTableHash = ${hash};\n\n}  // namespace vmm\n`
}

const files: Record<string, string> = {
  'native/generated/ops.h': `${banner}#pragma once\n#include "native/cpu/kernel.h"\n\nnamespace vmm::op {\n\n${ops.map(argumentStruct).join('\n')}\n}  // namespace vmm::op\n`,
  'native/generated/ops.inc': `${banner}${ops.map((op) => `VMM_OP(${snake(op.name)}, ${camel(op.name)})`).join('\n')}\n`,
  'native/generated/op_table.cc': tableSource(),
  ...metalFiles(ops, { banner, camel, field }),
}

let stale = 0
for (const [path, text] of Object.entries(files)) {
  const url = new URL(`../${path}`, import.meta.url)
  let before = ''
  try {
    before = readFileSync(url, 'utf8')
  } catch {}
  if (before === text) continue
  stale++
  if (process.argv.includes('--check')) console.error(`${path} is stale: run npm run tables`)
  else {
    mkdirSync(new URL('.', url), { recursive: true })
    writeFileSync(url, text)
  }
}
if (process.argv.includes('--check') && stale) process.exit(1)
console.log(`${ops.length} ops, ${stale} files ${process.argv.includes('--check') ? 'stale' : 'written'}`)
