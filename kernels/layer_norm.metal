// layer_norm: y = (x - mean(x)) * invStd * weight[expert] + bias[expert] over the last axis, invStd being
// rsqrt(mean((x - mean)^2) + eps). x: f32 [rows, d], rows at a stride; weight, bias: f32, f16 or bf16 [d], or
// [experts, d] with expert [rows]; y [rows, d]; mean, invStd [rows]. A simdgroup takes a row, a whole
// threadgroup one of more than 1024 columns; 16 elements of a lane stay in registers, those beyond (512 or
// 4096 columns) are read again, from cache. Moves 8 bytes per element, and weight and bias once for each
// threadgroup, which has 8 rows. Roofline on an M4 Max (546 GB/s, 18 TFLOP/s), computed, not measured: 68 G
// elements/s, bound by memory; at 8 operations an element compute allows 2200 G.
#include <metal_stdlib>
#include "kernels/experts.h"
#include "kernels/rows.h"
#include "kernels/storage.h"
using namespace metal;

constant constexpr uint kThreads = 256;
constant constexpr uint kRows = 8;  // of a threadgroup that is not wide
constant constexpr uint kLongRow = 1024;
constant constexpr uint kKept = 16;

constant int wide [[function_constant(0)]];
constant int weightType [[function_constant(1)]];
constant int biasType [[function_constant(2)]];

inline float weighted(float z, constant op::LayerNorm& a, device const void* weight, device const void* bias,
                      ulong at) {
  const float scaled = z * loadFloat(weight, weightType, at);
  return a.bias.given ? scaled + loadFloat(bias, biasType, at) : scaled;
}

[[max_total_threads_per_threadgroup(kThreads)]] kernel void layer_norm(
    constant op::LayerNorm& a [[buffer(0)]], device const float* x [[buffer(1)]],
    device const void* weight [[buffer(2)]], device const void* bias [[buffer(3)]],
    device const int* expert [[buffer(4)]], device float* y [[buffer(5)]], device float* mean [[buffer(6)]],
    device float* invStd [[buffer(7)]], device atomic_uint* fault [[buffer(30)]],
    uint group [[threadgroup_position_in_grid]], uint lane [[thread_index_in_simdgroup]],
    uint simdgroup [[simdgroup_index_in_threadgroup]]) {
  threadgroup float shared[kTeamSimdgroups];
  const Team team = teamOf(wide, group, simdgroup, lane);
  const uint d = a.x.dim[1], beyond = team.first + kKept * team.width;
  if (team.row >= a.x.dim[0]) return;

  device const float* row = x + long(team.row) * a.x.stride[0];
  const float size = float(d);
  float kept[kKept], sum = 0.0f;
  VMM_UNROLL
  for (uint k = 0; k < kKept; ++k) {
    const uint i = team.first + k * team.width;
    kept[k] = i < d ? row[i] : 0.0f;
    sum += kept[k];
  }
  for (uint i = beyond; i < d; i += team.width) sum += row[i];
  const float center = teamSum(sum, wide, simdgroup, lane, shared) / size;

  // What the rounding of a large mean leaves over counts beside a small deviation.
  float rest = 0.0f, squares = 0.0f;
  VMM_UNROLL
  for (uint k = 0; k < kKept; ++k) {
    kept[k] = team.first + k * team.width < d ? kept[k] - center : 0.0f;
    rest += kept[k];
    squares = fma(kept[k], kept[k], squares);
  }
  for (uint i = beyond; i < d; i += team.width) {
    const float deviation = row[i] - center;
    rest += deviation;
    squares = fma(deviation, deviation, squares);
  }
  rest = teamSum(rest, wide, simdgroup, lane, shared) / size;
  const float variance = teamSum(squares, wide, simdgroup, lane, shared) / size - rest * rest;
  const float r = precise::rsqrt(max(variance, 0.0f) + a.eps);
  if (team.first == 0) {
    if (a.mean.given) mean[team.row] = center + rest;
    if (a.invStd.given) invStd[team.row] = r;
  }

  const ulong own = ulong(expertOf(a.expert, expert, expertsOf(a.weight), team.row, fault)) * d;
  device float* out = y + ulong(team.row) * d;
  VMM_UNROLL
  for (uint k = 0; k < kKept; ++k) {
    const uint i = team.first + k * team.width;
    if (i < d) out[i] = weighted((kept[k] - rest) * r, a, weight, bias, own + i);
  }
  for (uint i = beyond; i < d; i += team.width)
    out[i] = weighted((row[i] - center - rest) * r, a, weight, bias, own + i);
}
