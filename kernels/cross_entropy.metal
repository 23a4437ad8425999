// cross_entropy: loss = logSumExp(z) - (1 - s) z[target] - s mean(z) per row, with z = logits and s =
// labelSmoothing; 0 where the target is ignoreIndex. z: f32 [rows, vocab], rows at a stride; targets: i32
// [rows]; loss, logSumExp [rows]. A simdgroup takes a row, a whole threadgroup one of more than 1024 columns.
// It is read once, four elements of a lane at a time, and the sum of powers is scaled when the maximum grows.
// Moves 4 bytes per element. Roofline on an M4 Max (546 GB/s, 18 TFLOP/s), computed, not measured: 136 G
// elements/s, bound by memory; at some 30 operations an element compute allows 600 G.
#include <metal_stdlib>
#include "kernels/generated/args.h"
#include "kernels/rows.h"
using namespace metal;

constant constexpr uint kThreads = 256;
constant constexpr uint kRows = 8;  // of a threadgroup that is not wide
constant constexpr uint kLongRow = 1024;
constant constexpr uint kAtOnce = 4;

constant int wide [[function_constant(0)]];
constant int smoothed [[function_constant(1)]];

[[max_total_threads_per_threadgroup(kThreads)]] kernel void cross_entropy(
    constant op::CrossEntropy& a [[buffer(0)]], device const float* logits [[buffer(1)]],
    device const int* targets [[buffer(2)]], device float* loss [[buffer(3)]],
    device float* logSumExp [[buffer(4)]], device atomic_uint* fault [[buffer(30)]],
    uint group [[threadgroup_position_in_grid]], uint lane [[thread_index_in_simdgroup]],
    uint simdgroup [[simdgroup_index_in_threadgroup]]) {
  threadgroup float shared[kTeamSimdgroups];
  const Team team = teamOf(wide, group, simdgroup, lane);
  const uint vocab = a.logits.dim[1];
  if (team.row >= a.logits.dim[0]) return;

  // A finite start: the difference of two maxima is then never NaN by itself.
  device const float* z = logits + long(team.row) * a.logits.stride[0];
  float top = -FLT_MAX, sum = 0.0f, total = 0.0f;
  for (uint from = team.first; from < vocab; from += kAtOnce * team.width) {
    float own[kAtOnce];
    const float before = top;
    for (uint k = 0; k < kAtOnce; ++k) {
      const uint i = from + k * team.width;
      own[k] = i < vocab ? z[i] : -INFINITY;
      top = max(top, own[k]);
      if (smoothed) total += i < vocab ? own[k] : 0.0f;
    }
    sum *= precise::exp(before - top);
    for (uint k = 0; k < kAtOnce; ++k) sum += precise::exp(own[k] - top);
  }
  const float largest = teamMax(top, wide, simdgroup, lane, shared);
  const float powers = teamSum(sum * precise::exp(top - largest), wide, simdgroup, lane, shared);
  const float all = smoothed ? teamSum(total, wide, simdgroup, lane, shared) : 0.0f;
  if (team.first > 0) return;

  const float logarithm = precise::log(powers);
  if (a.logSumExp.given) logSumExp[team.row] = largest + logarithm;
  const int target = targets[team.row];
  float result = 0.0f;
  if (target != a.ignoreIndex) {
    const bool there = uint(target) < vocab;
    if (!there) atomic_fetch_min_explicit(fault, team.row, memory_order_relaxed);
    // Differences from the maximum first: a small loss must not drown in large logits.
    result = logarithm + (1.0f - a.labelSmoothing) * (largest - (there ? z[target] : 0.0f));
    if (smoothed) result += a.labelSmoothing * (largest - all / float(vocab));
  }
  loss[team.row] = result;
}
