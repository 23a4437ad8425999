// rms_norm: y = x * rsqrt(mean(x^2) + eps) * weight[expert] over the last axis; invRms is the factor
// rsqrt(…). x: f32 [rows, d], rows at a stride; weight: f32, f16 or bf16 [d], or [experts, d] with expert
// [rows]; y [rows, d]. A simdgroup takes a row, a whole threadgroup one of more than 1024 columns; 16
// elements of a lane stay in registers, those beyond (512 or 4096 columns) are read again, from cache. Moves
// 8 bytes per element, and the weight once for each threadgroup, which has 8 rows. Roofline on an M4 Max (546
// GB/s, 18 TFLOP/s), computed, not measured: 68 G elements/s, bound by memory; at 4 operations an element
// compute allows 4500 G.
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

[[max_total_threads_per_threadgroup(kThreads)]] kernel void rms_norm(
    constant op::RmsNorm& a [[buffer(0)]], device const float* x [[buffer(1)]],
    device const void* weight [[buffer(2)]], device const int* expert [[buffer(3)]],
    device float* y [[buffer(4)]], device float* invRms [[buffer(5)]],
    device atomic_uint* fault [[buffer(30)]], uint group [[threadgroup_position_in_grid]],
    uint lane [[thread_index_in_simdgroup]], uint simdgroup [[simdgroup_index_in_threadgroup]]) {
  threadgroup float shared[kTeamSimdgroups];
  const Team team = teamOf(wide, group, simdgroup, lane);
  const uint d = a.x.dim[1];
  if (team.row >= a.x.dim[0]) return;

  device const float* row = x + long(team.row) * a.x.stride[0];
  float kept[kKept], squares = 0.0f;
  VMM_UNROLL
  for (uint k = 0; k < kKept; ++k) {
    const uint i = team.first + k * team.width;
    kept[k] = i < d ? row[i] : 0.0f;
    squares = fma(kept[k], kept[k], squares);
  }
  for (uint i = team.first + kKept * team.width; i < d; i += team.width)
    squares = fma(row[i], row[i], squares);
  const float r = precise::rsqrt(teamSum(squares, wide, simdgroup, lane, shared) / float(d) + a.eps);
  if (a.invRms.given && team.first == 0) invRms[team.row] = r;

  const uint e = expertOf(a.expert, expert, expertsOf(a.weight), team.row, fault);
  device float* out = y + ulong(team.row) * d;
  VMM_UNROLL
  for (uint k = 0; k < kKept; ++k) {
    const uint i = team.first + k * team.width;
    if (i < d) out[i] = kept[k] * r * loadFloat(weight, weightType, ulong(e) * d + i);
  }
  for (uint i = team.first + kKept * team.width; i < d; i += team.width)
    out[i] = row[i] * r * loadFloat(weight, weightType, ulong(e) * d + i);
}
