// softmax: y = exp(x - max) / sum, or with log: y = x - max - log(sum), over the last axis. x, y: f32 [...,
// n]. A row in which nothing may be chosen, -infinity alone, gives zeros, and with log -infinity; NaN makes
// its row NaN. A simdgroup takes a row, a whole threadgroup one of more than 1024 columns; 16 elements of a
// lane stay in registers, those beyond (512 or 4096 columns) are read again, from cache. Moves 8 bytes per
// element. Roofline on an M4 Max (546 GB/s, 18 TFLOP/s), computed, not measured: 68 G elements/s, bound by
// memory; at some 25 operations an element compute allows 720 G.
#include <metal_stdlib>
#include "kernels/generated/args.h"
#include "kernels/rows.h"
using namespace metal;

constant constexpr uint kThreads = 256;
constant constexpr uint kRows = 8;  // of a threadgroup that is not wide
constant constexpr uint kLongRow = 1024;
constant constexpr uint kKept = 16;

constant int wide [[function_constant(0)]];
constant int logarithm [[function_constant(1)]];

struct Row {
  float max, sum, logSum;
};
inline float resultOf(float x, Row row) {
  // Nothing was above -infinity: what is NaN stays so.
  if (row.max == -INFINITY) return x == x ? (logarithm ? -INFINITY : 0.0f) : x;
  return logarithm ? x - row.max - row.logSum : precise::exp(x - row.max) / row.sum;
}

[[max_total_threads_per_threadgroup(kThreads)]] kernel void softmax(
    constant op::Softmax& a [[buffer(0)]], device const float* x [[buffer(1)]], device float* y [[buffer(2)]],
    uint group [[threadgroup_position_in_grid]], uint lane [[thread_index_in_simdgroup]],
    uint simdgroup [[simdgroup_index_in_threadgroup]]) {
  threadgroup float shared[kTeamSimdgroups];
  const Team team = teamOf(wide, group, simdgroup, lane);
  uint rows = 1;
  for (uint axis = 0; axis + 1 < a.x.rank; ++axis) rows *= a.x.dim[axis];
  if (team.row >= rows) return;

  const uint n = a.x.dim[a.x.rank - 1], beyond = team.first + kKept * team.width;
  device const float* in = x + ulong(team.row) * n;
  device float* out = y + ulong(team.row) * n;
  float kept[kKept], top = -INFINITY;
  VMM_UNROLL
  for (uint k = 0; k < kKept; ++k) {
    const uint i = team.first + k * team.width;
    kept[k] = i < n ? in[i] : -INFINITY;
    top = kept[k] > top ? kept[k] : top;
  }
  for (uint i = beyond; i < n; i += team.width) top = in[i] > top ? in[i] : top;
  Row row;
  row.max = teamMax(top, wide, simdgroup, lane, shared);
  float sum = 0.0f;
  VMM_UNROLL
  for (uint k = 0; k < kKept; ++k)
    if (team.first + k * team.width < n) sum += precise::exp(kept[k] - row.max);
  for (uint i = beyond; i < n; i += team.width) sum += precise::exp(in[i] - row.max);
  row.sum = teamSum(sum, wide, simdgroup, lane, shared);
  row.logSum = precise::log(row.sum);

  VMM_UNROLL
  for (uint k = 0; k < kKept; ++k) {
    const uint i = team.first + k * team.width;
    if (i < n) out[i] = resultOf(kept[k], row);
  }
  for (uint i = beyond; i < n; i += team.width) out[i] = resultOf(in[i], row);
}
