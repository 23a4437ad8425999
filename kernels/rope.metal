// rope: pair i of each head turns by positions[row] * invFreq[i]: (a, b) becomes (a cos - b sin, a sin + b
// cos). Pairs are (i, i + half), or (2 i, 2 i + 1) when interleaved; elements from 2 half on pass through.
// inverse turns the other way. x, y: f32 [rows, heads, d], x at strides; positions: i32 [rows]; invFreq: f32
// [half]. A thread has a pair, or an element that passes through, of four heads, so that it computes an angle
// once for these. Moves 8 bytes per element. Roofline on an M4 Max (546 GB/s, 18 TFLOP/s), computed, not
// measured: 68 G elements/s, bound by memory; at some 10 operations an element compute allows 1800 G.
#include <metal_stdlib>
#include "kernels/generated/args.h"
using namespace metal;

constant constexpr uint kThreads = 256;
constant constexpr uint kAcross = 32;
constant constexpr uint kHeads = 4;  // of a thread

constant int interleaved [[function_constant(0)]];
constant int inverse [[function_constant(1)]];

// The cosine and sine of position * frequency, exact to some 2^-23 while the product is below 2^23. It is
// taken in two floats, and quarters of a turn are subtracted from it in three.
inline float2 turnOf(int position, float frequency) {
  const float near = float(position), rest = float(long(position) - long(near));
  const float angle = near * frequency, lost = fma(near, frequency, -angle) + rest * frequency;
  const float quarters = rint(angle * 0x1.45f306p-1f);
  float r = fma(-quarters, 0x1.921fb6p+0f, angle);
  r = fma(-quarters, -0x1.777a5cp-25f, r);
  r = fma(-quarters, -0x1.ee59dap-50f, r) + lost;
  const long quarter = long(quarters);
  const float sine = precise::sin(r), cosine = precise::cos(r);
  const float first = quarter % 2 ? sine : cosine, second = quarter % 2 ? cosine : sine;
  return float2((quarter + 1) & 2 ? -first : first, quarter & 2 ? -second : second);
}

[[max_total_threads_per_threadgroup(kThreads)]] kernel void rope(
    constant op::Rope& a [[buffer(0)]], device const float* x [[buffer(1)]],
    device const int* positions [[buffer(2)]], device const float* invFreq [[buffer(3)]],
    device float* y [[buffer(4)]], uint3 group [[threadgroup_position_in_grid]],
    uint3 at [[thread_position_in_threadgroup]], uint3 threads [[threads_per_threadgroup]]) {
  const uint heads = a.x.dim[1], d = a.x.dim[2], pairs = a.invFreq.dim[0];
  const uint i = group.x * kAcross + at.x, row = group.y * threads.y + at.y;
  if (i >= d - pairs || row >= a.x.dim[0]) return;
  const bool turns = i < pairs;
  const uint first = !turns        ? i + pairs
                     : interleaved ? 2 * i
                                   : i,
             second = interleaved ? 2 * i + 1 : i + pairs;
  float2 turn = float2(1.0f, 0.0f);
  if (turns) turn = turnOf(positions[row], invFreq[i]);
  const float cosine = turn.x, sine = inverse ? -turn.y : turn.y;
  const uint end = min((group.z + 1) * kHeads, heads);
  for (uint head = group.z * kHeads; head < end; ++head) {
    device const float* from = x + long(row) * a.x.stride[0] + long(head) * a.x.stride[1];
    device float* to = y + (ulong(row) * heads + head) * d;
    const float own = from[first], other = turns ? from[second] : 0.0f;
    to[first] = turns ? own * cosine - other * sine : own;
    if (turns) to[second] = own * sine + other * cosine;
  }
}
