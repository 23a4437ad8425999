// layer_norm_grad: with z = (x - mean) * invStd, g = upstream and h = g * weight[expert],
//   dx = invStd * (h - mean over d of h - z * mean over d of (h * z))
//   dWeight[e] = sum over the rows of expert e of g * z, dBias[e] = sum over them of g
// x, g: f32 [rows, d], rows at a stride; weight: f32, f16 or bf16 [d], or [experts, d] with expert [rows];
// mean, invStd [rows]; dx [rows, d]; dWeight, dBias as weight. A threadgroup takes 32 rows of one expert
// (kernels/norm_grad.h). Moves 12 bytes per element; weight once, and sums for dWeight and dBias twice, for
// each 32 rows: 1.1 of what is least. Roofline on an M4 Max (546 GB/s, 18 TFLOP/s), computed, not measured:
// 45 G elements/s, bound by memory; at 16 operations an element compute allows 1100 G.
#include <metal_stdlib>
#include "kernels/norm_grad.h"
using namespace metal;

constant constexpr uint kThreads = 256;

VMM_SORT_KERNELS(layer_norm_grad, op::LayerNormGrad, expert, 3, expertsOf(a.weight), 11, 12, 13, 14)

[[max_total_threads_per_threadgroup(kThreads)]] kernel void layer_norm_grad(
    constant op::LayerNormGrad& a [[buffer(0)]], device const float* x [[buffer(1)]],
    device const void* weight [[buffer(2)]], device const int* expert [[buffer(3)]],
    device const float* mean [[buffer(4)]], device const float* invStd [[buffer(5)]],
    device const float* upstream [[buffer(6)]], device float* dx [[buffer(7)]],
    device float* sums [[buffer(10)]], device const uint* evens [[buffer(11)]],
    device const uint* odds [[buffer(12)]], device const uint* first [[buffer(14)]],
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
  device float* biasSums = weightSums + (a.dWeight.given ? ulong(tilesOf(experts, a.x.dim[0])) * d : 0);
  float weightSum[kKept], biasSum[kKept];
  for (uint k = 0; k < kKept; ++k) weightSum[k] = biasSum[k] = 0.0f;

  for (uint r = team.row; r < tile.count; r += wide ? 1 : kTeamSimdgroups) {
    const uint row = rowAt(evens, odds, tile.first + r);
    device const float* in = x + long(row) * a.x.stride[0];
    device const float* up = upstream + long(row) * a.upstream.stride[0];
    const uint e = sortPass == 0 ? expertOf(a.expert, expert, experts, row, fault) : tile.expert;
    const ulong own = ulong(e) * d;
    const float center = mean[row], scale = invStd[row];
    float z[kKept], h[kKept], sumH = 0.0f, sumHz = 0.0f;
    VMM_UNROLL
    for (uint k = 0; k < kKept; ++k) {
      const uint i = team.first + k * team.width;
      const float g = i < d ? up[i] : 0.0f;
      z[k] = i < d ? (in[i] - center) * scale : 0.0f;
      h[k] = i < d ? g * loadFloat(weight, weightType, own + i) : 0.0f;
      sumH += h[k];
      sumHz = fma(h[k], z[k], sumHz);
      weightSum[k] = fma(g, z[k], weightSum[k]);
      biasSum[k] += g;
    }
    for (uint i = beyond; i < d; i += team.width) {
      const float g = up[i], deviation = (in[i] - center) * scale;
      const float product = g * loadFloat(weight, weightType, own + i);
      sumH += product;
      sumHz = fma(product, deviation, sumHz);
      if (a.dWeight.given) weightSums[i] = fma(g, deviation, r == 0 ? 0.0f : weightSums[i]);
      if (a.dBias.given) biasSums[i] = g + (r == 0 ? 0.0f : biasSums[i]);
    }
    const float meanH = teamSum(sumH, wide, simdgroup, lane, shared) / float(d);
    const float meanHz = teamSum(sumHz, wide, simdgroup, lane, shared) / float(d);

    device float* out = dx + ulong(row) * d;
    VMM_UNROLL
    for (uint k = 0; k < kKept; ++k) {
      const uint i = team.first + k * team.width;
      if (i < d) out[i] = scale * (h[k] - meanH - z[k] * meanHz);
    }
    for (uint i = beyond; i < d; i += team.width) {
      const float product = up[i] * loadFloat(weight, weightType, own + i);
      out[i] = scale * (product - meanH - (in[i] - center) * scale * meanHz);
    }
  }
  if (tile.count == 0) return;
  if (a.dWeight.given) storeSums(weightSum, weightSums, d, thread_, lane, simdgroup, memory);
  if (a.dBias.given) storeSums(biasSum, biasSums, d, thread_, lane, simdgroup, memory);
}

[[max_total_threads_per_threadgroup(kThreads)]] kernel void layer_norm_grad_sums(
    constant op::LayerNormGrad& a [[buffer(0)]], device float* dWeight [[buffer(8)]],
    device float* dBias [[buffer(9)]], device const float* sums [[buffer(10)]],
    device const uint* first [[buffer(14)]], uint3 group [[threadgroup_position_in_grid]],
    uint thread_ [[thread_index_in_threadgroup]]) {
  threadgroup float shared[kColumnThreads];
  const uint rows = a.x.dim[0], d = a.x.dim[1];
  const bool ofBias = group.z > 0 || !a.dWeight.given;
  const uint tiles = tilesOf(expertsOf(a.weight), rows);
  sumTiles(sums + group.z * ulong(tiles) * d, ofBias ? dBias : dWeight, first, group.y, rows, d, group.x,
           thread_, shared);
}
