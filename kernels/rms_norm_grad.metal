// rms_norm_grad: with r = invRms, g = upstream, h = g * weight[expert] and n = mean over d of (h * x),
//   dx = r * h - r^3 * n * x,   dWeight[e] = sum over the rows of expert e of g * x * r
// x, g: f32 [rows, d], rows at a stride; weight: f32, f16 or bf16 [d], or [experts, d] with expert [rows]; r
// [rows]; dx [rows, d]; dWeight as weight. A threadgroup takes 32 rows of one expert (kernels/norm_grad.h).
// Moves 12 bytes per element; weight once, and sums for dWeight twice, for each 32 rows: 1.05 of what is
// least. Roofline on an M4 Max (546 GB/s, 18 TFLOP/s), computed, not measured: 45 G elements/s, bound by
// memory; at 10 operations an element compute allows 1800 G.
#include <metal_stdlib>
#include "kernels/norm_grad.h"
using namespace metal;

constant constexpr uint kThreads = 256;

VMM_SORT_KERNELS(rms_norm_grad, op::RmsNormGrad, expert, 3, expertsOf(a.weight), 9, 10, 11, 12)

[[max_total_threads_per_threadgroup(kThreads)]] kernel void rms_norm_grad(
    constant op::RmsNormGrad& a [[buffer(0)]], device const float* x [[buffer(1)]],
    device const void* weight [[buffer(2)]], device const int* expert [[buffer(3)]],
    device const float* invRms [[buffer(4)]], device const float* upstream [[buffer(5)]],
    device float* dx [[buffer(6)]], device float* sums [[buffer(8)]], device const uint* evens [[buffer(9)]],
    device const uint* odds [[buffer(10)]], device const uint* first [[buffer(12)]],
    device atomic_uint* fault [[buffer(30)]], uint group [[threadgroup_position_in_grid]],
    uint thread_ [[thread_index_in_threadgroup]], uint lane [[thread_index_in_simdgroup]],
    uint simdgroup [[simdgroup_index_in_threadgroup]]) {
  threadgroup float shared[kTeamSimdgroups];
  threadgroup float memory[kTeamSimdgroups * kLongRow];
  const uint d = a.x.dim[1], experts = expertsOf(a.weight);
  const Tile tile = tileOf(first, experts, a.x.dim[0], group);
  const Team team = teamOf(wide, 0, simdgroup, lane);
  const uint beyond = team.first + kKept * team.width;
  device float* weightSums = sums + ulong(group) * d;
  float weightSum[kKept];
  for (uint k = 0; k < kKept; ++k) weightSum[k] = 0.0f;

  for (uint r = team.row; r < tile.count; r += wide ? 1 : kTeamSimdgroups) {
    const uint row = rowAt(evens, odds, tile.first + r);
    device const float* in = x + long(row) * a.x.stride[0];
    device const float* up = upstream + long(row) * a.upstream.stride[0];
    const uint e = sortPass == 0 ? expertOf(a.expert, expert, experts, row, fault) : tile.expert;
    const ulong own = ulong(e) * d;
    const float scale = invRms[row];
    float kept[kKept], h[kKept], dot = 0.0f;
    VMM_UNROLL
    for (uint k = 0; k < kKept; ++k) {
      const uint i = team.first + k * team.width;
      const float g = i < d ? up[i] : 0.0f;
      kept[k] = i < d ? in[i] : 0.0f;
      h[k] = i < d ? g * loadFloat(weight, weightType, own + i) : 0.0f;
      dot = fma(h[k], kept[k], dot);
      weightSum[k] = fma(g, kept[k] * scale, weightSum[k]);
    }
    for (uint i = beyond; i < d; i += team.width) {
      dot = fma(up[i] * loadFloat(weight, weightType, own + i), in[i], dot);
      if (a.dWeight.given) weightSums[i] = fma(up[i], in[i] * scale, r == 0 ? 0.0f : weightSums[i]);
    }
    const float mean = teamSum(dot, wide, simdgroup, lane, shared) / float(d);
    const float pull = scale * scale * scale * mean;

    device float* out = dx + ulong(row) * d;
    VMM_UNROLL
    for (uint k = 0; k < kKept; ++k) {
      const uint i = team.first + k * team.width;
      if (i < d) out[i] = scale * h[k] - pull * kept[k];
    }
    for (uint i = beyond; i < d; i += team.width)
      out[i] = scale * (up[i] * loadFloat(weight, weightType, own + i)) - pull * in[i];
  }
  if (tile.count > 0 && a.dWeight.given)
    storeSums(weightSum, weightSums, d, thread_, lane, simdgroup, memory);
}

[[max_total_threads_per_threadgroup(kThreads)]] kernel void rms_norm_grad_sums(
    constant op::RmsNormGrad& a [[buffer(0)]], device float* dWeight [[buffer(7)]],
    device const float* sums [[buffer(8)]], device const uint* first [[buffer(12)]],
    uint2 group [[threadgroup_position_in_grid]], uint thread_ [[thread_index_in_threadgroup]]) {
  threadgroup float shared[kColumnThreads];
  sumTiles(sums, dWeight, first, group.y, a.x.dim[0], a.x.dim[1], group.x, thread_, shared);
}
