// The tables that C++ and Metal share, from lib/ops and the sizes at the top of kernels/*.metal.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Op } from '../../lib/graph/value.ts'
import { kernelOps, ROOT } from './paths.ts'

const TENSOR_BYTES = 80
const SCALAR_BYTES = 16

export interface Names {
  readonly banner: string
  camel(name: string): string
  field(name: string): string
}

/** Contents of the generated files, by path. */
export function metalFiles(ops: readonly Op[], names: Names): Record<string, string> {
  return {
    'kernels/generated/args.h': argumentsSource(ops, names),
    'native/generated/metal_ops.inc': listSource(names),
    'native/generated/metal_sizes.h': sizesSource(names),
  }
}

function argumentsSource(ops: readonly Op[], { banner, camel, field }: Names): string {
  const structs = ops.map((op, number) => {
    const tensors = [...op.inputs, ...op.outputs].map((t) => `  Tensor ${field(t.name)};`)
    const runs = op.run.map((name) => `  Scalar ${field(name)};`)
    const attrs = op.attrs.map((a) => `  ${a.kind === 'float' ? 'float' : 'int32_t'} ${field(a.name)};`)
    // Attributes of the same values share the enum of the first.
    const enums = op.attrs.flatMap((a, i) =>
      a.kind === 'enum' && op.attrs.findIndex((b) => b.kind === 'enum' && b.values === a.values) === i
        ? [`  enum ${camel(a.name)} : int32_t { ${a.values.map((v) => `k${camel(v)}`).join(', ')} };`]
        : [],
    )
    const bytes =
      tensors.length * TENSOR_BYTES + runs.length * SCALAR_BYTES + Math.ceil((attrs.length * 4) / 8) * 8
    return [
      `struct ${camel(op.name)} {`,
      `  enum : uint32_t { kNumber = ${number}, kTensors = ${tensors.length} };`,
      ...enums,
      ...tensors,
      ...runs,
      ...attrs,
      '};',
      `static_assert(sizeof(${camel(op.name)}) == ${bytes}, "C++ and Metal agree on it");`,
      '',
    ].join('\n')
  })
  return `${banner}#pragma once
#ifdef __METAL_VERSION__
namespace op {
#else
#include <cstdint>
namespace vmm::metal::args {
#endif

enum DType : uint16_t { kF32, kF16, kBf16, kI8, kU8, kI32 };

// A tensor as a kernel sees it; its memory is a buffer of its own. Strides are in elements.
struct Tensor {
  int64_t stride[6];
  uint32_t dim[6];
  uint16_t rank;
  DType dtype;
  uint32_t given;  // 0: an optional tensor that is not there
};
static_assert(sizeof(Tensor) == ${TENSOR_BYTES}, "C++ and Metal agree on it");

// A number that changes from run to run: cut to a whole number, and as the sum of two floats.
struct Scalar {
  int64_t whole;
  float high, low;
};
static_assert(sizeof(Scalar) == ${SCALAR_BYTES}, "C++ and Metal agree on it");

${structs.join('\n')}
}
`
}

function listSource({ banner, camel }: Names): string {
  return `${banner}${kernelOps()
    .map((op) => `VMM_METAL_OP(${op}, ${camel(op)})\n`)
    .join('')}`
}

/** `constant constexpr uint kName = 4;` at the top of a kernel or of a header is known to launches as well. */
const SIZE = /^constant constexpr uint (k\w+) = (\d+);/gm

function sizesSource({ banner, camel }: Names): string {
  const structOf = (name: string, file: string) => {
    const source = readFileSync(join(ROOT, 'kernels', file), 'utf8')
    const sizes = [...source.matchAll(SIZE)].map(
      ([, size, value]) => `  static constexpr uint32_t ${size} = ${value};`,
    )
    return [`struct ${camel(name)} {`, ...sizes, '};', ''].join('\n')
  }
  const kernels = kernelOps().map((op) => structOf(op, `${op}.metal`))
  const headers = readdirSync(join(ROOT, 'kernels'))
    .filter((name) => name.endsWith('.h'))
    .sort()
    .map((name) => structOf(name.replace('.h', ''), name))
    .filter((struct) => struct.includes('static'))
  return `${banner}#pragma once\n#include <cstdint>\n\nnamespace vmm::metal::sizes {\n\n${kernels.join('\n')}\nnamespace headers {\n\n${headers.join('\n')}\n}  // namespace headers\n}  // namespace vmm::metal::sizes\n`
}
