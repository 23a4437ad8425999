// What a kernel may not contain: each snippet must be refused, with the line of its mistake.
import { mkdirSync, writeFileSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { buildKernel, KernelError } from '../../scripts/metal/build.ts'

const folder = 'build/metal/test/lint'
mkdirSync(folder, { recursive: true })

const head = '#include <metal_stdlib>\nusing namespace metal;\nstruct Args { uint n; float s; };\n'
const kernel = (body: string, parameters = '') =>
  `kernel void k(device float* o [[buffer(0)]], uint t [[thread_index_in_threadgroup]]${parameters}) {\n${body}\n}\n`
const inBody = (body: string, parameters = '') => `${head}${kernel(body, parameters)}`
const before = (text: string, body = '  o[t] = 1;') => `${head}${text}\n${kernel(body)}`

/** The mistake stands in line 5 of a body, in line 4 of a text before the kernel. */
const cases: readonly (readonly [name: string, source: string, line: number, message: RegExp])[] = [
  // Rules on words.
  ...(
    [
      ['double', '  double d = 1; o[t] = d;'],
      ['goto', '  again: if (o[t] < 3) goto again;'],
      ['new', '  thread float* p = new float[3]; o[t] = p[0];'],
      ['delete', '  thread float* p = nullptr; delete p;'],
      ['throw', '  throw 1;'],
      ['try', '  try { o[t] = 1; } catch (...) {}'],
      ['std', '  o[t] = std::max(1.0f, 2.0f);'],
      ['printf', '  printf("%d", t);'],
      ['typeid', '  o[t] = typeid(float) == typeid(int);'],
      ['dynamic_cast', '  dynamic_cast<thread float*>(o);'],
      ['thread_local', '  thread_local float x = 1; o[t] = x;'],
      ['register', '  register float x = 1; o[t] = x;'],
      ['asm', '  asm("nop");'],
      ['__global', '  __global float* p = o; o[t] = p[1];'],
      ['__local', '  __local float p[4]; o[t] = p[1];'],
      ['__generic', '  __generic float* p = o; o[t] = p[1];'],
      ['__constant', '  __constant float* p = nullptr; o[t] = p[1];'],
      ['__private', '  __private float p = 1; o[t] = p;'],
      ['__attribute__', '  __attribute__((unused)) float p = 1; o[t] = p;'],
      ['lambda', '  auto f = [&](int i) { return o[i]; }; o[t] = f(1);'],
    ] as const
  ).map(([name, body]) => [name, inBody(body), 5, name === 'lambda' ? /\[lambda\]/ : /\[word\]/] as const),
  ['shift and fill', inBody('  o[t] = simd_shuffle_and_fill_up(o[t], 0.0f, 1);'), 5, /Apple8/],
  ['keyword of Metal', inBody('  const uint vertex = t; o[vertex] = 1;'), 5, /\[word\]/],
  [
    'positions of different sizes',
    inBody(
      '  o[t] = g.x + i;',
      ', uint2 g [[threadgroup_position_in_grid]],\nuint i [[thread_position_in_grid]]',
    ),
    5,
    /1 components, and the one before 2/,
  ],
  ['virtual', before('struct A { virtual float f() { return 1; } };'), 4, /\[word\]/],
  ['noexcept', before('inline float f() noexcept { return 1; }'), 4, /\[word\]/],
  ['unknown attribute', inBody('  o[t] = i;', ',\nuint i [[thread_index_in_grid]]'), 5, /\[attribute\]/],
  [
    'type of an attribute',
    inBody('  o[t] = i;', ',\nint i [[thread_index_in_simdgroup]]'),
    5,
    /cannot be of type int/,
  ],
  ['buffer number', inBody('  o[t] = p[0];', ',\ndevice float* p [[buffer(31)]]'), 5, /\[buffer-index\]/],
  ['buffer bound twice', inBody('  o[t] = p[0];', ',\ndevice float* p [[buffer(0)]]'), 5, /bound twice/],
  [
    'threadgroup outside a kernel',
    before('inline float f() {\nthreadgroup float s[4]; return s[0]; }'),
    5,
    /\[threadgroup-outside-kernel\]/,
  ],
  // The form that the emulation needs.
  ['threadgroup with a value', inBody('  threadgroup float s = 1; o[t] = s;'), 5, /no initial value/],
  [
    'two threadgroup variables',
    inBody('  threadgroup float s[4], r[4]; o[t] = s[0] + r[0];'),
    5,
    /one by one/,
  ],
  [
    'kernel with a result',
    `${head}kernel float k(device float* o [[buffer(0)]]) { return o[0]; }`,
    4,
    /kernel void/,
  ],
  ['parameter without attribute', inBody('  o[t] = x;', ',\nuint x'), 5, /needs an attribute/],
  [
    'function constant of another type',
    before('constant bool flag [[function_constant(0)]];'),
    4,
    /constant int name/,
  ],
  // Rules on types.
  ['unqualified pointer', inBody('  float* p = o; o[t] = p[1];'), 5, /\[address-space\]/],
  [
    'unqualified pointer to an array',
    inBody('  float x[2] = {1, 2}; float* p = x; o[t] = p[1];'),
    5,
    /\[address-space\]/,
  ],
  ['unqualified reference', inBody('  const float& r = o[1]; o[t] = r;'), 5, /\[address-space\]/],
  [
    'unqualified parameter',
    before('inline float f(float* p) { return p[0]; }', '  o[t] = f(o);'),
    4,
    /\[address-space\]/,
  ],
  ['unqualified member', before('struct S { float* p; };'), 4, /\[address-space\]/],
  [
    'unqualified result',
    before('inline auto f(device float* p) -> float* { return p; }'),
    4,
    /\[address-space\]/,
  ],
  [
    'type of the library as a function constant',
    before('constant int level [[function_constant(0)]];', '  o[t] = level;'),
    4,
    /\[name\]/,
  ],
  ['type of the library as a struct', before('struct filter { float x; };'), 4, /\[name\]/],
  ['plain global', before('float g = 1;', '  o[t] = g;'), 4, /\[global\]/],
  ['constexpr global', before('constexpr float g = 1;', '  o[t] = g;'), 4, /\[global\]/],
  ['static local', inBody('  static float x = 1; o[t] = x;'), 5, /\[global\]|static local/],
  [
    'recursion',
    before('inline float f(float x) {\n return x > 0 ? f(x - 1) : x; }', '  o[t] = f(o[t]);'),
    5,
    /\[recursion\]/,
  ],
  // What clang itself refuses, since address spaces and the library are those of Metal.
  [
    'narrowing to bfloat',
    inBody('  b[t] = o[t];', ',\ndevice bfloat* b [[buffer(1)]]').replace(',\n', ', '),
    5,
    /bfloat/,
  ],
  [
    'narrowing to bfloat in a call',
    before('inline float f(bfloat b) { return b; }', '  o[t] = f(1.0f);'),
    6,
    /./,
  ],
  [
    'threadgroup for device',
    before(
      'inline float f(device float* p) { return p[0]; }',
      '  threadgroup float s[4]; s[t] = 1; o[t] = f(s);',
    ),
    6,
    /./,
  ],
  [
    'device for threadgroup',
    before('inline float f(threadgroup float* p) { return p[0]; }', '  o[t] = f(o);'),
    6,
    /./,
  ],
  ['device for thread', before('inline float f(thread float* p) { return p[0]; }', '  o[t] = f(o);'), 6, /./],
  [
    'constant for device',
    before(
      'constant float c[2] = {1, 2};\ninline float f(device const float* p) { return p[0]; }',
      '  o[t] = f(c);',
    ),
    7,
    /./,
  ],
  ['write to constant', inBody('  a.n = 1; o[t] = a.s;', ', constant Args& a [[buffer(1)]]'), 5, /./],
  ['write to const', inBody('  p[t] = o[t];', ', device const float* p [[buffer(1)]]'), 5, /./],
  ['vector of another type', inBody('  float4 v = int4(1); o[t] = v.x;'), 5, /./],
  ['max of mixed types', inBody('  o[t] = max(o[t], 1);'), 5, /ambiguous/],
  ['function that Metal lacks', inBody('  o[t] = erf(o[t]);'), 5, /erf/],
  ['swizzle assigned twice', inBody('  float4 v = float4(1); v.xx = float2(1); o[t] = v.x;'), 5, /./],
  ['reduction of bool', inBody('  o[t] = simd_sum(t > 3);'), 5, /./],
  [
    'atomic maximum of float',
    inBody(
      '  atomic_fetch_max_explicit(a, 1.0f, memory_order_relaxed); o[t] = 1;',
      ', device atomic_float* a [[buffer(1)]]',
    ),
    5,
    /./,
  ],
  ['header of the system', `#include <vector>\n${inBody('  o[t] = 1;')}`, 1, /vector/],
  ['unused variable', inBody('  const uint unused = t; o[t] = 1;'), 5, /unused/],
]

const refusal = async (
  name: string,
  source: string,
): Promise<{ readonly file: string; readonly text: string }> => {
  const file = `${folder}/${name.replaceAll(/\W+/g, '_')}.metal`
  writeFileSync(file, source)
  try {
    await buildKernel({ source: file, output: file.replace('.metal', '.so'), mode: 'plain' })
  } catch (error) {
    if (error instanceof KernelError) return { file, text: error.message }
    throw error
  }
  return { file, text: '' }
}

test('a kernel without mistakes is taken', async () => {
  const body =
    '  threadgroup float s[64];\n  s[t] = f(o);\n  threadgroup_barrier(mem_flags::mem_threadgroup);\n  o[t] = s[t];'
  const { text } = await refusal(
    'right',
    before('inline float f(device const float* p) { return p[0]; }', body),
  )
  assert.is(text, '')
})

for (const [name, source, line, message] of cases)
  test(name, async () => {
    const { file, text } = await refusal(name, source)
    assert.match(text, message)
    assert.match(text, new RegExp(`${file}:${line}:`))
  })

test.run()
