// random: y[row, col] is word col % 4 of Philox 4x32-10 (Salmon et al., 2011) with the seed as key and the
// counter (col / 4, row, stream, 0). uniform: the upper 24 bits over 2^24. normal: Box-Muller, words 0 and 1
// give columns 0 and 1, words 2 and 3 the next two. y: f32 [rows, cols]. A thread makes the four numbers of a
// counter. Writes 4 bytes per element. Roofline on an M4 Max (546 GB/s, 18 TFLOP/s), computed, not measured:
// 136 G elements/s by memory; some 25 operations on whole numbers each allow 360 G at the rate of floats, 90
// G at a quarter of it, which products of 32 bits may cost.
#include <metal_stdlib>
#include "kernels/elementwise.h"
using namespace metal;

constant constexpr uint kThreads = 256;
constant constexpr uint kWords = 4;  // of a counter

constant int kind [[function_constant(0)]];
constant int tall [[function_constant(1)]];
constant int steps [[function_constant(2)]];  // counters of a thread

inline uint4 philox(uint4 counter, uint2 key) {
  for (uint round = 0; round < 10; ++round) {
    const uint a = 0xd2511f53u, b = 0xcd9e8d57u;
    counter = uint4(mulhi(b, counter.z) ^ counter.y ^ key.x, b * counter.z,
                    mulhi(a, counter.x) ^ counter.w ^ key.y, a * counter.x);
    key += uint2(0x9e3779b9u, 0xbb67ae85u);
  }
  return counter;
}

// Two uniform numbers as two normal ones.
inline float2 boxMuller(float2 u) {
  const float radius = precise::sqrt(-2.0f * precise::log(1.0f - u.x)), angle = 2.0f * M_PI_F * u.y;
  return float2(radius * precise::cos(angle), radius * precise::sin(angle));
}

[[max_total_threads_per_threadgroup(kThreads)]] kernel void random(
    constant op::Random& a [[buffer(0)]], device float* y [[buffer(2)]],
    uint2 group [[threadgroup_position_in_grid]], uint2 at [[thread_position_in_threadgroup]],
    uint2 threads [[threads_per_threadgroup]]) {
  const uint rows = a.y.dim[0], cols = a.y.dim[1];
  const uint2 key = uint2(uint(a.seed.whole), uint(a.seed.whole >> 32));
  for (uint step = 0; step < uint(steps); ++step) {
    const Place place = placeOf(group, at, threads, steps, step, tall);
    const uint first = place.col * kWords;
    if (place.row >= rows || first >= cols) return;
    float4 numbers =
        float4(philox(uint4(place.col, place.row, uint(a.stream), 0u), key) >> uint4(8)) * 0x1p-24f;
    if (kind == op::Random::kNormal) numbers = float4(boxMuller(numbers.xy), boxMuller(numbers.zw));
    const uint count = min(kWords, cols - first);
    for (uint i = 0; i < count; ++i) y[ulong(place.row) * cols + first + i] = numbers[i];
  }
}
